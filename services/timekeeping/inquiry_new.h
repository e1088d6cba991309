// SPDX-License-Identifier: Apache-2.0
// A new inquiry by hand or of a call, with everything that the call knows.
#pragma once

#include "common/step/request.h"

MUST_USE bool inquiry_add_new(struct request *rq, const struct inquiry_new *in,
                              struct inquiry *out);
// Fills in what the call knows and the row does not yet say.
MUST_USE bool inquiry_fill_from_call(struct request *rq, const struct call *call,
                                     struct inquiry *row);
// Its number is kept as it compares: "030 123456" and "+4930123456" are one caller.
void inquiry_read_phone(struct request *rq, struct inquiry *row);
// Somebody was spoken with in a call of it: that was the answer, if it is the first.
void inquiry_answered_by(struct inquiry *row, const struct call *call);
// The other party's number, also of a call that came in on a way hidden from us; NULL: withheld.
const char *call_party_number(const struct call *call);

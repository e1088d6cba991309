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
// Of a call: who was recognised or named, and the other party's number; NULL: withheld.
struct id call_party(const struct call *call);
const char *call_party_number(const struct call *call);

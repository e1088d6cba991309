// SPDX-License-Identifier: Apache-2.0
// What rows refer to: that it is there, and what it is called.
#pragma once

#include "common/step/request.h"

// ERR_NOT_FOUND on `field` unless the row is there within the request's scope; the zero id is fine.
MUST_USE bool refer_client(struct request *rq, struct id id, const char *field);
// Staff are of the house, whoever asks.
MUST_USE bool refer_staff(struct request *rq, struct id id, const char *field);

// The name of a client or a member of staff, whatever the scope; NULL when there is none.
const char *name_of_client(struct request *rq, struct id id);
const char *name_of_staff(struct request *rq, struct id id);

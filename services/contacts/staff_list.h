// SPDX-License-Identifier: Apache-2.0
// Whom of the staff a foreign list means: by name, extension, e-mail, or what stands before its @.
#pragma once

#include "common/step/request.h"

struct staff_list; // those whom the request's scope sees; lives in the request's arena

// NULL: the arena is full.
MUST_USE const struct staff_list *staff_list_read(struct request *rq);
// Nobody: ERR_INVALID on `field`; several: ERR_CONFLICT. Who has left counts only where nobody else
// fits.
MUST_USE bool staff_list_find(const struct staff_list *list, const char *said, const char *field,
                              struct id *out, struct err *err);

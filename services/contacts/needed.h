// SPDX-License-Identifier: Apache-2.0
// What keeps a contact from being deleted.
#pragma once

#include "common/step/request.h"

// It takes part in a file, open or settled, or an appointment with it is still to come: it is never
// deleted by itself.
bool contact_is_needed(struct request *rq, struct id contact);
// Takes part in no open file. ERR_CONFLICT naming one that the actor may see, or saying only that
// it is needed.
MUST_USE bool contact_is_free(struct request *rq, struct id contact);

// SPDX-License-Identifier: Apache-2.0
// What keeps a contact from being deleted.
#pragma once

#include "common/step/request.h"

// It takes part in a file, open or settled, or an appointment with it is still to come: it is never
// deleted by itself.
bool contact_is_needed(struct request *rq, struct id contact);
// False while so many files are not indexed yet that asking for many contacts takes long: each time
// all of those files are looked at.
bool contacts_askable(struct request *rq);
// Takes part in no open file. ERR_CONFLICT naming one that the actor may see, or saying only that
// it is needed.
MUST_USE bool contact_is_free(struct request *rq, struct id contact);

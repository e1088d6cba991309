// SPDX-License-Identifier: Apache-2.0
// Whom a foreign list means: the contacts of one client by number, address or name. Never a guess:
// whoever asks sees when there are several.
#pragma once

#include "common/step/request.h"
#include "services/contacts/entry.h"
#include "services/contacts/likeness.h"

#define WHOM_MAX 8 // two are one too many already; the rest may turn out to be others

struct whom {
    struct contact rows[WHOM_MAX];
    size_t count;
};

// Those who are like this; each once.
void whom_add_like(struct request *rq, struct id client, const struct likeness_of *of,
                   struct whom *whom);

// A text that may be a customer number is tried as one first. Else by the first of customer number,
// e-mail, phone number and exact name (words in any order) that anybody has. Whoever has another
// customer number than the one that is said is not meant. Of several with one address or phone
// number the one of that name is.
void whom_find(struct request *rq, struct id client, const struct whom_said *said,
               struct whom *out);

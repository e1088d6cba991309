// SPDX-License-Identifier: Apache-2.0
// Who has this number, who bears this name.
#pragma once

#include "common/step/request.h"

// Within one client, or everywhere; a number is looked for in each client by itself, never a guess.
// With number and name, both must fit. ERR_INVALID when neither is given.
MUST_USE bool find_contacts(struct request *rq, const struct contact_query *query,
                            struct contact_matches *out);

// SPDX-License-Identifier: Apache-2.0
// Where an entry belongs: file, contact, customer, client, and the rule that follows from them.
#pragma once

#include "common/step/request.h"

// What is given of it; absent ids leave the entry as it is. `file` is already found (its id may be
// zero).
struct entry_place {
    struct file file;
    struct id contact, customer;
    bool contact_seen; // in a call or clock that who asks sees: then its scope does not matter
    const char *contact_name;
};

// Puts the entry there: names and numbers follow; the client is the file's, else as it was; the
// customer is the one given, or with a new file its client. ERR_NOT_FOUND for what the request does
// not see, ERR_INVALID where clients differ.
MUST_USE bool entry_put_at(struct request *rq, const struct entry_place *place,
                           struct entry *entry);

// The customer as nobody named one: the file's client [Auftraggeber], else the contact; of a client
// of the house, who pays for what has no file: nobody.
void entry_find_customer(struct request *rq, struct entry *entry);

// Rule, rounding and the warning for consumers, as kind, file, client and customer are now.
void entry_find_rule(struct request *rq, const struct service_kind *kind, struct entry *entry);

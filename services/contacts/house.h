// SPDX-License-Identifier: Apache-2.0
// What the handlers of contacts share: the house's settings, who edits, and writing a contact.
#pragma once

#include "common/base/phone.h"
#include "common/step/request.h"
#include "services/contacts/editor.h"

// request.context; NULL stands for one with the defaults of home.c.
struct contacts_house {
    struct phone_home home;
    const char *zone;                             // "Europe/Berlin"
    const char *holidays;                         // of staff without their own; NULL: none
    int64_t idle_days, announce_days, grace_days; // see purge.h
    uint8_t secret[32];                           // unlike rng, nobody can guess it from ids
};

const struct contacts_house *contacts_house(const struct request *rq);
// How numbers are read here.
const struct phone_home *contacts_home(const struct request *rq);
struct editor editor_of(const struct request *rq);

// Row and fact, within the scope; an announced deletion of it is void.
MUST_USE bool contact_write(struct request *rq, const struct contact *row);
// Of a member of staff: their name; NULL when the actor is none.
const char *staff_name(struct request *rq, const char *actor);

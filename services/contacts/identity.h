// SPDX-License-Identifier: Apache-2.0
// Who somebody is after merges. Rows keep the id that was named; which contact that is now is
// found out when they are read, so that taking a merge back needs no trace in them.
#pragma once

#include "common/step/listing.h"

#define IDENTITY_IDS_MAX 200 // of one contact; merging refuses more

// All the ids by which rows may name one contact: the present one first, then those merged into
// it, however many merges ago. One that was taken back is no part of it.
struct identity {
    struct id *ids;
    size_t count;
};

// The id itself when nobody was merged away from under it.
struct id identity_now(struct request *rq, struct id id);
// ERR_TOO_LARGE when the arena is full, or there are too many.
MUST_USE bool identity_of(struct request *rq, struct id id, struct identity *out);
bool identity_has(const struct identity *identity, struct id id);
// The ids as a search takes them; NULL when the arena is full.
const struct bytes *identity_tags(struct request *rq, const struct identity *identity);

// For an index that begins with a contact: under all its ids. ERR_TOO_LARGE.
MUST_USE bool listing_of_contact(struct request *rq, struct id contact, struct listing *listing);

// A file's parties as they are called now; the row's own list is left alone. ERR_TOO_LARGE.
MUST_USE bool identity_parties(struct request *rq, struct file *file);
// The other way, for what is to be written: a party that `before` has under an older id keeps that
// one. `parties` is changed. ERR_TOO_LARGE.
MUST_USE bool identity_keep(struct request *rq, const struct file *before, struct party *parties,
                            size_t count);

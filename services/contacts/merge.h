// SPDX-License-Identifier: Apache-2.0
// Merging two contacts [Kontakte zusammenführen] and taking it back. Values in, values out.
//
// The kept contact's own word wins; what it does not say it takes over, lists are united. Whatever
// came in this way is remembered as *brought*, so that taking back removes exactly that: own
// things, things edited or added since, and things that another merged contact brought too, stay.
#pragma once

#include "proto/proto.h"
#include "services/contacts/editor.h"

struct merging {
    const struct contact *from, *to;
    // What others brought that were merged into `to` and not taken back.
    const struct contact *brought;
    size_t brought_count;
    const struct editor *editor;
};

struct merged {
    struct contact to;      // one version on
    struct contact brought; // of `from`, in the shape of a contact
    const struct merge_conflict *conflicts;
    size_t conflict_count;
};

// ERR_CONFLICT naming the field when both together are more than a contact may hold.
MUST_USE bool merge_make(const struct merging *in, struct merged *out, struct err *err);

struct unmerging {
    const struct contact *to;      // as it is now
    const struct contact *before;  // `from` as it was before
    const struct contact *brought; // by it
    const struct contact *others;  // brought by others that are still merged
    size_t other_count;
    const struct editor *editor;
};

// `ret_from` is two versions on (the tombstone had the one between), `ret_to` one. A message that
// was told or replaced in the meantime does not come back.
MUST_USE bool merge_undo(const struct unmerging *in, struct contact *ret_from,
                         struct contact *ret_to, struct err *err);

// The lists of `to` with what `from` has more of; what imports do. Other fields are left alone.
MUST_USE bool merge_lists(const struct contact *from, struct contact *to, struct arena *arena,
                          struct err *err);

// SPDX-License-Identifier: Apache-2.0
// Case files as rows of a table [Aktenzeilen]: what a row says of a party, and how names compare.
// Pure.
#pragma once

#include "proto/proto.h"
#include "services/contacts/editor.h"

// What a list says of somebody; all of it may be missing.
struct whom_said {
    const char *name;
    const char *customer_number;
    const struct number *phones; // with what reading them gives
    size_t phones_count;
    const char *const *emails;
    size_t emails_count;
    const char *maybe_number; // a text that stands alone, and may be a customer number
};

// A text that stands alone is an e-mail address, a phone number or a name, whatever it looks like.
// ERR_TOO_LARGE when the arena is full.
MUST_USE bool entry_said(const struct entry_party *party, const struct editor *editor,
                         struct whom_said *out, struct err *err);

// The same words, in whatever order; false when either is missing.
bool entry_same_name(const char *a, const char *b, struct arena *arena);
// Any word of the name is one of the contact's names or of its firm.
bool entry_shares_word(const char *name, const struct contact *contact, struct arena *arena);
// A court is an organisation, and so is whoever has a legal form in the name.
enum contact_kind entry_kind(const char *name, enum party_role role, struct arena *arena);

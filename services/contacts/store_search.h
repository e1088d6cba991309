// SPDX-License-Identifier: Apache-2.0
// What is searched of contacts, clients, staff and files while people type, and the kinds of tags
// by which they are found beside that.
#pragma once

#include "common/store/derived.h"

extern const struct derived contact_search;
extern const struct derived client_search;
extern const struct derived staff_search;
extern const struct derived file_search;

// Kinds of tags; those of the scope's fields are made by the store.
#define TAG_NUMBER  'n' // E.164, also with a noted extension
#define TAG_EMAIL   'e' // folded
#define TAG_SOUND   'k' // of one word of a name (sound_of)
#define TAG_WHOLE   'w' // of a name as a whole (sound_whole)
#define TAG_OWNER   'm' // a contact's client; the zero id for the house's own
#define TAG_PARTY   'c' // a contact that takes part in a file
#define TAG_STAFF   'r' // a file's lawyer or clerk
#define TAG_STATE   's' // a file's state, its word
#define TAG_SETTLED 'o' // "open", or "settled": closed or archived
#define TAG_KIND    'a' // a file's kind, its word

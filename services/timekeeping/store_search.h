// SPDX-License-Identifier: Apache-2.0
// What is searched of everything that was recorded, and the kinds of tags by which it is found
// beside that.
#pragma once

#include "common/store/derived.h"

extern const struct derived call_search, note_search, entry_search, inquiry_search, measure_search,
    kept_file_search, kept_contact_search;

// Kinds of tags; those of the scope's fields are made by the store.
#define TAG_CONTACT    'c'
#define TAG_FILE       'f'
#define TAG_STATE      's' // its word
#define TAG_CHARGEABLE 'g' // "1" or "0"
#define TAG_BILLED     'b' // "1" or "0"
#define TAG_INQUIRY    'i' // a measure's
#define TAG_STEM       't' // of each word of an inquiry
#define TAG_BONES      'k' // of each stem (alike_bones)
#define TAG_HELPED     'h' // "1": an inquiry that has a solution

// When a measure was, as far as it is known.
struct measure;
int64_t measure_time(const struct measure *measure);
// With whom a call was; the zero id: nobody knows.
struct call;
struct id call_with(const struct call *call);

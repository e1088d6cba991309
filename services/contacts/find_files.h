// SPDX-License-Identifier: Apache-2.0
// Lists of case files: by any part of the number, by words, by who takes part or is responsible.
#pragma once

#include "common/step/request.h"
#include "common/store/derived.h"

// Locked files are passed over unless the actor is named in them.
MUST_USE bool find_files(struct request *rq, const struct file_query *query,
                         struct file_matches *out);
// What a list shows beside a file; `contact` (zero: none) decides whose role is told. False when
// the arena is full.
MUST_USE bool file_match_fill(struct request *rq, const struct file *file, struct id contact,
                              struct file_match *out);
// The files in which the contact takes part, locked ones included, under whatever id; `settled` as
// the tag says, NULL: open and settled. NULL when the request's memory is full.
struct seek *files_of_contact(struct request *rq, struct id contact, const char *settled);
// Whether the contact takes part in any file, locked ones included: then it must not be purged.
bool contact_is_party(struct request *rq, struct id contact);

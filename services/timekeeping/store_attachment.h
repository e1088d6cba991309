// SPDX-License-Identifier: Apache-2.0
// The tables of attachments, and of their contents, which several attachments share.
#pragma once

#include "common/store/store.h"
#include "proto/proto.h"

extern const struct table attachment_table;
extern const struct index *const attachment_by_inquiry; // (inquiry)
extern const struct index *const attachment_by_hash; // attachment_hash_key, of those that are here
extern const struct index *const attachment_unfinished; // attachment_time_key, of added_at

extern const struct table blob_table;
extern const struct index *const blob_by_hash; // attachment_hash_key, of whole ones; unique
extern const struct index *const blob_unused;  // (id)
extern const struct table blob_piece_table;    // blob_piece_key
extern const struct table blob_care_table;

struct key attachment_hash_key(struct bytes hash);
struct key attachment_time_key(int64_t added_at);
struct key blob_piece_key(struct id blob, int64_t offset);

// SPDX-License-Identifier: Apache-2.0
// What an attachment [Anlage] is made of. Values in, values out.
#pragma once

#include "common/base/arena.h"
#include "common/base/err.h"
#include "proto/proto.h"

#define ATTACHMENT_HASH_BYTES  32
#define ATTACHMENT_PIECE_LEAST 65536

// The name without folders (of any system), blanks at its ends and controls; never "." or "..".
// ERR_INVALID on "name" when nothing is left. NULL then, and when the arena is full.
const char *attachment_name(const char *given, struct arena *arena, struct err *err);
// "type/subtype" in lower case without parameters; "application/octet-stream" for anything else.
const char *attachment_type(const char *given, struct arena *arena);

// --- the checksum: BLAKE2b-256, whose state is kept between pieces
struct bytes attachment_hash_begin(struct arena *arena);
// The state after these bytes; an empty span when the arena is full or the state is not one.
struct bytes attachment_hash_add(struct bytes state, struct bytes bytes, struct arena *arena);
// False when the state is none.
MUST_USE bool attachment_hash_end(struct bytes state, uint8_t out[ATTACHMENT_HASH_BYTES]);

// ERR_INVALID or ERR_CONFLICT naming the field: `bytes` from `offset` on are the next ones of a
// content of which `received` of `size` are here. Only for offset >= received.
MUST_USE bool attachment_piece_fits(const struct attachment_piece *piece, int64_t received,
                                    int64_t size, struct err *err);

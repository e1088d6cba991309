// SPDX-License-Identifier: Apache-2.0
// Contents of attachments in the store, piece by piece; each is kept once while anybody has it.
#pragma once

#include "common/step/request.h"

struct blob_care blob_care_get(struct request *rq);
MUST_USE bool blob_care_put(struct request *rq, const struct blob_care *care);

// Whether so many bytes more keep within the quota.
bool blobs_have_room(struct request *rq, int64_t bytes);
// A new one that comes, counted from now on; ERR_TOO_LARGE on "size" when there is no room.
MUST_USE bool blob_begin(struct request *rq, struct id id, const struct attachment_new *in,
                         struct blob *out);
MUST_USE bool blob_get(struct request *rq, struct id id, struct blob *ret);
// The whole one with this checksum. False: there is none.
MUST_USE bool blob_of_hash(struct request *rq, struct bytes hash, struct blob *ret);
// The next bytes, already judged.
MUST_USE bool blob_append(struct request *rq, struct blob *blob, int64_t offset,
                          struct bytes bytes);
enum blob_end { BLOB_FAILED, BLOB_WHOLE, BLOB_WRONG };
// All bytes have come: is it what was announced? BLOB_FAILED: rq->err says why.
enum blob_end blob_end(struct request *rq, struct blob *blob);
// One attachment more, or one less, has it.
MUST_USE bool blob_use(struct request *rq, struct blob *blob);
MUST_USE bool blob_release(struct request *rq, struct id id);
// Bytes from there on, `limit` at most; fewer at the end of a piece.
struct bytes blob_bytes(struct request *rq, struct id id, int64_t offset, size_t limit);
// Some of the pieces of what nobody has.
MUST_USE bool blobs_remove_unused(struct request *rq, bool *ret_more);

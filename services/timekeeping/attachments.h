// SPDX-License-Identifier: Apache-2.0
// Attachments in the store: their rows, and their contents piece by piece.
#pragma once

#include "common/step/request.h"
#include "services/timekeeping/attachment.h"

// Whoever sees the inquiry sees its attachments. ERR_NOT_FOUND on "id".
MUST_USE bool attachment_find(struct request *rq, struct id id, struct attachment *ret);
// With `received` while it is coming: of an answer, never to be written.
void attachment_show(struct request *rq, struct attachment *row);

MUST_USE bool attachments_begin(struct request *rq, const struct attachment_new *in,
                                struct attachment *out);
MUST_USE bool attachments_add(struct request *rq, const struct attachment_piece *in,
                              struct attachment *out);
MUST_USE bool attachments_read(struct request *rq, const struct attachment_place *in,
                               struct attachment_bytes *out);
// Whoever asks: only for what is promised to be read.
MUST_USE bool attachments_bytes(struct request *rq, const struct attachment_place *in,
                                struct attachment_bytes *out);
// The row stays, its content goes when nobody else has it.
MUST_USE bool attachments_delete(struct request *rq, struct attachment *row, const char *reason);

// Removes contents that nobody has, uploads that nobody finished, and what is too old; true while
// there is more.
bool attachments_tick(struct request *rq);

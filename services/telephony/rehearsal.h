// SPDX-License-Identifier: Apache-2.0
// What the whole of telephony makes of captures, on a store of its own that is gone afterwards: the
// same model, handlers and rows as in the running service, without sockets.
#pragma once

#include "common/base/arena.h"
#include "common/base/civil.h"
#include "common/base/err.h"
#include "common/base/phone.h"
#include "proto/proto.h"

struct rehearsal;

// `home`: as the running service's --country and --area. NULL with `err`.
struct rehearsal *rehearsal_new(const struct phone_home *home, struct err *err);
void rehearsal_free(struct rehearsal *rehearsal); // takes NULL; removes the store

// Plays FILE.ami with what lies beside it; the source is named as given.
MUST_USE bool rehearsal_play(struct rehearsal *rehearsal, const char *source, const char *path,
                             struct err *err);

// All calls in the order of their beginning, in the arena.
MUST_USE bool rehearsal_calls(struct rehearsal *rehearsal, struct arena *arena,
                              const struct call **ret, size_t *ret_count, struct err *err);

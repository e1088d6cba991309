// SPDX-License-Identifier: Apache-2.0
// Entries that are rounded as a whole (a day's, a file's), and writing an entry so that they
// follow.
#pragma once

#include "common/step/request.h"

// Writes the row and its fact; version, edited_at and edited_by are set here. `before` is the row
// as it is (NULL: a new one). The rounded time follows: of the entry by itself, or of all that are
// rounded as a whole with it, before and after. Within the request's scope.
MUST_USE bool entry_write(struct request *rq, const struct entry *before, struct entry *after);

// Writes the row with its fact. Where it comes into what is rounded as a whole, its rounded time is
// its own until block_settle is called for where it was and where it is.
MUST_USE bool entry_store(struct request *rq, const struct entry *before, struct entry *entry);

// The open entries (run zero), or those that a run has, which are rounded as a whole with `like`,
// get their rounded time anew; what changes is written. `like` need not be one of them.
MUST_USE bool block_settle(struct request *rq, const struct entry *like, struct id run);

// SPDX-License-Identifier: Apache-2.0
// In which files a caller takes part, and what becomes of the board when a file changes.
#pragma once

#include "services/notifier/board.h"
#include "services/notifier/rows.h"

#define ALIASES_MAX 60 // one contact and all who were merged into it

// The files of this client in which the contact, as it is now, takes part; false: the arena is
// full.
MUST_USE bool rows_parts(struct request *rq, struct id client, struct id contact,
                         struct board_parts *out);
// Keeps what is told of a file, NULL for one that is gone, and makes the rows of its parties again.
MUST_USE bool rows_file(struct request *rq, struct id id, const struct file *told);

// SPDX-License-Identifier: Apache-2.0
// Case files in the store: what the handlers of files and of imports share.
#pragma once

#include "common/step/request.h"

// The row, within the scope and not locked to the actor. ERR_NOT_FOUND.
MUST_USE bool file_visible(struct request *rq, struct id id, struct file *row);
// Nobody else within the client has its number; ERR_CONFLICT. A locked file's number is taken too;
// that is all that may be said of it.
MUST_USE bool file_number_free(struct request *rq, const struct file *file);
// Row and fact, within the scope; announced deletions of its parties are void.
MUST_USE bool file_write(struct request *rq, const struct file *row);

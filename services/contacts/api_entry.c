// SPDX-License-Identifier: Apache-2.0
// Case files as rows of a table.
#include "services/contacts/entries.h"

#define SERVICE_FILE "proto/contacts_entry.def"
#include "proto/handlers.inc"

bool file_entries(struct request *rq, const struct file_entry_query *in,
                  struct file_entry_page *out)
{
    return entries_page(rq, in, out);
}

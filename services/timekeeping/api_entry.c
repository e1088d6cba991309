// SPDX-License-Identifier: Apache-2.0
// Entries and the short info of files, as they are asked for.
#include "services/timekeeping/entries.h"
#include "services/timekeeping/entry_list.h"
#include "services/timekeeping/file_info.h"

#define SERVICE_FILE "proto/timekeeping_entry.def"
#include "proto/handlers.inc"

bool entry_book(struct request *rq, const struct entry_new *in, struct entry *out)
{
    return entries_book(rq, in, out);
}

bool entry_correct(struct request *rq, const struct entry_correct_in *in, struct entry *out)
{
    return entries_correct(rq, in, out);
}

bool entry_edit(struct request *rq, const struct entry_change *in, struct entry *out)
{
    return entries_edit(rq, in, out);
}

bool entry_rebook(struct request *rq, const struct entry_move_in *in, struct entry *out)
{
    return entries_rebook(rq, in, out);
}

bool entry_split(struct request *rq, const struct entry_split_in *in, struct entry_parts *out)
{
    return entries_split(rq, in, out);
}

bool entry_delete(struct request *rq, const struct entry_delete_in *in, struct entry *out)
{
    return entries_delete(rq, in, out);
}

bool entry_undo(struct request *rq, const struct nothing *in, struct entry *out)
{
    (void)in;
    return entries_undo(rq, out);
}

bool entry_get(struct request *rq, const struct by_id *in, struct entry *out)
{
    if (!entries_get(rq, in->id, out))
        return false;
    entry_resolve(rq, out);
    return true;
}

bool entry_list(struct request *rq, const struct entry_query *in, struct entry_page *out)
{
    return entries_list(rq, in, out);
}

bool file_info(struct request *rq, const struct file_info_in *in, struct file_info *out)
{
    return file_info_read(rq, in, out);
}

// SPDX-License-Identifier: Apache-2.0
// Duplicates and merging, one function for each method.
#include "common/step/rows.h"
#include "services/contacts/duplicates.h"
#include "services/contacts/merges.h"
#include "services/contacts/store.h"

#define SERVICE_FILE "proto/contacts_merge.def"
#include "proto/handlers.inc"

bool duplicate_list(struct request *rq, const struct duplicate_query *in,
                    struct duplicate_page *out)
{
    return duplicates_list(rq, in, out);
}

bool contact_merge(struct request *rq, const struct contact_merge_in *in,
                   struct contact_merge_out *out)
{
    return merges_do(rq, in, out);
}

bool contact_unmerge(struct request *rq, const struct contact_unmerge_in *in,
                     struct contact_unmerge_out *out)
{
    return merges_undo(rq, in, out);
}

bool merge_get(struct request *rq, const struct by_id *in, struct contact_merged *out)
{
    return row_find(rq, &merged_table, in->id, out) ||
           fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_MERGE_UNKNOWN, NULL);
}

bool merge_list(struct request *rq, const struct merge_query *in, struct merge_page *out)
{
    return merges_list(rq, in, out);
}

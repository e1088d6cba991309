// SPDX-License-Identifier: Apache-2.0
// Kinds of service and rounding rules, as they are asked for.
#include "common/step/rows.h"
#include "services/timekeeping/store.h"

#define SERVICE_FILE "proto/timekeeping_kind.def"
#include "proto/handlers.inc"

bool kind_list(struct request *rq, const struct page *in, struct service_kind_page *out)
{
    struct paging paging = { .table = &service_kind_table };

    if (!page_read(rq, in, &paging))
        return false;
    *out = (struct service_kind_page){ .kinds = paging.rows,
                                       .kinds_count = paging.count,
                                       .more = paging.more };
    return true;
}

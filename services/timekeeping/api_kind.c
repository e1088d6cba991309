// SPDX-License-Identifier: Apache-2.0
// Kinds of service and rounding rules, as they are asked for.
#include "common/step/rows.h"
#include "services/timekeeping/kinds.h"
#include "services/timekeeping/store.h"

#define SERVICE_FILE "proto/timekeeping_kind.def"
#include "proto/handlers.inc"

// Whoever books knows all kinds, whatever rows they may see.
bool kind_list(struct request *rq, const struct page *in, struct service_kind_page *out)
{
    struct paging paging = { .table = &service_kind_table };
    struct scope own = rq->scope;

    rq->scope = scope_house;
    bool read = page_read(rq, in, &paging);
    rq->scope = own;
    if (!read)
        return false;
    *out = (struct service_kind_page){ .kinds = paging.rows,
                                       .kinds_count = paging.count,
                                       .more = paging.more };
    return true;
}

bool kind_add(struct request *rq, const struct kind_new *in, struct service_kind *out)
{
    return kinds_add(rq, in, out);
}

bool kind_edit(struct request *rq, const struct kind_change *in, struct service_kind *out)
{
    return kinds_edit(rq, in, out);
}

bool rule_set(struct request *rq, const struct rule_new *in, struct rounding_rule *out)
{
    return rules_set(rq, in, out);
}

bool rule_list(struct request *rq, const struct page *in, struct rounding_rule_page *out)
{
    struct paging paging = { .table = &rounding_rule_table };

    if (!page_read(rq, in, &paging))
        return false;
    *out = (struct rounding_rule_page){ .rules = paging.rows,
                                        .rules_count = paging.count,
                                        .more = paging.more };
    return true;
}

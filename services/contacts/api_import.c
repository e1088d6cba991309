// SPDX-License-Identifier: Apache-2.0
// Taking over contacts, one function for each method.
#include "common/step/rows.h"
#include "services/contacts/imports.h"
#include "services/contacts/store.h"

#define SERVICE_FILE "proto/contacts_import.def"
#include "proto/handlers.inc"

bool import_begin(struct request *rq, const struct import_begin_in *in, struct import *out)
{
    return imports_begin(rq, in, out);
}

bool import_rows(struct request *rq, const struct import_rows_in *in, struct import_result *out)
{
    return imports_rows(rq, in, out);
}

bool import_finish(struct request *rq, const struct by_id *in, struct import *out)
{
    return imports_finish(rq, in->id, out);
}

bool import_check(struct request *rq, const struct import_check_in *in, struct import_result *out)
{
    return imports_check(rq, in, out);
}

bool import_get(struct request *rq, const struct by_id *in, struct import *out)
{
    return row_find(rq, &import_table, in->id, out) ||
           fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_IMPORT_UNKNOWN, NULL);
}

bool import_list(struct request *rq, const struct page *in, struct import_page *out)
{
    struct paging paging = { .table = &import_table };
    if (!page_read(rq, in, &paging))
        return false;
    *out = (struct import_page){ paging.rows, paging.count, paging.more };
    return true;
}

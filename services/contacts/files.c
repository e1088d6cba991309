// SPDX-License-Identifier: Apache-2.0
// One file, looked up and written, with what follows from it.
#include "services/contacts/files.h"

#include "common/step/rows.h"
#include "services/contacts/file.h"
#include "services/contacts/identity.h"
#include "services/contacts/purge_notice.h"
#include "services/contacts/store_file.h"

#define SERVICE_FILE "proto/contacts_file.def"
#include "proto/handlers.inc"

bool file_visible(struct request *rq, struct id id, struct file *row)
{
    if (row_find(rq, &file_table, id, row) && file_shows(row, rq->actor))
        return true;
    return fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_FILE_UNKNOWN, NULL);
}

bool file_number_free(struct request *rq, const struct file *file)
{
    struct key key = file_number_key(file->client, file->number, rq->arena);
    struct file other;
    if (!table_get_by(rq->txn, &file_by_number, &file_table, &scope_house, &key, rq->arena,
                      &other) ||
        id_equal(other.id, file->id))
        return true;
    return fail(&rq->err, ERR_CONFLICT, "number", TEXT_FILE_NUMBER_TAKEN, file->number, NULL);
}

// Who takes part in a file is no mere caller any more: an announced deletion is void.
static bool parties_stay(struct request *rq, const struct file *file)
{
    for (size_t i = 0; i < file->parties_count; i++) {
        if (!purge_withdraw(rq, identity_now(rq, file->parties[i].contact)))
            return false;
    }
    return true;
}

bool file_write(struct request *rq, const struct file *row)
{
    if (!row_in_scope(rq, &file_table, row, "client") || !file_number_free(rq, row) ||
        !table_put(rq->txn, &file_table, row, &rq->err))
        return false;
    emit_file(rq, row, false);
    return parties_stay(rq, row);
}

// SPDX-License-Identifier: Apache-2.0
// Rows by id and pages of them.
#include "common/step/rows.h"

#include "common/wire/codec.h"

#define PAGE_ROWS 50
// A page must fit into a message beside its head.
#define PAGE_BYTES ((size_t)700 << 10)

bool row_find(struct request *rq, const struct table *table, struct id id, void *row)
{
    struct key key = key_of_id(id);
    return table_get(rq->txn, table, &rq->scope, &key, rq->arena, row);
}

bool row_in_scope(struct request *rq, const struct table *table, const void *row, const char *field)
{
    if (scope_sees(&rq->scope, table->record(), row))
        return true;
    return fail(&rq->err, ERR_FORBIDDEN, field, TEXT_OUT_OF_SCOPE, scope_text(&rq->scope).text,
                NULL);
}

int64_t row_first_version(struct request *rq)
{
    return log_head(rq->txn) + 1;
}

bool page_read(struct request *rq, const struct page *page, struct paging *paging)
{
    const struct record *record = paging->table->record();
    size_t limit = page->has_limit ? (size_t)page->limit : PAGE_ROWS;
    struct walk_options options = { .scope = &rq->scope };
    struct mp_writer writer;
    uint8_t *rows = arena_array(rq->arena, limit + 1, record->size);
    if (!rows)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    if (!id_is_zero(page->after))
        options.after = key_of_id(page->after);
    mp_writer_init(&writer);
    struct walk *walk = walk_open(rq->txn, paging->table, &options, rq->arena);
    while (!paging->more && walk_next(walk, rows + paging->count * record->size)) {
        encode(record, rows + paging->count * record->size, &writer);
        paging->more = paging->count == limit || (paging->count && writer.size > PAGE_BYTES);
        paging->count += !paging->more;
    }
    walk_close(walk);
    mp_writer_done(&writer);
    paging->rows = rows;
    return true;
}

size_t rows_fit(const struct record *record, const void *rows, size_t count)
{
    struct mp_writer writer;
    size_t fit = 0;
    mp_writer_init(&writer);
    while (fit < count && writer.size <= PAGE_BYTES)
        encode(record, (const uint8_t *)rows + fit++ * record->size, &writer);
    if (writer.size > PAGE_BYTES && fit > 1)
        fit--;
    mp_writer_done(&writer);
    return fit;
}

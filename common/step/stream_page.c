// SPDX-License-Identifier: Apache-2.0
// A page of the log that all streams of one pump share: fifty watchers decode a fact once.
#include <assert.h>

#include "common/step/stream_state.h"

#define PAGE_FACTS 500
#define PAGE_BYTES ((size_t)1 << 20)

void page_forget(struct stream_page *page)
{
    arena_reset(page->arena);
    page->facts = NULL;
    page->count = 0;
    page->first = 0;
}

static void page_load(struct stream_page *page, struct txn *txn, int64_t seq)
{
    const struct fact *facts = NULL;
    size_t count;

    page_forget(page);
    count = log_facts(txn, seq - 1, PAGE_FACTS, PAGE_BYTES, page->arena, &facts);
    page->facts = arena_array(page->arena, count, sizeof *page->facts);
    if (!page->facts)
        return;
    for (size_t i = 0; i < count; i++)
        page->facts[i].fact = &facts[i];
    page->count = count;
    page->first = seq;
}

struct page_fact *page_at(struct stream_page *page, struct txn *txn, int64_t seq)
{
    struct page_fact *entry;

    if (seq < page->first || seq >= page->first + (int64_t)page->count)
        page_load(page, txn, seq);
    if (page->count == 0)
        return NULL;
    entry = &page->facts[seq - page->first];
    // What the log has forgotten must not pass for what comes next.
    return entry->fact->seq == seq ? entry : NULL;
}

const void *page_row(struct stream_page *page, struct page_fact *entry, const struct record *record)
{
    struct err ignored = { .code = ERR_NONE };
    void *row;

    if (entry->row)
        return entry->row;
    row = arena_alloc(page->arena, record->size);
    if (row && decode(record, entry->fact->row, DECODE_LENIENT, page->arena, row, &ignored))
        entry->row = row;
    return entry->row;
}

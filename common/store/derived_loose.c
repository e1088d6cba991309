// SPDX-License-Identifier: Apache-2.0
// What a search must look at beside the postings: rows that are marked, documents that are pending,
// and, while the index is built, the rows that nobody has come to yet.
#include <stdlib.h>
#include <string.h>

#include "common/store/derived_seek.h"

#define ROWS_MAX 20000 // judged one by one for one search; the rest is left out, and it says so

static struct loose *loose_add(struct seek *seek, uint64_t ordinal, struct bytes key)
{
    if (seek->loose_count == seek->loose_room) {
        size_t room = seek->loose_room ? seek->loose_room * 2 : 256;
        struct loose *grown = arena_array(seek->arena, room, sizeof *grown);
        if (!grown)
            return NULL;
        if (seek->loose_count)
            memcpy(grown, seek->loose, seek->loose_count * sizeof *grown);
        seek->loose = grown;
        seek->loose_room = room;
    }
    struct loose *loose = &seek->loose[seek->loose_count++];
    *loose = (struct loose){ ordinal, SEEK_RANKS, key, DOC_TIME_NONE, false };
    return loose;
}

// Judges the row itself.
static bool add_row(struct seek *seek, uint64_t ordinal, struct bytes key, struct mp_writer *fresh)
{
    struct loose *loose = loose_add(seek, ordinal, key);
    struct sealed sealed;
    struct doc_view doc;
    if (!loose)
        return false;
    if (!row_get(seek->txn, &seek->slot->rows, key, &sealed) || sealed.ordinal != ordinal)
        return true; // gone
    const void *row = row_scratch(seek->txn, seek->slot, key, sealed.payload);
    if (!row)
        return true;
    mp_writer_reset(fresh);
    doc_make(seek->txn, seek->slot, key, row, fresh);
    if (doc_open(mp_writer_bytes(fresh), &doc)) {
        loose->rank = seek_judge(seek, &doc);
        loose->time = doc_time_of(&doc);
    }
    return true;
}

// During an import, or while an index of very many rows is built.
static bool is_enough(struct seek *seek)
{
    seek->crowded |= seek->loose_count >= ROWS_MAX;
    return seek->crowded;
}

static bool add_marked(struct seek *seek, struct mp_writer *fresh)
{
    struct scan scan;
    bool fits = true;
    struct raw_key from = ordinal_key('m', 0);
    bool found = scan_begin(&scan, seek->txn, seek->database, raw_bytes(&from));
    while (found && fits && scan.key.data[0] == 'm' && !is_enough(seek)) {
        struct bytes key;
        const char *wrong = entry_open(seek->database, scan.key, scan.value, &key);
        if (wrong)
            txn_fault_key(seek->txn, seek->database, scan.key, wrong);
        fits = wrong || add_row(seek, ordinal_of(scan.key), key, fresh);
        found = scan_next(&scan);
    }
    scan_end(&scan);
    return fits;
}

bool loose_marked(const struct seek *seek, uint64_t ordinal)
{
    struct raw_key key = ordinal_key('m', ordinal);
    struct bytes value;
    return database_get(seek->txn, seek->database, raw_bytes(&key), &value);
}

static bool add_pending(struct seek *seek)
{
    struct scan scan;
    bool fits = true;
    struct raw_key from = ordinal_key('p', 0);
    bool found = scan_begin(&scan, seek->txn, seek->database, raw_bytes(&from));
    while (found && fits && scan.key.data[0] == 'p') {
        uint64_t ordinal = ordinal_of(scan.key);
        struct raw_key key = ordinal_key('d', ordinal);
        struct sealed sealed;
        struct doc_view doc = { 0 };
        struct loose *loose = loose_add(seek, ordinal, (struct bytes){ NULL, 0 });
        bool outdated = seek->crowded && loose_marked(seek, ordinal);
        fits = loose != NULL;
        if (fits && !outdated && row_get(seek->txn, seek->database, raw_bytes(&key), &sealed) &&
            doc_open(sealed.payload, &doc)) {
            loose->key = doc.key;
            loose->time = doc_time_of(&doc);
            loose->documented = true;
            loose->rank = seek_judge(seek, &doc);
        }
        found = scan_next(&scan);
    }
    scan_end(&scan);
    return fits;
}

static bool add_unmarked(struct seek *seek, struct mp_writer *fresh)
{
    struct control control;
    struct scan scan;
    control_get(seek->txn, seek->slot, &control);
    bool fresh_version = control.version == derived_version(seek->slot->table);
    if (fresh_version && !control.building)
        return true;
    struct bytes place = fresh_version ? control.place : (struct bytes){ NULL, 0 };
    bool fits = true, found = scan_begin(&scan, seek->txn, &seek->slot->rows, place);
    while (found && fits && !is_enough(seek)) {
        struct sealed sealed;
        const char *wrong = row_open(&seek->slot->rows, scan.key, scan.value, &sealed);
        if (wrong)
            txn_fault_key(seek->txn, &seek->slot->rows, scan.key, wrong);
        else
            fits = add_row(seek, sealed.ordinal, scan.key, fresh);
        found = scan_next(&scan);
    }
    scan_end(&scan);
    return fits;
}

static int compare(const void *a, const void *b)
{
    const struct loose *x = a, *y = b;
    return (x->ordinal > y->ordinal) - (x->ordinal < y->ordinal);
}

// Sorted, each document once.
static void loose_sort(struct seek *seek)
{
    size_t kept = 0;
    if (seek->loose_count)
        qsort(seek->loose, seek->loose_count, sizeof *seek->loose, compare);
    for (size_t i = 0; i < seek->loose_count; i++) {
        if (kept && seek->loose[kept - 1].ordinal == seek->loose[i].ordinal)
            continue;
        seek->loose[kept++] = seek->loose[i];
    }
    seek->loose_count = kept;
}

static bool is_known(const struct seek *seek, size_t count, uint64_t ordinal)
{
    struct loose wanted = { .ordinal = ordinal };
    return count && bsearch(&wanted, seek->loose, count, sizeof wanted, compare);
}

bool loose_gather(struct seek *seek)
{
    struct mp_writer fresh;
    mp_writer_init(&fresh);
    bool fits = add_marked(seek, &fresh) && add_unmarked(seek, &fresh);
    mp_writer_done(&fresh);
    if (!fits)
        return false;
    loose_sort(seek);
    // Pending documents of marked rows are outdated.
    size_t judged = seek->loose_count;
    fits = add_pending(seek);
    size_t kept = judged;
    for (size_t i = judged; i < seek->loose_count; i++) {
        if (!is_known(seek, judged, seek->loose[i].ordinal))
            seek->loose[kept++] = seek->loose[i];
    }
    seek->loose_count = kept;
    loose_sort(seek);
    return fits;
}

const struct loose *loose_find(const struct seek *seek, uint64_t ordinal)
{
    size_t least = 0, beyond = seek->loose_count;
    while (least < beyond) {
        size_t middle = (least + beyond) / 2;
        if (seek->loose[middle].ordinal == ordinal)
            return &seek->loose[middle];
        if (seek->loose[middle].ordinal < ordinal)
            least = middle + 1;
        else
            beyond = middle;
    }
    return NULL;
}

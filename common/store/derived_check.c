// SPDX-License-Identifier: Apache-2.0
// The fsck of a derived index: documents are made again from rows, posting lists from documents.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/store/derived_internal.h"

#define PAGE_ROWS  1000
#define FAULT_TEXT 512

struct inspection {
    struct store *store;
    struct txn *txn;
    const struct slot *slot;
    const struct database *database;
    check_listener *listener;
    void *context;
    uint64_t faults;
    struct mp_writer fresh;
};

static void report(struct inspection *in, struct bytes key, const char *why)
{
    char text[FAULT_TEXT];
    in->faults++;
    snprintf(text, sizeof text, "%s %s: %s", in->database->name, key_text(key).text, why);
    if (in->listener)
        in->listener(in->context, text);
}

// A value without the sticky faults; NULL when it is whole.
static const char *value_get(struct inspection *in, const struct raw_key *key, bool *ret_found,
                             struct bytes *out)
{
    struct bytes value;
    struct sealed sealed;
    *out = (struct bytes){ NULL, 0 };
    *ret_found = database_get(in->txn, in->database, raw_bytes(key), &value);
    if (!*ret_found)
        return NULL;
    const char *wrong = row_open(in->database, raw_bytes(key), value, &sealed);
    if (!wrong)
        *out = sealed.payload;
    return wrong;
}

static bool same(struct bytes a, struct bytes b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

// --- rows against documents

static bool row_is_open(struct inspection *in, const struct control *control, struct bytes key,
                        uint64_t ordinal)
{
    struct raw_key mark = ordinal_key('m', ordinal);
    struct bytes value;
    size_t least = key.size < control->place.size ? key.size : control->place.size;
    if (database_get(in->txn, in->database, raw_bytes(&mark), &value))
        return true;
    if (!control->building)
        return false;
    int order = least ? memcmp(key.data, control->place.data, least) : 1;
    return order > 0;
}

static void check_row(struct inspection *in, const struct control *control, const struct scan *scan)
{
    struct sealed sealed;
    struct bytes payload;
    bool found;
    if (row_open(&in->slot->rows, scan->key, scan->value, &sealed))
        return; // told by the table's own check
    if (row_is_open(in, control, scan->key, sealed.ordinal))
        return;
    const void *row = row_scratch(in->txn, in->slot, scan->key, sealed.payload);
    if (!row)
        return;
    struct raw_key key = ordinal_key('d', sealed.ordinal);
    mp_writer_reset(&in->fresh);
    doc_make(in->txn, in->slot, scan->key, row, &in->fresh);
    const char *wrong = value_get(in, &key, &found, &payload);
    if (!wrong && !found)
        wrong = "a row has no document";
    if (!wrong && !same(payload, mp_writer_bytes(&in->fresh)))
        wrong = "the document does not follow from its row";
    if (wrong)
        report(in, raw_bytes(&key), wrong);
}

static void check_document(struct inspection *in, const struct scan *scan)
{
    struct sealed sealed, row;
    struct doc_view doc;
    struct bytes value;
    uint64_t ordinal = ordinal_of(scan->key);
    struct raw_key mark = ordinal_key('m', ordinal);
    const char *wrong = row_open(in->database, scan->key, scan->value, &sealed);
    if (!wrong && !doc_open(sealed.payload, &doc))
        wrong = "not a document";
    if (!wrong && !database_get(in->txn, in->database, raw_bytes(&mark), &value) &&
        (!database_get(in->txn, &in->slot->rows, doc.key, &value) ||
         (!row_open(&in->slot->rows, doc.key, value, &row) && row.ordinal != ordinal)))
        wrong = "the document's row is missing";
    if (wrong)
        report(in, scan->key, wrong);
}

// --- documents against posting lists

struct pair {
    uint64_t term;
    uint16_t place;
};

struct pairs {
    struct pair *items;
    size_t count, room;
};

// The terms of the document as the postings have it, and its time.
static void add_pairs(struct inspection *in, uint64_t ordinal, struct terms *terms,
                      struct pairs *out, int64_t *ret_time)
{
    struct raw_key pending = ordinal_key('p', ordinal), key = ordinal_key('d', ordinal);
    struct bytes payload;
    struct doc_view doc;
    bool found;
    const char *wrong = value_get(in, &pending, &found, &payload);
    if (!wrong && !found)
        wrong = value_get(in, &key, &found, &payload);
    if (wrong || !doc_open(payload, &doc))
        return; // told by another pass
    terms_collect(&doc, terms);
    *ret_time = doc_time_of(&doc);
    if (out->room < out->count + terms->count) {
        out->room = 2 * (out->count + terms->count);
        out->items = realloc(out->items, out->room * sizeof *out->items);
        if (!out->items)
            abort();
    }
    for (size_t i = 0; i < terms->count; i++)
        out->items[out->count++] = (struct pair){ terms->items[i], place_of(ordinal) };
}

static int compare(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    if (x->term != y->term)
        return x->term > y->term ? 1 : -1;
    return (x->place > y->place) - (x->place < y->place);
}

static bool in_segment(const struct scan *scan, uint32_t segment)
{
    const uint8_t *at = scan->key.data;
    return scan->key.size == 12 && at[0] == 's' &&
           ((uint32_t)at[1] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 8 | at[4]) ==
               segment;
}

static void check_list(struct inspection *in, const struct scan *scan, struct pairs *pairs,
                       size_t *at)
{
    struct sealed sealed;
    struct set have = { { 0 } }, want = { { 0 } };
    uint64_t term = 0;
    for (size_t i = 5; i < 12; i++)
        term = term << 8 | scan->key.data[i];
    const char *wrong = row_open(in->database, scan->key, scan->value, &sealed);
    if (!wrong && !set_add(&have, sealed.payload))
        wrong = "not a posting list";
    if (*at < pairs->count && pairs->items[*at].term < term)
        wrong = "the posting list before this one is missing";
    while (*at < pairs->count && pairs->items[*at].term < term)
        ++*at;
    for (; *at < pairs->count && pairs->items[*at].term == term; ++*at)
        set_bit(&want, pairs->items[*at].place, true);
    if (!wrong && memcmp(&have, &want, sizeof have) != 0)
        wrong = "the posting list does not follow from the documents";
    if (wrong)
        report(in, scan->key, wrong);
}

static void check_times(struct inspection *in, uint32_t segment, const struct times *want)
{
    struct times *have = malloc(sizeof *have);
    struct raw_key key = times_key(segment);
    struct bytes payload;
    bool found;
    if (!have)
        abort();
    times_none(have);
    const char *wrong = value_get(in, &key, &found, &payload);
    if (!wrong && found && !times_open(payload, have))
        wrong = "not the times of a segment";
    if (!wrong && memcmp(have->at, want->at, sizeof have->at) != 0)
        wrong = "the times do not follow from the documents";
    if (wrong)
        report(in, raw_bytes(&key), wrong);
    free(have);
}

static void check_segment(struct inspection *in, uint32_t segment)
{
    struct times *times = malloc(sizeof *times);
    struct pairs pairs = { 0 };
    struct terms terms = { 0 };
    struct scan scan;
    size_t at = 0;
    if (!times)
        abort();
    times_none(times);
    for (uint64_t place = 0; place < SEGMENT_SIZE; place++)
        add_pairs(in, (uint64_t)segment << SEGMENT_BITS | place, &terms, &pairs, &times->at[place]);
    check_times(in, segment, times);
    free(times);
    if (pairs.count)
        qsort(pairs.items, pairs.count, sizeof *pairs.items, compare);
    struct raw_key from = posting_key(segment, 0);
    bool found = scan_begin(&scan, in->txn, in->database, raw_bytes(&from));
    while (found && in_segment(&scan, segment)) {
        check_list(in, &scan, &pairs, &at);
        found = scan_next(&scan);
    }
    scan_end(&scan);
    if (at < pairs.count)
        report(in, raw_bytes(&from), "the last posting lists of this segment are missing");
    free(pairs.items);
    terms_done(&terms);
}

// --- page by page

// Up to PAGE_ROWS rows, or documents, behind `place`.
static bool check_page(struct inspection *in, bool rows, struct raw_key *place)
{
    struct control control;
    struct scan scan;
    size_t count = 0;
    struct raw_key after = *place;
    control_get(in->txn, in->slot, &control);
    if (control.version != derived_version(in->slot->table))
        return false; // to be built anew
    bool found =
        scan_begin(&scan, in->txn, rows ? &in->slot->rows : in->database, raw_bytes(place));
    if (found && after.size && same(scan.key, raw_bytes(&after)))
        found = scan_next(&scan);
    while (found && count++ < PAGE_ROWS && (rows || scan.key.data[0] == 'd')) {
        if (rows)
            check_row(in, &control, &scan);
        else
            check_document(in, &scan);
        raw_init(place);
        raw_add(place, scan.key);
        found = scan_next(&scan);
    }
    found = found && (rows || scan.key.data[0] == 'd');
    scan_end(&scan);
    return found;
}

static bool begin(struct inspection *in, struct err *err)
{
    in->txn = store_read(in->store, err);
    return in->txn != NULL;
}

static void end(struct inspection *in)
{
    if (*txn_fault(in->txn))
        report(in, (struct bytes){ NULL, 0 }, txn_fault(in->txn));
    txn_drop(in->txn);
    in->txn = NULL;
}

static bool check_pages(struct inspection *in, bool rows, struct err *err)
{
    struct raw_key place;
    bool more = true;
    raw_init(&place);
    if (!rows)
        place = ordinal_key('d', 0);
    while (more) {
        if (!begin(in, err))
            return false;
        more = check_page(in, rows, &place);
        end(in);
    }
    return true;
}

static bool check_segments(struct inspection *in, struct err *err)
{
    uint64_t segments = 1;
    for (uint64_t i = 0; i < segments; i++) {
        struct control control;
        if (!begin(in, err))
            return false;
        control_get(in->txn, in->slot, &control);
        segments = (txn_next_ordinal(in->txn, in->slot) >> SEGMENT_BITS) + 1;
        if (control.version == derived_version(in->slot->table))
            check_segment(in, (uint32_t)i);
        end(in);
    }
    return true;
}

bool derived_check(struct store *store, const struct table *table, check_listener *listener,
                   void *context, uint64_t *ret_faults, struct err *err)
{
    struct inspection in = { .store = store, .listener = listener, .context = context };
    for (size_t i = 0; i < store->slot_count; i++) {
        if (store->slots[i].table == table)
            in.slot = &store->slots[i];
    }
    in.database = &in.slot->derived;
    mp_writer_init(&in.fresh);
    bool done = !in.database->present || (check_pages(&in, true, err) &&
                                          check_pages(&in, false, err) && check_segments(&in, err));
    mp_writer_done(&in.fresh);
    *ret_faults = in.faults;
    return done;
}

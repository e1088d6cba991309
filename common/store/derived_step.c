// SPDX-License-Identifier: Apache-2.0
// Keeping a derived index up with its table: marks become documents, documents become postings.
#include <stdlib.h>
#include <string.h>

#include "common/store/derived_internal.h"
#include "common/wire/codec.h"

#define BUILD_STEP  500
#define DOC_MEMORY  ((size_t)16 << 20)
#define CONTROL_KEY ((struct bytes){ (const uint8_t *)"c", 1 })

// One piece of work.
struct step {
    struct txn *txn;
    const struct slot *slot;
    const struct database *database;
    struct arena *arena;
};

// --- control
void control_get(struct txn *txn, const struct slot *slot, struct control *out)
{
    struct sealed sealed;
    *out = (struct control){ 0 };
    if (!row_get(txn, &slot->derived, CONTROL_KEY, &sealed))
        return;
    if (sealed.payload.size < 9) {
        txn_fault_key(txn, &slot->derived, CONTROL_KEY, "too short");
        return;
    }
    for (int i = 0; i < 8; i++)
        out->version = (int64_t)((uint64_t)out->version << 8 | sealed.payload.data[i]);
    out->building = sealed.payload.data[8] != 0;
    out->place = (struct bytes){ sealed.payload.data + 9, sealed.payload.size - 9 };
}

static void control_put(const struct step *step, const struct control *control)
{
    uint8_t bytes[9];
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)((uint64_t)control->version >> (56 - 8 * i));
    bytes[8] = control->building;
    struct mp_writer *out = row_begin(step->txn, step->database, 0);
    mp_raw(out, (struct bytes){ bytes, sizeof bytes });
    mp_raw(out, control->place);
    row_put(step->txn, step->database, CONTROL_KEY);
}

void derived_mark(struct txn *txn, const struct slot *slot, uint64_t ordinal, struct bytes key)
{
    struct raw_key mark = ordinal_key('m', ordinal);
    entry_put(txn, &slot->derived, raw_bytes(&mark), key);
}

void derived_forget(struct txn *txn, const struct table *table)
{
    database_clear(txn, &slot_of(txn, table)->derived);
}

// --- marks: the documents of changed rows

struct marked {
    uint64_t ordinal;
    struct bytes key;
};

static size_t marks_take(const struct step *step, struct marked *marks, size_t most)
{
    struct scan scan;
    size_t count = 0;
    struct raw_key from = ordinal_key('m', 0);
    bool found = scan_begin(&scan, step->txn, step->database, raw_bytes(&from));
    while (found && count < most && scan.key.data[0] == 'm') {
        struct bytes key;
        const char *wrong = entry_open(step->database, scan.key, scan.value, &key);
        if (wrong) {
            txn_fault_key(step->txn, step->database, scan.key, wrong);
            break;
        }
        marks[count].ordinal = ordinal_of(scan.key);
        const char *copy = arena_text(step->arena, key.data, key.size);
        marks[count++].key = (struct bytes){ (const uint8_t *)copy, copy ? key.size : 0 };
        found = scan_next(&scan);
    }
    scan_end(&scan);
    return count;
}

static bool same(struct bytes a, struct bytes b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static void put_bytes(const struct step *step, const struct raw_key *key, uint64_t ordinal,
                      struct bytes payload)
{
    mp_raw(row_begin(step->txn, step->database, ordinal), payload);
    row_put(step->txn, step->database, raw_bytes(key));
}

// The row decoded in scratch memory; NULL when there is none of this ordinal, or none that can be
// read: such a one is told by whoever needs it, and must not keep the service from writing.
static const void *marked_row(const struct step *step, const struct marked *mark)
{
    const struct record *record = step->slot->table->record();
    struct arena *arena = txn_scratch(step->txn)->arena;
    struct bytes value;
    struct sealed row;
    struct err err = { 0 };
    if (!database_get(step->txn, &step->slot->rows, mark->key, &value) ||
        row_open(&step->slot->rows, mark->key, value, &row) || row.ordinal != mark->ordinal)
        return NULL;
    arena_reset(arena);
    void *out = arena_alloc(arena, record->size);
    return out && decode(record, row.payload, DECODE_LENIENT, arena, out, &err) ? out : NULL;
}

static void mark_settle(const struct step *step, const struct marked *mark, struct mp_writer *fresh)
{
    struct raw_key doc_key = ordinal_key('d', mark->ordinal);
    struct raw_key pending_key = ordinal_key('p', mark->ordinal);
    struct raw_key mark_key = ordinal_key('m', mark->ordinal);
    struct sealed before = { 0 }, pending;
    const void *row = marked_row(step, mark);
    mp_writer_reset(fresh);
    if (row)
        doc_make(step->txn, step->slot, mark->key, row, fresh);
    if (!txn_sound(step->txn))
        return;
    (void)row_get(step->txn, step->database, raw_bytes(&doc_key), &before);
    if (!same(before.payload, mp_writer_bytes(fresh))) {
        if (!row_get(step->txn, step->database, raw_bytes(&pending_key), &pending))
            put_bytes(step, &pending_key, mark->ordinal, before.payload);
        if (fresh->size)
            put_bytes(step, &doc_key, mark->ordinal, mp_writer_bytes(fresh));
        else
            (void)database_del(step->txn, step->database, raw_bytes(&doc_key));
    }
    (void)database_del(step->txn, step->database, raw_bytes(&mark_key));
}

static size_t marks_step(const struct step *step)
{
    struct marked *marks = arena_array(step->arena, MARKS_STEP, sizeof *marks);
    struct mp_writer fresh;
    if (!marks)
        return 0;
    mp_writer_init(&fresh);
    size_t count = marks_take(step, marks, MARKS_STEP);
    for (size_t i = 0; i < count && txn_sound(step->txn); i++)
        mark_settle(step, &marks[i], &fresh);
    mp_writer_done(&fresh);
    return count;
}

// --- pending: from documents to postings

// A document comes to a term's list, or goes from it.
struct posting {
    uint64_t term;
    uint16_t place;
    bool comes;
};

struct postings {
    struct posting *items;
    size_t count, room;
};

static void postings_add(struct postings *postings, uint64_t term, uint16_t place, bool comes)
{
    if (postings->count == postings->room) {
        postings->room = postings->room ? postings->room * 2 : 4096;
        postings->items = realloc(postings->items, postings->room * sizeof *postings->items);
        if (!postings->items)
            abort();
    }
    postings->items[postings->count++] = (struct posting){ term, place, comes };
}

// What one set of terms has more, or less, than the other.
static void postings_differ(struct postings *out, uint16_t place, struct terms *before,
                            struct terms *after)
{
    size_t b = 0, a = 0;
    if (before->count > 0) { // all of a new document comes, in whatever order
        terms_sort(before);
        terms_sort(after);
    }
    while (b < before->count || a < after->count) {
        if (b == before->count || (a < after->count && after->items[a] < before->items[b]))
            postings_add(out, after->items[a++], place, true);
        else if (a == after->count || before->items[b] < after->items[a])
            postings_add(out, before->items[b++], place, false);
        else
            a++, b++;
    }
}

// By term, a byte at a time from the last: several times as fast as comparing.
static void postings_sort(struct postings *postings)
{
    struct posting *from = postings->items, *to = malloc(postings->count * sizeof *to);
    if (!to)
        abort();
    for (int shift = 0; shift < 56; shift += 8) {
        size_t starts[257] = { 0 };
        for (size_t i = 0; i < postings->count; i++)
            starts[(from[i].term >> shift & 0xFF) + 1]++;
        for (size_t i = 0; i < 256; i++)
            starts[i + 1] += starts[i];
        for (size_t i = 0; i < postings->count; i++)
            to[starts[from[i].term >> shift & 0xFF]++] = from[i];
        struct posting *kept = from;
        from = to;
        to = kept;
    }
    postings->items = from;
    postings->room = postings->count;
    free(to);
}

// And its time.
static void doc_terms(const struct step *step, const struct raw_key *key, struct terms *terms,
                      int64_t *ret_time)
{
    struct sealed sealed;
    struct doc_view doc;
    terms->count = 0;
    *ret_time = DOC_TIME_NONE;
    if (!row_get(step->txn, step->database, raw_bytes(key), &sealed))
        return;
    if (doc_open(sealed.payload, &doc)) {
        terms_collect(&doc, terms);
        *ret_time = doc_time_of(&doc);
    } else {
        txn_fault_key(step->txn, step->database, raw_bytes(key), "not a document");
    }
}

// The pending documents of the first segment that has some. False when fewer are pending than are
// worth it.
static size_t pending_take(const struct step *step, uint64_t *ordinals, bool *ret_worth)
{
    struct scan scan;
    size_t count = 0, seen = 0;
    struct raw_key from = ordinal_key('p', 0);
    bool found = scan_begin(&scan, step->txn, step->database, raw_bytes(&from));
    while (found && seen < PENDING_LEAST && scan.key.data[0] == 'p') {
        uint64_t ordinal = ordinal_of(scan.key);
        if (count < PENDING_STEP && (count == 0 || segment_of(ordinal) == segment_of(ordinals[0])))
            ordinals[count++] = ordinal;
        seen++;
        found = scan_next(&scan);
    }
    scan_end(&scan);
    *ret_worth = seen == PENDING_LEAST;
    return count;
}

// All changes of one term's list.
static void list_change(const struct step *step, uint32_t segment, const struct posting *items,
                        size_t count)
{
    struct set set = { { 0 } };
    struct raw_key key = posting_key(segment, items[0].term);
    posting_read(step->txn, step->database, segment, items[0].term, &set);
    for (size_t i = 0; i < count; i++)
        set_bit(&set, items[i].place, items[i].comes);
    if (!txn_sound(step->txn))
        return;
    if (set_empty(&set)) {
        (void)database_del(step->txn, step->database, raw_bytes(&key));
        return;
    }
    set_write(&set, row_begin(step->txn, step->database, 0));
    row_put(step->txn, step->database, raw_bytes(&key));
}

static void postings_write(const struct step *step, uint32_t segment, struct postings *postings)
{
    if (postings->count == 0)
        return;
    postings_sort(postings);
    for (size_t i = 0, end; i < postings->count && txn_sound(step->txn); i = end) {
        end = i + 1;
        while (end < postings->count && postings->items[end].term == postings->items[i].term)
            end++;
        list_change(step, segment, &postings->items[i], end - i);
    }
}

// What all these documents of one segment change in its posting lists and times.
static void pending_settle(const struct step *step, const uint64_t *ordinals, size_t count,
                           struct postings *postings)
{
    struct times *times = arena_alloc(step->arena, sizeof *times);
    struct terms before = { 0 }, after = { 0 };
    bool changed = false;
    if (!times)
        abort(); // the arena of a step is far larger
    times_none(times);
    (void)times_read(step->txn, step->database, segment_of(ordinals[0]), times);
    for (size_t i = 0; i < count && txn_sound(step->txn); i++) {
        struct raw_key pending = ordinal_key('p', ordinals[i]), doc = ordinal_key('d', ordinals[i]);
        uint16_t place = place_of(ordinals[i]);
        int64_t old_time, new_time;
        doc_terms(step, &pending, &before, &old_time);
        doc_terms(step, &doc, &after, &new_time);
        postings_differ(postings, place, &before, &after);
        changed |= times->at[place] != new_time;
        times->at[place] = new_time;
        (void)database_del(step->txn, step->database, raw_bytes(&pending));
    }
    if (changed && txn_sound(step->txn))
        times_write(step->txn, step->database, segment_of(ordinals[0]), times);
    terms_done(&before);
    terms_done(&after);
}

static bool pending_step(const struct step *step)
{
    uint64_t *ordinals = arena_array(step->arena, PENDING_STEP, sizeof *ordinals);
    struct postings postings = { 0 };
    bool worth = false;
    size_t count = ordinals ? pending_take(step, ordinals, &worth) : 0;
    if (worth && count)
        pending_settle(step, ordinals, count, &postings);
    if (worth && txn_sound(step->txn))
        postings_write(step, segment_of(ordinals[0]), &postings);
    free(postings.items);
    return worth;
}

// --- building: all rows are marked, a piece at a time

static bool build_step(const struct step *step, struct control *control)
{
    struct scan scan;
    size_t count = 0;
    struct raw_key last;
    raw_init(&last);
    raw_add(&last, control->place);
    bool found = scan_begin(&scan, step->txn, &step->slot->rows, raw_bytes(&last));
    if (found && last.size && same(scan.key, raw_bytes(&last)))
        found = scan_next(&scan);
    while (found && count++ < BUILD_STEP) {
        struct sealed sealed;
        raw_init(&last);
        raw_add(&last, scan.key);
        if (!row_open(&step->slot->rows, scan.key, scan.value, &sealed))
            derived_mark(step->txn, step->slot, sealed.ordinal, raw_bytes(&last));
        found = scan_next(&scan);
    }
    scan_end(&scan);
    control->building = found;
    control->place = found ? raw_bytes(&last) : (struct bytes){ NULL, 0 };
    control_put(step, control);
    return true;
}

static bool step_run(const struct step *step)
{
    struct control control;
    control_get(step->txn, step->slot, &control);
    bool *broken = &step->txn->store->slots[step->slot - step->txn->store->slots].derived_broken;
    if (control.version != derived_version(step->slot->table) || *broken) {
        database_clear(step->txn, step->database);
        control =
            (struct control){ .version = derived_version(step->slot->table), .building = true };
        *broken = false;
        return build_step(step, &control);
    }
    if (marks_step(step) > 0 || pending_step(step))
        return true;
    return control.building && build_step(step, &control);
}

bool derived_step(struct txn *txn, const struct table *table)
{
    if (!table->derived || !txn_sound(txn))
        return false;
    struct step step = { .txn = txn, .slot = slot_of(txn, table) };
    step.database = &step.slot->derived;
    step.arena = arena_new(DOC_MEMORY);
    bool more = step_run(&step);
    arena_free(step.arena);
    // Damage is met once: the batch is refused, and the next step begins anew.
    txn->store->slots[step.slot - txn->store->slots].derived_broken = txn->fault == COMMIT_DAMAGED;
    return more && txn_sound(txn);
}

size_t derived_backlog(struct txn *txn, const struct table *table, size_t most)
{
    const struct database *database = &slot_of(txn, table)->derived;
    struct scan scan;
    size_t count = 0;
    struct raw_key from = ordinal_key('m', 0);
    bool found = scan_begin(&scan, txn, database, raw_bytes(&from));
    while (found && count < most && scan.key.data[0] == 'm') {
        count++;
        found = scan_next(&scan);
    }
    scan_end(&scan);
    return count;
}

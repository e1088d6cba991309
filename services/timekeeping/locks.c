// SPDX-License-Identifier: Apache-2.0
// Two kinds of work: pinning what a new run wants, and sweeping over what a run has after billing
// has said something. Each is one job for a run (or a run's customer), begun again from its start
// whenever there is a new reason.
#include "services/timekeeping/locks.h"

#include <string.h>

#include "common/step/job.h"
#include "common/store/log.h"
#include "common/wire/codec.h"
#include "services/timekeeping/blocks.h"
#include "services/timekeeping/entry.h"
#include "services/timekeeping/entry_clock.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/lock_marks.h"
#include "services/timekeeping/rounding.h"
#include "services/timekeeping/store_entry.h"

#define CHUNK_ENTRIES 80   // written in one step, with the rows of their blocks
#define CHUNK_READ    1000 // looked at in one step
#define PHASE_PIN     1
#define PHASE_COUNT   2

static const struct id none;

// --- rows
static bool lock_get(struct request *rq, struct id run, struct billing_lock *ret)
{
    struct key key = key_of_id(run);

    return table_get(rq->txn, &billing_lock_table, &scope_house, &key, rq->arena, ret);
}

static bool lock_write(struct request *rq, struct billing_lock *lock)
{
    lock->version++;
    lock->edited_at = rq->now_us;
    if (!table_put(rq->txn, &billing_lock_table, lock, &rq->err))
        return false;
    emit(rq, "billing_lock", lock, false);
    return true;
}

static bool run_get(struct request *rq, struct id id, struct billing_run *ret)
{
    struct key key = key_of_id(id);

    return table_get(rq->txn, &kept_run_table, &scope_house, &key, rq->arena, ret);
}

// --- what a lock means
static bool has_customer(struct request *rq, const struct billing_lock *lock, struct id customer)
{
    if (lock->customers_count == 0)
        return true;
    struct id now = kept_contact_now(rq, customer);
    for (size_t i = 0; i < lock->customers_count; i++) {
        if (id_equal(lock->customers[i], customer) || id_equal(lock->customers[i], now))
            return true;
    }
    return false;
}

static bool wants(struct request *rq, const struct billing_lock *lock, const struct entry *entry)
{
    if (entry->state != entry_state_OPEN || entry->began_at >= lock->cut_off ||
        (lock->has_from && entry->began_at < lock->from) || id_equal(entry->after_run, lock->id))
        return false;
    return (id_is_zero(lock->client) || id_equal(lock->client, entry->client)) &&
           has_customer(rq, lock, entry->customer);
}

// One lock that pins now, against one change.
static bool lock_admits(struct request *rq, const struct billing_lock *lock,
                        const struct entry *before, struct entry *after)
{
    if (before && wants(rq, lock, before))
        return fail(&rq->err, ERR_CONFLICT, "id", TEXT_ENTRY_LOCKED, id_text(lock->id).text, NULL);
    if (!wants(rq, lock, after))
        return true;
    if (!id_is_zero(after->after_run)) {
        struct billing_lock other;
        if (lock_get(rq, after->after_run, &other) && other.state == lock_state_PINNING)
            return fail(&rq->err, ERR_CONFLICT, NULL, TEXT_ENTRY_TWO_RUNS, NULL);
    }
    after->after_run = lock->id;
    return true;
}

bool locks_admit(struct request *rq, const struct entry *before, struct entry *after)
{
    struct walk_options options = { .index = billing_lock_pinning, .scope = &scope_house };
    struct billing_lock lock;
    bool admitted = !before || entry_is_free(before, &rq->err);

    if (!admitted)
        return false;
    struct walk *walk = walk_open(rq->txn, &billing_lock_table, &options, rq->arena);
    while (admitted && walk_next(walk, &lock))
        admitted = lock_admits(rq, &lock, before, after);
    walk_close(walk);
    return admitted;
}

// --- the state that follows from run and voucher
// What follows for an entry that a run has. False when it is already so.
static bool follow_run(struct request *rq, struct lock_marks *marks, struct entry *entry)
{
    struct entry before = *entry;
    struct billing_run run;
    const struct voucher_mark *mark = lock_mark_of(rq, marks, entry);

    if (mark) {
        entry->state = entry_state_BILLED;
        entry->voucher = mark->number;
        return before.state != entry->state || !before.voucher ||
               strcmp(before.voucher, mark->number) != 0;
    }
    entry->voucher = NULL;
    if (run_get(rq, entry->run, &run) && run.state == run_state_OPEN) {
        entry->state = entry_state_LOCKED;
        return before.state != entry->state || before.voucher;
    }
    entry->state = entry_state_OPEN;
    entry->run = entry->after_run = none;
    return true;
}

// --- work: how far a job is, as the bytes of its place
struct work {
    uint8_t phase;    // of pinning: PHASE_PIN, PHASE_COUNT
    uint8_t customer; // 1: only entries of `of`, else the whole run
    struct id run, of;
    struct id after_row; // behind which the next chunk begins; none: at the start
    struct key after;
};
#define WORK_HEAD (2 + 3 * sizeof(struct id))

static bool work_keep(struct request *rq, struct job *job, const struct work *work)
{
    size_t size = WORK_HEAD + work->after.size;
    uint8_t *bytes = arena_alloc(rq->arena, size);

    if (!bytes)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    bytes[0] = work->phase;
    bytes[1] = work->customer;
    memcpy(bytes + 2, &work->run, sizeof work->run);
    memcpy(bytes + 2 + sizeof work->run, &work->of, sizeof work->of);
    memcpy(bytes + 2 + 2 * sizeof work->run, &work->after_row, sizeof work->after_row);
    memcpy(bytes + WORK_HEAD, work->after.bytes, work->after.size);
    job->place = (struct bytes){ bytes, size };
    return true;
}

static void work_read(const struct job *job, struct work *work)
{
    const uint8_t *bytes = job->place.data;

    *work = (struct work){ .phase = bytes[0], .customer = bytes[1] };
    memcpy(&work->run, bytes + 2, sizeof work->run);
    memcpy(&work->of, bytes + 2 + sizeof work->run, sizeof work->of);
    memcpy(&work->after_row, bytes + 2 + 2 * sizeof work->run, sizeof work->after_row);
    work->after.size = job->place.size - WORK_HEAD;
    memcpy(work->after.bytes, bytes + WORK_HEAD, work->after.size);
}

// One job of a kind for a run (or its customer): told again, it begins again.
static bool work_begin(struct request *rq, const char *kind, const struct work *work)
{
    const char *name = arena_format(rq->arena, "%s %s %d %s", kind, id_text(work->run).text,
                                    work->customer, id_text(work->of).text);
    struct job job = { .kind = kind, .begun_at = rq->now_us };

    if (!name || !work_keep(rq, &job, work))
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    job.id = id_of_name("billing work", name);
    return table_put(rq->txn, &job_table, &job, &rq->err);
}

// For the entries that the mark names, wherever they are.
static bool mark_begin(struct request *rq, struct id mark)
{
    return work_begin(rq, "entry_mark", &(struct work){ .run = mark });
}

static bool sweep_begin(struct request *rq, struct id run, const struct id *customer)
{
    struct work work = { .run = run, .customer = customer != NULL };

    if (customer)
        work.of = *customer;
    return work_begin(rq, "entry_sweep", &work);
}

// --- a chunk of entries, read before any is written
struct chunk {
    struct request *rq;
    struct entry *entries;
    size_t count, most;
    bool last;
};

// What is wanted of the next rows behind work->after, which moves on.
static bool chunk_read(struct chunk *chunk, struct work *work, struct walk_options options,
                       const struct billing_lock *lock)
{
    struct request *rq = chunk->rq;
    struct entry row;
    size_t looked_at = 0;

    chunk->entries = arena_array(rq->arena, chunk->most, sizeof *chunk->entries);
    if (!chunk->entries)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    options.scope = &scope_house;
    options.after = work->after;
    options.after_row = work->after_row;
    struct walk *walk = walk_open(rq->txn, &entry_table, &options, rq->arena);
    chunk->last = true;
    while (walk_next(walk, &row)) {
        if (lock && row.began_at >= lock->cut_off)
            break;
        work->after_row = row.id;
        work->after =
            lock ? entry_place_key(none, row.began_at) : entry_run_key(row.run, row.customer);
        bool counting = row.has_counting && row.counting;
        if (!lock || (!counting && wants(rq, lock, &row)))
            chunk->entries[chunk->count++] = row;
        if (chunk->count == chunk->most || ++looked_at == CHUNK_READ) {
            chunk->last = false;
            break;
        }
    }
    walk_close(walk);
    return true;
}

// Every block of these entries once: what is open of it, and what the run has.
static bool settle_blocks(struct chunk *chunk, struct id run)
{
    struct key *done = arena_array(chunk->rq->arena, chunk->count, sizeof *done);
    size_t count = 0;

    if (!done)
        return fail(&chunk->rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    for (size_t i = 0; i < chunk->count; i++) {
        const struct entry *entry = &chunk->entries[i];
        if (!rounding_of_sum(entry->rounding))
            continue;
        struct key key = entry_block_key(entry, none);
        size_t seen = 0;
        while (seen < count &&
               (done[seen].size != key.size || memcmp(done[seen].bytes, key.bytes, key.size) != 0))
            seen++;
        if (seen < count)
            continue;
        done[count++] = key;
        if (!block_settle(chunk->rq, entry, none) ||
            (!id_is_zero(run) && !block_settle(chunk->rq, entry, run)))
            return false;
    }
    return true;
}

static bool put_entry(struct request *rq, const struct entry *before, struct entry *entry)
{
    entry->version++;
    entry->edited_at = rq->now_us;
    entry->edited_by = rq->service->schema->service;
    return entry_store(rq, before, entry);
}

// --- pinning
static bool pin(struct request *rq, const struct billing_lock *lock, struct work *work,
                struct chunk *chunk)
{
    struct walk_options options = { .index = entry_unbilled, .prefix = key_of_id(none) };
    struct lock_marks marks = { .count = 0 };

    if (work->after.size == 0 && lock->has_from)
        work->after = entry_place_key(none, lock->from - 1);
    if (!chunk_read(chunk, work, options, lock))
        return false;
    for (size_t i = 0; i < chunk->count; i++) {
        struct entry *entry = &chunk->entries[i], before = *entry;
        entry->run = lock->id;
        entry->state = entry_state_LOCKED;
        (void)follow_run(rq, &marks, entry); // a voucher may have been told already
        if (rq->err.code != ERR_NONE || !put_entry(rq, &before, entry))
            return false;
    }
    return settle_blocks(chunk, lock->id);
}

// Nothing of the run changes any more: its entries are added up, a chunk in each step.
static bool count_up(struct request *rq, struct billing_lock *lock, struct work *work, bool *last)
{
    struct walk_options options = { .index = entry_by_run, .prefix = key_of_id(lock->id) };
    struct chunk chunk = { .rq = rq, .most = CHUNK_READ / 2 };

    if (!chunk_read(&chunk, work, options, NULL))
        return false;
    for (size_t i = 0; i < chunk.count; i++) {
        lock->entries++;
        lock->rounded_s += chunk.entries[i].rounded_s;
    }
    *last = chunk.last;
    return true;
}

static bool pin_chunk(struct request *rq, struct job *job, size_t rows, bool *ret_last)
{
    struct billing_lock lock;
    struct work work;

    work_read(job, &work);
    if (!lock_get(rq, work.run, &lock) || lock.state != lock_state_PINNING) {
        *ret_last = true; // billing has closed or cancelled it meanwhile
        return true;
    }
    if (work.phase == PHASE_PIN) {
        struct chunk chunk = { .rq = rq, .most = rows < CHUNK_ENTRIES ? rows : CHUNK_ENTRIES };
        if (!pin(rq, &lock, &work, &chunk))
            return false;
        job->done += (int64_t)chunk.count;
        if (chunk.last)
            work = (struct work){ .phase = PHASE_COUNT, .run = work.run };
        return work_keep(rq, job, &work);
    }
    lock.has_entries = lock.has_rounded_s = true;
    if (!count_up(rq, &lock, &work, ret_last))
        return false;
    if (*ret_last) {
        lock.state = lock_state_REPORTED;
        return lock_write(rq, &lock);
    }
    return table_put(rq->txn, &billing_lock_table, &lock, &rq->err) && work_keep(rq, job, &work);
}

// --- sweeping
// What its clocks were shortened by while billing had it follows now.
static bool tell_freed(struct request *rq, const struct entry *entry)
{
    struct by_id of = { entry->id };

    if (entry->state != entry_state_OPEN || !entry_clocks_overlap(rq, entry))
        return true;
    job_begin(rq, LOCKS_FREED, request_encode(rq, by_id_record(), &of));
    return rq->err.code == ERR_NONE;
}

static bool sweep_chunk(struct request *rq, struct job *job, size_t rows, bool *ret_last)
{
    struct work work;

    work_read(job, &work);
    struct walk_options options = { .index = entry_by_run,
                                    .prefix = work.customer ? entry_run_key(work.run, work.of)
                                                            : key_of_id(work.run) };
    struct chunk chunk = { .rq = rq, .most = rows < CHUNK_ENTRIES ? rows : CHUNK_ENTRIES };
    if (!chunk_read(&chunk, &work, options, NULL))
        return false;
    struct lock_marks marks = { .count = 0 };
    bool freed = false;
    for (size_t i = 0; i < chunk.count; i++) {
        struct entry *entry = &chunk.entries[i], before = *entry;
        if (!follow_run(rq, &marks, entry))
            continue;
        freed = freed || entry->state == entry_state_OPEN;
        if (rq->err.code != ERR_NONE || !put_entry(rq, &before, entry) || !tell_freed(rq, entry))
            return false;
    }
    job->done += (int64_t)chunk.count;
    *ret_last = chunk.last;
    return (!freed || settle_blocks(&chunk, work.run)) && work_keep(rq, job, &work);
}

// --- what a voucher names
// Restored from an older backup, or told by a snapshot, a run may be closed that never pinned
// anything here. What its voucher names is on it all the same, for whom it was written then.
static bool is_elsewhere(const struct entry *entry, const struct voucher_mark *mark)
{
    if (entry->state == entry_state_DELETED || entry->state == entry_state_BILLED)
        return false;
    return !id_equal(entry->run, mark->run) || !id_equal(entry->customer, mark->customer);
}

static bool read_named(struct chunk *chunk, const struct voucher_mark *mark, size_t first)
{
    struct request *rq = chunk->rq;
    struct entry row;

    chunk->entries = arena_array(rq->arena, chunk->most, sizeof *chunk->entries);
    if (!chunk->entries)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    for (size_t i = first; i < mark->lines_count && i < first + chunk->most; i++) {
        struct key key = key_of_id(mark->lines[i]);
        if (table_get(rq->txn, &entry_table, &scope_house, &key, rq->arena, &row) &&
            is_elsewhere(&row, mark))
            chunk->entries[chunk->count++] = row;
    }
    chunk->last = first + chunk->most >= mark->lines_count;
    return true;
}

// Where they were, and where they are now.
static bool settle_moved(struct chunk *was, struct chunk *now, struct id run)
{
    for (size_t i = 0; i < was->count; i++) {
        struct entry *entry = &was->entries[i];
        if (!id_is_zero(entry->run) && !id_equal(entry->run, run) &&
            !block_settle(was->rq, entry, entry->run))
            return false;
    }
    return settle_blocks(was, none) && settle_blocks(now, run);
}

static bool bill_named(struct chunk *chunk, const struct voucher_mark *mark)
{
    struct request *rq = chunk->rq;
    struct chunk was = *chunk;

    was.entries = arena_array(rq->arena, chunk->count + 1, sizeof *was.entries);
    if (!was.entries)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    for (size_t i = 0; i < chunk->count; i++) {
        struct entry *entry = &chunk->entries[i];
        was.entries[i] = *entry;
        entry->run = mark->run;
        entry->customer = mark->customer;
        entry->state = entry_state_BILLED;
        entry->voucher = mark->number;
        if (!put_entry(rq, &was.entries[i], entry))
            return false;
    }
    return settle_moved(&was, chunk, mark->run);
}

static bool mark_chunk(struct request *rq, struct job *job, size_t rows, bool *ret_last)
{
    struct chunk chunk = { .rq = rq, .most = rows < CHUNK_ENTRIES ? rows : CHUNK_ENTRIES };
    struct voucher_mark mark;
    struct work work;

    work_read(job, &work);
    struct key key = key_of_id(work.run);
    *ret_last = true;
    if (!table_get(rq->txn, &kept_voucher_table, &scope_house, &key, rq->arena, &mark) ||
        mark.state != voucher_state_ISSUED)
        return true;
    if (!read_named(&chunk, &mark, (size_t)job->done))
        return false;
    job->done += (int64_t)chunk.most;
    *ret_last = chunk.last;
    return bill_named(&chunk, &mark);
}

// A snapshot may tell that a run is closed before it tells the run's vouchers.
static bool reads_snapshot(const struct request *rq)
{
    struct cursor cursor;

    return cursor_get(rq->txn, "billing", &cursor) && cursor.snapshot;
}

bool locks_tick(struct request *rq)
{
    static const struct job_kind mark = { .name = "entry_mark", .chunk = mark_chunk };
    static const struct job_kind kinds[] = {
        { .name = "entry_pin", .chunk = pin_chunk },
        { .name = "entry_sweep", .chunk = sweep_chunk },
    };

    // What is on a voucher is no other run's to pin, so that comes first.
    return !reads_snapshot(rq) && (job_step(rq, &mark, 1) || job_step(rq, kinds, COUNT_OF(kinds)));
}

// --- billing's facts
static bool pin_begin(struct request *rq, const struct billing_run *run, struct billing_lock *lock)
{
    *lock = (struct billing_lock){ .id = run->id,
                                   .version = lock->version,
                                   .client = run->client,
                                   .state = lock_state_PINNING,
                                   .customers = run->customers,
                                   .customers_count = run->customers_count,
                                   .has_from = run->has_from,
                                   .from = run->from,
                                   .cut_off = run->cut_off };
    return lock_write(rq, lock) &&
           work_begin(rq, "entry_pin", &(struct work){ .phase = PHASE_PIN, .run = run->id });
}

static bool lock_end(struct request *rq, struct billing_lock *lock, enum lock_state state)
{
    if (lock->state == state)
        return true;
    lock->state = state;
    return lock_write(rq, lock) && sweep_begin(rq, lock->id, NULL);
}

bool locks_run_take(struct request *rq, const struct fact *fact, const void *row)
{
    struct billing_lock lock = { .version = 0 };
    const struct billing_run *run = row;
    bool known = lock_get(rq, fact->entity, &lock);

    if (!kept_run_take(rq, fact, row))
        return false;
    if (fact->has_deleted && fact->deleted) // billing does not know it (any more)
        return !known || lock_end(rq, &lock, lock_state_RELEASED);
    switch (run->state) {
    case run_state_OPEN:
        if (known && (lock.state == lock_state_PINNING || lock.state == lock_state_REPORTED))
            return true;
        return pin_begin(rq, run, &lock);
    case run_state_CLOSED: return !known || lock_end(rq, &lock, lock_state_CLOSED);
    default: return !known || lock_end(rq, &lock, lock_state_RELEASED);
    }
}

static bool voucher_moved(struct request *rq, const struct voucher_mark *voucher)
{
    return sweep_begin(rq, voucher->run, &voucher->customer);
}

bool locks_voucher_take(struct request *rq, const struct fact *fact, const void *row)
{
    struct voucher_mark before;
    struct key key = key_of_id(fact->entity);
    bool known = table_get(rq->txn, &kept_voucher_table, &scope_house, &key, rq->arena, &before);

    // Of a tombstone only the id is certain: what it meant is what was kept.
    if (!kept_voucher_take(rq, fact, row) || (known && !voucher_moved(rq, &before)))
        return false;
    return (fact->has_deleted && fact->deleted) ||
           (mark_begin(rq, fact->entity) && voucher_moved(rq, row));
}

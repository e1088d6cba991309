// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/entry_list.h"

#include "common/base/text.h"
#include "common/step/rows.h"
#include "common/wire/codec.h"
#include "services/timekeeping/entries.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/kinds.h"
#include "services/timekeeping/store_entry.h"

#define LIMIT_DEFAULT 50
#define PAGE_BYTES    ((size_t)700 << 10) // must fit into a message beside its head
#define LOOKED_AT_MAX 20000
#define SUMMED_MAX    100000
#define WALK_MEMORY   ((size_t)4 << 20)
#define WALK_ROWS     500 // read with one memory

// --- which
static bool same_or_any(struct id wanted, struct id id)
{
    return id_is_zero(wanted) || id_equal(wanted, id);
}

static bool same_contact(struct request *rq, struct id wanted, struct id id)
{
    return same_or_any(wanted, id) ||
           (!id_is_zero(id) && id_equal(kept_contact_now(rq, id), kept_contact_now(rq, wanted)));
}

bool entry_fits(struct request *rq, const struct entry_query *query, const struct entry *entry)
{
    if ((query->has_from && entry->began_at < query->from) ||
        (query->has_until && entry->began_at >= query->until))
        return false;
    if (query->state ? entry->state != query->state : entry->state == entry_state_DELETED)
        return false;
    if (query->has_chargeable && entry->chargeable != query->chargeable)
        return false;
    if (query->key && !text_equal(query->key, entry->key))
        return false;
    return same_or_any(query->staff, entry->staff) && same_or_any(query->team, entry->team) &&
           same_or_any(query->file, entry->file) && same_or_any(query->client, entry->client) &&
           same_or_any(query->kind, entry->kind) && same_or_any(query->call, entry->call) &&
           same_or_any(query->inquiry, entry->inquiry) &&
           same_contact(rq, query->contact, entry->contact) &&
           same_contact(rq, query->customer, entry->customer);
}

void entry_resolve(struct request *rq, struct entry *entry)
{
    kept_contact_show(rq, &entry->contact, &entry->contact_name);
    entry->customer = kept_contact_now(rq, entry->customer);
}

// --- where they lie
// A contact that others were merged into has entries under several ids: these are found by time.
static bool was_merged(struct request *rq, struct id contact)
{
    struct contact_merged merged;
    struct walk_options options = { .index = kept_merged_by_to,
                                    .scope = &scope_house,
                                    .prefix = key_of_id(contact) };
    struct walk *walk = walk_open(rq->txn, &kept_merged_table, &options, rq->arena);
    bool found = walk_next(walk, &merged);

    walk_close(walk);
    return found || !id_equal(kept_contact_now(rq, contact), contact);
}

static struct id lane_of(struct request *rq, const struct entry_query *query,
                         struct walk_options *options)
{
    bool contact = !id_is_zero(query->contact) && !was_merged(rq, query->contact);
    const struct {
        struct id id;
        const struct index *index;
    } ways[] = { { query->call, entry_by_call },
                 { query->inquiry, entry_by_inquiry },
                 { query->file, entry_by_file },
                 { contact ? query->contact : (struct id){ { 0 } }, entry_by_contact },
                 { query->staff, entry_by_staff },
                 { query->client, entry_by_client } };

    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        options->index = ways[i].index;
        if (!id_is_zero(ways[i].id)) {
            options->prefix = key_of_id(ways[i].id);
            return ways[i].id;
        }
    }
    options->index = entry_by_time;
    return (struct id){ { 0 } };
}

static struct key place_of(struct id lane, int64_t began_at)
{
    return id_is_zero(lane) ? entry_time_key(began_at) : entry_place_key(lane, began_at);
}

// --- a page
struct gathering {
    struct request *rq;
    const struct entry_query *query;
    struct walk_options options;
    struct id lane;
};

static bool begin(struct gathering *gathering)
{
    struct request *rq = gathering->rq;
    const struct entry_query *query = gathering->query;
    struct entry last;

    gathering->options = (struct walk_options){ .scope = &rq->scope, .down = true };
    gathering->lane = lane_of(rq, query, &gathering->options);
    if (query->has_until)
        gathering->options.after = place_of(gathering->lane, query->until);
    return id_is_zero(query->after) || entry_find(rq, query->after, &last) ||
           fail(&rq->err, ERR_NOT_FOUND, "after", TEXT_ENTRY_UNKNOWN, NULL);
}

static bool shows(struct gathering *gathering, const struct entry *entry)
{
    return entry_fits(gathering->rq, gathering->query, entry) &&
           !file_hidden(gathering->rq, entry->file);
}

static bool ended(const struct gathering *gathering, const struct entry *entry)
{
    return gathering->query->has_from && entry->began_at < gathering->query->from;
}

static bool read_page(struct gathering *gathering, struct entry_page *out)
{
    struct request *rq = gathering->rq;
    const struct entry_query *query = gathering->query;
    size_t limit = query->has_limit ? (size_t)query->limit : LIMIT_DEFAULT;
    struct entry *rows = arena_array(rq->arena, limit + 1, sizeof *rows);
    struct walk_options options = gathering->options;
    struct entry last;
    struct mp_writer writer;
    size_t looked_at = 0;

    if (!rows)
        return fail(&rq->err, ERR_TOO_LARGE, "limit", TEXT_ANSWER_TOO_LARGE, NULL);
    if (!id_is_zero(query->after) && entry_find(rq, query->after, &last)) {
        options.after = place_of(gathering->lane, last.began_at);
        options.after_row = last.id;
    }
    mp_writer_init(&writer);
    struct walk *walk = walk_open(rq->txn, &entry_table, &options, rq->arena);
    out->entries_count = 0;
    while (!out->more && walk_next(walk, &rows[out->entries_count])) {
        const struct entry *row = &rows[out->entries_count];
        if (ended(gathering, row))
            break;
        bool fits = shows(gathering, row);
        if (fits)
            encode(entry_record(), row, &writer);
        bool full =
            out->entries_count == limit || (out->entries_count > 0 && writer.size > PAGE_BYTES);
        out->more = (fits && full) || ++looked_at == LOOKED_AT_MAX;
        out->entries_count += fits && !full;
    }
    walk_close(walk);
    mp_writer_done(&writer);
    for (size_t i = 0; i < out->entries_count; i++)
        entry_resolve(rq, &rows[i]);
    out->entries = rows;
    return true;
}

// --- sums
static void add(struct entry_sums *sums, const struct entry *entry)
{
    sums->entries++;
    sums->raw_s += entry->raw_s;
    sums->actual_s += entry->actual_s;
    sums->rounded_s += entry->rounded_s;
    sums->chargeable_s += entry->chargeable ? entry->rounded_s : 0;
}

// Row by row with a memory of its own, so that the answer's is not filled with what is not shown.
static void add_up(struct gathering *gathering, struct entry_sums *sums)
{
    struct request own = *gathering->rq;
    struct walk_options options = gathering->options;
    struct gathering all = *gathering;
    size_t rows, looked_at = 0;
    bool end = false;

    own.arena = arena_new(WALK_MEMORY);
    all.rq = &own;
    do {
        struct entry row;
        struct walk *walk = walk_open(own.txn, &entry_table, &options, own.arena);
        for (rows = 0; !end && rows < WALK_ROWS && walk_next(walk, &row); rows++) {
            end = ended(&all, &row);
            if (!end && shows(&all, &row))
                add(sums, &row);
            options.after = place_of(all.lane, row.began_at);
            options.after_row = row.id;
        }
        walk_close(walk);
        arena_reset(own.arena);
        looked_at += rows;
    } while (!end && rows == WALK_ROWS && looked_at < SUMMED_MAX);
    sums->partial = sums->has_partial = !end && rows == WALK_ROWS;
    arena_free(own.arena);
}

bool entries_list(struct request *rq, const struct entry_query *query, struct entry_page *out)
{
    struct entry_query wanted = *query;
    struct gathering gathering = { .rq = rq, .query = &wanted };
    struct file file = { .version = 0 };

    if (!file_find_by(rq, query->file, query->file_number, &file))
        return false;
    wanted.file = file.id;
    *out = (struct entry_page){ .more = false };
    if (!begin(&gathering) || !read_page(&gathering, out))
        return false;
    if (!query->has_sums || !query->sums)
        return true;
    struct entry_sums *sums = arena_alloc(rq->arena, sizeof *sums);
    if (!sums)
        return fail(&rq->err, ERR_TOO_LARGE, "sums", TEXT_MEMORY_FULL, NULL);
    add_up(&gathering, sums);
    out->sums = sums;
    return true;
}

// --- what is unbilled
void entries_unbilled(struct request *rq, struct id file, struct unbilled *ret)
{
    struct arena *arena = arena_new(WALK_MEMORY);
    struct walk_options options = { .index = entry_unbilled,
                                    .scope = &rq->scope,
                                    .prefix = key_of_id(file) };
    size_t rows;

    *ret = (struct unbilled){ .entries = 0 };
    do {
        struct entry row;
        struct walk *walk = walk_open(rq->txn, &entry_table, &options, arena);
        for (rows = 0; rows < WALK_ROWS && walk_next(walk, &row); rows++) {
            if (ret->entries++ == 0)
                ret->since_us = row.began_at;
            ret->actual_s += row.actual_s;
            ret->rounded_s += row.rounded_s;
            options.after = entry_place_key(file, row.began_at);
            options.after_row = row.id;
        }
        walk_close(walk);
        arena_reset(arena);
    } while (rows == WALK_ROWS);
    arena_free(arena);
}

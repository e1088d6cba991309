// SPDX-License-Identifier: Apache-2.0
// Rows are made of the thing as it was told and of what is known of the others; nothing is written
// when nothing has changed. A thing about a file that is locked, or not yet known, is put aside.
#include "services/notifier/desk.h"

#include <string.h>

#include "common/base/civil.h"
#include "common/step/rows.h"
#include "common/wire/change.h"
#include "common/wire/codec.h"
#include "proto/named.h"
#include "services/notifier/colour.h"
#include "services/notifier/post.h"
#include "services/notifier/rows.h"
#include "services/notifier/store.h"

#define MERGES_MAX    60 // follow each other only as often as somebody makes them
#define PAGE_ROWS     50
#define PAGE_BYTES    ((size_t)700 << 10)
#define RECOLOUR_ROWS 50
#define FILE_ROWS     50 // of each board; more: a job

static const struct colour_rules *rules_of(const struct request *rq)
{
    static _Thread_local struct colour_rules usual;
    const struct post *post = rq->context;
    struct err ignored = { 0 };
    if (post)
        return &post->colours;
    if (!usual.count)
        (void)!colour_rules_read(COLOUR_USUAL, &usual, &ignored);
    return &usual;
}

static const struct record *thing_record(const struct desk *desk)
{
    return record_field(desk->table->record(), desk->inner)->record();
}

static void *thing_of(const struct desk *desk, const void *row)
{
    const struct field *field = record_field(desk->table->record(), desk->inner);
    void *thing;
    memcpy(&thing, (const char *)row + field->offset, sizeof thing);
    return thing;
}

// The engine knows columns by board_head; id and version are not taken over by row_take.
static void take_number(const struct record *to, void *row, const struct record *from,
                        const void *given)
{
    const struct field *id = record_field(to, "id"), *version = record_field(to, "version");
    memcpy((char *)row + id->offset, (const char *)given + record_field(from, "id")->offset,
           sizeof(struct id));
    memcpy((char *)row + version->offset,
           (const char *)given + record_field(from, "version")->offset, sizeof(int64_t));
}

static struct board_head head_of(const struct desk *desk, const void *row)
{
    struct board_head head = { 0 };
    const struct record *record = desk->table->record();
    row_take(board_head_record(), &head, (struct given){ record, row });
    take_number(board_head_record(), &head, record, row);
    return head;
}

static void *row_make(struct request *rq, const struct desk *desk, const struct board_head *head,
                      const void *thing)
{
    const struct record *record = desk->table->record();
    char *row = arena_alloc(rq->arena, record->size);
    if (!row)
        return NULL;
    memset(row, 0, record->size);
    row_take(record, row, (struct given){ board_head_record(), head });
    take_number(record, row, board_head_record(), head);
    memcpy(row + record_field(record, desk->inner)->offset, &thing, sizeof thing);
    return row;
}

static bool full(struct request *rq)
{
    return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_BOARD_TOO_LARGE, NULL);
}

// --- one row
static void row_remove(struct request *rq, const struct desk *desk, struct id id)
{
    struct key key = key_of_id(id);
    void *before = arena_alloc(rq->arena, desk->table->record()->size);
    if (!before || !table_get(rq->txn, desk->table, &scope_house, &key, rq->arena, before))
        return;
    const struct field *version = record_field(desk->table->record(), "version");
    *(int64_t *)((char *)before + version->offset) += 1;
    (void)table_del(rq->txn, desk->table, &key);
    emit(rq, desk->fact, before, true);
}

static bool lost(struct id before, struct id now)
{
    return !id_is_zero(before) && !id_equal(before, now);
}

static bool row_write(struct request *rq, const struct desk *desk, struct board_head *head,
                      const void *thing)
{
    const struct record *record = desk->table->record();
    struct key key = key_of_id(head->id);
    void *before = arena_alloc(rq->arena, record->size);
    bool was = before && table_get(rq->txn, desk->table, &scope_house, &key, rq->arena, before);
    struct board_head last = was ? head_of(desk, before) : (struct board_head){ 0 };
    head->version = was ? last.version : log_head(rq->txn) + 1;
    void *row = row_make(rq, desk, head, thing);
    if (!row || !before)
        return full(rq);
    if (was && row_equal(record, before, row))
        return true;
    // Whoever ceases to see it learns that it is gone; all others see it come back.
    if (was && (lost(last.client, head->client) || lost(last.staff, head->staff) ||
                lost(last.team, head->team) || lost(last.deputy, head->deputy))) {
        row_remove(rq, desk, head->id);
        head->version++;
    }
    head->version += was;
    row = row_make(rq, desk, head, thing);
    if (!row)
        return full(rq);
    if (!table_put(rq->txn, desk->table, row, &rq->err))
        return false;
    emit(rq, desk->fact, row, false);
    return true;
}

// --- what is known of the others
static void name_people(struct request *rq, const struct desk *desk, struct board_head *head)
{
    struct client_row client;
    struct staff staff;
    struct team team;
    struct stand_in stand_in;
    struct key key = key_of_id(head->client);
    if (!id_is_zero(head->client) &&
        table_get(rq->txn, &shown_client_table, &scope_house, &key, rq->arena, &client))
        head->client_name = client.name;
    key = key_of_id(head->team);
    if (!id_is_zero(head->team) &&
        table_get(rq->txn, &shown_team_table, &scope_house, &key, rq->arena, &team))
        head->team_name = team.name;
    key = key_of_id(head->staff);
    if (id_is_zero(head->staff))
        return;
    if (table_get(rq->txn, &shown_staff_table, &scope_house, &key, rq->arena, &staff))
        head->staff_name = staff.name;
    // Callbacks and resubmissions bring theirs along; a clock is nobody else's.
    if (desk->board == board_INQUIRIES &&
        table_get(rq->txn, &shown_stand_in_table, &scope_house, &key, rq->arena, &stand_in))
        head->deputy = stand_in.deputy;
}

static void name_contact(struct request *rq, struct board_head *head)
{
    struct named_contact named = { .id = head->contact, .name = head->contact_name };
    struct contact_merged merged;
    struct contact contact;
    for (int steps = 0; steps <= MERGES_MAX && !id_is_zero(named.id); steps++) {
        struct key key = key_of_id(named.id);
        if (!table_get(rq->txn, &shown_merged_table, &scope_house, &key, rq->arena, &merged))
            break;
        named_went(&named, &merged);
    }
    struct key now = key_of_id(named.id);
    if (named.merged && named.own &&
        table_get(rq->txn, &shown_contact_table, &scope_house, &now, rq->arena, &contact))
        named.name = contact.name;
    head->contact = named.id;
    head->contact_name = named.name;
}

static void aside_remove(struct request *rq, struct id id)
{
    struct key key = key_of_id(id);
    (void)table_del(rq->txn, &board_aside_table, &key);
}

static bool aside_put(struct request *rq, const struct desk *desk, const struct board_head *head,
                      const void *thing)
{
    struct board_aside aside = { .id = head->id, .board = desk->board, .file = head->file };
    aside.row = request_encode(rq, thing_record(desk), thing);
    return aside.row.data ? table_put(rq->txn, &board_aside_table, &aside, &rq->err) : full(rq);
}

static bool place(struct request *rq, const struct desk *desk, void *thing)
{
    struct board_head head;
    struct free_file file;
    int64_t next_us;
    bool here = desk->head(thing, &head);
    struct key key = key_of_id(head.file);
    if (here && !id_is_zero(head.file)) {
        bool known = table_get(rq->txn, &free_file_table, &scope_house, &key, rq->arena, &file);
        if (!known && !aside_put(rq, desk, &head, thing))
            return false;
        if (!known) {
            row_remove(rq, desk, head.id);
            return true;
        }
        head.file_number = file.number;
    }
    aside_remove(rq, head.id);
    if (!here) {
        row_remove(rq, desk, head.id);
        return true;
    }
    name_people(rq, desk, &head);
    name_contact(rq, &head);
    head.colour = colour_of(rules_of(rq), &head, rq->now_us, &next_us);
    head.has_recolour_at = next_us > 0 && next_us <= CIVIL_TIME_MAX;
    head.recolour_at = head.has_recolour_at ? next_us : 0;
    return row_write(rq, desk, &head, thing);
}

// --- facts
static bool take(struct request *rq, const struct desk *desk, const struct fact *fact,
                 const void *told)
{
    size_t size = thing_record(desk)->size;
    if (fact->has_deleted && fact->deleted) {
        aside_remove(rq, fact->entity);
        row_remove(rq, desk, fact->entity);
        return true;
    }
    void *thing = arena_alloc(rq->arena, size);
    if (!thing)
        return full(rq);
    memcpy(thing, told, size);
    return place(rq, desk, thing);
}

bool desk_clock_take(struct request *rq, const struct fact *fact, const void *row)
{
    return take(rq, desk_of(board_CLOCKS), fact, row);
}

bool desk_inquiry_take(struct request *rq, const struct fact *fact, const void *row)
{
    return take(rq, desk_of(board_INQUIRIES), fact, row);
}

bool desk_callback_take(struct request *rq, const struct fact *fact, const void *row)
{
    return take(rq, desk_of(board_CALLBACKS), fact, row);
}

bool desk_resubmission_take(struct request *rq, const struct fact *fact, const void *row)
{
    return take(rq, desk_of(board_RESUBMISSIONS), fact, row);
}

bool desk_stand_in_take(struct request *rq, const struct fact *fact, const void *row)
{
    struct key key = key_of_id(fact->entity);
    if (fact->has_deleted && fact->deleted)
        (void)table_del(rq->txn, &shown_stand_in_table, &key);
    else if (!table_put(rq->txn, &shown_stand_in_table, row, &rq->err))
        return false;
    return desk_all_again(rq);
}

// --- rows that are made again
// Walking comes first, writing behind it. True when there were more than `most`.
static bool find_rows(struct request *rq, const struct table *table, struct walk_options *options,
                      size_t most, struct desk_rows *out)
{
    size_t size = table->record()->size;
    char *rows = arena_array(rq->arena, most + 1, size);
    *out = (struct desk_rows){ .rows = rows };
    if (!rows)
        return full(rq);
    options->scope = &scope_house;
    struct walk *walk = walk_open(rq->txn, table, options, rq->arena);
    while (out->count <= most && walk_next(walk, rows + out->count * size))
        out->count++;
    walk_close(walk);
    out->more = out->count > most;
    out->count = out->more ? most : out->count;
    return true;
}

// One that cannot be made stays as it is: it must not keep the others from being made.
static void place_patiently(struct request *rq, const struct desk *desk, void *thing)
{
    if (!place(rq, desk, thing))
        rq->err = (struct err){ .code = ERR_NONE };
}

static void remake_rows(struct request *rq, const struct desk *desk, const struct desk_rows *found)
{
    size_t size = desk->table->record()->size;
    for (size_t i = 0; i < found->count; i++)
        place_patiently(rq, desk, thing_of(desk, (const char *)found->rows + i * size));
}

static bool place_rows(struct request *rq, const struct desk *desk, const struct desk_rows *found)
{
    size_t size = desk->table->record()->size;
    for (size_t i = 0; i < found->count; i++) {
        if (!place(rq, desk, thing_of(desk, (const char *)found->rows + i * size)))
            return false;
    }
    return true;
}

static void remake_aside(struct request *rq, const struct desk_rows *found)
{
    const struct board_aside *rows = found->rows;
    for (size_t i = 0; i < found->count; i++) {
        const struct desk *desk = desk_of(rows[i].board);
        void *thing = desk ? arena_alloc(rq->arena, thing_record(desk)->size) : NULL;
        struct err ignored = { 0 };
        if (thing &&
            decode(thing_record(desk), rows[i].row, DECODE_LENIENT, rq->arena, thing, &ignored))
            place_patiently(rq, desk, thing);
    }
}

static bool rows_of_file(struct request *rq, struct id file)
{
    struct desk_rows found;
    bool more = false;
    for (size_t i = 0; i < DESKS; i++) {
        struct walk_options options = { .index = &desks[i].table->indexes[DESK_BY_FILE],
                                        .prefix = key_of_id(file) };
        if (!find_rows(rq, desks[i].table, &options, FILE_ROWS, &found) ||
            !place_rows(rq, &desks[i], &found))
            return false;
        more = more || found.more;
    }
    struct walk_options options = { .index = &board_aside_by_file, .prefix = key_of_id(file) };
    if (!find_rows(rq, &board_aside_table, &options, FILE_ROWS, &found))
        return false;
    remake_aside(rq, &found);
    return !(more || found.more) || desk_all_again(rq);
}

bool desk_file(struct request *rq, struct id id, const struct file *told)
{
    struct key key = key_of_id(id);
    struct free_file before;
    bool was = table_get(rq->txn, &free_file_table, &scope_house, &key, rq->arena, &before);
    bool is = told && !(told->has_locked && told->locked);
    struct free_file now = { .id = id, .number = is ? told->number : NULL };
    if (was == is && (!is || strcmp(before.number, now.number) == 0))
        return true;
    if (!is)
        (void)table_del(rq->txn, &free_file_table, &key);
    else if (!table_put(rq->txn, &free_file_table, &now, &rq->err))
        return false;
    return rows_of_file(rq, id);
}

bool desk_all_again(struct request *rq)
{
    uint64_t rows = table_count(rq->txn, &board_aside_table);
    for (size_t i = 0; i < DESKS; i++)
        rows += table_count(rq->txn, desks[i].table);
    if (rows > 0 && !rows_job_waits(rq, DESK_JOB))
        job_begin(rq, DESK_JOB, (struct bytes){ NULL, 0 });
    return rq->err.code == ERR_NONE;
}

// The place: which board (the last one: what is put aside), and the row.
bool desk_again_chunk(struct request *rq, struct job *job, size_t rows, bool *ret_last)
{
    struct walk_options options = { .index = NULL };
    struct desk_rows found;
    char at[1 + sizeof(struct id)] = { 0 };
    if (job->place.size == sizeof at)
        memcpy(at, job->place.data, sizeof at);
    size_t which = (size_t)at[0];
    const struct table *table = which < DESKS ? desks[which].table : &board_aside_table;
    struct id after;
    memcpy(after.bytes, at + 1, sizeof after.bytes);
    if (!id_is_zero(after))
        options.after = key_of_id(after);
    if (!find_rows(rq, table, &options, rows / 3, &found))
        return false;
    if (which < DESKS)
        remake_rows(rq, &desks[which], &found);
    else
        remake_aside(rq, &found);
    *ret_last = which == DESKS && !found.more;
    at[0] = (char)(found.more ? which : which + 1);
    memset(at + 1, 0, sizeof at - 1);
    if (found.more)
        memcpy(at + 1, (const char *)found.rows + (found.count - 1) * table->record()->size,
               sizeof(struct id));
    const char *place = arena_text(rq->arena, at, sizeof at);
    if (!place)
        return full(rq);
    job->place = (struct bytes){ (const uint8_t *)place, sizeof at };
    job->done += (int64_t)found.count;
    return true;
}

// --- time
// Other rules than before colour everything anew.
static bool rules_hold(struct request *rq)
{
    struct colour_mark mark;
    struct id id = id_of_name("notifier", "colours");
    struct key key = key_of_id(id);
    const char *now = rules_of(rq)->text;
    if (table_get(rq->txn, &colour_mark_table, &scope_house, &key, rq->arena, &mark) &&
        strcmp(mark.rules, now) == 0)
        return true;
    mark = (struct colour_mark){ .id = id, .rules = now };
    return table_put(rq->txn, &colour_mark_table, &mark, &rq->err) && desk_all_again(rq);
}

bool desk_tick(struct request *rq)
{
    bool more = false;
    if (!rules_hold(rq))
        return false;
    for (size_t i = 0; i < DESKS; i++) {
        const struct desk *desk = &desks[i];
        struct walk_options options = { .index = &desk->table->indexes[DESK_BY_RECOLOUR] };
        struct desk_rows found;
        size_t due = 0;
        if (!find_rows(rq, desk->table, &options, RECOLOUR_ROWS, &found))
            return false;
        while (due < found.count &&
               head_of(desk, (const char *)found.rows + due * desk->table->record()->size)
                       .recolour_at <= rq->now_us)
            due++;
        more = more || (found.more && due == found.count);
        found.count = due;
        remake_rows(rq, desk, &found);
    }
    return more;
}

// --- pages
struct asked {
    const struct desk *desk;
    const struct board_query *query;
};

static enum walk_fit judge(void *context, const void *row)
{
    const struct desk *desk = ((const struct asked *)context)->desk;
    const struct board_query *query = ((const struct asked *)context)->query;
    const struct scope scopes[] = { { SCOPE_CLIENT, query->client },
                                    { SCOPE_OWN, query->staff },
                                    { SCOPE_TEAM, query->team } };
    for (size_t i = 0; i < COUNT_OF(scopes); i++) {
        if (!id_is_zero(scopes[i].id) && !scope_sees(&scopes[i], desk->table->record(), row))
            return WALK_PASS;
    }
    return WALK_TAKE;
}

// In the board's order a page begins behind a row that is still there: where it stood is known by
// it.
static bool page_begin(struct request *rq, const struct desk *desk, const struct board_query *query,
                       struct walk_options *options)
{
    void *last = arena_alloc(rq->arena, desk->table->record()->size);
    bool begins = id_is_zero(query->after);
    *options = (struct walk_options){ .scope = &rq->scope };
    if (query->sort == board_order_ID) {
        if (!begins)
            options->after = key_of_id(query->after);
        return true;
    }
    options->index = &desk->table->indexes[DESK_BY_ORDER];
    if (begins)
        return true;
    if (!last)
        return full(rq);
    if (!row_find(rq, desk->table, query->after, last))
        return fail(&rq->err, ERR_NOT_FOUND, "after", TEXT_BOARD_ROW_GONE, NULL);
    struct board_head head = head_of(desk, last);
    options->after = desk_order(desk, &head);
    options->after_row = query->after;
    return true;
}

bool desk_page(struct request *rq, const struct desk *desk, const struct board_query *query,
               struct desk_rows *out)
{
    const struct record *record = desk->table->record();
    size_t limit = query->has_limit ? (size_t)query->limit : PAGE_ROWS;
    struct asked asked = { desk, query };
    struct walk_options options;
    char *rows = arena_array(rq->arena, limit + 1, record->size);
    struct mp_writer writer;
    if (!rows)
        return full(rq);
    if (!page_begin(rq, desk, query, &options))
        return false;
    options.fits = judge;
    options.context = &asked;
    *out = (struct desk_rows){ .rows = rows };
    mp_writer_init(&writer);
    struct walk *walk = walk_open(rq->txn, desk->table, &options, rq->arena);
    while (!out->more && walk_next(walk, rows + out->count * record->size)) {
        encode(record, rows + out->count * record->size, &writer);
        out->more = out->count == limit || (out->count && writer.size > PAGE_BYTES);
        out->count += !out->more;
    }
    walk_close(walk);
    mp_writer_done(&writer);
    return true;
}

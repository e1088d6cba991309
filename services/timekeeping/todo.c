// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/todo.h"

#include "common/step/rows.h"
#include "common/wire/codec.h"
#include "services/timekeeping/house.h"
#include "services/timekeeping/inquiries.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/resubmission.h"
#include "services/timekeeping/store.h"
#include "services/timekeeping/store_inquiry.h"

#define LIMIT_DEFAULT 50
#define LOOKED_AT_MAX 20000
#define ALIASES_MAX   20
#define PAGE_BYTES    ((size_t)700 << 10)

static void callback_hand_to(void *row, struct id deputy, const struct callback_editor *editor)
{
    struct callback *callback = row;
    callback->deputy = deputy;
    callback->version++;
    callback->edited_at = editor->now_us;
    callback->edited_by = editor->actor;
}

static void resubmission_hand_to(void *row, struct id deputy, const struct callback_editor *editor)
{
    struct resubmission *resubmission = row;
    resubmission->deputy = deputy;
    resubmission->version++;
    resubmission->edited_at = editor->now_us;
    resubmission->edited_by = editor->actor;
}

const struct todo_kind todo_callbacks = {
    .table = &callback_table,
    .indexes = callback_indexes,
    .fact = "callback",
    .view = todo_of_callback,
    .hand_to = callback_hand_to,
};

const struct todo_kind todo_resubmissions = {
    .table = &resubmission_table,
    .indexes = resubmission_indexes,
    .fact = "resubmission",
    .view = todo_of_resubmission,
    .hand_to = resubmission_hand_to,
};

struct callback_editor todo_editor(struct request *rq)
{
    return (struct callback_editor){ rq->arena, &timekeeping_house(rq)->home, rq->now_us,
                                     rq->actor };
}

bool todo_write(struct request *rq, const struct todo_kind *kind, const void *row)
{
    if (!row_in_scope(rq, kind->table, row, NULL) ||
        !table_put(rq->txn, kind->table, row, &rq->err))
        return false;
    emit(rq, kind->fact, row, false);
    return true;
}

void todo_drop(struct request *rq, const struct todo_kind *kind, void *row)
{
    struct todo todo = kind->view(row);
    struct callback_editor editor = todo_editor(rq);
    struct key key = key_of_id(todo.id);
    kind->hand_to(row, todo.deputy, &editor); // the tombstone is one version on
    (void)table_del(rq->txn, kind->table, &key);
    emit(rq, kind->fact, row, true);
}

bool todo_find(struct request *rq, const struct todo_kind *kind, struct id id, enum text_id text,
               void *out)
{
    if (row_find(rq, kind->table, id, out) && !file_hidden(rq, kind->view(out).file))
        return true;
    return fail(&rq->err, ERR_NOT_FOUND, "id", text, NULL);
}

// --- what is known of the others
static void take_id(struct id *to, struct id from)
{
    if (to && id_is_zero(*to))
        *to = from;
}

static bool fill_inquiry(struct request *rq, struct todo_about *about)
{
    struct inquiry inquiry;
    if (id_is_zero(*about->inquiry))
        return true;
    if (!inquiry_find(rq, *about->inquiry, &inquiry))
        return fail(&rq->err, ERR_NOT_FOUND, "inquiry", TEXT_CALLBACK_INQUIRY, NULL);
    bool whom = id_is_zero(*about->contact) && !*about->contact_name;
    take_id(about->client, inquiry.client);
    if (!id_equal(*about->client, inquiry.client))
        return fail(&rq->err, ERR_INVALID, "client", TEXT_CALLBACK_INQUIRY_CLIENT, NULL);
    about->file_seen = id_is_zero(*about->file);
    take_id(about->file, inquiry.file);
    if (whom) {
        about->contact_seen = true;
        *about->contact = inquiry.contact;
        *about->contact_name = inquiry.contact_name;
    }
    if (whom && about->number && !*about->number)
        *about->number = inquiry.phone;
    return true;
}

// What a call or inquiry names that they see, they may name too.
static struct request as_seen(const struct request *rq, bool seen)
{
    struct request house = *rq;
    house.scope = seen ? scope_house : rq->scope;
    return house;
}

static bool fill_file(struct request *rq, const struct todo_about *about)
{
    struct request asking = as_seen(rq, about->file_seen);
    struct file file;
    if (id_is_zero(*about->file))
        return true;
    if (!kept_file(&asking, *about->file, &file))
        return fail(&rq->err, ERR_NOT_FOUND, "file", TEXT_FILE_UNKNOWN, NULL);
    take_id(about->client, file.client);
    return id_equal(*about->client, file.client) ||
           fail(&rq->err, ERR_NOT_FOUND, "file", TEXT_FILE_UNKNOWN, NULL);
}

static bool fill_contact(struct request *rq, const struct todo_about *about)
{
    struct request asking = as_seen(rq, about->contact_seen);
    struct contact contact;
    if (id_is_zero(*about->contact))
        return true;
    if (!kept_contact(&asking, about->contact, &contact))
        return fail(&rq->err, ERR_NOT_FOUND, "contact", TEXT_CONTACT_UNKNOWN, NULL);
    take_id(about->client, contact.client);
    if (!id_equal(*about->client, contact.client))
        return fail(&rq->err, ERR_INVALID, "client", TEXT_CALLBACK_CLIENT, NULL);
    *about->contact_name = contact.name;
    if (about->number && !*about->number && contact.phones_count > 0)
        *about->number = contact.phones[0].e164 ? contact.phones[0].e164 : contact.phones[0].typed;
    return true;
}

static bool fill_staff(struct request *rq, const struct todo_about *about)
{
    struct staff staff;
    if (id_is_zero(*about->staff))
        return true;
    if (!kept_staff(rq, *about->staff, &staff) || (staff.has_left && staff.left))
        return fail(&rq->err, ERR_NOT_FOUND, "staff", TEXT_STAFF_UNKNOWN, NULL);
    take_id(about->team, staff.team);
    return true;
}

bool todo_fill(struct request *rq, const struct todo_about *given)
{
    struct todo_about about = *given;
    return fill_inquiry(rq, &about) && fill_contact(rq, &about) && fill_file(rq, &about) &&
           fill_staff(rq, &about);
}

// --- lists
struct asked {
    const struct todo_kind *kind;
    const struct callback_query *query;
    struct id staff; // of the query, or whoever asks for theirs
    struct id contacts[ALIASES_MAX];
    size_t contact_count;
    enum pending state;
    size_t looked_at, found; // rows by now, and those of them that the page shows
    bool broken_off;
};

static bool is_one_of(const struct asked *asked, struct id contact)
{
    for (size_t i = 0; i < asked->contact_count; i++) {
        if (id_equal(asked->contacts[i], contact))
            return true;
    }
    return asked->contact_count == 0;
}

static bool is_or_any(struct id wanted, struct id given)
{
    return id_is_zero(wanted) || id_equal(wanted, given);
}

static bool fits(const struct asked *asked, const struct todo *todo)
{
    const struct callback_query *query = asked->query;
    bool due = todo->state == pending_DUE || todo->state == pending_OVERDUE;
    bool state = asked->state == pending_PENDING || asked->state == todo->state ||
                 (asked->state == pending_DUE && due);
    return state && is_or_any(query->client, todo->client) && is_or_any(query->team, todo->team) &&
           is_or_any(query->file, todo->file) && is_or_any(query->inquiry, todo->inquiry) &&
           is_one_of(asked, todo->contact) &&
           (is_or_any(asked->staff, todo->staff) || id_equal(asked->staff, todo->deputy));
}

// An answer must not keep others waiting for long; but an empty one says that there are none.
static enum walk_fit judge(void *context, const void *row)
{
    struct asked *asked = context;
    struct todo todo = asked->kind->view(row);
    asked->broken_off = ++asked->looked_at > LOOKED_AT_MAX && asked->found > 0;
    if (asked->broken_off)
        return WALK_END;
    return fits(asked, &todo) ? WALK_TAKE : WALK_PASS;
}

static bool ask(struct request *rq, const struct callback_query *query, struct asked *out)
{
    struct staff self;
    out->query = query;
    out->state = query->state ? query->state : pending_PENDING;
    out->staff = query->staff;
    if (query->has_mine && query->mine) {
        if (!kept_actor(rq, &self))
            return fail(&rq->err, ERR_INVALID, "mine", TEXT_CALLBACK_NOBODY, NULL);
        out->staff = self.id;
    }
    out->contacts[0] = query->contact;
    out->contact_count = 0;
    if (!id_is_zero(query->contact)) {
        struct contact contact;
        (void)!kept_contact(rq, &out->contacts[0], &contact);
        out->contact_count = kept_aliases(rq, out->contacts, ALIASES_MAX);
    }
    return true;
}

// The narrowest index, and whose rows in it.
static enum todo_index index_of(const struct asked *asked, struct id *ret_whose)
{
    struct id nobody = { { 0 } };
    struct id contact = asked->contact_count == 1 ? asked->contacts[0] : nobody;
    const struct way {
        struct id whose;
        enum todo_index index;
    } ways[] = {
        { .whose = asked->query->inquiry, .index = TODO_INQUIRY },
        { .whose = asked->query->file, .index = TODO_FILE },
        { .whose = contact, .index = TODO_CONTACT },
        { .whose = asked->staff, .index = TODO_WHOSE },
        { .whose = asked->query->team, .index = TODO_TEAM },
    };
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        *ret_whose = ways[i].whose;
        if (!id_is_zero(ways[i].whose))
            return ways[i].index;
    }
    return TODO_WORK;
}

static bool open_walk(struct request *rq, struct asked *asked, struct walk **ret)
{
    struct id whose;
    enum todo_index index = index_of(asked, &whose);
    bool settled = asked->state == pending_SETTLED;
    struct walk_options options = { .index = &asked->kind->indexes[index],
                                    .scope = &rq->scope,
                                    .prefix = todo_key(whose, settled),
                                    .down = settled,
                                    .fits = judge,
                                    .context = asked };
    if (!id_is_zero(asked->query->after)) {
        void *last = arena_alloc(rq->arena, asked->kind->table->record()->size);
        if (!last || !row_find(rq, asked->kind->table, asked->query->after, last))
            return fail(&rq->err, ERR_NOT_FOUND, "after", TEXT_AFTER_UNKNOWN, NULL);
        struct todo todo = asked->kind->view(last);
        todo.settled = settled;
        options.after = todo_time_key(whose, &todo);
        options.after_row = asked->query->after;
    }
    *ret = walk_open(rq->txn, asked->kind->table, &options, rq->arena);
    return true;
}

bool todo_list(struct request *rq, const struct todo_kind *kind, const struct callback_query *query,
               struct todo_rows *out)
{
    size_t limit = query->has_limit ? (size_t)query->limit : LIMIT_DEFAULT;
    size_t size = kind->table->record()->size;
    uint8_t *rows = arena_array(rq->arena, limit + 1, size);
    struct asked asked = { .kind = kind };
    struct mp_writer writer;
    struct walk *walk;
    if (!rows)
        return fail(&rq->err, ERR_TOO_LARGE, "limit", TEXT_ANSWER_TOO_LARGE, NULL);
    if (!ask(rq, query, &asked) || !open_walk(rq, &asked, &walk))
        return false;
    *out = (struct todo_rows){ .rows = rows };
    mp_writer_init(&writer);
    while (!out->more && walk_next(walk, rows + out->count * size)) {
        if (file_hidden(rq, kind->view(rows + out->count * size).file))
            continue;
        encode(kind->table->record(), rows + out->count * size, &writer);
        out->more = out->count == limit || (out->count && writer.size > PAGE_BYTES);
        out->count += !out->more;
        asked.found = out->count;
    }
    out->more = out->more || asked.broken_off;
    walk_close(walk);
    mp_writer_done(&writer);
    return true;
}

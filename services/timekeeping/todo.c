// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/todo.h"

#include "common/step/rows.h"
#include "services/timekeeping/house.h"
#include "services/timekeeping/inquiries.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/resubmission.h"
#include "services/timekeeping/store.h"
#include "services/timekeeping/store_inquiry.h"

#define LOOKED_AT_MAX 20000
#define ALIASES_MAX   20

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
    struct request *rq;
    const struct todo_kind *kind;
    const struct callback_query *query;
    struct id staff; // of the query, or whoever asks for theirs
    struct id contacts[ALIASES_MAX];
    size_t contact_count;
    enum pending state;
    struct id whose; // in the index that is walked
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

static bool fits(const void *row, const void *context)
{
    const struct asked *asked = context;
    const struct callback_query *query = asked->query;
    struct todo todo = asked->kind->view(row);
    bool due = todo.state == pending_DUE || todo.state == pending_OVERDUE;
    bool state = asked->state == pending_PENDING || asked->state == todo.state ||
                 (asked->state == pending_DUE && due);
    return state && is_or_any(query->client, todo.client) && is_or_any(query->team, todo.team) &&
           is_or_any(query->file, todo.file) && is_or_any(query->inquiry, todo.inquiry) &&
           is_one_of(asked, todo.contact) &&
           (is_or_any(asked->staff, todo.staff) || id_equal(asked->staff, todo.deputy)) &&
           !file_hidden(asked->rq, todo.file);
}

// Where a row stands, or stood before it was settled.
static struct key place(const void *row, const void *context)
{
    const struct asked *asked = context;
    struct todo todo = asked->kind->view(row);
    todo.settled = asked->state == pending_SETTLED;
    return todo_time_key(asked->whose, &todo);
}

static bool ask(struct request *rq, const struct callback_query *query, struct asked *out)
{
    struct staff self;
    out->rq = rq;
    out->query = query;
    out->state = query->state ? query->state : pending_PENDING;
    out->staff = query->staff;
    if (query->has_mine && query->mine) {
        if (!kept_actor(rq, &self))
            return fail(&rq->err, ERR_INVALID, "mine", TEXT_CALLBACK_NOBODY, NULL);
        out->staff = self.id;
    }
    out->contacts[0] = query->contact;
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
    const struct way {
        struct id whose;
        enum todo_index index;
    } ways[] = {
        { .whose = asked->query->inquiry, .index = TODO_INQUIRY },
        { .whose = asked->query->file, .index = TODO_FILE },
        { .whose = asked->contacts[0], .index = TODO_CONTACT },
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

bool todo_list(struct request *rq, const struct todo_kind *kind, const struct callback_query *query,
               struct listing *out)
{
    struct asked *asked = arena_alloc(rq->arena, sizeof *asked);
    struct key *prefixes = arena_array(rq->arena, ALIASES_MAX, sizeof *prefixes);
    if (!asked || !prefixes)
        return fail(&rq->err, ERR_TOO_LARGE, "limit", TEXT_ANSWER_TOO_LARGE, NULL);
    *asked = (struct asked){ .kind = kind };
    if (!ask(rq, query, asked))
        return false;
    enum todo_index index = index_of(asked, &asked->whose);
    bool settled = asked->state == pending_SETTLED;
    *out = (struct listing){ .table = kind->table,
                             .index = &kind->indexes[index],
                             .prefix = todo_key(asked->whose, settled),
                             .after_row = query->after,
                             .down = settled,
                             .has_limit = query->has_limit,
                             .limit = query->limit,
                             .looked_at = LOOKED_AT_MAX,
                             .place = place,
                             .fits = fits,
                             .context = asked };
    for (size_t i = 0; index == TODO_CONTACT && i < asked->contact_count; i++) {
        prefixes[i] = todo_key(asked->contacts[i], settled);
        out->prefixes = prefixes;
        out->prefix_count = i + 1;
    }
    return listing_read(rq, out);
}

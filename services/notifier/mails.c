// SPDX-License-Identifier: Apache-2.0
// A mail's row is what others see, its letter what it says, its intent the try that is going on.
#include "services/notifier/mails.h"

#include <stdio.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/base/email.h"
#include "common/step/intent.h"
#include "common/step/rows.h"
#include "common/wire/codec.h"
#include "services/notifier/letter.h"
#include "services/notifier/letter_files.h"
#include "services/notifier/post.h"
#include "services/notifier/store.h"
#include "services/notifier/store_mail.h"

#define INTENT        "mail"
#define RECIPIENTS    26
#define NOTE_MAILS    300
#define RECOVER_MAX   100
#define LIMIT_DEFAULT 50
#define LOOKED_AT_MAX 20000
// An address that is not known by then never will be.
#define PATIENCE_US SECONDS(3600)
// Nobody wants to read yesterday's news because a store was made anew.
#define OLD_US DAYS(3)

void post_init(struct post *post)
{
    *post = (struct post){ .zone = "Europe/Berlin", .due_us = 0 };
    post->policy = (struct mail_policy){ .pause_us = SECONDS(30),
                                         .pause_most_us = SECONDS(3600),
                                         .give_up_us = DAYS(2),
                                         .resend = true };
    (void)!colour_rules_read(COLOUR_USUAL, &post->colours, &(struct err){ 0 });
}

static struct post post_of(const struct request *rq)
{
    struct post post;
    const struct post *given = rq->context;

    post_init(&post);
    return given ? *given : post;
}

static void wake(struct request *rq, int64_t due_us)
{
    struct post *post = rq->context;

    if (post && post->due_us > due_us)
        post->due_us = due_us;
}

static bool full(struct request *rq)
{
    return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
}

static bool mail_write(struct request *rq, const struct mail_row *mail)
{
    if (!record_check(mail_row_record(), mail, &rq->err) ||
        !table_put(rq->txn, &mail_table, mail, &rq->err))
        return false;
    emit(rq, "mail", mail, false);
    return true;
}

// --- to whom
struct recipient {
    const char *name, *address; // address NULL: none is known
};

struct recipients {
    struct recipient list[RECIPIENTS];
    size_t count;
    const char *names[RECIPIENTS]; // of the staff among them
    size_t name_count;
};

static void add(struct recipients *recipients, const char *name, const char *address)
{
    for (size_t i = 0; address && i < recipients->count; i++) {
        if (recipients->list[i].address && strcmp(recipients->list[i].address, address) == 0)
            return;
    }
    if (recipients->count < RECIPIENTS)
        recipients->list[recipients->count++] = (struct recipient){ name, address };
}

// Who is not known yet will be told by contacts: the note waits (parked), but not for ever.
static bool add_staff(struct request *rq, const struct call_note *note, struct id id,
                      struct recipients *recipients)
{
    struct staff staff;
    struct key key = key_of_id(id);

    if (!table_get(rq->txn, &shown_staff_table, &scope_house, &key, rq->arena, &staff)) {
        if (rq->now_us - note->mail_at < PATIENCE_US)
            return fail(&rq->err, ERR_NOT_FOUND, "to_staff", TEXT_STAFF_UNKNOWN, NULL);
        add(recipients, NULL, NULL);
        return true;
    }
    recipients->names[recipients->name_count++] = staff.name;
    add(recipients, staff.name, staff.email);
    return true;
}

static bool find_client(struct request *rq, const struct call_note *note, struct client_row *client)
{
    struct key key = key_of_id(note->client);

    return !id_is_zero(note->client) &&
           table_get(rq->txn, &shown_client_table, &scope_house, &key, rq->arena, client);
}

static bool add_client(struct request *rq, const struct call_note *note,
                       struct recipients *recipients)
{
    struct client_row client;

    if (!note->has_to_client || !note->to_client)
        return true;
    if (find_client(rq, note, &client)) {
        add(recipients, client.name, client.email);
        return true;
    }
    if (rq->now_us - note->mail_at < PATIENCE_US)
        return fail(&rq->err, ERR_NOT_FOUND, "client", TEXT_CLIENT_UNKNOWN, NULL);
    add(recipients, note->client_name, NULL);
    return true;
}

static bool find_recipients(struct request *rq, const struct call_note *note,
                            struct recipients *recipients)
{
    recipients->count = recipients->name_count = 0;
    for (size_t i = 0; i < note->to_staff_count; i++) {
        if (!add_staff(rq, note, note->to_staff[i], recipients))
            return false;
    }
    if (!add_client(rq, note, recipients))
        return false;
    for (size_t i = 0; i < note->mail_to_count; i++)
        add(recipients, NULL, note->mail_to[i]);
    return true;
}

// --- what it says
static const char *writer_of(struct request *rq, const struct call_note *note)
{
    struct staff staff;
    struct id id;

    if (!id_parse(note->edited_by, &id))
        return note->edited_by;
    struct key key = key_of_id(id);
    bool known = table_get(rq->txn, &shown_staff_table, &scope_house, &key, rq->arena, &staff);
    return known ? staff.name : NULL;
}

struct composed {
    const char *subject, *text;
};

static bool compose(struct request *rq, const struct call_note *note,
                    const struct recipients *recipients, struct composed *out)
{
    struct post post = post_of(rq);
    struct client_row client;
    struct letter_people people = { .writer = writer_of(rq, note),
                                    .client = find_client(rq, note, &client) ? client.name : NULL,
                                    .to = recipients->names,
                                    .to_count = recipients->name_count,
                                    .zone = post.zone };

    out->subject = letter_subject(note, &people, rq->arena);
    out->text = letter_text(note, &people, rq->arena);
    return (out->subject && out->text) || full(rq);
}

static struct id mail_id(const struct call_note *note, const struct recipient *recipient,
                         size_t nth)
{
    char name[300];

    // Without an address the place decides.
    snprintf(name, sizeof name, "%lld %s %zu", (long long)note->mail_order,
             recipient->address ? recipient->address : "", recipient->address ? 0 : nth);
    return id_of_name(id_text(note->id).text, name);
}

static bool set_message_id(struct request *rq, struct mail_row *mail)
{
    struct post post = post_of(rq);
    const char *at = strchr(post.from, '@');

    mail->message_id = arena_format(rq->arena, "<%s@%.80s>", id_text(mail->id).text,
                                    at ? at + 1 : "rufbus.invalid");
    return mail->message_id || full(rq);
}

static bool make(struct request *rq, const struct call_note *note,
                 const struct recipient *recipient, const struct composed *composed, struct id id)
{
    struct err why = { 0 };
    struct mail_row mail = { .id = id,
                             .version = 1,
                             .note = note->id,
                             .order = note->mail_order,
                             .client = note->client,
                             .staff = note->staff,
                             .staff_count = note->staff_count,
                             .teams = note->teams,
                             .teams_count = note->teams_count,
                             .to = recipient->address,
                             .name = recipient->name,
                             .subject = composed->subject,
                             .state = mail_state_WANTED,
                             .wanted_at = note->mail_at,
                             .moved_at = rq->now_us,
                             .has_next_at = true,
                             .next_at = rq->now_us };
    struct letter letter = { .id = id, .text = composed->text };

    if (!set_message_id(rq, &mail))
        return false;
    if (!recipient->address || !email_valid(recipient->address))
        (void)fail(&why, ERR_INVALID, NULL, TEXT_MAIL_NO_ADDRESS,
                   recipient->name ? recipient->name : "?", NULL);
    else if (rq->now_us - note->mail_at > OLD_US)
        (void)fail(&why, ERR_INVALID, NULL, TEXT_MAIL_OLD, NULL);
    else if (!post_of(rq).configured)
        mail.reason = text_german(TEXT_MAIL_NO_SERVER);
    if (why.code) {
        mail.state = mail_state_FAILED;
        mail.has_next_at = false;
        mail.reason = arena_text(rq->arena, why.german, strlen(why.german));
    }
    wake(rq, rq->now_us);
    return table_put(rq->txn, &letter_table, &letter, &rq->err) && mail_write(rq, &mail);
}

static bool order(struct request *rq, const struct call_note *note)
{
    struct recipients *recipients = arena_alloc(rq->arena, sizeof *recipients);
    struct composed composed = { 0 };

    if (!recipients)
        return full(rq);
    if (!find_recipients(rq, note, recipients) || !compose(rq, note, recipients, &composed))
        return false;
    for (size_t i = 0; i < recipients->count; i++) {
        struct id id = mail_id(note, &recipients->list[i], i);
        struct key key = key_of_id(id);
        struct mail_row known;
        if (table_get(rq->txn, &mail_table, &scope_house, &key, rq->arena, &known))
            continue;
        if (!make(rq, note, &recipients->list[i], &composed, id))
            return false;
    }
    return true;
}

// --- a note that is gone takes its mails along
static bool forget(struct request *rq, struct id note)
{
    struct mail_row *rows = arena_array(rq->arena, NOTE_MAILS, sizeof *rows);
    struct walk_options options = { .index = mail_by_note,
                                    .scope = &scope_house,
                                    .prefix = key_of_id(note) };
    size_t count = 0;

    if (!rows)
        return full(rq);
    struct walk *walk = walk_open(rq->txn, &mail_table, &options, rq->arena);
    while (count < NOTE_MAILS && walk_next(walk, &rows[count]))
        count++;
    walk_close(walk);
    for (size_t i = 0; i < count; i++) {
        struct key key = key_of_id(rows[i].id);
        (void)table_del(rq->txn, &letter_table, &key);
        (void)table_del(rq->txn, &mail_table, &key);
        rows[i].version++;
        emit(rq, "mail", &rows[i], true);
    }
    return true;
}

bool mails_take_note(struct request *rq, const struct fact *fact, const void *row)
{
    const struct call_note *note = row;

    if (fact->has_deleted && fact->deleted)
        return forget(rq, fact->entity);
    return !note->has_mail_order || order(rq, note);
}

// --- answers of inquiries
static bool make_answer(struct request *rq, const struct inquiry_mail *answer, struct id id)
{
    struct mail_row mail = { .id = id,
                             .version = 1,
                             .note = answer->id,
                             .order = 1,
                             .client = answer->client,
                             .inquiry = answer->inquiry,
                             .to = answer->to[0],
                             .subject = answer->subject,
                             .message_id = answer->message_id,
                             .state = mail_state_WANTED,
                             .wanted_at = answer->taken_at,
                             .moved_at = rq->now_us,
                             .has_next_at = true,
                             .next_at = rq->now_us };
    struct letter letter = { .id = id,
                             .text = answer->text,
                             .has_by_hand = true,
                             .by_hand = true,
                             .reply_to = answer->from,
                             .in_reply_to = answer->in_reply_to,
                             .references = answer->references,
                             .references_count = answer->references_count,
                             .attachments = answer->attachments,
                             .attachments_count = answer->attachments_count };

    if (rq->now_us - answer->taken_at > OLD_US) {
        mail.state = mail_state_FAILED;
        mail.has_next_at = false;
        mail.reason = text_german(TEXT_MAIL_OLD);
    } else if (!post_of(rq).configured) {
        mail.reason = text_german(TEXT_MAIL_NO_SERVER);
    }
    wake(rq, rq->now_us);
    return table_put(rq->txn, &letter_table, &letter, &rq->err) && mail_write(rq, &mail);
}

bool mails_take_answer(struct request *rq, const struct fact *fact, const void *row)
{
    const struct inquiry_mail *answer = row;
    struct mail_row known;

    if (fact->has_deleted && fact->deleted)
        return forget(rq, fact->entity);
    if (answer->direction != mail_direction_OUT || answer->to_count == 0 || !answer->subject ||
        !answer->text)
        return true;
    // Of what is settled already nothing is sent, also when this store was made anew.
    struct id id = id_of_name(id_text(answer->id).text, answer->to[0]);
    struct key key = key_of_id(id);
    if (answer->state != mail_state_WANTED ||
        table_get(rq->txn, &mail_table, &scope_house, &key, rq->arena, &known))
        return true;
    return make_answer(rq, answer, id);
}

// --- sending
static bool next_due(struct request *rq, struct mail_row *out)
{
    struct post *post = rq->context;
    struct walk_options options = { .index = mail_by_state,
                                    .scope = &scope_house,
                                    .prefix = mail_state_key(mail_state_WANTED) };
    struct walk *walk = walk_open(rq->txn, &mail_table, &options, rq->arena);
    bool found = walk_next(walk, out);

    walk_close(walk);
    post->due_us = found ? out->next_at : INT64_MAX;
    return found && out->next_at <= rq->now_us;
}

static bool start_intent(struct request *rq, const struct mail_row *mail, struct id *ret)
{
    struct mail_try body = { .mail = mail->id, .attempt = mail->attempts };
    struct intent intent;

    (void)intent_want(rq, INTENT, request_encode(rq, mail_try_record(), &body));
    if (!intent_start(rq, INTENT, &intent))
        return false;
    *ret = intent.id;
    return true;
}

bool mails_begin(struct request *rq, struct mail_task *out)
{
    struct post *post = rq->context;
    struct mail_row mail;
    struct letter letter;

    if (!post || !post->configured || !next_due(rq, &mail))
        return false;
    struct key key = key_of_id(mail.id);
    if (!table_get(rq->txn, &letter_table, &scope_house, &key, rq->arena, &letter))
        return fail(&rq->err, ERR_INTERNAL, NULL, TEXT_INTERNAL, NULL);
    struct letter_head head = { .from = post->from,
                                .from_name = post->from_name[0] ? post->from_name : NULL,
                                .to = mail.to,
                                .to_name = mail.name,
                                .subject = mail.subject,
                                .message_id = mail.message_id,
                                .date_us = mail.wanted_at,
                                .reply_to = letter.reply_to,
                                .in_reply_to = letter.in_reply_to,
                                .references = letter.references,
                                .reference_count = letter.references_count,
                                .by_hand = letter.by_hand };
    if (letter.attachments_count > 0 && !(head.boundary = letter_boundary(mail.id, rq->arena)))
        return full(rq);
    mail_begin(&mail, rq->now_us);
    *out = (struct mail_task){ .mail = mail.id,
                               .from = post->from,
                               .to = mail.to,
                               .answer = mail.note,
                               .boundary = head.boundary,
                               .files = letter.attachments,
                               .file_count = letter.attachments_count };
    out->message = letter_render(&head, letter.text, rq->arena);
    return (out->message || full(rq)) && start_intent(rq, &mail, &out->intent) &&
           mail_write(rq, &mail);
}

static const enum intent_state intent_states[] = { [SEND_TAKEN] = intent_state_DONE,
                                                   [SEND_LATER] = intent_state_FAILED,
                                                   [SEND_REFUSED] = intent_state_FAILED,
                                                   [SEND_UNCERTAIN] = intent_state_UNKNOWN };

// The mail's row keeps what became of it, so a finished try is of no further use.
bool mails_finish(struct request *rq, struct id intent, struct id mail_id_,
                  const struct sending *sending)
{
    struct post post = post_of(rq);
    struct mail_row mail;
    struct key key = key_of_id(intent), mail_key = key_of_id(mail_id_);

    if (!intent_finish(rq, intent, intent_states[sending->result], NULL))
        return false;
    (void)table_del(rq->txn, &intent_table, &key);
    if (!table_get(rq->txn, &mail_table, &scope_house, &mail_key, rq->arena, &mail))
        return true; // its note was deleted meanwhile
    if (!mail_moved(&mail, sending, &post.policy, rq->now_us, rq->arena))
        return full(rq);
    wake(rq, rq->now_us);
    return mail_write(rq, &mail);
}

// --- after a start
static size_t find_begun(struct request *rq, struct intent *rows)
{
    struct walk_options options = { .scope = &scope_house };
    struct walk *walk = walk_open(rq->txn, &intent_table, &options, rq->arena);
    size_t count = 0;

    while (count < RECOVER_MAX && walk_next(walk, &rows[count]))
        count += strcmp(rows[count].kind, INTENT) == 0 && rows[count].state == intent_state_UNKNOWN;
    walk_close(walk);
    return count;
}

static bool recover_one(struct request *rq, const struct intent *intent)
{
    struct post post = post_of(rq);
    struct key key = key_of_id(intent->id);
    struct sending sending = { .result = SEND_UNCERTAIN };
    struct mail_try body;
    struct mail_row mail;

    (void)table_del(rq->txn, &intent_table, &key);
    snprintf(sending.reason, sizeof sending.reason, "%s", text_german(TEXT_MAIL_INTERRUPTED));
    if (!decode(mail_try_record(), intent->body, DECODE_LENIENT, rq->arena, &body, &rq->err))
        return false;
    struct key mail_key = key_of_id(body.mail);
    if (!table_get(rq->txn, &mail_table, &scope_house, &mail_key, rq->arena, &mail))
        return true;
    return (mail_moved(&mail, &sending, &post.policy, rq->now_us, rq->arena) || full(rq)) &&
           mail_write(rq, &mail);
}

bool mails_recover(struct request *rq)
{
    struct intent *rows = arena_array(rq->arena, RECOVER_MAX, sizeof *rows);
    bool more = intent_recover(rq);
    size_t count = rows ? find_begun(rq, rows) : 0;

    for (size_t i = 0; i < count; i++) {
        if (!recover_one(rq, &rows[i]))
            return false;
    }
    return more || count == RECOVER_MAX;
}

// --- for people
bool mails_page(struct request *rq, const struct mail_query *query, struct mail_page *out)
{
    size_t limit = query->has_limit ? (size_t)query->limit : LIMIT_DEFAULT, count = 0, looked = 0;
    struct walk_options options = { .index = mail_by_time, .scope = &rq->scope, .down = true };
    struct mail_row *rows = arena_array(rq->arena, limit + 1, sizeof *rows);
    struct mail_row last;

    if (!rows)
        return fail(&rq->err, ERR_TOO_LARGE, "limit", TEXT_ANSWER_TOO_LARGE, NULL);
    if (!id_is_zero(query->after)) {
        if (!row_find(rq, &mail_table, query->after, &last))
            return fail(&rq->err, ERR_NOT_FOUND, "after", TEXT_MAIL_UNKNOWN, NULL);
        options.after = mail_time_key(last.wanted_at);
        options.after_row = last.id;
    }
    struct walk *walk = walk_open(rq->txn, &mail_table, &options, rq->arena);
    while (count <= limit && looked++ < LOOKED_AT_MAX && walk_next(walk, &rows[count])) {
        count += (id_is_zero(query->note) || id_equal(query->note, rows[count].note)) &&
                 (!query->state || query->state == rows[count].state);
    }
    walk_close(walk);
    out->more = count > limit || looked > LOOKED_AT_MAX;
    out->mails = rows;
    out->mails_count = count > limit ? limit : count;
    return true;
}

// SPDX-License-Identifier: Apache-2.0
// By Message-ID whoever knows it belongs to a thread; by a number in the subject, which can be
// guessed, only who already takes part in the inquiry.
#include "services/timekeeping/inquiry_mails.h"

#include <string.h>

#include "common/base/email.h"
#include "common/base/text.h"
#include "common/step/rows.h"
#include "services/timekeeping/inquiries.h"
#include "services/timekeeping/inquiry_mail.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/store_inquiry.h"
#include "services/timekeeping/store_mail.h"

#define SERVICE_FILE "proto/timekeeping_mail.def"
#include "proto/handlers.inc"

#define LIMIT_OTHERWISE 50
#define THREAD_MOST     200  // mails of an inquiry that are looked at for who takes part
#define SAME_MOST       20   // mails with one Message-ID: one for each client
#define KNOWN_MOST      2000 // and of one client, from a device that gives all the same
#define REOPENED        "Antwort eingegangen"

static bool full(struct request *rq)
{
    return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
}

static bool write(struct request *rq, struct inquiry_mail *row)
{
    if (!table_put(rq->txn, &inquiry_mail_table, row, &rq->err))
        return false;
    emit_inquiry_mail(rq, row, false);
    return true;
}

// --- whose it is
static bool client_of_address(struct request *rq, const char *address, struct id *ret)
{
    struct walk_options options = { .index = kept_client_by_email,
                                    .scope = &scope_house,
                                    .prefix = kept_client_email_key(address) };
    struct client_row client, other;
    struct walk *walk = walk_open(rq->txn, &kept_client_table, &options, rq->arena);
    bool found = walk_next(walk, &client) && !walk_next(walk, &other);

    walk_close(walk);
    if (found)
        *ret = client.id;
    return found;
}

// The client whose address it was sent to, the first that is one client's alone; none: the house's
// own.
static bool client_of(struct request *rq, const struct inquiry_mail_new *in, struct id *ret)
{
    *ret = in->client;
    if (!id_is_zero(in->client))
        return refers_client(rq, in->client, "client");
    for (size_t i = 0; i < in->to_count; i++) {
        if (client_of_address(rq, in->to[i], ret))
            break;
    }
    return true;
}

// The one contact of the client with this address; none when there are several.
static bool contact_of(struct request *rq, struct id client, const char *address,
                       struct contact *ret)
{
    struct walk_options options = { .index = kept_contact_by_email, .scope = &scope_house };
    struct contact other;

    if (!address)
        return false;
    options.prefix = kept_email_key(client, address);
    struct walk *walk = walk_open(rq->txn, &kept_contact_table, &options, rq->arena);
    bool found = walk_next(walk, ret) && !walk_next(walk, &other);
    walk_close(walk);
    return found;
}

// --- threads
static bool mail_of_message(struct request *rq, const char *message_id, struct inquiry_mail *ret)
{
    struct walk_options options = { .index = inquiry_mail_by_message,
                                    .scope = &scope_house,
                                    .prefix = inquiry_mail_message_key(message_id) };
    struct walk *walk = walk_open(rq->txn, &inquiry_mail_table, &options, rq->arena);
    struct inquiry inquiry;
    bool found = false;

    for (int i = 0; !found && i < SAME_MOST && walk_next(walk, ret); i++)
        found = inquiry_find(rq, ret->inquiry, &inquiry);
    walk_close(walk);
    return found;
}

static bool by_message(struct request *rq, const char *message_id, struct inquiry *ret)
{
    struct inquiry_mail mail;

    if (mail_of_message(rq, message_id, &mail))
        return inquiry_find(rq, mail.inquiry, ret);
    // Those that were taken over from an old program have no mail here.
    return inquiry_of_message(rq, message_id, ret) && inquiry_find(rq, ret->id, ret);
}

static bool wrote_or_got(const struct inquiry_mail *mail, const char *address)
{
    if (mail->direction == mail_direction_IN)
        return address_equal(mail->from, address) || address_equal(mail->reply_to, address);
    for (size_t i = 0; i < mail->to_count; i++) {
        if (address_equal(mail->to[i], address))
            return true;
    }
    return false;
}

static bool takes_part(struct request *rq, const struct inquiry *inquiry, const char *address)
{
    struct walk_options options = { .index = inquiry_mail_by_inquiry,
                                    .scope = &scope_house,
                                    .prefix = key_of_id(inquiry->id) };
    struct inquiry_mail mail;
    struct contact contact;
    bool does = address_equal(inquiry->email, address);

    if (!does && contact_of(rq, inquiry->client, address, &contact))
        does = id_equal(contact.id, inquiry->contact);
    struct walk *walk = walk_open(rq->txn, &inquiry_mail_table, &options, rq->arena);
    for (int i = 0; !does && i < THREAD_MOST && walk_next(walk, &mail); i++)
        does = wrote_or_got(&mail, address);
    walk_close(walk);
    return does;
}

static bool by_number(struct request *rq, const struct inquiry_mail_new *in, struct inquiry *ret)
{
    struct inquiry_number number;

    if (!in->subject || !in->from || !subject_number(in->subject, &number))
        return false;
    struct key key = inquiry_text_key(number.text);
    return table_get_by(rq->txn, inquiry_by_number, &inquiry_table, &rq->scope, &key, rq->arena,
                        ret) &&
           !inquiry_hidden(rq, ret) && takes_part(rq, ret, in->from);
}

// A reply to a mail of one client stays there, whatever other clients it is copied to.
static bool thread_of(struct request *rq, const struct inquiry_mail_new *in, struct inquiry *ret)
{
    if (in->in_reply_to && by_message(rq, in->in_reply_to, ret))
        return true;
    for (size_t i = in->references_count; i > 0; i--) {
        if (by_message(rq, in->references[i - 1], ret))
            return true;
    }
    return by_number(rq, in, ret);
}

// --- taking in
static bool open_inquiry(struct request *rq, const struct inquiry_mail_new *in, struct id client,
                         struct inquiry *row)
{
    const char *subject = in->subject ? subject_bare(in->subject) : "";
    struct contact contact;

    *row = (struct inquiry){ .id = new_id(rq),
                             .client = client,
                             .channel = channel_EMAIL,
                             .contact_name = in->from_name,
                             .email = in->from,
                             .text = in->text,
                             .chargeable = true,
                             .opened_at = rq->now_us };
    row->subject =
        text_of_at_most(*subject ? subject : "(kein Betreff)", INQUIRY_SUBJECT_MOST, rq->arena);
    if (contact_of(rq, client, in->from, &contact)) {
        row->contact = contact.id;
        row->contact_name = contact.name;
    }
    if (!row->contact_name)
        row->contact_name = in->from ? text_of_at_most(in->from, 120, rq->arena) : NULL;
    (void)inquiry_take_message(row, in->message_id, rq->arena);
    return (row->subject || full(rq)) && inquiry_open(rq, row, NULL);
}

// What was over, or waited for the customer, is to be worked on again.
static bool wants_reopening(const struct inquiry *row, const struct inquiry_mail_new *in)
{
    bool rests = !inquiry_is_open(row->state) || row->state == inquiry_state_WAITING;

    return rests && !(in->has_automatic && in->automatic);
}

static bool join_inquiry(struct request *rq, const struct inquiry_mail_new *in, struct inquiry *row,
                         struct inquiry_mail_taken *out)
{
    struct inquiry_moving moving = { .to = inquiry_state_OPEN, .reason = REOPENED };

    bool changed = inquiry_take_message(row, in->message_id, rq->arena);
    if (!wants_reopening(row, in))
        return !changed || inquiry_write(rq, row);
    out->has_reopened = out->reopened = true;
    // The customer's mail is not our answer.
    bool responded = row->has_responded_at;
    int64_t at = row->responded_at;
    if (!inquiry_move_to(rq, row, &moving))
        return false;
    if (responded || !row->has_responded_at)
        return true;
    row->has_responded_at = responded;
    row->responded_at = at;
    return inquiry_write(rq, row);
}

static bool set_row(struct request *rq, const struct inquiry_mail_new *in,
                    const struct inquiry *inquiry, struct inquiry_mail *row)
{
    bool past = in->has_at && in->at <= rq->now_us;

    *row = (struct inquiry_mail){ .id = new_id(rq),
                                  .version = 1,
                                  .inquiry = inquiry->id,
                                  .number = inquiry->number,
                                  .client = inquiry->client,
                                  .direction = mail_direction_IN,
                                  .message_id = in->message_id,
                                  .in_reply_to = in->in_reply_to,
                                  .references = in->references,
                                  .references_count = in->references_count,
                                  .from = in->from,
                                  .from_name = in->from_name,
                                  .reply_to = in->reply_to,
                                  .to = in->to,
                                  .to_count = in->to_count,
                                  .subject = in->subject,
                                  .text = in->text,
                                  .has_cut = in->has_cut,
                                  .cut = in->cut,
                                  .has_automatic = in->has_automatic,
                                  .automatic = in->automatic,
                                  .at = past ? in->at : rq->now_us,
                                  .taken_at = rq->now_us,
                                  .taken_by = rq->actor };
    return write(rq, row);
}

// Scanners and the like give the same Message-ID to everything: another time is another mail.
static bool is_same(const struct inquiry_mail_new *in, const struct inquiry_mail *row)
{
    int64_t at = in->has_at && in->at <= row->taken_at ? in->at : row->taken_at;

    return row->direction == mail_direction_OUT || !in->has_at ||
           (at == row->at && (!in->from || !row->from || address_equal(in->from, row->from)));
}

static bool is_known(struct request *rq, const struct inquiry_mail_new *in, struct id client,
                     struct inquiry_mail_taken *out, struct inquiry_mail *row)
{
    struct walk_options options = { .index = inquiry_mail_by_message,
                                    .scope = &scope_house,
                                    .prefix = inquiry_mail_message_key(in->message_id) };
    struct walk *walk = walk_open(rq->txn, &inquiry_mail_table, &options, rq->arena);
    struct inquiry inquiry;
    bool found = false;

    for (int i = 0; !found && i < KNOWN_MOST && walk_next(walk, row); i++)
        found = id_equal(row->client, client) && is_same(in, row) &&
                inquiry_find(rq, row->inquiry, &inquiry);
    walk_close(walk);
    out->has_known = out->known = found;
    return found;
}

bool inquiry_mails_add(struct request *rq, const struct inquiry_mail_new *in,
                       struct inquiry_mail_taken *out)
{
    struct inquiry_mail *row = arena_alloc(rq->arena, sizeof *row);
    struct inquiry inquiry;
    struct id client;

    *out = (struct inquiry_mail_taken){ .mail = row };
    if (!row)
        return full(rq);
    if (!client_of(rq, in, &client))
        return false;
    if (is_known(rq, in, client, out, row))
        return true;
    bool joins = thread_of(rq, in, &inquiry);
    if (joins && is_known(rq, in, inquiry.client, out, row))
        return true;
    out->has_known = false;
    out->has_opened = out->opened = !joins;
    return (joins ? join_inquiry(rq, in, &inquiry, out) : open_inquiry(rq, in, client, &inquiry)) &&
           set_row(rq, in, &inquiry, row);
}

// --- answering
static bool last_incoming(struct request *rq, const struct inquiry *inquiry,
                          struct inquiry_mail *last, struct inquiry_mail *came)
{
    struct walk_options options = { .index = inquiry_mail_by_inquiry,
                                    .scope = &scope_house,
                                    .prefix = key_of_id(inquiry->id),
                                    .down = true };
    struct walk *walk = walk_open(rq->txn, &inquiry_mail_table, &options, rq->arena);
    struct inquiry_mail row;
    bool any = false, found = false;

    for (int i = 0; !found && i < THREAD_MOST && walk_next(walk, &row); i++) {
        if (!any)
            *last = row;
        any = true;
        // Nobody reads what is answered to a report or an absence note.
        found = row.direction == mail_direction_IN && row.from && !row.automatic;
        if (found)
            *came = row;
    }
    walk_close(walk);
    if (!found)
        *came = (struct inquiry_mail){ 0 };
    return any;
}

static const char *to_whom(struct request *rq, const struct inquiry_answer *in,
                           const struct inquiry *inquiry, const struct inquiry_mail *came)
{
    struct request house = *rq;
    struct id id = inquiry->contact;
    struct contact contact;

    if (in->to)
        return in->to;
    if (came->reply_to && email_valid(came->reply_to))
        return came->reply_to;
    if (came->from)
        return came->from;
    if (inquiry->email)
        return inquiry->email;
    house.scope = scope_house;
    if (!id_is_zero(id) && kept_contact(&house, &id, &contact) && contact.emails_count > 0)
        return contact.emails[0];
    return NULL;
}

// The address at which answers come back to the inquiry: the client's, else where they wrote to.
static const char *answer_to(struct request *rq, const struct inquiry *inquiry,
                             const struct inquiry_mail *came)
{
    struct key key = key_of_id(inquiry->client);
    struct client_row client;

    if (!id_is_zero(inquiry->client) &&
        table_get(rq->txn, &kept_client_table, &scope_house, &key, rq->arena, &client) &&
        client.email && email_valid(client.email))
        return client.email;
    return came->to_count > 0 && email_valid(came->to[0]) ? came->to[0] : NULL;
}

static bool compose(struct request *rq, const struct inquiry_answer *in,
                    const struct inquiry *inquiry, struct inquiry_mail *out)
{
    struct inquiry_mail last, came;
    bool any = last_incoming(rq, inquiry, &last, &came);
    const char **to = arena_array(rq->arena, 1, sizeof *to);

    *out = (struct inquiry_mail){ .id = new_id(rq),
                                  .version = 1,
                                  .inquiry = inquiry->id,
                                  .number = inquiry->number,
                                  .client = inquiry->client,
                                  .direction = mail_direction_OUT,
                                  .from = answer_to(rq, inquiry, &came),
                                  .text = in->text,
                                  .at = rq->now_us,
                                  .taken_at = rq->now_us,
                                  .taken_by = rq->actor,
                                  .state = mail_state_WANTED,
                                  .has_moved_at = true,
                                  .moved_at = rq->now_us };
    out->subject =
        subject_of_reply(inquiry->number, in->subject ? in->subject : inquiry->subject, rq->arena);
    out->message_id =
        arena_format(rq->arena, "<%s@%s>", id_text(out->id).text, mail_domain(out->from));
    if (!to || !out->subject || !out->message_id ||
        (any && !mail_references(came.message_id ? &came : &last, rq->arena, out)))
        return full(rq);
    to[0] = to_whom(rq, in, inquiry, &came);
    if (!to[0])
        return fail(&rq->err, ERR_INVALID, "to", TEXT_INQUIRY_MAIL_TO_WHOM, inquiry->number, NULL);
    if (!email_valid(to[0]))
        return fail(&rq->err, ERR_INVALID, "to", TEXT_EMAIL_FORM, to[0], NULL);
    out->to = to;
    out->to_count = 1;
    return inquiry_mail_promise(rq, in, inquiry, out);
}

bool inquiry_mails_reply(struct request *rq, const struct inquiry_answer *in,
                         struct inquiry_mail *out)
{
    struct inquiry inquiry;

    if (!inquiry_named(rq, in->id, in->number, &inquiry) || !compose(rq, in, &inquiry, out))
        return false;
    (void)inquiry_take_message(&inquiry, out->message_id, rq->arena);
    inquiry_worked(rq, &inquiry);
    return inquiry_write(rq, &inquiry) && write(rq, out);
}

bool inquiry_mails_told(struct request *rq, const struct fact *fact, const void *row)
{
    const struct mail_row *told = row;
    struct inquiry_mail mail;

    if (fact->has_deleted && fact->deleted)
        return true;
    struct key key = key_of_id(told->note);
    if (!table_get(rq->txn, &inquiry_mail_table, &scope_house, &key, rq->arena, &mail) ||
        !inquiry_mail_moved(&mail, told))
        return true; // a call note's, or nothing new
    mail.version++;
    return write(rq, &mail);
}

// --- listing
bool inquiry_mails_page(struct request *rq, const struct inquiry_mail_query *in,
                        struct inquiry_mail_page *out)
{
    size_t limit = in->has_limit ? (size_t)in->limit : LIMIT_OTHERWISE, count = 0;
    struct inquiry_mail *rows = arena_array(rq->arena, limit + 1, sizeof *rows), last;
    struct inquiry inquiry;

    if (!rows)
        return fail(&rq->err, ERR_TOO_LARGE, "limit", TEXT_ANSWER_TOO_LARGE, NULL);
    if (!inquiry_named(rq, in->inquiry, in->number, &inquiry))
        return false;
    struct walk_options options = { .index = inquiry_mail_by_inquiry,
                                    .scope = &scope_house,
                                    .prefix = key_of_id(inquiry.id) };
    if (!id_is_zero(in->after)) {
        struct key key = key_of_id(in->after);
        if (!table_get(rq->txn, &inquiry_mail_table, &scope_house, &key, rq->arena, &last) ||
            !id_equal(last.inquiry, inquiry.id))
            return fail(&rq->err, ERR_NOT_FOUND, "after", TEXT_INQUIRY_MAIL_UNKNOWN, NULL);
        options.after = inquiry_mail_place_key(inquiry.id, last.taken_at);
        options.after_row = last.id;
    }
    struct walk *walk = walk_open(rq->txn, &inquiry_mail_table, &options, rq->arena);
    while (count <= limit && walk_next(walk, &rows[count]))
        count++;
    walk_close(walk);
    size_t shown = rows_fit(inquiry_mail_record(), rows, count > limit ? limit : count);
    *out = (struct inquiry_mail_page){ .mails = rows, .mails_count = shown, .more = shown < count };
    return true;
}

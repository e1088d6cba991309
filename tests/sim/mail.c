// SPDX-License-Identifier: Apache-2.0
// Mails of inquiries: the same Message-ID of one client is taken in once; a reply comes to the
// inquiry that it answers, and opens it again; an answer is one mail in the mail room.
#include <stdio.h>
#include <string.h>

#include "tests/sim/due.h"

#define MESSAGES 24 // so few that the same one comes again and again

static const struct mirror *timekeeping(const struct sim *sim)
{
    return &sim->mirrors[MIRROR_TIMEKEEPING];
}

// --- asking
bool mail_in_begin(struct sim *sim, size_t desk, struct op *op)
{
    const struct told_fact *other =
        mirror_at(timekeeping(sim), mirror_pick(sim, timekeeping(sim), "inquiry_mail"));
    struct inquiry_mail_new in = { .from = "kunde@sim.example", .subject = op->name };
    char message_id[40];

    (void)desk;
    snprintf(message_id, sizeof message_id, "<%d@sim.example>", (int)sim_below(sim, MESSAGES));
    in.message_id = message_id;
    if (sim_below(sim, 2))
        in.client = sim->clients[sim_below(sim, 2)];
    if (other && sim_below(sim, 3))
        in.in_reply_to = ((const struct inquiry_mail *)fact_row(sim, other))->message_id;
    in.has_automatic = in.automatic = sim_below(sim, 4) == 0;
    work_say(op, &method_inquiry_mail_add, &in);
    return true;
}

bool mail_out_begin(struct sim *sim, size_t desk, struct op *op)
{
    struct inquiry_answer in = { .text = op->name, .to = "kunde@sim.example" };

    (void)desk;
    if (!work_target(sim, op, MIRROR_TIMEKEEPING, "inquiry"))
        return false;
    in.id = op->target;
    op->target = (struct id){ { 0 } };
    op->version = 0;
    work_say(op, &method_inquiry_reply, &in);
    return true;
}

// --- from fact to fact
// Only how far its delivery is.
void mail_check_order(struct sim *sim, const struct told_fact *before, const struct told_fact *now)
{
    const struct inquiry_mail *is = fact_row(sim, now);
    struct inquiry_mail expected = *(const struct inquiry_mail *)fact_row(sim, before);

    if (expected.direction == mail_direction_IN)
        sim_fail(sim, "mail %s came and changes", expected.message_id);
    expected.version++;
    expected.state = is->state;
    expected.has_moved_at = is->has_moved_at;
    expected.moved_at = is->moved_at;
    expected.detail = is->detail;
    if (!bytes_same(row_bytes(sim, inquiry_mail_record(), &expected), now->row))
        sim_fail(sim, "mail %s is another one now", expected.message_id);
}

// --- at rest
// The mail before this one of the log that a reply names; NULL: there is none.
static const struct inquiry_mail *answered(struct sim *sim, const struct inquiry_mail *mail,
                                           size_t behind)
{
    const struct inquiry_mail *found = NULL;

    if (!mail->in_reply_to)
        return NULL;
    for (size_t seq = 1; seq < behind; seq++) {
        const struct told_fact *fact = mirror_at(timekeeping(sim), seq);
        const struct inquiry_mail *row;

        if (fact->before || !mirror_is(fact, "inquiry_mail"))
            continue;
        row = fact_row(sim, fact);
        if (strcmp(row->message_id, mail->in_reply_to) != 0)
            continue;
        if (found)
            return NULL; // two clients have it
        found = row;
    }
    return found;
}

// The inquiry as it was behind the step in which this fact was written.
static const struct inquiry *inquiry_behind(struct sim *sim, struct id inquiry, size_t behind)
{
    struct id cause = mirror_at(timekeeping(sim), behind)->cause;
    const struct told_fact *found = NULL;

    for (size_t seq = 1; seq <= timekeeping(sim)->count; seq++) {
        const struct told_fact *fact = mirror_at(timekeeping(sim), seq);

        if (mirror_is(fact, "inquiry") && id_equal(fact->entity, inquiry) &&
            (seq < behind || id_equal(fact->cause, cause)))
            found = fact;
    }
    return found ? fact_row(sim, found) : NULL;
}

// Whoever took this one in could see the inquiry of the one before: it is about no file, or they
// keep the files.
static bool could_see(struct sim *sim, size_t seq, const struct inquiry_mail *before)
{
    const struct op *op = op_find(sim, mirror_at(timekeeping(sim), seq)->cause);
    const struct inquiry *inquiry = inquiry_behind(sim, before->inquiry, seq);
    bool house = op && desk_scope(sim, op->desk)->kind == SCOPE_HOUSE;

    return house && inquiry &&
           (id_is_zero(inquiry->file) ||
            strcmp(desk_name(sim, op->desk), id_text(sim->staff).text) == 0);
}

static void check_in(struct sim *sim, const struct inquiry_mail *mail, size_t seq)
{
    const struct inquiry *inquiry = inquiry_behind(sim, mail->inquiry, seq);
    const struct inquiry_mail *before = answered(sim, mail, seq);
    bool automatic = mail->has_automatic && mail->automatic;

    if (!inquiry || !id_equal(inquiry->client, mail->client))
        sim_fail(sim, "mail %s is in no inquiry of its client", mail->message_id);
    else if (!automatic &&
             (inquiry->state == inquiry_state_WAITING || inquiry->state == inquiry_state_SOLVED ||
              inquiry->state == inquiry_state_CLOSED))
        sim_fail(sim, "mail %s came and inquiry %s rests", mail->message_id, inquiry->number);
    else if (before && !id_equal(before->inquiry, mail->inquiry) && could_see(sim, seq, before))
        sim_fail(sim, "mail %s answers inquiry %s and is in %s", mail->message_id, before->number,
                 mail->number);
}

static void check_once(struct sim *sim, const struct inquiry_mail *mail, size_t behind)
{
    for (size_t seq = 1; seq < behind && !sim->failed; seq++) {
        const struct told_fact *fact = mirror_at(timekeeping(sim), seq);
        const struct inquiry_mail *other;

        if (fact->before || !mirror_is(fact, "inquiry_mail"))
            continue;
        other = fact_row(sim, fact);
        if (strcmp(other->message_id, mail->message_id) == 0 &&
            id_equal(other->client, mail->client) && could_see(sim, behind, other))
            sim_fail(sim, "mail %s was taken in twice", mail->message_id);
    }
}

static void check_out(struct sim *sim, const struct inquiry_mail *mail)
{
    const struct mirror *notifier = &sim->mirrors[MIRROR_NOTIFIER];
    size_t count = 0;

    for (size_t seq = 1; seq <= notifier->count; seq++) {
        const struct told_fact *fact = mirror_at(notifier, seq);
        const struct mail_row *row;

        if (fact->before || !mirror_is(fact, "mail"))
            continue;
        row = fact_row(sim, fact);
        count += id_equal(row->note, mail->id) && strcmp(row->message_id, mail->message_id) == 0 &&
                 strcmp(row->to, mail->to[0]) == 0;
    }
    if (count != 1)
        sim_fail(sim, "answer %s is %zu mails", mail->message_id, count);
}

void mails_check(struct sim *sim)
{
    for (size_t seq = 1; seq <= timekeeping(sim)->count && !sim->failed; seq++) {
        const struct told_fact *fact = mirror_at(timekeeping(sim), seq);

        arena_reset(sim->arena);
        if (fact->before || !mirror_is(fact, "inquiry_mail"))
            continue;
        const struct inquiry_mail *mail = fact_row(sim, fact);
        check_once(sim, mail, seq);
        if (sim->failed)
            return;
        if (mail->direction == mail_direction_IN)
            check_in(sim, mail, seq);
        else
            check_out(sim, mail);
    }
}

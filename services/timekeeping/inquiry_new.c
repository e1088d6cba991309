// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/inquiry_new.h"

#include <string.h>

#include "common/base/civil.h"
#include "common/wire/change.h"
#include "proto/talk.h"
#include "services/timekeeping/house.h"
#include "services/timekeeping/inquiries.h"
#include "services/timekeeping/kept.h"

static bool full(struct request *rq)
{
    return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
}

// --- what a call knows
const char *call_party_number(const struct call *call)
{
    bool out = call->direction == call_direction_OUTBOUND ||
               call->direction == call_direction_CLICK_TO_DIAL;

    return out ? call->called : call->caller;
}

static const char *subject_of(struct request *rq, const struct call *call,
                              const struct inquiry *row)
{
    const char *zone = timekeeping_house(rq)->zone;
    struct civil_text at = civil_local(call->started_at, zone);
    struct civil_text clock = civil_local_clock(call->started_at, zone);
    bool missed = call->state == call_state_ENDED && !call->has_answered_at;
    const char *who = row->contact_name ? row->contact_name : row->phone;

    return arena_format(rq->arena, "%s von %s am %.10s um %.5s",
                        missed ? "Verpasster Anruf" : "Anruf", who ? who : "unbekannt", at.text,
                        clock.text);
}

// A contact whom the house does not know any more stays unnamed.
static void take_party(struct request *rq, const struct call *call, struct inquiry *row)
{
    struct request house = *rq;
    struct id party = call_partner(call);
    struct contact contact;

    house.scope = scope_house;
    if (id_is_zero(row->contact) && kept_contact(&house, &party, &contact) &&
        id_equal(contact.client, row->client)) {
        row->contact = party;
        if (!row->contact_name)
            row->contact_name = contact.name;
    }
    if (!row->contact_name)
        row->contact_name = call->caller_name;
}

void inquiry_answered_by(struct inquiry *row, const struct call *call)
{
    int64_t at_us = call->answered_at > row->opened_at ? call->answered_at : row->opened_at;

    if (!call_spoken(call) || !call->has_answered_at || row->has_responded_at)
        return;
    row->has_responded_at = true;
    row->responded_at = at_us;
    // It was in time, though nobody had said so.
    if (row->has_respond_by && at_us <= row->respond_by)
        row->has_respond_missed_at = false;
}

bool inquiry_fill_from_call(struct request *rq, const struct call *call, struct inquiry *row)
{
    struct staff staff;
    bool nobody = id_is_zero(row->staff) && id_is_zero(row->team) && !row->department;

    row->client = call->client;
    take_party(rq, call, row);
    if (!row->phone)
        row->phone = call_party_number(call);
    // By itself also a locked one: it hides the inquiry from those who may not see the file.
    if (id_is_zero(row->file) && !(rq->principal && file_hidden(rq, call->file)))
        row->file = call->file;
    if (nobody && call->agent && kept_staff_at(rq, call->agent, &staff)) {
        row->staff = staff.id;
        row->team = staff.team;
    }
    if (!row->channel)
        row->channel = channel_PHONE;
    inquiry_answered_by(row, call);
    if (!row->subject)
        row->subject = subject_of(rq, call, row);
    (void)inquiry_take_call(row, call->id, rq->arena);
    return row->subject || full(rq);
}

// --- by hand
static void fill_person(struct request *rq, struct inquiry *row)
{
    struct staff me;

    if (id_is_zero(row->staff) && id_is_zero(row->team) && !row->department && kept_actor(rq, &me))
        row->staff = me.id;
    if (id_is_zero(row->team) && kept_staff(rq, row->staff, &me))
        row->team = me.team;
}

// Whose the contact or the file is, so that nobody has to say it twice.
static void fill_client(struct request *rq, struct inquiry *row)
{
    struct contact contact;
    struct file file;
    struct id who = row->contact;

    if (!id_is_zero(row->client))
        return;
    if (!id_is_zero(who) && kept_contact(rq, &who, &contact))
        row->client = contact.client;
    else if (!id_is_zero(row->file) && kept_file(rq, row->file, &file))
        row->client = file.client;
}

void inquiry_read_phone(struct request *rq, struct inquiry *row)
{
    struct phone phone;
    struct err unread = { 0 };

    if (!row->phone || !phone_read(row->phone, &timekeeping_house(rq)->home, &phone, &unread) ||
        !*phone.e164)
        return;
    const char *e164 = arena_text(rq->arena, phone.e164, strlen(phone.e164));
    if (e164)
        row->phone = e164;
}

// `seen`: the client is that of a call which they see, so whether they see the client does not
// matter.
static bool refer(struct request *rq, struct inquiry *row, bool seen)
{
    struct contact contact, customer;
    struct staff staff;

    if ((!seen && !refers_client(rq, row->client, "client")) ||
        !refers_contact(rq, row->client, row->contact, "contact", &contact) ||
        !refers_contact(rq, row->client, row->customer, "customer", &customer) ||
        !refers_file(rq, row->client, row->file) || !refers_staff(rq, row->staff, "staff", &staff))
        return false;
    if (!row->contact_name)
        row->contact_name = contact.name;
    if (!row->phone && contact.phones_count > 0 && !row->email)
        row->phone = contact.phones[0].e164;
    return true;
}

bool inquiry_add_new(struct request *rq, const struct inquiry_new *in, struct inquiry *out)
{
    struct call call;

    *out = (struct inquiry){ .id = new_id(rq), .chargeable = true, .opened_at = rq->now_us };
    row_take(inquiry_record(), out, (struct given){ inquiry_new_record(), in });
    if (!refers_call(rq, in->call, &call) || !kept_team_known(rq, in->team))
        return false;
    if (!id_is_zero(in->call)) {
        if (!id_is_zero(in->client) && !id_equal(in->client, call.client))
            return fail(&rq->err, ERR_INVALID, "client", TEXT_INQUIRY_OTHER_CLIENT, NULL);
        if (!in->has_opened_at)
            out->opened_at = call.started_at;
        if (!inquiry_fill_from_call(rq, &call, out))
            return false;
    }
    if (!out->subject)
        return fail(&rq->err, ERR_INVALID, "subject", TEXT_FIELD_MISSING, NULL);
    if (!out->channel)
        out->channel = channel_PHONE;
    if (id_is_zero(in->call))
        fill_client(rq, out);
    fill_person(rq, out);
    inquiry_read_phone(rq, out);
    return refer(rq, out, !id_is_zero(in->call)) && inquiry_open(rq, out, NULL);
}

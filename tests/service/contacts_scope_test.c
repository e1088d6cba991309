// SPDX-License-Identifier: Apache-2.0
// What is client B's never shows for A, nor can A touch it: every method of the service, with every
// foreign id in every field that takes one. A new method is tried without a word here.
#include "common/wire/codec.h"
#include "tests/harness/house.h"
#include "tests/service/contacts_world.h"

#define MARK    "GEHEIM" // in every text of B's and of the house
#define WORD    "geheim" // what A looks for
#define FOREIGN 16

struct foreign {
    struct fixture *fx;
    struct id a, b; // clients
    struct id mine; // a contact of A's
    struct id ids[FOREIGN];
    size_t count;
    int64_t facts; // in the log before A came
    int tried, answered;
};

static struct id note(struct foreign *foreign, struct id id)
{
    CHECK(foreign->count < FOREIGN);
    foreign->ids[foreign->count++] = id;
    return id;
}

// --- the world of B and of the house
static void fill_client(struct foreign *foreign)
{
    struct fixture *fx = foreign->fx;
    struct member member;
    struct appointment appointment;
    struct message_told told;
    struct number phone = { .typed = "030 7654321" };
    struct contact_new in = { .client = foreign->b,
                              .name = MARK " Eva",
                              .message = MARK,
                              .handling_note = MARK,
                              .phones = &phone,
                              .phones_count = 1 };
    struct contact contact, out;
    CHECK_INT(call_contact_add(&fx->client, &in, &contact), CALL_DONE);
    (void)note(foreign, contact.id);
    CHECK_INT(
        call_message_tell(&fx->client, &(struct message_tell_in){ .contact = contact.id }, &told),
        CALL_DONE);
    (void)note(foreign, told.id);
    struct contact_change again = { .id = contact.id, .version = 2, .message = MARK };
    CHECK_INT(call_contact_edit(&fx->client, &again, &out), CALL_DONE);
    CHECK_INT(call_member_add(&fx->client,
                              &(struct member_new){ .client = foreign->b, .name = MARK }, &member),
              CALL_DONE);
    (void)note(foreign, member.id);
    CHECK_INT(call_appointment_add(&fx->client,
                                   &(struct appointment_new){ .title = MARK,
                                                              .starts_at = fixture_now(fx),
                                                              .contact = contact.id },
                                   &appointment),
              CALL_DONE);
    (void)note(foreign, appointment.id);
}

static void fill_house(struct foreign *foreign)
{
    struct fixture *fx = foreign->fx;
    struct team team;
    struct staff staff;
    struct absence absence;
    struct contact contact;
    CHECK_INT(call_team_add(&fx->client, &(struct team_new){ MARK }, &team), CALL_DONE);
    CHECK_INT(
        call_staff_add(&fx->client, &(struct staff_new){ .name = MARK, .team = team.id }, &staff),
        CALL_DONE);
    CHECK_INT(call_absence_add(&fx->client,
                               &(struct absence_new){ .staff = staff.id,
                                                      .reason = absence_reason_ILLNESS,
                                                      .until = INT64_C(1) << 52,
                                                      .note = MARK },
                               &absence),
              CALL_DONE);
    CHECK_INT(call_contact_add(&fx->client, &(struct contact_new){ .name = MARK }, &contact),
              CALL_DONE);
    (void)note(foreign, note(foreign, team.id));
    (void)note(foreign, staff.id);
    (void)note(foreign, absence.id);
    (void)note(foreign, contact.id);
}

// One caller of B's is announced, another is gone and can still be brought back.
static void fill_purge(struct foreign *foreign)
{
    static const char *const callers[] = { "Anrufer" };
    struct fixture *fx = foreign->fx;
    struct contact_new in = {
        .client = foreign->b, .name = MARK, .categories = callers, .categories_count = 1
    };
    struct contact contact;
    struct fact fact;
    CHECK_INT(call_contact_add(&fx->client, &in, &contact), CALL_DONE);
    (void)note(foreign, contact.id);
    fx->house->now_us += DAYS(5);
    fixture_restart(fx);
    CHECK_INT(call_contact_add(&fx->client, &in, &contact), CALL_DONE);
    (void)note(foreign, contact.id);
    fx->house->now_us += DAYS(170);
    fixture_restart(fx);
    fx->house->now_us += DAYS(8);
    fixture_restart(fx);
    CHECK_INT(fixture_rows(fx, &purge_notice_table), 1);
    CHECK_INT(fixture_rows(fx, &purge_kept_table), 1);
    CHECK(fixture_fact_at(fx, "purged", -1, &fact, NULL));
    (void)note(foreign, fact.entity);
}

static struct foreign foreign_new(void)
{
    struct foreign foreign = { .fx = world_new() };
    foreign.a = client_with(foreign.fx, "Eins", NULL).id;
    foreign.b = note(&foreign, client_with(foreign.fx, MARK, "030 1234567").id);
    fill_purge(&foreign);
    fill_client(&foreign);
    fill_house(&foreign);
    foreign.mine = contact_with(foreign.fx, foreign.a, "Meine", NULL).id;
    foreign.facts = fixture_facts(foreign.fx, NULL);
    return foreign;
}

// --- a request made of its record
static void put_id(struct foreign *foreign, const struct field *field, uint8_t *row, struct id id)
{
    if (field->type == FIELD_ID) {
        memcpy(row + field->offset, &id, sizeof id);
        return;
    }
    struct id *list = arena_alloc(foreign->fx->client.arena, sizeof *list);
    size_t count = 1;
    *list = id;
    memcpy(row + field->offset, &list, sizeof list);
    memcpy(row + field->count_offset, &count, sizeof count);
}

static void put_required(struct foreign *foreign, const struct field *field, uint8_t *row)
{
    const char *text = field->min == 10 && field->max == 10 ? "2026-01-01" : WORD;
    int64_t number = field->min > 1 ? field->min : 1;
    int pick = 1;
    switch (field->type) {
    case FIELD_STR: memcpy(row + field->offset, &text, sizeof text); break;
    case FIELD_INT:
    case FIELD_TIME: memcpy(row + field->offset, &number, sizeof number); break;
    case FIELD_PICK: memcpy(row + field->offset, &pick, sizeof pick); break;
    case FIELD_ID:
        put_id(foreign, field, row,
               strcmp(field->name, "client") == 0 ? foreign->a : foreign->mine);
        break;
    default: break;
    }
}

static void *request_of(struct foreign *foreign, const struct record *record)
{
    uint8_t *row = arena_alloc(foreign->fx->client.arena, record->size);
    CHECK(row != NULL);
    for (size_t i = 0; i < record->count; i++) {
        if (record->fields[i].required)
            put_required(foreign, &record->fields[i], row);
    }
    return row;
}

// --- asking
static bool has_mark(struct bytes bytes)
{
    return bytes.size > 0 && memmem(bytes.data, bytes.size, MARK, strlen(MARK)) != NULL;
}

static void ask(struct foreign *foreign, const struct method *method, const void *in)
{
    struct client *client = &foreign->fx->client;
    void *out = arena_alloc(client->arena, method->out()->size);
    enum call_result result = client_call(client, method, in, out);
    bool shown;
    foreign->tried++;
    if (result == CALL_DONE) {
        struct mp_writer writer;
        mp_writer_init(&writer);
        encode(method->out(), out, &writer);
        shown = has_mark(mp_writer_bytes(&writer));
        mp_writer_done(&writer);
        foreign->answered++;
    } else {
        CHECK_INT(result, CALL_REFUSED);
        shown = has_mark(client->current) || strstr(client->refused.german, MARK) ||
                strstr(client->refused.english, MARK);
    }
    if (shown)
        printf("  %s shows what is not A's\n", method->name);
    CHECK(!shown);
}

static bool takes_ids(const struct field *field)
{
    return field->type == FIELD_ID || field->type == FIELD_IDS;
}

// Versions 1 to 3, so that a refusal is not one of a stale edit only.
static void put_version(const struct record *record, uint8_t *row, int64_t version)
{
    const struct field *field = record_field(record, "version");
    if (field && field->type == FIELD_INT)
        memcpy(row + field->offset, &version, sizeof version);
}

static void ask_with_ids(struct foreign *foreign, const struct method *method)
{
    const struct record *record = method->in();
    for (size_t i = 0; i < record->count; i++) {
        for (size_t k = 0; k < foreign->count && takes_ids(&record->fields[i]); k++) {
            uint8_t *row = request_of(foreign, record);
            put_version(record, row, (int64_t)(k % 3) + 1);
            put_id(foreign, &record->fields[i], row, foreign->ids[k]);
            ask(foreign, method, row);
            // And with all of them foreign.
            for (size_t j = 0; j < record->count; j++) {
                if (takes_ids(&record->fields[j]))
                    put_id(foreign, &record->fields[j], row, foreign->ids[k]);
            }
            ask(foreign, method, row);
            fixture_reset(foreign->fx);
        }
    }
}

// Each text alone, with everything ticked.
static void ask_with_words(struct foreign *foreign, const struct method *method)
{
    const struct record *record = method->in();
    for (size_t i = 0; i < record->count; i++) {
        if (record->fields[i].type != FIELD_STR)
            continue;
        for (int ticked = 0; ticked < 2; ticked++) {
            const char *text = strcmp(record->fields[i].name, "number") ? WORD : "030 7654321";
            uint8_t *row = request_of(foreign, record);
            for (size_t j = 0; j < record->count && ticked; j++) {
                if (record->fields[j].type == FIELD_BOOL && !record->fields[j].required)
                    row[record->fields[j].offset] = row[record->fields[j].has_offset] = 1;
            }
            memcpy(row + record->fields[i].offset, &text, sizeof text);
            ask(foreign, method, row);
            fixture_reset(foreign->fx);
        }
    }
}

// What A's people have written in the meantime holds nothing of B.
static void check_log(struct foreign *foreign)
{
    int64_t facts = fixture_facts(foreign->fx, NULL);
    CHECK(facts > foreign->facts); // some of it was allowed: they wrote for A
    for (int64_t i = foreign->facts; i < facts; i++) {
        struct fact fact;
        CHECK(fixture_fact_at(foreign->fx, NULL, (int)i, &fact, NULL));
        CHECK(!has_mark(fact.row));
        CHECK(memmem(fact.row.data, fact.row.size, foreign->b.bytes, sizeof foreign->b.bytes) ==
              NULL);
        fixture_reset(foreign->fx);
    }
}

static void try_all(uint32_t roles)
{
    struct foreign foreign = foreign_new();
    fixture_as(foreign.fx, roles, scope_of_client(foreign.a), "gast");
    for (size_t i = 0; i < contacts_schema.method_count; i++) {
        const struct method *method = contacts_schema.methods[i];
        if (strcmp(method->service, "common") == 0)
            continue;
        ask(&foreign, method, request_of(&foreign, method->in()));
        ask_with_ids(&foreign, method);
        ask_with_words(&foreign, method);
    }
    CHECK(foreign.tried > 500 && foreign.answered > 20);
    check_log(&foreign);
    fixture_free(foreign.fx);
}

TEST(a_clients_own_people_never_meet_another_client)
{
    try_all(ROLE_BIT(CLIENT));
}

TEST(nor_does_anybody_whose_scope_is_one_client)
{
    try_all(ROLE_BIT(ADMIN) | ROLE_BIT(LEADER) | ROLE_BIT(AGENT) | ROLE_BIT(CLIENT));
}

TEST(a_clients_own_people_write_messages_and_notes)
{
    struct foreign foreign = foreign_new();
    struct fixture *fx = foreign.fx;
    struct contact out;
    struct message_told told;
    fixture_as(fx, ROLE_BIT(CLIENT), scope_of_client(foreign.a), "gast");
    struct contact_change change = { .id = foreign.mine,
                                     .version = 1,
                                     .message = "ruft zurück",
                                     .handling_note = "immer durchstellen" };
    CHECK_INT(call_contact_edit(&fx->client, &change, &out), CALL_DONE);
    CHECK_STR(out.message->set_by, "gast");
    CHECK_INT(call_contact_add(&fx->client,
                               &(struct contact_new){ .client = foreign.a, .name = "Neu" }, &out),
              CALL_DONE);
    CHECK_INT(
        call_message_tell(&fx->client, &(struct message_tell_in){ .contact = foreign.mine }, &told),
        CALL_DONE);
    // But settings of the house are not theirs to change.
    struct client_row client;
    struct member member;
    refused(fx,
            call_client_edit(&fx->client,
                             &(struct client_change){ .id = foreign.a, .version = 1, .name = "X" },
                             &client),
            ERR_FORBIDDEN, "");
    refused(fx,
            call_member_add(&fx->client, &(struct member_new){ .client = foreign.a, .name = "X" },
                            &member),
            ERR_FORBIDDEN, "");
    fixture_free(fx);
}

// SPDX-License-Identifier: Apache-2.0
// Booking (A6-A9): one request from a call, a clock, or by hand; kinds, rules, texts, warnings.
#include "services/timekeeping/entries.h"
#include "tests/service/timekeeping_entry_world.h"

TEST(one_key_books_a_service_on_a_file)
{
    struct fixture *fx = world_new();
    struct entry_new in = {
        .key = "K", .file_number = "a 1/26", .contact = PETERSEN, .has_minutes = true, .minutes = 7
    };
    struct entry entry = book(fx, &in);

    CHECK_STR(entry.key, "K");
    CHECK_STR(entry.text, "Telefonat mit Ulrich Petersen"); // who need not be the file's client
    CHECK_STR(entry.file_number, "A 1/26");
    CHECK(id_equal(entry.file, FILE_A) && id_equal(entry.contact, PETERSEN));
    CHECK(id_equal(entry.customer, HANSEN)); // the file's client pays
    CHECK(id_equal(entry.staff, ANNA) && id_equal(entry.team, TEAM));
    CHECK_STR(entry.article, "100");
    CHECK(entry.chargeable && entry.state == entry_state_OPEN);
    CHECK(entry.origin == entry_origin_HAND);
    CHECK_INT(entry.raw_s, 420);
    CHECK_INT(entry.actual_s, 420);
    CHECK_INT(entry.rounded_s, 720); // two blocks of 6 minutes
    CHECK(entry.rule == rule_level_KIND && entry.rounding->first_s == 360);
    CHECK_INT(entry.began_at, fixture_now(fx) - SECONDS(420));
    CHECK_INT(entry.day, 20514); // 2026-03-02
    CHECK_INT(entry.version, 1);
    CHECK_INT(fixture_facts(fx, "entry"), 1);
    fixture_free(fx);
}

TEST(a_repeated_request_books_once)
{
    struct fixture *fx = world_new();
    struct entry_new in = { .key = "K", .file = FILE_A, .has_minutes = true, .minutes = 7 };
    struct id id = id_new(fixture_now(fx), &(struct rng){ { 1, 2, 3, 4 } });
    struct entry first, again;

    fixture_next_id(fx, id);
    first = book(fx, &in);
    fixture_next_id(fx, id);
    again = book(fx, &in);
    CHECK(id_equal(first.id, again.id));
    CHECK_INT(fixture_rows(fx, &entry_table), 1);
    fixture_free(fx);
}

TEST(the_customer_is_the_files_client_else_the_contact_else_the_client)
{
    struct fixture *fx = world_new();
    struct entry_new in = { .key = "S", .contact = HANSEN, .has_minutes = true, .minutes = 1 };

    CHECK(id_equal(book(fx, &in).customer, HANSEN));
    in.file = FILE_B;
    CHECK(id_equal(book(fx, &in).customer, PETERSEN));
    in.customer = HANSEN;
    CHECK(id_equal(book(fx, &in).customer, HANSEN));
    // A secretariat: who called client A does not pay, client A does.
    in = (struct entry_new){ .key = "S", .contact = OF_A, .has_minutes = true, .minutes = 1 };
    struct entry entry = book(fx, &in);
    CHECK(id_equal(entry.client, CLIENT_A) && id_is_zero(entry.customer));
    in.file = FILE_OF_A;
    CHECK(id_equal(book(fx, &in).customer, OF_A));
    fixture_free(fx);
}

TEST(consumers_are_warned_of_blocks_over_six_minutes)
{
    struct fixture *fx = world_new();
    struct rounding ten = blocks_of(600, rounding_scope_CALL);
    struct rule_new rule = { .rounding = &ten };

    (void)set_rule(fx, &rule); // the house's, of S
    CHECK(book_at(fx, "S", FILE_B, 60, 0).consumer_warning);
    CHECK(!book_at(fx, "S", FILE_A, 60, 0).consumer_warning); // for the Reederei
    CHECK(!book_at(fx, "K", FILE_B, 60, 0).consumer_warning); // 6 minutes are fine
    struct entry_new free = {
        .key = "S", .file = FILE_B, .has_minutes = true, .minutes = 1, .has_chargeable = true
    };
    CHECK(!book(fx, &free).consumer_warning);
    fixture_free(fx);
}

TEST(rules_are_found_at_file_client_kind_house)
{
    struct fixture *fx = world_new();
    struct rounding minute = blocks_of(60, rounding_scope_CALL);
    struct rounding ten = blocks_of(600, rounding_scope_CALL);
    struct rounding quarter = blocks_of(900, rounding_scope_CALL);
    struct kind_new fixed = {
        .key = "P", .name = "Pauschale", .has_fixed_minutes = true, .fixed_minutes = 12
    };

    as_admin(fx);
    (void)add_kind(fx, &fixed);
    as_staff(fx, ANNA);
    struct entry entry = book_at(fx, "S", FILE_A, 61, 0);
    CHECK(entry.rule == rule_level_NONE && !entry.rounding && entry.rounded_s == 61);
    struct rounding_rule house = set_rule(fx, &(struct rule_new){ .rounding = &minute });
    CHECK_INT(house.id.bytes[15], 1);
    entry = book_at(fx, "S", FILE_A, 61, 0);
    CHECK(entry.rule == rule_level_HOUSE && entry.rounded_s == 120);
    entry = book_at(fx, "K", FILE_OF_A, 61, 0);
    CHECK(entry.rule == rule_level_KIND && entry.rounded_s == 360);
    (void)set_rule(fx, &(struct rule_new){ .client = CLIENT_A, .rounding = &ten });
    entry = book_at(fx, "K", FILE_OF_A, 61, 0);
    CHECK(entry.rule == rule_level_CLIENT && entry.rounded_s == 600);
    struct rule_new of_file = { .file_number = "M 4/26", .rounding = &quarter };
    struct rounding_rule rule = set_rule(fx, &of_file);
    CHECK(id_equal(rule.client, CLIENT_A));
    entry = book_at(fx, "K", FILE_OF_A, 61, 0);
    CHECK(entry.rule == rule_level_FILE && entry.rounded_s == 900);
    entry = book_at(fx, "P", FILE_OF_A, 61, 0);
    CHECK(entry.rule == rule_level_FIXED && entry.rounded_s == 61); // time by hand is meant so
    struct entry_new by_key = { .key = "P", .file = FILE_OF_A };
    entry = book(fx, &by_key);
    CHECK(entry.rounded_s == 720 && entry.actual_s == 720 && entry.raw_s == 0);
    // Who did not see the rule cannot replace it; without a rounding it is taken away.
    as_admin(fx);
    struct rounding_rule out;
    refused(fx, call_rule_set(&fx->client, &of_file, &out), ERR_CONFLICT, "version");
    struct rule_new away = { .file = FILE_OF_A, .has_version = true, .version = 1 };
    CHECK(set_rule(fx, &away).version == 2);
    entry = book_at(fx, "K", FILE_OF_A, 61, 0);
    CHECK(entry.rule == rule_level_CLIENT);
    fixture_free(fx);
}

TEST(kinds_have_keys_of_their_own_and_texts_that_can_be_filled)
{
    struct fixture *fx = world_new();
    struct service_kind out, kind;
    struct kind_new twice = { .key = "k", .name = "noch einmal" };
    struct kind_new bad = { .key = "B", .name = "falsch", .text = "mit {caller}" };

    as_admin(fx);
    refused(fx, call_kind_add(&fx->client, &twice, &out), ERR_CONFLICT, "key");
    refused(fx, call_kind_add(&fx->client, &bad, &out), ERR_INVALID, "text");
    bad.text = NULL;
    bad.key = "A B";
    refused(fx, call_kind_add(&fx->client, &bad, &out), ERR_INVALID, "key");
    kind = add_kind(fx, &(struct kind_new){ .key = "l", .name = "Langgespräch" });
    CHECK_STR(kind.key, "L");
    CHECK(kind.chargeable);
    struct kind_change change = { .id = kind.id,
                                  .version = 1,
                                  .name = "Langes Gespräch",
                                  .has_chargeable = true,
                                  .has_off = true,
                                  .off = true };
    CHECK_INT(call_kind_edit(&fx->client, &change, &out), CALL_DONE);
    CHECK(out.version == 2 && !out.chargeable && out.off);
    refused(fx, call_kind_edit(&fx->client, &change, &out), ERR_CONFLICT, "version");
    struct entry_new in = { .key = "L", .file = FILE_A, .has_minutes = true, .minutes = 1 };
    struct entry entry;
    refused(fx, call_entry_book(&fx->client, &in, &entry), ERR_NOT_FOUND, "key");
    as_staff(fx, ANNA);
    refused(fx, call_kind_add(&fx->client, &twice, &out), ERR_FORBIDDEN, "");
    fixture_free(fx);
}

// --- calls and clocks
static struct clock call_clock(uint32_t number, struct id staff, int64_t part)
{
    return (struct clock){ .id = id_number(number),
                           .version = 1,
                           .staff = staff,
                           .team = TEAM,
                           .state = clock_state_STOPPED,
                           .call = id_number(71),
                           .has_part = true,
                           .part = part,
                           .number = "+4940669690123",
                           .started_at = BEGAN,
                           .has_stopped_at = true,
                           .stopped_at = BEGAN + SECONDS(200),
                           .has_raw_s = true,
                           .raw_s = 200,
                           .has_actual_s = true,
                           .actual_s = 200,
                           .edited_by = "x",
                           .edited_at = BEGAN };
}

static void tell_call(struct fixture *fx, bool noted)
{
    struct call_contact contact = { .contact = HANSEN, .set_at = 1, .set_by = "x", .version = 1 };
    struct call call = { .id = id_number(71),
                         .version = 1,
                         .source = "pbx",
                         .source_ref = "1",
                         .state = call_state_ENDED,
                         .direction = call_direction_INBOUND,
                         .caller = "+4940669690123",
                         .contact = &contact,
                         .file = FILE_A,
                         .started_at = BEGAN - SECONDS(9) };
    struct call_note note = { .id = id_number(81),
                              .version = 1,
                              .edition = 1,
                              .call = call.id,
                              .called_at = 1,
                              .text = "Bitte um Rückruf",
                              .written_at = 1,
                              .written_by = "x",
                              .edited_at = 1,
                              .edited_by = "x" };
    fixture_fact(fx, "telephony", "call", &call, false);
    if (noted)
        fixture_fact(fx, "telephony", "call_note", &note, false);
}

TEST(a_calls_part_is_booked_with_what_the_call_knows)
{
    struct fixture *fx = world_new();
    struct clock mine = call_clock(61, ANNA, 0), other = call_clock(62, BERT, 1), row;
    struct entry_new in = { .key = "K", .call = id_number(71) };

    tell_call(fx, true);
    CHECK(fixture_input(fx, put_clock, &mine) && fixture_input(fx, put_clock, &other));
    struct entry entry = book(fx, &in);
    CHECK(entry.origin == entry_origin_CALL && id_equal(entry.clock, mine.id));
    CHECK_INT(entry.raw_s, 200);
    CHECK_INT(entry.rounded_s, 360);
    CHECK_INT(entry.began_at, BEGAN);
    CHECK_STR(entry.number, "+4940669690123");
    CHECK_STR(entry.contact_name, "Katrin Hansen");
    CHECK(id_equal(entry.file, FILE_A) && id_equal(entry.note, id_number(81)));
    CHECK(fixture_row(fx, &clock_table, mine.id, &row) && id_equal(row.entry, entry.id));
    // No second is booked twice: not by another key, and not by the clock's id.
    struct entry out;
    refused(fx, call_entry_book(&fx->client, &in, &out), ERR_CONFLICT, "call");
    struct entry_new by_clock = { .key = "S", .clock = mine.id };
    refused(fx, call_entry_book(&fx->client, &by_clock, &out), ERR_CONFLICT, "clock");
    // Whoever spoke later books their own part.
    as_staff(fx, BERT);
    CHECK(id_equal(book(fx, &in).clock, other.id));
    // What was taken back can be booked again.
    CHECK_INT(call_entry_undo(&fx->client, &(struct nothing){ false }, &out), CALL_DONE);
    CHECK(id_equal(book(fx, &in).clock, other.id));
    fixture_free(fx);
}

// Who sees no contact and no file by themselves books what is theirs with all that it knows.
TEST(a_narrow_scope_books_its_own_call_on_its_file)
{
    struct fixture *fx = world_new();
    struct clock mine = call_clock(61, ANNA, 0), other = call_clock(62, ANNA, 1);
    struct entry_new in = { .key = "K", .clock = mine.id };
    struct id_text anna = id_text(ANNA);

    mine.contact = PETERSEN;
    mine.file = FILE_A;
    other.file = FILE_G; // locked to Bert
    CHECK(fixture_input(fx, put_clock, &mine) && fixture_input(fx, put_clock, &other));
    fixture_as(fx, ROLE_BIT(AGENT), (struct scope){ SCOPE_OWN, ANNA }, anna.text);
    struct entry entry = book(fx, &in);
    CHECK(id_equal(entry.file, FILE_A) && id_equal(entry.contact, PETERSEN));
    CHECK(id_equal(entry.customer, HANSEN));
    CHECK_STR(entry.contact_name, "Ulrich Petersen");
    // What is locked to them, and what they name themselves without seeing it, they do not.
    struct entry_new named = { .key = "K", .has_minutes = true, .minutes = 1, .file = FILE_A };
    struct entry out;
    in.clock = other.id;
    refused(fx, call_entry_book(&fx->client, &in, &out), ERR_NOT_FOUND, "clock");
    refused(fx, call_entry_book(&fx->client, &named, &out), ERR_NOT_FOUND, "file");
    fixture_free(fx);
}

TEST(minutes_beside_a_measured_time_are_a_correction)
{
    struct fixture *fx = world_new();
    struct clock mine = call_clock(61, ANNA, 0);
    struct entry_new in = {
        .key = "K", .call = id_number(71), .has_minutes = true, .minutes = 10, .reason = "Akten"
    };

    tell_call(fx, true);
    CHECK(fixture_input(fx, put_clock, &mine));
    struct entry entry = book(fx, &in);
    CHECK_INT(entry.raw_s, 200);
    CHECK_INT(entry.actual_s, 600);
    CHECK_INT(entry.rounded_s, 720);
    CHECK_INT((int64_t)entry.corrections_count, 1);
    CHECK_INT(entry.corrections[0].from_s, 200);
    CHECK_STR(entry.corrections[0].reason, "Akten");
    fixture_free(fx);
}

static bool clock_told(struct request *rq, void *argument)
{
    struct clock *clock = argument;
    return table_put(rq->txn, &clock_table, clock, &rq->err) && entry_for_clock(rq, clock);
}

TEST(a_running_calls_entry_is_completed_when_the_part_ends)
{
    struct fixture *fx = world_new();
    struct clock mine = call_clock(61, ANNA, 0);
    struct entry_new in = { .key = "K", .call = id_number(71) };
    struct entry_parts parts;

    tell_call(fx, true);
    mine.state = clock_state_RUNNING;
    mine.has_stopped_at = mine.has_raw_s = mine.has_actual_s = false;
    mine.stopped_at = mine.raw_s = mine.actual_s = 0;
    CHECK(fixture_input(fx, put_clock, &mine));
    struct entry entry = book(fx, &in);
    CHECK(entry.counting && entry.raw_s == 0 && entry.rounded_s == 0);
    struct entry_split_in split = {
        .id = entry.id, .version = 1, .has_percent = true, .percent = 50, .file = FILE_B
    };
    refused(fx, call_entry_split(&fx->client, &split, &parts), ERR_CONFLICT, "id");
    mine = call_clock(61, ANNA, 0);
    mine.entry = entry.id;
    CHECK(fixture_input(fx, clock_told, &mine));
    entry = entry_now(fx, entry.id);
    CHECK(!entry.counting && entry.raw_s == 200 && entry.actual_s == 200);
    CHECK_INT(entry.rounded_s, 360);
    CHECK_INT(entry.version, 2);
    // Told again, nothing changes.
    CHECK(fixture_input(fx, clock_told, &mine));
    CHECK_INT(entry_now(fx, entry.id).version, 2);
    fixture_free(fx);
}

// Said while the call goes on, minutes are a correction: the part's end does not undo it.
TEST(minutes_given_during_the_call_stay_when_it_ends)
{
    struct fixture *fx = world_new();
    struct clock mine = call_clock(61, ANNA, 0);
    struct entry_new in = { .key = "K", .call = id_number(71), .has_minutes = true, .minutes = 10 };

    tell_call(fx, true);
    mine.state = clock_state_RUNNING;
    mine.has_stopped_at = mine.has_raw_s = mine.has_actual_s = false;
    mine.stopped_at = mine.raw_s = mine.actual_s = 0;
    CHECK(fixture_input(fx, put_clock, &mine));
    struct entry entry = book(fx, &in);
    CHECK(entry.counting && entry.actual_s == 600 && entry.corrections_count == 1);
    mine = call_clock(61, ANNA, 0);
    mine.entry = entry.id;
    CHECK(fixture_input(fx, clock_told, &mine));
    entry = entry_now(fx, entry.id);
    CHECK(!entry.counting && entry.raw_s == 200 && entry.actual_s == 600);
    fixture_free(fx);
}

TEST(a_note_that_is_written_after_the_booking_is_tied_to_it)
{
    struct fixture *fx = world_new();
    struct clock mine = call_clock(61, ANNA, 0);
    struct entry_new in = { .key = "K", .call = id_number(71) };
    struct call_note note = { .id = id_number(82),
                              .version = 1,
                              .edition = 1,
                              .call = id_number(71),
                              .called_at = 1,
                              .text = "Frist am Freitag",
                              .written_at = 1,
                              .written_by = "somebody else",
                              .edited_at = 1,
                              .edited_by = "x" };

    tell_call(fx, false);
    CHECK(fixture_input(fx, put_clock, &mine));
    struct entry entry = book(fx, &in);
    CHECK(id_is_zero(entry.note));
    fixture_fact(fx, "telephony", "call_note", &note, false);
    CHECK(id_is_zero(entry_now(fx, entry.id).note));
    struct id_text anna = id_text(ANNA);
    note.id = id_number(83);
    note.written_by = anna.text;
    fixture_fact(fx, "telephony", "call_note", &note, false);
    CHECK(id_equal(entry_now(fx, entry.id).note, id_number(83)));
    fixture_free(fx);
}

TEST(an_attempt_is_booked_once_whoever_asks_again)
{
    struct fixture *fx = world_new();
    struct entry_new in = {
        .key = "S", .attempt = id_number(95), .client = CLIENT_A, .has_seconds = true, .seconds = 40
    };
    struct entry entry = book(fx, &in);

    CHECK(entry.origin == entry_origin_ATTEMPT && id_equal(entry.client, CLIENT_A));
    CHECK_INT(entry.raw_s, 40);
    as_staff(fx, BERT);
    in.seconds = 50;
    struct entry again = book(fx, &in);
    CHECK(id_equal(again.id, entry.id) && again.raw_s == 40);
    CHECK_INT(fixture_rows(fx, &entry_table), 1);
    fixture_free(fx);
}

// What another client booked is neither shown nor written over.
TEST(an_attempt_of_another_client_is_not_booked_over)
{
    struct fixture *fx = world_new();
    struct entry_new in = {
        .key = "S", .attempt = id_number(95), .client = CLIENT_A, .has_seconds = true, .seconds = 40
    };
    struct entry entry = book(fx, &in), out;

    fixture_as(fx, ROLE_BIT(AGENT), (struct scope){ SCOPE_CLIENT, CLIENT_B }, "b");
    in.client = CLIENT_B;
    refused(fx, call_entry_book(&fx->client, &in, &out), ERR_NOT_FOUND, "attempt");
    CHECK_INT(entry_now(fx, entry.id).version, 1);
    CHECK(id_equal(entry_now(fx, entry.id).client, CLIENT_A));
    fixture_free(fx);
}

TEST(call_and_clock_must_be_of_each_other)
{
    struct fixture *fx = world_new();
    struct clock clock = call_clock(61, ANNA, 0);
    struct entry_new in = { .key = "K", .call = id_number(72), .clock = clock.id };
    struct call other = { .id = id_number(72),
                          .version = 1,
                          .source = "pbx",
                          .source_ref = "2",
                          .state = call_state_ENDED,
                          .direction = call_direction_INBOUND,
                          .started_at = BEGAN };
    struct entry out;

    tell_call(fx, false);
    fixture_fact(fx, "telephony", "call", &other, false);
    CHECK(fixture_input(fx, put_clock, &clock));
    refused(fx, call_entry_book(&fx->client, &in, &out), ERR_INVALID, "clock");
    fixture_free(fx);
}

TEST(what_cannot_be_booked_is_said)
{
    struct fixture *fx = world_new();
    const struct {
        struct entry_new in;
        enum err_code code;
        const char *field;
    } cases[] = {
        { { .file = FILE_A, .has_minutes = true }, ERR_INVALID, "key" },
        { { .key = "X", .file = FILE_A, .has_minutes = true }, ERR_NOT_FOUND, "key" },
        { { .key = "K", .file = FILE_A }, ERR_INVALID, "minutes" },
        { { .key = "K", .file = id_number(99), .has_minutes = true }, ERR_NOT_FOUND, "file" },
        { { .key = "K", .file = FILE_G, .has_minutes = true }, ERR_NOT_FOUND, "file" },
        { { .key = "K", .file_number = "Z 9", .has_minutes = true }, ERR_NOT_FOUND, "file_number" },
        { { .key = "K", .contact = id_number(99), .has_minutes = true }, ERR_NOT_FOUND, "contact" },
        { { .key = "K", .file = FILE_A, .contact = OF_A, .has_minutes = true },
          ERR_INVALID,
          "contact" },
        { { .key = "K", .file = FILE_A, .customer = OF_A, .has_minutes = true },
          ERR_INVALID,
          "customer" },
        { { .key = "K", .client = CLIENT_B, .file = FILE_OF_A, .has_minutes = true },
          ERR_INVALID,
          "client" },
        { { .key = "K", .staff = id_number(99), .has_minutes = true }, ERR_NOT_FOUND, "staff" },
        { { .key = "K", .call = id_number(99) }, ERR_NOT_FOUND, "call" },
        { { .key = "K", .clock = id_number(99) }, ERR_NOT_FOUND, "clock" },
        { { .key = "K", .note = id_number(99), .has_minutes = true }, ERR_NOT_FOUND, "note" },
        { { .key = "K", .inquiry = id_number(99), .has_minutes = true }, ERR_NOT_FOUND, "inquiry" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct entry out;
        refused(fx, call_entry_book(&fx->client, &cases[i].in, &out), cases[i].code,
                cases[i].field);
    }
    CHECK_INT(fixture_rows(fx, &entry_table), 0);
    // Two clients may number their files alike.
    tell_file(fx, id_number(35), CLIENT_B, "M 4/26", NOBODY);
    struct entry_new in = { .key = "K", .file_number = "M 4/26", .has_minutes = true };
    struct entry out;
    refused(fx, call_entry_book(&fx->client, &in, &out), ERR_CONFLICT, "file_number");
    fixture_free(fx);
}

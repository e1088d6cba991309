// SPDX-License-Identifier: Apache-2.0
// The notifier over a fixture: who was picked by hand, and in which files a caller takes part.
#include "tests/service/notifier_world.h"

#define CLIENT 70
#define ADA    30
#define BERTA  31

static void tell_contact(struct fixture *fx, uint32_t number, int64_t version, const char *note)
{
    struct contact contact = contact_of(number, version, number == ADA ? "Ada" : "Berta");

    contact.client = id_number(CLIENT);
    contact.handling_note = note;
    fixture_fact(fx, "contacts", "contact", &contact, false);
}

// Ada calls; `picked` is who somebody said it was, 0: nobody did.
static void ada_calls(struct fixture *fx, int64_t version, uint32_t picked)
{
    struct shown_contact shown = { .contact = id_number(ADA),
                                   .name = "Ada",
                                   .certainty = certainty_EXACT };
    struct call_contact contact = {
        .contact = id_number(picked), .version = 1, .set_at = 1, .set_by = "x"
    };
    struct call call = call_of(1, version);

    call.client = id_number(CLIENT);
    call.shown_contact = &shown;
    call.contact = picked ? &contact : NULL;
    tell_call(fx, &call);
}

static struct file file_of(uint32_t number, int64_t version, const struct party *party)
{
    return (struct file){ .id = id_number(number),
                          .version = version,
                          .client = id_number(CLIENT),
                          .number = "12/2026-K",
                          .title = "Muster gegen Ada",
                          .kind = file_kind_FILE,
                          .state = file_state_OPEN,
                          .parties = party,
                          .parties_count = 1,
                          .lawyer = id_number(40),
                          .note = "for the house",
                          .opened_at = 1,
                          .edited_at = 1,
                          .edited_by = "x" };
}

static void tell_file(struct fixture *fx, const struct file *file)
{
    fixture_fact(fx, "contacts", "file", file, false);
}

static struct board_caller caller_now(struct fixture *fx)
{
    struct board_call row;

    if (!board_row(fx, 1, &row) || row.callers_count != 1) {
        CHECK(!"one caller is on the board");
        return (struct board_caller){ .name = NULL };
    }
    return row.callers[0];
}

TEST(whoever_is_picked_in_mid_call_is_shown_and_followed)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct board_call row;

    tell_contact(fx, ADA, 1, "of Ada");
    ada_calls(fx, 1, 0);
    CHECK_STR(caller_now(fx).handling_note, "of Ada");
    CHECK(!caller_now(fx).has_picked);
    ada_calls(fx, 2, BERTA);
    CHECK(board_row(fx, 1, &row));
    CHECK_INT((int64_t)row.callers_count, 0); // not known yet
    tell_contact(fx, BERTA, 1, "of Berta");
    CHECK_STR(caller_now(fx).handling_note, "of Berta");
    CHECK(caller_now(fx).has_picked);
    tell_contact(fx, BERTA, 2, "changed");
    CHECK_STR(caller_now(fx).handling_note, "changed");
    int facts = fixture_facts(fx, "board_call");
    tell_contact(fx, ADA, 2, "no longer shown");
    CHECK_INT(fixture_facts(fx, "board_call"), facts);
    fixture_free(fx);
}

TEST(an_opponent_is_shown_with_file_and_lawyer_as_they_are_now)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct party party = { .contact = id_number(ADA), .role = party_role_OPPONENT };
    struct file file = file_of(90, 1, &party);

    tell_contact(fx, ADA, 1, NULL);
    ada_calls(fx, 1, 0);
    tell_file(fx, &file);
    struct board_caller caller = caller_now(fx);
    CHECK(caller.has_opponent && caller.opponent);
    CHECK_INT((int64_t)caller.files_count, 1);
    CHECK_STR(caller.files[0].number, "12/2026-K");
    CHECK_STR(caller.files[0].title, "Muster gegen Ada");
    CHECK_INT(caller.files[0].role, party_role_OPPONENT);
    CHECK_STR(caller.files[0].responsible_name, NULL);
    tell_staff(fx, 40, 1, "Anna", NULL);
    CHECK_STR(caller_now(fx).files[0].responsible_name, "Anna");
    tell_staff(fx, 40, 2, "Anna Neu", NULL);
    CHECK_STR(caller_now(fx).files[0].responsible_name, "Anna Neu");

    party.role = party_role_WITNESS;
    file.version = 2;
    tell_file(fx, &file);
    CHECK(!caller_now(fx).has_opponent);
    CHECK_INT(caller_now(fx).files[0].side, party_side_NEUTRAL);
    party.contact = id_number(BERTA); // somebody else takes part
    file.version = 3;
    tell_file(fx, &file);
    CHECK_INT((int64_t)caller_now(fx).files_count, 0);
    fixture_free(fx);
}

// Section 203 StGB: a row goes to everybody who watches.
TEST(a_locked_file_is_neither_shown_nor_kept)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct party party = { .contact = id_number(ADA), .role = party_role_OPPONENT };
    struct file file = file_of(90, 1, &party);

    tell_contact(fx, ADA, 1, NULL);
    ada_calls(fx, 1, 0);
    int facts = fixture_facts(fx, "board_call");
    file.has_locked = file.locked = true;
    tell_file(fx, &file);
    CHECK_INT(fixture_facts(fx, "board_call"), facts);
    CHECK_INT(fixture_rows(fx, &shown_file_table), 0);
    file.version = 2;
    file.locked = false;
    tell_file(fx, &file);
    CHECK(caller_now(fx).has_opponent);
    CHECK_INT(fixture_rows(fx, &shown_file_table), 1);
    file.version = 3;
    file.locked = true;
    tell_file(fx, &file);
    CHECK(!caller_now(fx).has_opponent);
    CHECK_INT((int64_t)caller_now(fx).files_count, 0);
    CHECK_INT(fixture_rows(fx, &shown_file_table), 0);
    fixture_free(fx);
}

// Its name stands in facts that the log still holds.
TEST(a_file_that_was_locked_is_not_told_whoever_comes_back)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct party party = { .contact = id_number(ADA), .role = party_role_OPPONENT };
    struct file file = file_of(90, 1, &party);
    struct stream_order order = { .board = board_CALLS, .credit = 100 };
    const struct stream_event *event;
    struct board_call row;
    bool told = false;

    tell_contact(fx, ADA, 1, NULL);
    ada_calls(fx, 1, 0);
    struct watch *watch = fixture_watch(fx, &order);
    while ((event = watch_next(watch))) {
        order.has_epoch = order.has_seq = true;
        order.epoch = event->epoch;
        order.seq = event->seq;
    }
    CHECK(watch_close(watch));
    tell_file(fx, &file);
    watch = fixture_watch(fx, &order);
    while ((event = watch_row(watch, board_call_record(), &row)))
        told = told || (event->row.size && row.callers_count && row.callers[0].files_count);
    CHECK(told);
    CHECK(watch_close(watch));
    file.version = 2;
    file.has_locked = file.locked = true;
    tell_file(fx, &file);
    watch = fixture_watch(fx, &order);
    for (told = false; (event = watch_row(watch, board_call_record(), &row));)
        told = told || (event->row.size && row.callers_count && row.callers[0].files_count);
    CHECK(!told);
    fixture_free(fx);
}

TEST(a_closed_file_or_another_clients_is_not_shown)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct party party = { .contact = id_number(ADA), .role = party_role_OPPONENT };
    struct file file = file_of(90, 1, &party), other = file_of(91, 1, &party);

    tell_contact(fx, ADA, 1, NULL);
    ada_calls(fx, 1, 0);
    other.client = id_number(CLIENT + 1);
    tell_file(fx, &other);
    other = file_of(92, 1, &party);
    other.client = (struct id){ { 0 } }; // the house's own
    tell_file(fx, &other);
    CHECK_INT((int64_t)caller_now(fx).files_count, 0);
    tell_file(fx, &file);
    CHECK_INT((int64_t)caller_now(fx).files_count, 1);
    file.version = 2;
    file.state = file_state_CLOSED;
    tell_file(fx, &file);
    CHECK(!caller_now(fx).has_opponent);
    CHECK_INT((int64_t)caller_now(fx).files_count, 0);
    fixture_free(fx);
}

TEST(whoever_was_merged_takes_part_where_either_did)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct party party = { .contact = id_number(BERTA), .role = party_role_OPPONENT };
    struct file file = file_of(90, 1, &party);
    struct contact_merged merged = { .id = id_number(BERTA),
                                     .version = 1,
                                     .to = id_number(ADA),
                                     .from_name = "Berta",
                                     .to_name = "Ada",
                                     .merged_at = 1,
                                     .merged_by = "x" };
    struct contact gone = contact_of(BERTA, 2, "Berta");

    tell_contact(fx, ADA, 1, NULL);
    tell_contact(fx, BERTA, 1, NULL);
    tell_file(fx, &file);
    ada_calls(fx, 1, 0);
    CHECK(!caller_now(fx).has_opponent);
    fixture_fact(fx, "contacts", "contact", &gone, true);
    fixture_fact(fx, "contacts", "contact_merged", &merged, false);
    CHECK(caller_now(fx).has_opponent);
    file.version = 2; // still of the one that was merged away
    file.state = file_state_CLOSED;
    tell_file(fx, &file);
    CHECK(!caller_now(fx).has_opponent);
    file.version = 3;
    file.state = file_state_OPEN;
    tell_file(fx, &file);
    CHECK(caller_now(fx).has_opponent);
    merged.version = 2;
    merged.has_undone = merged.undone = true;
    tell_contact(fx, BERTA, 3, NULL);
    fixture_fact(fx, "contacts", "contact_merged", &merged, false);
    CHECK(!caller_now(fx).has_opponent);
    fixture_free(fx);
}

TEST(the_warning_is_not_crowded_out_by_other_files)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct party party = { .contact = id_number(ADA), .role = party_role_OPPONENT };
    struct file file = file_of(90, 1, &party);

    tell_contact(fx, ADA, 1, NULL);
    ada_calls(fx, 1, 0);
    tell_file(fx, &file);
    party.role = party_role_EXPERT;
    for (uint32_t i = 1; i <= 8; i++) {
        file = file_of(90 + i, 1, &party);
        file.number = "younger";
        file.opened_at = 1 + i;
        tell_file(fx, &file);
    }
    struct board_caller caller = caller_now(fx);
    CHECK(caller.has_opponent);
    CHECK_INT((int64_t)caller.files_count, 5);
    CHECK_STR(caller.files[0].number, "12/2026-K");
    CHECK(id_equal(caller.files[1].file, id_number(98)));
    CHECK(id_equal(caller.files[4].file, id_number(95)));
    fixture_free(fx);
}

TEST(a_file_that_concerns_very_many_rows_is_shown_in_chunks)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct party party = { .contact = id_number(ADA), .role = party_role_OPPONENT };
    struct file file = file_of(90, 1, &party);
    struct shown_contact shown = { .contact = id_number(ADA),
                                   .name = "Ada",
                                   .certainty = certainty_EXACT };
    struct board_call row;

    for (uint32_t i = 1; i <= 200; i++) {
        struct call call = call_of(i, 1);

        call.client = id_number(CLIENT);
        call.shown_contact = &shown;
        tell_call(fx, &call);
    }
    tell_file(fx, &file);
    fixture_wait(fx, SECONDS(30));
    for (uint32_t i = 1; i <= 200; i++) {
        CHECK(board_row(fx, i, &row));
        CHECK(row.callers_count == 1 && row.callers[0].has_opponent);
        fixture_reset(fx);
    }
    fixture_free(fx);
}

// An import tells whole pages of files with many parties: none is set aside for want of memory.
TEST(pages_of_large_files_are_followed_and_shown)
{
    struct fixture *fx = fixture_new(&notifier_service);
    struct party parties[50];
    struct file file = file_of(90, 1, parties);

    ada_calls(fx, 1, 0);
    for (uint32_t i = 0; i < COUNT_OF(parties); i++)
        parties[i] = (struct party){ .contact = id_number(1000 + i), .role = party_role_WITNESS };
    file.parties_count = COUNT_OF(parties);
    for (file.version = 1; file.version <= 2; file.version++) {
        fixture_crash(fx); // so that they come in pages
        for (uint32_t i = 0; i < 400; i++) {
            file.id = id_number(2000 + i);
            tell_file(fx, &file);
        }
        fixture_start(fx);
        fixture_settle(fx);
    }
    parties[49] = (struct party){ .contact = id_number(ADA), .role = party_role_OPPONENT };
    tell_file(fx, &file);
    fixture_wait(fx, SECONDS(30));
    CHECK_INT(fixture_rows(fx, &shown_file_table), 400);
    CHECK(caller_now(fx).has_opponent);
    fixture_free(fx);
}

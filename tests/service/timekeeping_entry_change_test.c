// SPDX-License-Identifier: Apache-2.0
// What is done to entries afterwards (A8, G6): corrected, re-booked, split, deleted, taken back,
// found, kept from those who may not see them.
#include "services/timekeeping/entries.h"
#include "tests/service/timekeeping_entry_world.h"

TEST(a_correction_keeps_what_was_measured_and_why)
{
    struct fixture *fx = world_new();
    struct entry entry = book_at(fx, "K", FILE_A, 300, 0), out;
    struct entry_correct_in stale = {
        .id = entry.id, .version = 1, .has_minutes = true, .minutes = 9, .reason = "Rückfrage"
    };

    entry = correct(fx, entry.id, 361);
    CHECK_INT(entry.raw_s, 300);
    CHECK_INT(entry.actual_s, 361);
    CHECK_INT(entry.rounded_s, 720);
    CHECK_INT(entry.version, 2);
    CHECK_STR(entry.corrections[0].reason, "nachgemessen");
    CHECK_STR(entry.corrections[0].by, id_text(ANNA).text);
    refused(fx, call_entry_correct(&fx->client, &stale, &out), ERR_CONFLICT, "version");
    struct entry present;
    struct err err = { 0 };
    CHECK(decode(entry_record(), fx->client.current, DECODE_LENIENT, fx->client.arena, &present,
                 &err));
    CHECK_INT(present.version, 2);
    CHECK_INT(correct(fx, entry.id, 361).version, 2); // the same is no change
    fixture_free(fx);
}

TEST(text_and_charge_are_edited)
{
    struct fixture *fx = world_new();
    struct entry entry = book_at(fx, "K", FILE_A, 300, 0), out;
    const char *clear[] = { "article" };
    struct entry_change change = { .id = entry.id,
                                   .version = 1,
                                   .text = " Besprechung ",
                                   .has_chargeable = true,
                                   .clear = clear,
                                   .clear_count = 1 };

    CHECK_INT(call_entry_edit(&fx->client, &change, &out), CALL_DONE);
    CHECK_STR(out.text, "Besprechung");
    CHECK(!out.chargeable && !out.article && out.version == 2);
    change = (struct entry_change){ .id = entry.id, .version = 2, .note = id_number(99) };
    refused(fx, call_entry_edit(&fx->client, &change, &out), ERR_NOT_FOUND, "note");
    fixture_free(fx);
}

TEST(an_entry_is_re_booked_and_says_from_where)
{
    struct fixture *fx = world_new();
    struct entry entry = book_at(fx, "K", FILE_A, 300, 0), out;
    struct entry_move_in move = {
        .id = entry.id, .version = 1, .file_number = "B 2/26", .reason = "falscher Akt"
    };

    CHECK_INT(call_entry_rebook(&fx->client, &move, &out), CALL_DONE);
    CHECK(id_equal(out.file, FILE_B) && id_equal(out.customer, PETERSEN));
    CHECK_STR(out.file_number, "B 2/26");
    CHECK_INT((int64_t)out.moves_count, 1);
    CHECK_STR(out.moves[0].text, "umgebucht: A 1/26 → B 2/26, anderer Kunde");
    CHECK_STR(out.moves[0].reason, "falscher Akt");
    // Another person, and another kind: text, article and rule follow.
    move = (struct entry_move_in){ .id = entry.id, .version = 2, .contact = HANSEN, .key = "S" };
    CHECK_INT(call_entry_rebook(&fx->client, &move, &out), CALL_DONE);
    CHECK_STR(out.key, "S");
    CHECK_STR(out.contact_name, "Katrin Hansen");
    CHECK(!out.text && !out.article && out.rule == rule_level_NONE && out.rounded_s == 300);
    CHECK(id_equal(out.customer, PETERSEN)); // the file's client still pays
    // To another client's file: the former contact is no business of theirs.
    move = (struct entry_move_in){ .id = entry.id, .version = 3, .file = FILE_OF_A };
    CHECK_INT(call_entry_rebook(&fx->client, &move, &out), CALL_DONE);
    CHECK(id_equal(out.client, CLIENT_A) && id_equal(out.customer, OF_A));
    const char *clear[] = { "file", "customer" };
    move = (struct entry_move_in){ .id = entry.id, .version = 4, .clear = clear, .clear_count = 2 };
    CHECK_INT(call_entry_rebook(&fx->client, &move, &out), CALL_DONE);
    CHECK(id_is_zero(out.file) && !out.file_number && id_is_zero(out.customer));
    clear[0] = "kind";
    move.version = 5;
    refused(fx, call_entry_rebook(&fx->client, &move, &out), ERR_INVALID, "clear");
    fixture_free(fx);
}

TEST(a_split_adds_up_to_the_whole)
{
    struct fixture *fx = world_new();
    struct entry entry = book_at(fx, "S", FILE_A, 1000, 0), out;
    struct entry_parts parts;
    entry = correct(fx, entry.id, 1500);
    struct entry_split_in split = { .id = entry.id,
                                    .version = 2,
                                    .has_percent = true,
                                    .percent = 33,
                                    .file_number = "B 2/26",
                                    .reason = "zwei Sachen" };

    CHECK_INT(call_entry_split(&fx->client, &split, &parts), CALL_DONE);
    CHECK_INT(parts.part->actual_s, 495);
    CHECK_INT(parts.entry->actual_s, 1005);
    CHECK_INT(parts.part->raw_s + parts.entry->raw_s, 1000);
    CHECK(id_equal(parts.part->split_from, entry.id) && parts.entry->split);
    CHECK(id_equal(parts.part->file, FILE_B) && id_equal(parts.part->customer, PETERSEN));
    CHECK(id_equal(parts.entry->file, FILE_A));
    CHECK_STR(parts.part->moves[0].reason, "zwei Sachen");
    CHECK_INT(parts.entry->version, 3);
    CHECK_INT(parts.part->version, 1);
    split = (struct entry_split_in){ .id = entry.id, .version = 3, .has_seconds = true };
    split.seconds = 1005;
    refused(fx, call_entry_split(&fx->client, &split, &parts), ERR_INVALID, "seconds");
    split.has_percent = true;
    split.percent = 5;
    refused(fx, call_entry_split(&fx->client, &split, &parts), ERR_INVALID, "seconds");
    refused(fx, call_entry_undo(&fx->client, &(struct nothing){ false }, &out), ERR_CONFLICT, "");
    fixture_free(fx);
}

TEST(deleted_entries_stay_with_their_reason)
{
    struct fixture *fx = world_new();
    struct entry entry = book_at(fx, "K", FILE_A, 300, 0), out;
    struct entry_delete_in in = { .id = entry.id, .version = 1, .reason = "  " };

    refused(fx, call_entry_delete(&fx->client, &in, &out), ERR_INVALID, "reason");
    in.reason = "doppelt";
    CHECK_INT(call_entry_delete(&fx->client, &in, &out), CALL_DONE);
    CHECK(out.state == entry_state_DELETED);
    CHECK_STR(out.moves[0].reason, "doppelt");
    in.version = 2;
    refused(fx, call_entry_delete(&fx->client, &in, &out), ERR_CONFLICT, "id");
    struct entry_page page;
    struct entry_query query = { .file = FILE_A };
    CHECK_INT(call_entry_list(&fx->client, &query, &page), CALL_DONE);
    CHECK_INT((int64_t)page.entries_count, 0);
    query.state = entry_state_DELETED;
    CHECK_INT(call_entry_list(&fx->client, &query, &page), CALL_DONE);
    CHECK_INT((int64_t)page.entries_count, 1);
    fixture_free(fx);
}

TEST(the_last_booking_of_who_asks_is_taken_back)
{
    struct fixture *fx = world_new();
    struct nothing nothing = { false };
    struct entry out;

    refused(fx, call_entry_undo(&fx->client, &nothing, &out), ERR_NOT_FOUND, "");
    struct entry first = book_at(fx, "K", FILE_A, 300, 0);
    fixture_wait(fx, SECONDS(1));
    struct entry second = book_at(fx, "K", FILE_A, 300, -900); // earlier work, booked later
    fixture_wait(fx, SECONDS(1));
    as_staff(fx, BERT);
    struct entry of_bert = book_at(fx, "K", FILE_A, 300, 0);
    as_staff(fx, ANNA);
    CHECK_INT(call_entry_undo(&fx->client, &nothing, &out), CALL_DONE);
    CHECK(id_equal(out.id, second.id) && out.state == entry_state_DELETED);
    refused(fx, call_entry_undo(&fx->client, &nothing, &out), ERR_CONFLICT, "");
    CHECK(entry_now(fx, first.id).state == entry_state_OPEN);
    CHECK(entry_now(fx, of_bert.id).state == entry_state_OPEN);
    fixture_free(fx);
}

// --- finding
static int64_t found(struct fixture *fx, const struct entry_query *query)
{
    struct entry_page page = { .more = false };
    CHECK_INT(call_entry_list(&fx->client, query, &page), CALL_DONE);
    return (int64_t)page.entries_count;
}

TEST(entries_are_listed_newest_first_filtered_and_added_up)
{
    struct fixture *fx = world_new();
    struct entry_page page = { .more = false };

    for (int i = 0; i < 5; i++)
        (void)book_at(fx, i % 2 ? "K" : "S", i < 3 ? FILE_A : FILE_B, 60 * (i + 1), 3600 * i);
    as_staff(fx, BERT);
    struct entry_new of_a = {
        .key = "S", .contact = OF_A, .has_minutes = true, .minutes = 2, .has_chargeable = true
    };
    (void)book(fx, &of_a);
    as_staff(fx, ANNA);
    struct entry_query query = { .has_limit = true, .limit = 2, .has_sums = true, .sums = true };
    int64_t last = INT64_MAX;
    int count = 0;
    do {
        CHECK_INT(call_entry_list(&fx->client, &query, &page), CALL_DONE);
        for (size_t i = 0; i < page.entries_count; i++, count++) {
            CHECK(page.entries[i].began_at <= last);
            last = page.entries[i].began_at;
            query.after = page.entries[i].id;
        }
        CHECK_INT(page.sums->entries, 6); // of all, on each page
        CHECK_INT(page.sums->actual_s, 900 + 120);
        CHECK_INT(page.sums->rounded_s, 60 + 360 + 180 + 360 + 300 + 120);
        CHECK_INT(page.sums->chargeable_s, 60 + 360 + 180 + 360 + 300);
    } while (page.more && count < 20);
    CHECK_INT(count, 6);
    CHECK_INT(found(fx, &(struct entry_query){ .file_number = "A 1/26" }), 3);
    CHECK_INT(found(fx, &(struct entry_query){ .staff = BERT }), 1);
    CHECK_INT(found(fx, &(struct entry_query){ .team = TEAM }), 5);
    CHECK_INT(found(fx, &(struct entry_query){ .client = CLIENT_A }), 1);
    CHECK_INT(found(fx, &(struct entry_query){ .contact = OF_A }), 1);
    CHECK_INT(found(fx, &(struct entry_query){ .customer = PETERSEN }), 2);
    CHECK_INT(found(fx, &(struct entry_query){ .key = "K" }), 2);
    CHECK_INT(found(fx, &(struct entry_query){ .has_chargeable = true }), 1);
    CHECK_INT(found(fx, &(struct entry_query){ .state = entry_state_BILLED }), 0);
    struct entry_query period = { .has_from = true,
                                  .from = BEGAN + SECONDS(3600),
                                  .has_until = true,
                                  .until = BEGAN + SECONDS(3 * 3600) };
    CHECK_INT(found(fx, &period), 2);
    period.file = FILE_A;
    CHECK_INT(found(fx, &period), 2);
    fixture_free(fx);
}

TEST(a_merged_contacts_entries_are_found_under_both)
{
    struct fixture *fx = world_new();
    struct entry_new in = { .key = "S", .contact = PETERSEN, .has_minutes = true, .minutes = 2 };
    struct contact_merged merged = { .id = PETERSEN,
                                     .version = 1,
                                     .to = HANSEN,
                                     .from_name = "Petersen",
                                     .to_name = "Hansen",
                                     .merged_at = 1,
                                     .merged_by = "x" };

    struct entry entry = book(fx, &in);
    fixture_fact(fx, "contacts", "contact_merged", &merged, false);
    CHECK_INT(found(fx, &(struct entry_query){ .contact = HANSEN }), 1);
    CHECK_INT(found(fx, &(struct entry_query){ .contact = PETERSEN }), 1);
    struct by_id get = { entry.id };
    CHECK_INT(call_entry_get(&fx->client, &get, &entry), CALL_DONE);
    CHECK(id_equal(entry.contact, HANSEN) && id_equal(entry.customer, HANSEN));
    merged.version = 2;
    merged.has_undone = merged.undone = true;
    fixture_fact(fx, "contacts", "contact_merged", &merged, false);
    CHECK_INT(found(fx, &(struct entry_query){ .contact = HANSEN }), 0);
    CHECK_INT(found(fx, &(struct entry_query){ .contact = PETERSEN }), 1);
    fixture_free(fx);
}

TEST(what_is_of_a_locked_file_or_of_others_is_not_seen)
{
    struct fixture *fx = world_new();
    struct entry out;
    struct file_info info;

    as_staff(fx, BERT);
    struct entry secret = book_at(fx, "K", FILE_G, 300, 0);
    struct entry of_a = book_at(fx, "K", FILE_OF_A, 300, 0);
    struct by_id get = { secret.id };
    struct entry_delete_in delete = { .id = secret.id, .version = 1, .reason = "x" };
    CHECK_INT(call_entry_get(&fx->client, &get, &out), CALL_DONE);
    CHECK_INT(found(fx, &(struct entry_query){ .has_limit = false }), 2);
    as_staff(fx, ANNA);
    refused(fx, call_entry_get(&fx->client, &get, &out), ERR_NOT_FOUND, "id");
    refused(fx, call_entry_delete(&fx->client, &delete, &out), ERR_NOT_FOUND, "id");
    CHECK_INT(found(fx, &(struct entry_query){ .has_limit = false }), 1);
    struct file_info_in in = { .file_number = "G 3/26" };
    refused(fx, call_file_info(&fx->client, &in, &info), ERR_NOT_FOUND, "file_number");
    // The people of client B see nothing of client A, and book nothing for them.
    fixture_as(fx, ROLE_BIT(AGENT), (struct scope){ SCOPE_CLIENT, CLIENT_B }, "b");
    get.id = delete.id = of_a.id;
    refused(fx, call_entry_get(&fx->client, &get, &out), ERR_NOT_FOUND, "id");
    refused(fx, call_entry_delete(&fx->client, &delete, &out), ERR_NOT_FOUND, "id");
    CHECK_INT(found(fx, &(struct entry_query){ .client = CLIENT_A }), 0);
    CHECK_INT(found(fx, &(struct entry_query){ .has_limit = false }), 0);
    struct entry_new book_for_a = { .key = "K", .file = FILE_OF_A, .has_minutes = true };
    refused(fx, call_entry_book(&fx->client, &book_for_a, &out), ERR_NOT_FOUND, "file");
    struct entry_new nobodys = { .key = "K", .has_minutes = true, .minutes = 1 };
    CHECK_INT(call_entry_book(&fx->client, &nobodys, &out), CALL_REFUSED);
    // Kinds are known to whoever books, whatever else they may see; an own entry is seen.
    struct service_kind_page kinds;
    struct id_text anna = id_text(ANNA);
    fixture_as(fx, ROLE_BIT(AGENT), (struct scope){ SCOPE_OWN, ANNA }, anna.text);
    CHECK_INT(call_kind_list(&fx->client, &(struct page){ .has_limit = false }, &kinds), CALL_DONE);
    CHECK_INT((int64_t)kinds.kinds_count, 2);
    CHECK_INT(call_entry_book(&fx->client, &nobodys, &out), CALL_DONE);
    CHECK_INT(found(fx, &(struct entry_query){ .has_limit = false }), 1);
    fixture_as(fx, ROLE_BIT(AGENT), (struct scope){ SCOPE_CLIENT, CLIENT_A }, "a");
    get.id = of_a.id;
    CHECK_INT(call_entry_get(&fx->client, &get, &out), CALL_DONE);
    CHECK_INT(found(fx, &(struct entry_query){ .has_limit = false }), 1);
    fixture_free(fx);
}

// --- the short info of a file
TEST(a_files_short_info_shows_notes_inquiries_and_what_is_unbilled)
{
    struct fixture *fx = world_new();
    struct file_info_in in = { .file_number = "A 1/26" };
    struct file_info info;
    struct call_note note = { .version = 1,
                              .edition = 1,
                              .file = FILE_A,
                              .text = "Bitte um Rückruf",
                              .written_at = 1,
                              .written_by = "x",
                              .edited_at = 1,
                              .edited_by = "x" };

    for (uint32_t i = 0; i < 7; i++) {
        note.id = id_number(80 + i);
        note.called_at = 1000 + i;
        fixture_fact(fx, "telephony", "call_note", &note, false);
    }
    struct entry late = book_at(fx, "K", FILE_A, 300, 600);
    (void)book_at(fx, "K", FILE_A, 400, 0);
    (void)book_at(fx, "K", FILE_B, 300, 0);
    struct entry gone = book_at(fx, "K", FILE_A, 300, 0), out;
    struct entry_delete_in delete = { .id = gone.id, .version = 1, .reason = "x" };
    CHECK_INT(call_entry_delete(&fx->client, &delete, &out), CALL_DONE);
    CHECK_INT(call_file_info(&fx->client, &in, &info), CALL_DONE);
    CHECK_STR(info.lawyer_name, "Bert Krause");
    CHECK_INT(info.unbilled_entries, 2);
    CHECK_INT(info.unbilled_s, 700);
    CHECK_INT(info.unbilled_minutes, 18);
    CHECK_INT(info.unbilled_since, BEGAN);
    CHECK_INT((int64_t)info.notes_count, 5);
    CHECK_INT(info.notes[0].called_at, 1006); // the last one first
    CHECK_INT((int64_t)info.entries_count, 2);
    CHECK(id_equal(info.entries[0].id, late.id));
    CHECK_INT(info.open_inquiries, 0);
    in = (struct file_info_in){ .file = NOBODY };
    refused(fx, call_file_info(&fx->client, &in, &info), ERR_INVALID, "file");
    fixture_free(fx);
}

// --- measures
struct measured {
    struct inquiry inquiry;
    struct measure before, measure;
};

static bool run_measure(struct request *rq, void *argument)
{
    struct measured *measured = argument;
    struct measure before = measured->before;
    if (!entry_for_measure(rq, &measured->inquiry, &before, &measured->measure))
        return false;
    measured->before = measured->measure;
    return true;
}

TEST(a_measures_time_is_an_entry_that_follows_it)
{
    struct fixture *fx = world_new();
    struct service_kind_page kinds;
    CHECK_INT(call_kind_list(&fx->client, &(struct page){ .has_limit = false }, &kinds), CALL_DONE);
    struct id kind = kinds.kinds[0].key[0] == 'K' ? kinds.kinds[0].id : kinds.kinds[1].id;
    struct measured measured = {
        .inquiry = { .id = id_number(41),
                     .file = FILE_A,
                     .contact = HANSEN,
                     .contact_name = "Katrin Hansen" },
        .measure = { .id = id_number(42),
                     .kind = kind,
                     .staff = BERT,
                     .text = "Fernwartung",
                     .chargeable = true },
    };

    CHECK(fixture_input(fx, run_measure, &measured)); // no time yet
    CHECK(id_is_zero(measured.measure.entry));
    measured.measure.has_raw_s = true;
    measured.measure.raw_s = 400;
    CHECK(fixture_input(fx, run_measure, &measured));
    struct entry entry = entry_now(fx, measured.measure.entry);
    CHECK(entry.origin == entry_origin_MEASURE && id_equal(entry.measure, id_number(42)));
    CHECK(id_equal(entry.inquiry, id_number(41)) && id_equal(entry.customer, HANSEN));
    CHECK_STR(entry.text, "Fernwartung");
    CHECK_STR(entry.file_number, "A 1/26");
    CHECK_INT(entry.rounded_s, 720);
    CHECK_INT(measured.measure.rounded_s, 720);
    measured.measure.has_actual_s = true;
    measured.measure.actual_s = 300;
    CHECK(fixture_input(fx, run_measure, &measured));
    entry = entry_now(fx, entry.id);
    CHECK(entry.raw_s == 400 && entry.actual_s == 300 && entry.rounded_s == 360);
    CHECK_INT(entry.version, 2);
    CHECK(fixture_input(fx, run_measure, &measured)); // the same again is no change
    CHECK_INT(entry_now(fx, entry.id).version, 2);
    measured.measure.kind = NOBODY;
    CHECK(fixture_input(fx, run_measure, &measured));
    CHECK(entry_now(fx, entry.id).state == entry_state_DELETED);
    CHECK(id_is_zero(measured.measure.entry) && !measured.measure.has_rounded_s);
    fixture_free(fx);
}

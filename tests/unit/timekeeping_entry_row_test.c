// SPDX-License-Identifier: Apache-2.0
// Entries as values: parts add up, corrections and moves are kept, texts are filled in.
#include "services/timekeeping/entry.h"

#include "tests/harness/test.h"
#include <string.h>

TEST(parts_add_up_to_the_whole_raw_time_too)
{
    struct rng rng;

    rng_seed(&rng, test_seed());
    for (int i = 0; i < 20000; i++) {
        struct entry entry = { .raw_s = (int64_t)rng_below(&rng, 100000),
                               .actual_s = 2 + (int64_t)rng_below(&rng, 100000) };
        struct entry whole = entry, part = { .version = 1 };
        int64_t part_s = 1 + (int64_t)rng_below(&rng, (uint64_t)entry.actual_s - 1);
        entry_divide(&entry, &part, part_s);
        CHECK_INT(part.actual_s, part_s);
        CHECK_INT(entry.actual_s + part.actual_s, whole.actual_s);
        CHECK_INT(entry.raw_s + part.raw_s, whole.raw_s);
        CHECK(entry.raw_s >= 0 && part.raw_s >= 0);
    }
    // A share of the raw time, even where somebody corrected it.
    struct entry entry = { .raw_s = 100, .actual_s = 300 }, part = { .version = 1 };
    entry_divide(&entry, &part, 100);
    CHECK_INT(part.raw_s, 33);
    CHECK_INT(entry.raw_s, 67);
}

TEST(corrections_are_kept_up_to_twenty)
{
    struct arena *arena = arena_new((size_t)1 << 20);
    struct entry_editor editor = { arena, 7, "anna" };
    struct entry entry = { .actual_s = 60, .raw_s = 60 };
    struct err err = { 0 };

    CHECK(entry_correct_time(&entry, 60, "nichts", &editor, &err));
    CHECK_INT((int64_t)entry.corrections_count, 0);
    for (int i = 1; i <= 20; i++)
        CHECK(entry_correct_time(&entry, 60 + i, "länger", &editor, &err));
    CHECK_INT((int64_t)entry.corrections_count, 20);
    CHECK_INT(entry.corrections[0].from_s, 60);
    CHECK_INT(entry.corrections[19].to_s, 80);
    CHECK_STR(entry.corrections[19].by, "anna");
    CHECK_INT(entry.raw_s, 60);
    CHECK(!entry_correct_time(&entry, 99, "noch einmal", &editor, &err));
    CHECK_REFUSED(&err, ERR_CONFLICT, "");
    arena_free(arena);
}

TEST(the_last_thirty_moves_are_kept)
{
    struct arena *arena = arena_new((size_t)1 << 20);
    struct entry_editor editor = { arena, 7, "anna" };
    struct entry entry = { .version = 1 };
    struct err err = { 0 };

    for (int i = 0; i < 33; i++) {
        struct err what = entry_move_said(TEXT_ENTRY_MOVE_DELETED);
        CHECK(entry_add_move(&entry, &what, arena_format(arena, "%d", i), &editor, &err));
    }
    CHECK_INT((int64_t)entry.moves_count, 30);
    CHECK_STR(entry.moves[0].reason, "3");
    CHECK_STR(entry.moves[29].reason, "32");
    CHECK_STR(entry.moves[29].text, "gelöscht");
    CHECK_STR(entry.moves[29].text_en, "deleted");
    arena_free(arena);
}

TEST(the_kinds_text_takes_in_person_number_file_and_date)
{
    struct arena *arena = arena_new((size_t)1 << 20);
    struct service_kind kind = { .text = "Telefonat mit {person}, {file}, am {date} {odd}" };
    struct entry entry = { .contact_name = "Katrin Hansen",
                           .file_number = "112/2026-S",
                           .began_at = INT64_C(1795398000000000) };
    struct err err = { 0 };

    CHECK_STR(entry_text(&kind, &entry, "Europe/Berlin", arena),
              "Telefonat mit Katrin Hansen, 112/2026-S, am 23.11.2026 {odd}");
    kind.text = "Anruf von {person} ({number}) {file}";
    entry.contact_name = entry.file_number = NULL;
    CHECK_STR(entry_text(&kind, &entry, "Europe/Berlin", arena),
              "Anruf von unbekannt (ohne Nummer)");
    kind.text = NULL;
    CHECK_STR(entry_text(&kind, &entry, "Europe/Berlin", arena), NULL);
    CHECK(entry_text_check("mit {person} {number} {file} {date} {", &err));
    CHECK(!entry_text_check("mit {caller}", &err));
    CHECK_REFUSED(&err, ERR_INVALID, "text");
    arena_free(arena);
}

TEST(a_consumer_is_a_person_for_no_organisation)
{
    struct contact contact = { .kind = contact_kind_PERSON };

    CHECK(entry_meets_consumer(&contact));
    contact.organisation = "Reederei Hansen";
    CHECK(!entry_meets_consumer(&contact));
    contact = (struct contact){ .kind = contact_kind_ORGANISATION };
    CHECK(!entry_meets_consumer(&contact));
}

TEST(what_is_billed_names_its_voucher)
{
    struct entry entry = { .state = entry_state_BILLED, .voucher = "RE-2026-17" };
    struct err err = { 0 };

    CHECK(!entry_is_free(&entry, &err));
    CHECK_REFUSED(&err, ERR_CONFLICT, "id");
    CHECK(strstr(err.german, "RE-2026-17") != NULL);
    entry.state = entry_state_OPEN;
    err = (struct err){ 0 };
    CHECK(entry_is_free(&entry, &err));
}

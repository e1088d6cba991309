// SPDX-License-Identifier: Apache-2.0
// Placeholders, and the rules of a note's lines and mails.
#include <stdio.h>
#include <string.h>

#include "services/telephony/note.h"
#include "services/telephony/note_template.h"
#include "tests/harness/test.h"

TEST(placeholders_are_filled_in)
{
    struct template_facts facts = { .caller = "Änne Größe",
                                    .number = "+49301",
                                    .client = "Kanzlei" };
    static const struct {
        const char *text, *filled;
    } cases[] = {
        { "", "" },
        { "nichts", "nichts" },
        { "{caller}", "Änne Größe" },
        { "{caller}{number}", "Änne Größe+49301" },
        { "für {client}, {caller}: {number}.", "für Kanzlei, Änne Größe: +49301." },
        { "{agent}", "" },            // not known: nothing is invented
        { "{ caller}", "{ caller}" }, // no placeholder
        { "{caller", "{caller" },
        { "{{caller}}", "{Änne Größe}" },
        { "{}", "{}" },
        { "{wer}", "{wer}" },
        { "{caller_and_much_longer_than_any}", "{caller_and_much_longer_than_any}" },
    };
    struct arena *arena = arena_new(1 << 20);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CHECK_STR(template_fill(cases[i].text, &facts, 8000, arena), cases[i].filled);
    struct template_facts nobody = { 0 };
    CHECK_STR(template_fill("{caller}, {number}", &nobody, 8000, arena), "unbekannt, ohne Nummer");
    // A value is not looked into again.
    struct template_facts sly = { .caller = "{number}", .number = "1" };
    CHECK_STR(template_fill("{caller}", &sly, 8000, arena), "{number}");
    // Cut by characters, never within one.
    CHECK_STR(template_fill("{caller}", &facts, 2, arena), "Än");
    arena_free(arena);
}

TEST(unknown_placeholders_are_refused_with_those_that_exist)
{
    struct err err = { 0 };
    CHECK(template_check("text", "{caller} {number} { x } {}", &err));
    CHECK(!template_check("text", "von {wer}", &err));
    CHECK_REFUSED(&err, ERR_INVALID, "text");
    CHECK(strstr(err.german, "wer") && strstr(err.german, "organisation"));
}

TEST(a_note_keeps_ten_lines_and_thirty_mails)
{
    struct arena *arena = arena_new(1 << 20);
    struct call_note note = { .version = 1 };
    struct err err = { 0 };
    for (int i = 0; i < 12; i++) {
        struct note_line line = { .at = i, .by = "x", .text = "y" };
        bool added;
        line.id.bytes[0] = (uint8_t)(i + 1);
        CHECK(note_take_line(&note, &line, arena, &added, &err) && added);
        CHECK(note_take_line(&note, &line, arena, &added, &err) && !added);
    }
    CHECK_INT((int64_t)note.lines_count, 10);
    CHECK_INT(note.lines[0].at, 2);
    CHECK_INT(note.lines[9].at, 11);
    CHECK_INT(note.version, 13);
    for (int i = 0; i < 33; i++) {
        struct mail_row mail = { .order = i + 1, .state = mail_state_WANTED, .moved_at = i };
        mail.id.bytes[0] = (uint8_t)(i + 1);
        CHECK(note_take_mail(&note, &mail, arena, &err));
        mail.state = mail_state_SENT;
        mail.answer = "250";
        CHECK(note_take_mail(&note, &mail, arena, &err));
    }
    CHECK_INT((int64_t)note.mails_count, 30);
    CHECK_INT(note.mails[0].order, 4);
    CHECK_INT(note.mails[29].order, 33);
    CHECK_STR(note.mails[29].detail, "250");
    arena_free(arena);
}

// SPDX-License-Identifier: Apache-2.0
// Attachments' names and types as foreign programs give them; subjects and threads of mails.
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "common/base/text.h"
#include "services/timekeeping/attachment.h"
#include "services/timekeeping/inquiry_mail.h"
#include "tests/harness/test.h"

TEST(names_lose_folders_and_controls_and_keep_their_ending)
{
    static const struct {
        const char *given, *name;
    } cases[] = {
        { "a.pdf", "a.pdf" },
        { "/etc/passwd", "passwd" },
        { "..\\..\\C:\\x\\böse.exe", "böse.exe" },
        { "  a\tb\r\n.txt ", "a b  .txt" },
        { "kaputt\xFF.txt", "kaputt\xEF\xBF\xBD.txt" },
        { ".profile", ".profile" },
        { "rechnung\xE2\x80\xAE"
          "fdp.exe\xE2\x81\xA9",
          "rechnungfdp.exe" },
    };
    struct arena *arena = arena_new(1 << 20);

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct err err = { 0 };
        CHECK_STR(attachment_name(cases[i].given, arena, &err), cases[i].name);
    }
    static const char *const none[] = { "", "a/", ".", "..", "x\\..", " \t " };
    for (size_t i = 0; i < COUNT_OF(none); i++) {
        struct err err = { 0 };
        CHECK(attachment_name(none[i], arena, &err) == NULL);
        CHECK_STR(err.field, "name");
    }
    char longer[900], *end = longer;
    for (int i = 0; i < 190; i++)
        end = stpcpy(end, "üx");
    (void)stpcpy(end, ".pdf");
    struct err err = { 0 };
    const char *name = attachment_name(longer, arena, &err);
    CHECK(name && text_length(name) <= 200 && text_valid(name, strlen(name)));
    CHECK_STR(name + strlen(name) - 4, ".pdf");
    arena_free(arena);
}

TEST(types_are_plain_or_none)
{
    static const struct {
        const char *given, *type;
    } cases[] = {
        { NULL, "application/octet-stream" },
        { "Text/HTML; charset=utf-8", "text/html" },
        { "application/vnd.ms-excel", "application/vnd.ms-excel" },
        { "text", "application/octet-stream" },
        { "text/", "application/octet-stream" },
        { "text/html\r\nX: y", "application/octet-stream" },
        { "te xt/html", "application/octet-stream" },
    };
    struct arena *arena = arena_new(1 << 20);

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        CHECK_STR(attachment_type(cases[i].given, arena), cases[i].type);
    arena_free(arena);
}

TEST(the_checksum_goes_on_between_pieces)
{
    struct arena *arena = arena_new(1 << 20);
    struct bytes state = attachment_hash_begin(arena);
    uint8_t whole[32], pieces[32];

    state = attachment_hash_add(state, (struct bytes){ (const uint8_t *)"Ruf", 3 }, arena);
    state = attachment_hash_add(state, (struct bytes){ (const uint8_t *)"bus", 3 }, arena);
    CHECK(attachment_hash_end(state, pieces));
    (void)crypto_generichash(whole, 32, (const uint8_t *)"Rufbus", 6, NULL, 0);
    CHECK(memcmp(whole, pieces, 32) == 0);
    CHECK(!attachment_hash_end((struct bytes){ whole, 32 }, pieces));
    arena_free(arena);
}

TEST(a_subject_names_its_inquiry_only_by_the_whole_number)
{
    static const struct {
        const char *subject, *number;
    } cases[] = {
        { "AW: [2026-000123] Drucker", "2026-000123" },
        { "[Ticket 7] Re: [2026-000001]", "2026-000001" },
        { "[123] Drucker", NULL },
        { "2026-000123", NULL },
        { "[2026-000123", NULL },
        { "[2026-00012x]", NULL },
        { "[]", NULL },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct inquiry_number number = { "" };
        bool found = subject_number(cases[i].subject, &number);
        CHECK(found == (cases[i].number != NULL));
        if (found)
            CHECK_STR(number.text, cases[i].number);
    }
}

TEST(a_reply_has_one_number_and_one_re)
{
    struct arena *arena = arena_new(1 << 20);

    CHECK_STR(subject_bare(" Re: AW:  WG: Drucker"), "Drucker");
    CHECK_STR(subject_bare("Rechnung: offen"), "Rechnung: offen");
    CHECK_STR(subject_of_reply("2026-000123", "AW: [2026-000123] Re: Drucker", arena),
              "[2026-000123] Re: Drucker");
    arena_free(arena);
}

TEST(a_thread_keeps_its_last_messages)
{
    struct arena *arena = arena_new(1 << 20);
    struct inquiry row = { .version = 1 };

    for (int i = 0; i < INQUIRY_MESSAGES + 5; i++)
        CHECK(inquiry_take_message(&row, arena_format(arena, "<%d@x>", i), arena));
    CHECK(!inquiry_take_message(&row, "<20@x>", arena));
    CHECK_INT((int64_t)row.message_ids_count, INQUIRY_MESSAGES);
    CHECK_STR(row.message_ids[0], "<5@x>");
    CHECK_STR(row.message_ids[INQUIRY_MESSAGES - 1], "<54@x>");
    CHECK_STR(mail_domain("a@b.example"), "b.example");
    CHECK_STR(mail_domain("kaputt"), "rufbus.invalid");
    CHECK_STR(mail_domain(NULL), "rufbus.invalid");
    arena_free(arena);
}

// SPDX-License-Identifier: Apache-2.0
// A note as a mail on the wire, and what a try to send it means.
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "common/base/civil.h"
#include "services/notifier/letter.h"
#include "services/notifier/letter_files.h"
#include "services/notifier/mail.h"
#include "tests/harness/test.h"

static char *render(struct arena *arena, const char *subject, const char *name, const char *text)
{
    struct letter_head head = { .from = "haus@haus.example",
                                .from_name = name,
                                .to = "kern@haus.example",
                                .subject = subject,
                                .message_id = "<1@haus.example>",
                                .date_us = INT64_C(1795862467000000) };
    return letter_render(&head, text, arena);
}

TEST(a_letter_to_the_byte)
{
    struct arena *arena = arena_new(1 << 20);
    CHECK_STR(render(arena, "Telefonnotiz", "Haus", "Grüße = gut\n.\nEnde "),
              "Date: Sat, 28 Nov 2026 10:41:07 +0000\r\n"
              "From: \"Haus\"\r\n <haus@haus.example>\r\n"
              "To: <kern@haus.example>\r\n"
              "Subject: Telefonnotiz\r\n"
              "Message-ID: <1@haus.example>\r\n"
              "MIME-Version: 1.0\r\n"
              "Auto-Submitted: auto-generated\r\n"
              "Content-Type: text/plain; charset=UTF-8\r\n"
              "Content-Transfer-Encoding: quoted-printable\r\n"
              "\r\n"
              "Gr=C3=BC=C3=9Fe =3D gut\r\n"
              "=2E\r\n"
              "Ende=20\r\n");
    arena_free(arena);
}

// Whatever the texts hold: 7 bits, CRLF, short lines, the same head lines, no line of the body that
// is a dot alone.
static void check_wire(const char *message)
{
    size_t heads = 0, column = 0;
    const char *body = strstr(message, "\r\n\r\n");
    CHECK(body);
    for (const char *c = message; *c; c++) {
        CHECK((unsigned char)*c < 0x80);
        CHECK(*c != '\n' || c[-1] == '\r');
        CHECK(*c != '\r' || c[1] == '\n');
        if (*c == '\n') {
            heads += c < body && c[1] != ' ';
            column = 0;
        } else {
            column++;
            CHECK(column <= 78);
        }
    }
    CHECK_INT((int64_t)heads, 8);
    CHECK(!strstr(body, "\r\n.\r\n"));
}

static const char long_subject[] =
    "ein sehr langer Betreff der über mehrere kodierte Wörter geht, mit Umlauten äöüß ÄÖÜ und €"
    " und 日本語 und noch viel mehr davon, damit es sicher mehr als eine Zeile wird";

TEST(no_text_can_add_a_line_to_the_head)
{
    static const char *const texts[] = {
        "einfach",    "Bcc: alle@x.example", "x\r\nBcc: alle@x.example\r\n\r\nText",
        "x\nBcc: y",  "=?UTF-8?B?AAAA?=",    "\"Anführung\" \\ und \x01\x02 Steuerzeichen",
        long_subject,
    };
    struct arena *arena = arena_new(1 << 20);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++)
            check_wire(render(arena, texts[i], texts[k], texts[i]));
    }
    // Nor behind the decoding: "x Bcc: y".
    CHECK(strstr(render(arena, "x\nBcc: y", NULL, "t"), "Subject: =?UTF-8?B?eCBCY2M6IHk=?=\r\n"));
    // Every length around the folds.
    char text[400] = "";
    for (size_t i = 0, used = 0; i < 190; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "%s", i % 3 ? "a" : "ü");
        check_wire(render(arena, text, text, text));
    }
    arena_free(arena);
}

TEST(an_answer_names_its_thread_and_no_machine)
{
    static const char *const references[] = { "<a@x>", "<b\r\nBcc: z@y>" };
    struct arena *arena = arena_new(1 << 20);
    struct letter_head head = { .from = "haus@haus.example",
                                .to = "ada@kunde.example",
                                .subject = "[2026-000123] Re: Drucker",
                                .message_id = "<2@haus.example>",
                                .date_us = INT64_C(1795862467000000),
                                .reply_to = "hilfe@haus.example",
                                .in_reply_to = "<a@x>",
                                .references = references,
                                .reference_count = 2,
                                .by_hand = true };

    CHECK_STR(letter_render(&head, "Ja", arena), "Date: Sat, 28 Nov 2026 10:41:07 +0000\r\n"
                                                 "From: <haus@haus.example>\r\n"
                                                 "To: <ada@kunde.example>\r\n"
                                                 "Reply-To: <hilfe@haus.example>\r\n"
                                                 "Subject: [2026-000123] Re: Drucker\r\n"
                                                 "Message-ID: <2@haus.example>\r\n"
                                                 "In-Reply-To: <a@x>\r\n"
                                                 "References: <a@x>\r\n"
                                                 " <bBcc:z@y>\r\n"
                                                 "MIME-Version: 1.0\r\n"
                                                 "Content-Type: text/plain; charset=UTF-8\r\n"
                                                 "Content-Transfer-Encoding: quoted-printable\r\n"
                                                 "\r\n"
                                                 "Ja\r\n");
    arena_free(arena);
}

TEST(a_letter_says_who_whom_when_and_what)
{
    struct arena *arena = arena_new(1 << 20);
    const char *to[] = { "Jörg Kern", "Anna Weiß" };
    struct note_line line = { .at = INT64_C(1795862467000000), .by = "x", .text = "ausgerichtet" };
    struct call_note note = { .contact_name = "Änne Größe",
                              .number = "+4930123456",
                              .client_name = "Kanzlei A",
                              .called_at = INT64_C(1795862467000000),
                              .has_to_client = true,
                              .to_client = true,
                              .outcome = note_outcome_CALLS_AGAIN,
                              .text = "Text",
                              .lines = &line,
                              .lines_count = 1 };
    struct letter_people people = {
        .writer = "Bea", .to = to, .to_count = 2, .zone = "Europe/Berlin"
    };
    CHECK_STR(letter_subject(&note, &people, arena),
              "Telefonnotiz: Änne Größe für Kanzlei A – ruft wieder an");
    CHECK_STR(letter_text(&note, &people, arena), "Telefonnotiz\n\n"
                                                  "An:          Kanzlei A, Jörg Kern, Anna Weiß\n"
                                                  "Anruf von:   Änne Größe\n"
                                                  "Telefon:     +4930123456\n"
                                                  "Mandant:     Kanzlei A\n"
                                                  "Zeit:        28.11.2026 11:41:07\n"
                                                  "Notiert von: Bea\n"
                                                  "Ergebnis:    ruft wieder an\n"
                                                  "\nText\n"
                                                  "\n28.11.2026 11:41:07  ausgerichtet\n");
    struct call_note bare = { .called_at = 0, .outcome = note_outcome_DONE };
    struct letter_people nobody = { .zone = "Europe/Berlin" };
    CHECK_STR(letter_subject(&bare, &nobody, arena),
              "Telefonnotiz: unbekannter Anrufer – erledigt");
    arena_free(arena);
}

TEST(the_fate_of_a_mail)
{
    static const struct {
        enum send_result result;
        bool resend, over;
        enum mail_state state;
    } cases[] = {
        { SEND_TAKEN, true, false, mail_state_SENT },
        { SEND_TAKEN, false, true, mail_state_SENT },
        { SEND_REFUSED, true, false, mail_state_FAILED },
        { SEND_LATER, true, false, mail_state_WANTED },
        { SEND_LATER, true, true, mail_state_FAILED },
        { SEND_UNCERTAIN, true, false, mail_state_WANTED },
        { SEND_UNCERTAIN, true, true, mail_state_UNKNOWN },
        { SEND_UNCERTAIN, false, false, mail_state_UNKNOWN },
    };
    struct arena *arena = arena_new(1 << 20);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct mail_policy policy = { 10, 1000, 100, cases[i].resend };
        struct sending sending = { .result = cases[i].result, .answer = "250 \xC3" };
        struct mail_row mail = { .version = 1, .wanted_at = 1000 };
        mail_begin(&mail, 1001);
        CHECK_INT(mail.state, mail_state_STARTED);
        CHECK(mail_moved(&mail, &sending, &policy, cases[i].over ? 1100 : 1099, arena));
        CHECK_INT(mail.state, cases[i].state);
        CHECK_INT(mail.has_next_at, cases[i].state == mail_state_WANTED);
        CHECK_INT(mail.version, 3);
        CHECK_STR(mail.answer, "250 \xEF\xBF\xBD"); // foreign bytes are made valid
    }
    arena_free(arena);
}

// --- attachments
TEST(base64_of_any_length_fills_exactly_its_room)
{
    uint8_t bytes[400], back[400];
    char out[700];

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7 + 3);
    for (size_t size = 0; size <= sizeof bytes; size++) {
        size_t room = letter_base64_size(size), got = 0;
        memset(out, '!', sizeof out);
        letter_base64(bytes, size, out);
        CHECK(room < sizeof out && out[room] == '!' && (room == 0 || out[room - 1] == '\n'));
        out[room] = '\0';
        for (const char *line = out; *line; line = strchr(line, '\n') + 1)
            CHECK(strcspn(line, "\r") <= 76);
        CHECK(sodium_base642bin(back, sizeof back, out, room, "\r\n", &got, NULL,
                                sodium_base64_VARIANT_ORIGINAL) == 0);
        CHECK(got == size && memcmp(back, bytes, size) == 0);
    }
}

static char *file_head(struct arena *arena, const char *name, const char *type)
{
    struct inquiry_mail_file file = { .name = name, .content_type = type };

    return letter_file_head("=_b", &file, arena);
}

TEST(no_name_of_a_file_leaves_its_line)
{
    struct arena *arena = arena_new(1 << 20);
    char longest[801] = "a"; // or no triple would be cut

    CHECK_STR(file_head(arena, "plan.pdf", "application/pdf"),
              "\r\n--=_b\r\nContent-Type: application/pdf\r\n"
              "Content-Disposition: attachment;\r\n filename=\"plan.pdf\"\r\n"
              "Content-Transfer-Encoding: base64\r\n\r\n");
    CHECK(strstr(file_head(arena, "a\"b\\c\r\nBcc: x@y.example;=_b", "a/b"),
                 "filename*=UTF-8''a%22b%5Cc%0D%0ABcc%3A%20x%40y.example%3B%3D_b\r\n") != NULL);
    // A mail within a mail may not be Base64; as a mere file it may.
    CHECK(strstr(file_head(arena, "a.eml", "message/rfc822"), "message/") == NULL);
    for (int i = 1; i < 200; i++)
        memcpy(longest + 1 + 4 * (i - 1), "\xF0\x9F\x93\x8E", 5);
    char *head = file_head(arena, longest, "a/b");
    CHECK(strstr(head, " filename*0*=UTF-8''a%F0%9F%93%8E") && strstr(head, " filename*39*=%"));
    for (const char *line = strstr(head, "filename"); (line = strchr(line, '%')) != NULL; line += 3)
        CHECK(strspn(line + 1, "0123456789ABCDEF") >= 2); // none is cut in two
    for (const char *line = head; *line; line = strchr(line, '\n') + 1)
        CHECK(strcspn(line, "\r") <= 90);
    arena_free(arena);
}

TEST(with_attachments_the_text_is_the_first_part)
{
    struct arena *arena = arena_new(1 << 20);
    struct id id = { { 1 } };
    struct letter_head head = { .from = "a@b.example",
                                .to = "c@d.example",
                                .subject = "S",
                                .message_id = "<1@b.example>",
                                .by_hand = true,
                                .boundary = letter_boundary(id, arena) };
    char *text = letter_render(&head, "--=_rufbus", arena);

    // The boundary cannot come up in a text.
    CHECK(strstr(text, "\r\n\r\n--=3D_rufbus\r\n") != NULL);
    CHECK(strstr(text, "Content-Type: multipart/mixed;\r\n boundary=\"=_rufbus_01000000-") != NULL);
    CHECK(strstr(letter_files_end(head.boundary, arena), "--=_rufbus_01000000-") != NULL);
    arena_free(arena);
}

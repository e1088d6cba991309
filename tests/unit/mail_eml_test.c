// SPDX-License-Identifier: Apache-2.0
// Mails as programs write them, and as no program should.
#include "common/mail/eml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "common/mail/text.h"
#include "tests/harness/test.h"

#define HEAD "From: Anna <a@b.example>\r\nTo: hilfe@haus.example\r\nMessage-ID: <1@b.example>\r\n"

static struct eml *read_text(const char *text)
{
    struct err err = { 0 };
    struct eml *eml = eml_read(text, strlen(text), &err);

    CHECK(eml != NULL);
    return eml;
}

TEST(heads_are_decoded_whatever_their_charset)
{
    struct eml *eml = read_text("From: =?UTF-8?Q?J=C3=B6rg_M=C3=BCller?= <joerg@weiss.example>\r\n"
                                "To: Hilfe <hilfe@haus.example>, \"x\" <kaputt>\r\n"
                                "Cc: HILFE@haus.example, b@haus.example\r\n"
                                "Delivered-To: postfach@haus.example\r\n"
                                "Date: Mon, 02 Mar 2026 09:00:00 +0100\r\n"
                                "Message-ID: <a1@weiss.example>\r\n"
                                "In-Reply-To: <vorher@haus.example>\r\n"
                                "References: <ganz@haus.example>\r\n <vorher@haus.example>\r\n"
                                "Subject: =?iso-8859-1?Q?Drucker_f=E4llt?= =?utf-8?B?IGF1cw==?=\r\n"
                                "\r\nHallo\r\n");

    CHECK_STR(eml->from, "joerg@weiss.example");
    CHECK_STR(eml->from_name, "Jörg Müller");
    CHECK_INT((int64_t)eml->to_count, 3);
    CHECK_STR(eml->to[0], "hilfe@haus.example");
    CHECK_STR(eml->to[2], "postfach@haus.example");
    CHECK_STR(eml->subject, "Drucker fällt aus");
    CHECK_STR(eml->message_id, "<a1@weiss.example>");
    CHECK_STR(eml->in_reply_to, "<vorher@haus.example>");
    CHECK_INT((int64_t)eml->reference_count, 2);
    CHECK_STR(eml->references[1], "<vorher@haus.example>");
    CHECK_INT(eml->at_us, INT64_C(1772438400000000));
    CHECK_STR(eml->text, "Hallo");
    CHECK(!eml->automatic && !eml->cut && eml->part_count == 0);
    eml_free(eml);
}

TEST(texts_come_out_right_in_every_charset_and_in_broken_ones)
{
    static const struct {
        const char *charset, *body, *text;
    } cases[] = {
        { "utf-8",
          "Gr\xC3\xBC\xC3\x9F"
          "e",
          "Grüße" },
        { "iso-8859-1",
          "Gr\xFC\xDF"
          "e 5 \x80",
          "Grüße 5 €" },
        { "windows-1252",
          "\x84Gr\xFC\xDF"
          "e\x93",
          "„Grüße“" },
        { "iso-8859-15", "5 \xA4", "5 €" },
        { "utf-8",
          "Gr\xFC\xDF"
          "e",
          "Grüße" }, // it lies
        { "us-ascii",
          "Gr\xC3\xBC\xC3\x9F"
          "e",
          "Grüße" },
        { "gibt-es-nicht",
          "Gr\xFC\xDF"
          "e",
          "Grüße" },
        { "koi8-r", "\xF0\xD2\xC9\xD7\xC5\xD4", "Привет" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char mail[500];
        (void)snprintf(mail, sizeof mail, HEAD "Content-Type: text/plain; charset=%s\r\n\r\n%s\r\n",
                       cases[i].charset, cases[i].body);
        struct eml *eml = read_text(mail);
        CHECK_STR(eml->text, cases[i].text);
        eml_free(eml);
    }
}

TEST(html_alone_becomes_a_plain_text)
{
    struct eml *eml = read_text(
        HEAD "Content-Type: text/html; charset=utf-8\r\n\r\n"
             "<html><head><title>x</title><style>p{color:red}</style></head><body>\r\n"
             "<p>Guten&nbsp;Tag,</p><p>&Uuml;ber 5&#8364; &lt;gut&gt;<br>Zeile &unbekannt;</p>"
             "<!-- nicht --><script>alert('<p>')</script><ul><li>eins</li><li>zwei</li></ul>\r\n");

    CHECK_STR(eml->text, "Guten Tag,\nÜber 5€ <gut>\nZeile &unbekannt;\neins\nzwei");
    eml_free(eml);
}

TEST(the_text_is_found_among_nested_parts_and_the_rest_are_files)
{
    struct eml *eml = read_text(
        HEAD
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=X\r\n\r\n"
        "--X\r\nContent-Type: multipart/alternative; boundary=Y\r\n\r\n"
        "--Y\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\nHallo =C3=84rger\r\n"
        "--Y\r\nContent-Type: text/html\r\n\r\n<p>Hallo</p>\r\n--Y--\r\n"
        "--X\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
        "Content-Disposition: attachment; filename*=UTF-8''Rechnung%20%C3%9C.pdf\r\n\r\n"
        "JVBERi0xLjQK\r\n"
        "--X\r\nContent-Type: message/rfc822\r\n\r\nFrom: c@d.example\r\nSubject: innen\r\n\r\n"
        "innerer Text\r\n"
        "--X\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\nAAECAwQ=\r\n--X--\r\n");

    CHECK_STR(eml->text, "Hallo Ärger");
    CHECK_INT((int64_t)eml->part_count, 3);
    CHECK_STR(eml->parts[0].name, "Rechnung Ü.pdf");
    CHECK_STR(eml->parts[0].content_type, "application/pdf");
    CHECK(eml->parts[0].size == 9 && memcmp(eml->parts[0].bytes, "%PDF-1.4\n", 9) == 0);
    CHECK_STR(eml->parts[1].content_type, "message/rfc822");
    CHECK(strstr((const char *)eml->parts[1].bytes, "innerer Text") != NULL);
    CHECK_STR(eml->parts[2].name, "winmail.dat");
    CHECK(eml->parts[2].size == 5 && memcmp(eml->parts[2].bytes, "\0\1\2\3\4", 5) == 0);
    eml_free(eml);
}

TEST(absence_notes_and_reports_are_automatic)
{
    static const char *const heads[] = { "Auto-Submitted: auto-replied\r\n", "Precedence: bulk\r\n",
                                         "Return-Path: <>\r\n",
                                         "Content-Type: multipart/report; boundary=x\r\n" };

    for (size_t i = 0; i < COUNT_OF(heads); i++) {
        char mail[500];
        (void)snprintf(mail, sizeof mail, HEAD "%s\r\nweg\r\n", heads[i]);
        struct eml *eml = read_text(mail);
        CHECK(eml->automatic);
        eml_free(eml);
    }
    struct eml *eml = read_text(HEAD "Auto-Submitted: no\r\n\r\nda\r\n");
    CHECK(!eml->automatic);
    eml_free(eml);
}

TEST(a_mail_without_an_id_gets_the_same_one_each_time)
{
    const char *mail = "From: a@b.example\r\nSubject: x\r\n\r\ny\r\n";
    struct eml *one = read_text(mail), *two = read_text(mail);
    struct eml *other = read_text("From: a@b.example\r\nSubject: x\r\n\r\nz\r\n");

    CHECK_STR(one->message_id, two->message_id);
    CHECK(strcmp(one->message_id, other->message_id) != 0);
    eml_free(one);
    eml_free(two);
    eml_free(other);
}

TEST(what_is_no_mail_is_refused)
{
    static const char *const none[] = { "", "keine Mail", "\r\n\r\nnur Text",
                                        "GET / HTTP/1.1\r\n" };

    for (size_t i = 0; i < COUNT_OF(none); i++) {
        struct err err = { 0 };
        struct eml *eml = eml_read(none[i], strlen(none[i]), &err);
        CHECK(eml == NULL && err.code == ERR_INVALID);
        eml_free(eml);
    }
}

// A writer of absurd mails: so many times one text, then another.
static char *repeated(const char *head, const char *text, size_t times, const char *end)
{
    size_t size = strlen(text);
    char *all = malloc(strlen(head) + size * times + strlen(end) + 1), *to = all;

    if (!all)
        abort();
    to = stpcpy(to, head);
    for (size_t i = 0; i < times; i++)
        to = stpcpy(to, text);
    (void)stpcpy(to, end);
    return all;
}

TEST(absurd_depths_and_sizes_stay_within_the_limits)
{
    char *deep = repeated(HEAD, "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", 20000,
                          "\r\ninnen\r\n");
    char *messages = repeated(HEAD, "Content-Type: message/rfc822\r\n\r\nFrom: a@b.example\r\n",
                              5000, "\r\ninnen\r\n");
    char *many = repeated(HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n",
                          "--b\r\nContent-Type: image/png\r\n\r\nx\r\n", 5000, "--b--\r\n");
    char *longer = repeated(HEAD "\r\n", "ä", 50000, "");
    char *subject = repeated(HEAD "Subject: ", "ü", 5000, "\r\n\r\nx");

    struct eml *eml = read_text(deep);
    CHECK(eml->part_count <= EML_PARTS_MAX);
    eml_free(eml);
    eml = read_text(messages);
    CHECK_INT((int64_t)eml->part_count, 1);
    eml_free(eml);
    eml = read_text(many);
    CHECK_INT((int64_t)eml->part_count, EML_PARTS_MAX);
    eml_free(eml);
    eml = read_text(longer);
    CHECK(eml->cut);
    CHECK_INT((int64_t)text_length(eml->text), EML_TEXT_MAX);
    eml_free(eml);
    eml = read_text(subject);
    CHECK_INT((int64_t)text_length(eml->subject), EML_SUBJECT_MAX);
    eml_free(eml);
    free(deep);
    free(messages);
    free(many);
    free(longer);
    free(subject);
}

TEST(a_report_belongs_to_the_mail_that_it_reports)
{
    struct eml *eml = read_text("From: MAILER-DAEMON@mx.example\r\nTo: hilfe@haus.example\r\n"
                                "Subject: Undelivered Mail Returned to Sender\r\n"
                                "Content-Type: multipart/report; boundary=b\r\n\r\n"
                                "--b\r\n\r\nKonnte nicht zugestellt werden.\r\n"
                                "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
                                "Action: failed\r\n"
                                "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
                                "Message-ID: <unsere@haus.example>\r\nSubject: x\r\n"
                                "--b--\r\n");

    CHECK(eml->automatic && eml->reference_count == 1);
    CHECK_STR(eml->references[0], "<unsere@haus.example>");
    eml_free(eml);
    // A mail that is merely forwarded is no report.
    eml = read_text(HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
                         "--b\r\nContent-Type: message/rfc822\r\n\r\n"
                         "Message-ID: <fremd@x.example>\r\n\r\nText\r\n--b--\r\n");
    CHECK_INT((int64_t)eml->reference_count, 0);
    eml_free(eml);
}

TEST(answers_go_where_the_sender_wants_them)
{
    struct eml *eml = read_text(HEAD "Reply-To: Kunde <kunde@x.example>\r\n\r\nText\r\n");

    CHECK_STR(eml->reply_to, "kunde@x.example");
    eml_free(eml);
    eml = read_text(HEAD "Reply-To: A@b.example\r\n\r\nText\r\n");
    CHECK(!eml->reply_to);
    eml_free(eml);
    eml = read_text(HEAD "Reply-To: x@y.example\x01, kaputt\r\n\r\nText\r\n");
    CHECK(!eml->reply_to || text_valid(eml->reply_to, strlen(eml->reply_to)));
    eml_free(eml);
}

TEST(names_of_files_have_no_folders)
{
    static const struct {
        const char *given, *name;
    } cases[] = {
        { "a.txt", "a.txt" },
        { "../../etc/passwd", "passwd" },
        { "C:\\\\tmp\\\\a.txt", "a.txt" },
        { "..", "" },
        { "a/", "" },
        { " . ", "" },
        { ".profile", ".profile" },
        { "b\tc.txt", "b c.txt" },
    };
    char text[400];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)snprintf(text, sizeof text,
                       HEAD "Content-Type: application/x; name=\"%s\"\r\n\r\nText\r\n",
                       cases[i].given);
        struct eml *eml = read_text(text);
        CHECK_INT((int64_t)eml->part_count, 1);
        CHECK_STR(eml->parts[0].name, cases[i].name);
        eml_free(eml);
    }
}

TEST(of_a_thread_of_any_length_the_last_ones_count)
{
    enum { COUNT = 50000, ROOM = 30 * COUNT };
    char *mail = malloc(ROOM);
    size_t size = (size_t)snprintf(mail, ROOM, HEAD "References:");

    for (int i = 0; i < COUNT; i++)
        size += (size_t)snprintf(mail + size, ROOM - size, "\r\n <%d@x.example>", i);
    (void)snprintf(mail + size, ROOM - size, "\r\n\r\nText\r\n");
    struct eml *eml = read_text(mail);
    CHECK_INT((int64_t)eml->reference_count, EML_REFERENCES_MAX);
    CHECK_STR(eml->references[0], "<49980@x.example>");
    CHECK_STR(eml->references[EML_REFERENCES_MAX - 1], "<49999@x.example>");
    eml_free(eml);
    // One that never begins is none.
    size = (size_t)snprintf(mail, ROOM, HEAD "References: <");
    memset(mail + size, 'x', 20000);
    (void)snprintf(mail + size + 20000, ROOM - size - 20000, "@y>\r\n\r\nText\r\n");
    eml = read_text(mail);
    CHECK_INT((int64_t)eml->reference_count, 0);
    eml_free(eml);
    free(mail);
}

// SPDX-License-Identifier: Apache-2.0
// What IMAP servers say, cut at every byte; what they say that is wrong; and how a mailbox is
// written in timekeeping.conf.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/timekeeping/imap_read.h"
#include "services/timekeeping/mailbox_place.h"
#include "tests/harness/test.h"

static const char talk[] = "* 2 EXISTS\r\n"
                           "* OK [UIDVALIDITY 1732790000] UIDs valid\r\n"
                           "* 1 FETCH (UID 7 BODY[] {13}\r\nA: {3}\r\n\r\nR1 )\r\n"
                           "* 1 FETCH (FLAGS ())\r\n"
                           "R1 OK done\r\n";

// All lines, apart by "|", and behind one with a literal "<literal>".
static void hear(const char *text, size_t size, size_t cut, char *out, size_t room)
{
    struct imap_reader reader;
    size_t written = 0;

    out[0] = '\0';
    imap_reader_init(&reader);
    for (size_t at = 0, used; at < size; at += used) {
        size_t part = at < cut ? cut - at : size - at;
        enum imap_read read = imap_reader_take(&reader, text + at, part, &used);
        if (read == IMAP_READ_BROKEN) {
            (void)snprintf(out + written, room - written, "broken");
            break;
        }
        if (read == IMAP_READ_MORE)
            continue;
        bool literal = reader.literal && reader.size > 0 && reader.line[reader.size - 1] == '}';
        written += (size_t)snprintf(out + written, room - written, "%s", reader.line);
        if (literal)
            written += (size_t)snprintf(out + written, room - written, "<%.*s>",
                                        (int)reader.literal_size, (const char *)reader.literal);
        written += (size_t)snprintf(out + written, room - written, "|");
    }
    imap_reader_done(&reader);
}

TEST(lines_and_literals_are_the_same_wherever_they_are_cut)
{
    char out[600];

    for (size_t cut = 0; cut < sizeof talk - 1; cut++) {
        hear(talk, sizeof talk - 1, cut, out, sizeof out);
        CHECK_STR(out, "* 2 EXISTS|* OK [UIDVALIDITY 1732790000] UIDs valid|"
                       "* 1 FETCH (UID 7 BODY[] {13}<A: {3}\r\n\r\nR1 >|)|"
                       "* 1 FETCH (FLAGS ())|R1 OK done|");
    }
}

TEST(an_unsolicited_line_does_not_take_the_mail_away)
{
    struct imap_reader reader;
    size_t at = 0, used;

    imap_reader_init(&reader);
    for (; at < sizeof talk - 1; at += used)
        CHECK(imap_reader_take(&reader, talk + at, sizeof talk - 1 - at, &used) == IMAP_READ_LINE);
    CHECK_INT((int64_t)reader.literal_size, 13);
    uint8_t *mail = imap_reader_keep(&reader);
    CHECK(mail && memcmp(mail, "A: {3}\r\n\r\nR1 ", 13) == 0 && !imap_reader_keep(&reader));
    free(mail);
    imap_reader_done(&reader);
}

TEST(what_announces_no_literal_is_text)
{
    static const char *const lines[] = { "a {}",   "a {-1}", "a {5+}", "a {5}}", "a {5} ",
                                         "a { 5}", "{",      "}",      "a 5}",   "a {0x5}" };
    char out[100], text[100], expected[100];

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        (void)snprintf(text, sizeof text, "%s\r\nb\n", lines[i]);
        (void)snprintf(expected, sizeof expected, "%s|b|", lines[i]);
        hear(text, strlen(text), 0, out, sizeof out);
        CHECK_STR(out, expected);
    }
    hear("a {0}\r\nb\n", 9, 0, out, sizeof out);
    CHECK_STR(out, "a {0}<>|b|");
    hear("x\0\xFF\ry\r\n\n", 8, 0, out, sizeof out);
    CHECK_STR(out, "x\xFFy||");
}

TEST(what_is_too_long_breaks_and_does_not_grow)
{
    struct imap_reader reader;
    char block[4096], out[100];
    size_t used, sum = 0;
    enum imap_read read = IMAP_READ_MORE;

    hear("* 1 FETCH (BODY[] {83886081}\r\n", 30, 0, out, sizeof out);
    CHECK_STR(out, "broken");
    hear("* 1 FETCH (BODY[] {18446744073709551621}\r\n", 42, 0, out, sizeof out);
    CHECK_STR(out, "broken");
    memset(block, 'x', sizeof block);
    imap_reader_init(&reader);
    for (; read == IMAP_READ_MORE && sum < 2 * IMAP_LINE_MAX; sum += used)
        read = imap_reader_take(&reader, block, sizeof block, &used);
    CHECK(read == IMAP_READ_BROKEN && sum <= IMAP_LINE_MAX && reader.room <= IMAP_LINE_MAX);
    imap_reader_done(&reader);
}

TEST(lines_are_understood_or_say_nothing)
{
    CHECK(imap_line_status("R1 OK done", "R1") == IMAP_OK);
    CHECK(imap_line_status("R1 ok", "R1") == IMAP_OK);
    CHECK(imap_line_status("R1 NO no", "R1") == IMAP_REFUSED);
    CHECK(imap_line_status("R1 BAD what", "R1") == IMAP_REFUSED);
    CHECK(imap_line_status("R1 OKAY", "R1") == IMAP_REFUSED);
    CHECK(imap_line_status("R1 ", "R1") == IMAP_REFUSED);
    CHECK(imap_line_status("R10 OK", "R1") == IMAP_UNTAGGED);
    CHECK(imap_line_status("R1", "R1") == IMAP_UNTAGGED);
    CHECK(imap_line_status("* BYE over", "R1") == IMAP_UNTAGGED);
    CHECK_INT(imap_line_validity("* OK [UIDVALIDITY 17] ok"), 17);
    CHECK_INT(imap_line_validity("* OK [uidvalidity 17] ok"), 17);
    CHECK_INT(imap_line_validity("* OK ready"), 0);
    CHECK_INT(imap_line_validity("* OK [UIDVALIDITY ] ok"), 0);
    CHECK_INT(imap_line_validity("* OK [UIDVALIDITY 4294967296] ok"), 0);
    CHECK_INT(imap_line_validity("R1 OK [UIDVALIDITY 17] ok"), 0);
    CHECK_INT(imap_line_size("* 1 FETCH (UID 7 RFC822.SIZE 1234)"), 1234);
    CHECK_INT(imap_line_size("* 1 FETCH (UID 7 RFC822.SIZE -1)"), 0);
    CHECK_INT(imap_line_size("* 1 FETCH (RFC822.SIZE 99999999999999999999)"), 0);
    CHECK_INT(imap_line_first("* SEARCH 9 3 7 12", 3), 7);
    CHECK_INT(imap_line_first("* search 9", 3), 9);
    CHECK_INT(imap_line_first("* SEARCH", 3), 0);
    CHECK_INT(imap_line_first("* SEARCH 3", 3), 0); // "UID 4:*" finds the last one always
    CHECK_INT(imap_line_first("* SEARCH 4294967296 x 5", 3), 0);
    CHECK_INT(imap_line_first("* SEARCHES 5", 3), 0);
    CHECK_INT(imap_line_first("* EXISTS 5", 3), 0);
}

// --- timekeeping.conf
TEST(a_mailbox_is_read_as_it_is_written)
{
    struct mailbox_place place;

    CHECK(mailbox_place_read("hilfe=ada@weiss.example:ge:h@e,im=/x@mail.weiss.example:993/INBOX",
                             &place));
    CHECK_STR(place.name, "hilfe");
    CHECK_STR(place.at.user, "ada@weiss.example");
    CHECK_STR(place.at.password, "ge:h@e,im=/x");
    CHECK_STR(place.at.host, "mail.weiss.example");
    CHECK_STR(place.at.folder, "INBOX");
    CHECK_STR(place.place, "ada@weiss.example@mail.weiss.example:993/INBOX");
    CHECK_INT(place.at.port, 993);
    CHECK(place.at.tls == IMAP_TLS_YES && id_is_zero(place.client) && !*place.at.ca);
    CHECK(mailbox_place_read("a=b:c@d:143/E/F,tls=starttls,ca=/etc/x y.pem,"
                             "client=01000000-0000-7000-8000-000000000007",
                             &place));
    CHECK_STR(place.at.folder, "E/F");
    CHECK_STR(place.at.ca, "/etc/x y.pem");
    CHECK(place.at.tls == IMAP_TLS_STARTTLS && place.client.bytes[15] == 7);
    CHECK(mailbox_place_read("a=b:c@d:143/E,tls=no", &place) && place.at.tls == IMAP_TLS_NO);
}

TEST(what_is_no_mailbox_is_refused)
{
    static const char *const wrong[] = {
        "",
        "a",
        "a=b:c@d:993",
        "a=b:c@d:993/",
        "a=b:c@d:0/E",
        "a=b:c@d:65536/E",
        "a=b:c@d:99x/E",
        "a=b@d:993/E",
        "a=b:@d:993/E",
        "=b:c@d:993/E",
        "a=:c@d:993/E",
        "a=b:c@:993/E",
        "a=b:c@d:993/E,tls=maybe",
        "a=b:c@d:993/E,",
        "a=b:c@d:993/E,client=Weiss",
        "a=b:c@d:993/E\"x",
        "a=b:c@d:993/E\r\nDELETE",
        "a=b:c@d:993/Entw\xC3\xBCrfe",
        "a=b:c@d:993/E&AOQ-",
    };
    struct mailbox_place place;

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        CHECK(!mailbox_place_read(wrong[i], &place));
}

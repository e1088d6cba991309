// SPDX-License-Identifier: Apache-2.0
// The reader: any cut, limits, and what callers and broken phones put into a line.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/telephony/ami_reader.h"
#include "tests/harness/test.h"

// The messages read, one after the other: "key=value|key=value;".
struct text {
    char bytes[8192];
    size_t size;
    size_t messages;
};

static void note(void *context, const struct ami_message *message)
{
    struct text *text = context;
    text->messages++;
    for (size_t i = 0; i < message->count; i++) {
        int size = snprintf(text->bytes + text->size, sizeof text->bytes - text->size, "%s=%s%s",
                            message->fields[i].key, message->fields[i].value,
                            i + 1 < message->count ? "|" : ";");
        text->size += (size_t)size < sizeof text->bytes - text->size ? (size_t)size : 0;
    }
}

static void feed(struct ami_reader *reader, const char *bytes, size_t size, size_t cut,
                 struct text *text)
{
    for (size_t at = 0; at < size; at += cut)
        ami_reader_feed(reader, bytes + at, size - at < cut ? size - at : cut, note, text);
}

static void check_read(const char *bytes, const char *want)
{
    for (size_t cut = 1; cut <= strlen(bytes) + 1; cut++) {
        struct text *text = calloc(1, sizeof *text);
        struct ami_reader *reader = ami_reader_new();
        feed(reader, bytes, strlen(bytes), cut, text);
        CHECK_STR(text->bytes, want);
        ami_reader_free(reader);
        free(text);
    }
}

TEST(banner_and_messages_at_any_cut)
{
    check_read("Asterisk Call Manager/11.0.0\r\nResponse: Success\r\nMessage: Hello: world\r\n\r\n"
               "Event: A\r\nEmpty: \r\nBare:\r\nno colon\r\n\r\n",
               "Banner=Asterisk Call Manager/11.0.0;Response=Success|Message=Hello: world;"
               "Event=A|Empty=|Bare=|no colon=;");
}

TEST(a_bare_line_feed_or_return_ends_no_line)
{
    check_read("A: b\r\nResponse: Success\r\nMessage: Park successful\n\r\n\r\n",
               "A=b|Response=Success|Message=Park successful;");
    check_read("A: b\rC: d\r\n\r\n", "A=b C: d;");
    check_read("A: b\r\r\nC: d\r\n\r\n", "A=b|C=d;");
}

TEST(empty_messages_are_none)
{
    check_read("A: b\r\n\r\n\r\n\r\nC: d\r\n\r\n", "A=b;C=d;");
}

TEST(what_is_no_utf8_is_replaced)
{
    check_read("Name: J\xfcrgen \xc3\xa4\r\n\r\n", "Name=J\xef\xbf\xbdrgen \xc3\xa4;");
}

static void first_and_last(void *context, const struct ami_message *message)
{
    int *calls = context;
    (*calls)++;
    CHECK_STR(ami_value(message, "uniqueid"), "1");
    CHECK_STR(ami_last_value(message, "Uniqueid"), "2");
    CHECK_STR(ami_value(message, "Name"), "<unknown>");
    CHECK(ami_known(message, "Name") == NULL);
    CHECK(ami_value(message, "None") == NULL);
}

TEST(the_first_key_wins)
{
    static const char bytes[] = "Event: E\r\nUniqueid: 1\r\nName: <unknown>\r\nUniqueid: 2\r\n\r\n";
    int calls = 0;
    struct ami_reader *reader = ami_reader_new();
    ami_reader_feed(reader, bytes, sizeof bytes - 1, first_and_last, &calls);
    CHECK_INT(calls, 1);
    ami_reader_free(reader);
}

static void feed_many(struct ami_reader *reader, char byte, size_t count, struct text *text)
{
    char block[4096];
    memset(block, byte, sizeof block);
    for (; count > sizeof block; count -= sizeof block)
        ami_reader_feed(reader, block, sizeof block, note, text);
    ami_reader_feed(reader, block, count, note, text);
}

static void feed_text(struct ami_reader *reader, const char *bytes, struct text *text)
{
    ami_reader_feed(reader, bytes, strlen(bytes), note, text);
}

TEST(a_line_of_ten_megabytes_is_skipped)
{
    struct text *text = calloc(1, sizeof *text);
    struct ami_reader *reader = ami_reader_new();
    feed_text(reader, "A: b\r\nLong: ", text);
    feed_many(reader, 'x', 10 * 1024 * 1024, text);
    CHECK_INT(ami_reader_skipped(reader), 0);
    feed_text(reader, "\r\nC: d\r\n\r\nE: f\r\n\r\n", text);
    CHECK_STR(text->bytes, "A=b|C=d;E=f;");
    CHECK_INT(ami_reader_skipped(reader), 1);
    CHECK_INT(ami_reader_messages(reader), 2);
    ami_reader_free(reader);
    free(text);
}

TEST(the_limit_of_a_line_is_exact)
{
    struct text *text = calloc(1, sizeof *text);
    struct ami_reader *reader = ami_reader_new();
    feed_text(reader, "A: b\r\n\r\n", text);
    feed_many(reader, 'x', AMI_LINE_MAX, text);
    feed_text(reader, "\r\n\r\n", text);
    CHECK_INT(ami_reader_skipped(reader), 0);
    CHECK_INT(text->messages, 2);
    feed_many(reader, 'x', AMI_LINE_MAX + 1, text);
    feed_text(reader, "\r\n\r\n", text);
    CHECK_INT(ami_reader_skipped(reader), 1);
    CHECK_INT(text->messages, 2);
    ami_reader_free(reader);
    free(text);
}

static void feed_fields(struct ami_reader *reader, size_t count, size_t size, struct text *text)
{
    for (size_t i = 0; i < count; i++) {
        feed_text(reader, "K: ", text);
        feed_many(reader, 'v', size - 3, text);
        feed_text(reader, "\r\n", text);
    }
    feed_text(reader, "\r\n", text);
}

TEST(messages_of_too_many_fields_or_bytes_are_skipped)
{
    struct text *text = calloc(1, sizeof *text);
    struct ami_reader *reader = ami_reader_new();
    feed_fields(reader, AMI_FIELDS_MAX, 4, text);
    CHECK_INT(text->messages, 1);
    feed_fields(reader, AMI_FIELDS_MAX + 1, 4, text);
    CHECK_INT(text->messages, 1);
    CHECK_INT(ami_reader_skipped(reader), 1);
    feed_fields(reader, 16, AMI_MESSAGE_MAX / 16 - 2, text);
    CHECK_INT(text->messages, 2);
    feed_fields(reader, 16, AMI_MESSAGE_MAX / 16, text);
    CHECK_INT(text->messages, 2);
    CHECK_INT(ami_reader_skipped(reader), 2);
    feed_text(reader, "A: b\r\n\r\n", text);
    CHECK_INT(text->messages, 3);
    ami_reader_free(reader);
    free(text);
}

TEST(a_new_connection_forgets_the_half_read)
{
    struct text *text = calloc(1, sizeof *text);
    struct ami_reader *reader = ami_reader_new();
    feed_text(reader, "Banner A\r\nEvent: Cut\r\nHalf", text);
    ami_reader_reset(reader);
    feed_text(reader, "Banner B\r\nEvent: Whole\r\n\r\n", text);
    CHECK_STR(text->bytes, "Banner=Banner A;Banner=Banner B;Event=Whole;");
    ami_reader_free(reader);
    free(text);
}

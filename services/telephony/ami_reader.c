// SPDX-License-Identifier: Apache-2.0
// Lines of the manager interface end in CR LF and messages in an empty line; everything else about
// a message is believed only as far as the limits go.

#include "services/telephony/ami_reader.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/arena.h"
#include "common/base/text.h"

// Cleaning may make three bytes of one (U+FFFD), and keys and values are kept apart.
#define ARENA_SIZE ((size_t)AMI_MESSAGE_MAX * 4 + (size_t)AMI_FIELDS_MAX * 64)

struct ami_reader {
    char line[AMI_LINE_MAX];
    size_t line_size;
    bool line_skipped; // the present line is too long: nothing of it is kept
    bool after_cr;
    bool first_line;
    struct ami_field fields[AMI_FIELDS_MAX];
    size_t field_count;
    size_t message_size; // bytes of the present message so far
    bool message_skipped;
    struct arena *arena; // the present message's texts
    int64_t messages;
    int64_t skipped;
};

const char *ami_value(const struct ami_message *message, const char *key)
{
    for (size_t i = 0; i < message->count; i++) {
        if (!strcasecmp(message->fields[i].key, key))
            return message->fields[i].value;
    }
    return NULL;
}

const char *ami_last_value(const struct ami_message *message, const char *key)
{
    for (size_t i = message->count; i > 0; i--) {
        if (!strcasecmp(message->fields[i - 1].key, key))
            return message->fields[i - 1].value;
    }
    return NULL;
}

const char *ami_known(const struct ami_message *message, const char *key)
{
    const char *value = ami_value(message, key);
    if (!value || !*value || !strcmp(value, "<unknown>"))
        return NULL;
    return value;
}

struct ami_reader *ami_reader_new(void)
{
    struct ami_reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        abort();
    reader->arena = arena_new(ARENA_SIZE);
    reader->first_line = true;
    return reader;
}

void ami_reader_free(struct ami_reader *reader)
{
    if (!reader)
        return;
    arena_free(reader->arena);
    free(reader);
}

static void begin_message(struct ami_reader *reader)
{
    reader->field_count = 0;
    reader->message_size = 0;
    reader->message_skipped = false;
    arena_reset(reader->arena);
}

void ami_reader_reset(struct ami_reader *reader)
{
    reader->line_size = 0;
    reader->line_skipped = false;
    reader->after_cr = false;
    reader->first_line = true;
    begin_message(reader);
}

static void give(struct ami_reader *reader, ami_sink sink, void *context)
{
    struct ami_message message = { reader->fields, reader->field_count };
    reader->messages++;
    sink(context, &message);
    begin_message(reader);
}

// A copy without control characters at all, and without spaces at its end.
static char *clean(struct ami_reader *reader, const char *bytes, size_t size)
{
    char *text = text_clean(reader->arena, bytes, size);
    if (!text)
        return NULL;
    for (char *c = text; *c; c++) {
        if (*c == '\n' || *c == '\t')
            *c = ' ';
    }
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == ' ')
        text[--length] = '\0';
    return text;
}

static bool add_field(struct ami_reader *reader)
{
    if (reader->field_count == AMI_FIELDS_MAX)
        return false;
    const char *line = reader->line;
    size_t size = reader->line_size;
    const char *colon = memchr(line, ':', size);
    size_t key_size = colon ? (size_t)(colon - line) : size;
    size_t value_at = colon ? key_size + 1 : size;
    if (value_at < size && line[value_at] == ' ')
        value_at++;
    char *key = clean(reader, line, key_size);
    char *value = clean(reader, line + value_at, size - value_at);
    if (!key || !value)
        return false;
    reader->fields[reader->field_count++] = (struct ami_field){ key, value };
    return true;
}

static bool is_banner(const struct ami_reader *reader)
{
    return reader->first_line && reader->line_size > 0 &&
           !memchr(reader->line, ':', reader->line_size);
}

static void give_banner(struct ami_reader *reader, ami_sink sink, void *context)
{
    char *text = clean(reader, reader->line, reader->line_size);
    if (!text)
        return;
    reader->fields[0] = (struct ami_field){ "Banner", text };
    reader->field_count = 1;
    give(reader, sink, context);
}

static void end_message(struct ami_reader *reader, ami_sink sink, void *context)
{
    if (reader->message_skipped)
        reader->skipped++;
    if (reader->message_skipped || reader->field_count == 0) {
        begin_message(reader);
        return;
    }
    give(reader, sink, context);
}

static void end_line(struct ami_reader *reader, ami_sink sink, void *context)
{
    if (reader->line_skipped) {
        reader->skipped++;
    } else if (is_banner(reader)) {
        give_banner(reader, sink, context);
    } else if (reader->line_size == 0) {
        end_message(reader, sink, context);
    } else if (!reader->message_skipped) {
        reader->message_size += reader->line_size + 2;
        if (reader->message_size > AMI_MESSAGE_MAX || !add_field(reader))
            reader->message_skipped = true;
    }
    reader->line_size = 0;
    reader->line_skipped = false;
    reader->first_line = false;
}

// A CR that no LF followed is part of the line.
static void keep(struct ami_reader *reader, char byte)
{
    if (reader->line_size == sizeof reader->line) {
        reader->line_skipped = true;
        return;
    }
    reader->line[reader->line_size++] = byte;
}

void ami_reader_feed(struct ami_reader *reader, const void *bytes, size_t size, ami_sink sink,
                     void *context)
{
    const char *at = bytes;
    for (size_t i = 0; i < size; i++) {
        if (reader->after_cr && at[i] == '\n') {
            reader->after_cr = false;
            end_line(reader, sink, context);
            continue;
        }
        if (reader->after_cr)
            keep(reader, '\r');
        reader->after_cr = at[i] == '\r';
        if (!reader->after_cr)
            keep(reader, at[i]);
    }
}

int64_t ami_reader_messages(const struct ami_reader *reader)
{
    return reader->messages;
}

int64_t ami_reader_skipped(const struct ami_reader *reader)
{
    return reader->skipped;
}

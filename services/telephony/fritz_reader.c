// SPDX-License-Identifier: Apache-2.0
// Fields are positional: empty ones count, a last one may be missing, more are passed over.
#include "services/telephony/fritz_reader.h"

#include <stdio.h>
#include <string.h>

#include "common/base/text.h"

#define FIELDS_MAX 8

// Where each field of a kind goes, behind the connection id.
enum place { NOWHERE, CALLER, CALLED, OWN, TRUNK, EXTENSION, SECONDS };
static const struct {
    const char *word;
    enum place places[4];
    size_t least; // fields without which the line is of no use
} forms[FRITZ_KINDS] = {
    [FRITZ_RING] = { "RING", { CALLER, CALLED, TRUNK }, 0 },
    [FRITZ_CALL] = { "CALL", { EXTENSION, OWN, CALLED, TRUNK }, 3 },
    [FRITZ_CONNECT] = { "CONNECT", { EXTENSION, CALLER }, 1 },
    [FRITZ_DISCONNECT] = { "DISCONNECT", { SECONDS }, 0 },
};

void fritz_reader_restart(struct fritz_reader *reader)
{
    reader->size = 0;
    reader->too_long = false;
}

// Digits only, within the bound; -1 otherwise.
static int64_t whole_number(const char *text, int64_t most)
{
    int64_t number = 0;
    if (!*text)
        return -1;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return -1;
        number = number * 10 + (*text - '0');
        if (number > most)
            return -1;
    }
    return number;
}

static size_t split(char *line, const char *fields[FIELDS_MAX])
{
    size_t count = 0;
    char *rest = line;
    while (rest && count < FIELDS_MAX) {
        fields[count++] = rest;
        rest = strchr(rest, ';');
        if (rest)
            *rest++ = '\0';
    }
    return count;
}

static void put(struct fritz_message *message, enum place place, const char *field)
{
    char *const texts[] = { [CALLER] = message->caller,
                            [CALLED] = message->called,
                            [OWN] = message->own,
                            [TRUNK] = message->trunk,
                            [EXTENSION] = message->extension };
    if (place == SECONDS)
        message->seconds = whole_number(field, INT64_C(31536000));
    else if (place != NOWHERE)
        memcpy(texts[place], field, strlen(field) + 1);
}

static int kind_of(const char *word)
{
    for (int kind = 0; kind < FRITZ_KINDS; kind++) {
        if (strcmp(forms[kind].word, word) == 0)
            return kind;
    }
    return -1;
}

// False: the line breaks the form. A kind that we do not know leaves *ret_kind at -1.
static bool parse(char *line, struct fritz_message *message, int *ret_kind)
{
    const char *fields[FIELDS_MAX];
    size_t count = split(line, fields);
    *ret_kind = count > 1 ? kind_of(fields[1]) : -1;
    if (*ret_kind < 0)
        return count > 1;
    for (size_t i = 0; i < count; i++) {
        if (strlen(fields[i]) > FRITZ_FIELD_MAX)
            return false;
    }
    int64_t connection = count > 2 ? whole_number(fields[2], FRITZ_CONNECTION) : -1;
    if (connection < 0 || count - 3 < forms[*ret_kind].least)
        return false;
    *message = (struct fritz_message){ .kind = (enum fritz_kind) * ret_kind, .seconds = -1 };
    message->connection = (int)connection;
    memcpy(message->stamp, fields[0], strlen(fields[0]) + 1);
    for (size_t i = 0; i + 3 < count && i < 4; i++)
        put(message, forms[*ret_kind].places[i], fields[i + 3]);
    return true;
}

static void take_line(struct fritz_reader *reader,
                      void (*take)(void *context, const struct fritz_message *message),
                      void *context)
{
    struct fritz_message message;
    size_t size = reader->size;
    int kind;
    while (size > 0 && strchr("\r \t", reader->line[size - 1]))
        size--;
    reader->size = 0;
    if (size == 0)
        return;
    reader->line[size] = '\0';
    if (!text_valid(reader->line, size) || !parse(reader->line, &message, &kind)) {
        reader->skipped++;
        return;
    }
    if (kind < 0)
        return;
    reader->messages++;
    take(context, &message);
}

void fritz_reader_feed(struct fritz_reader *reader, const void *bytes, size_t size,
                       void (*take)(void *context, const struct fritz_message *message),
                       void *context)
{
    const char *all = bytes;
    for (size_t i = 0; i < size; i++) {
        if (all[i] == '\n' && reader->too_long) {
            fritz_reader_restart(reader);
        } else if (all[i] == '\n') {
            take_line(reader, take, context);
        } else if (reader->too_long) {
            continue;
        } else if (reader->size == FRITZ_LINE_MAX - 1) {
            reader->too_long = true;
            reader->skipped++;
        } else {
            reader->line[reader->size++] = all[i];
        }
    }
}

int fritz_second_of_day(const char *stamp)
{
    unsigned day, month, year, hour, minute, second;
    int used = 0;
    if (sscanf(stamp, "%2u.%2u.%2u %2u:%2u:%2u%n", &day, &month, &year, &hour, &minute, &second,
               &used) != 6 ||
        stamp[used] || hour > 23 || minute > 59 || second > 60)
        return -1;
    return (int)(hour * 3600 + minute * 60 + second);
}

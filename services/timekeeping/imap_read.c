// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/imap_read.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NUMBER_MAX  ((int64_t)UINT32_MAX) // of UIDs, their validity and sizes
#define LINE_FIRST  1024
#define DIGITS_MOST 10

void imap_reader_init(struct imap_reader *reader)
{
    *reader = (struct imap_reader){ .line = calloc(1, LINE_FIRST), .room = LINE_FIRST };
    if (!reader->line)
        abort();
}

void imap_reader_done(struct imap_reader *reader)
{
    free(reader->line);
    free(reader->literal);
    *reader = (struct imap_reader){ 0 };
}

void imap_reader_forget(struct imap_reader *reader)
{
    free(reader->literal);
    reader->literal = NULL;
    reader->literal_size = reader->literal_got = 0;
}

uint8_t *imap_reader_keep(struct imap_reader *reader)
{
    uint8_t *literal = reader->literal;

    reader->literal = NULL;
    return literal;
}

static bool put(struct imap_reader *reader, char c)
{
    if (reader->size + 1 >= reader->room) {
        size_t room = reader->room * 2;
        char *line = room <= IMAP_LINE_MAX ? realloc(reader->line, room) : NULL;
        if (!line)
            return false;
        reader->line = line;
        reader->room = room;
    }
    reader->line[reader->size++] = c;
    reader->line[reader->size] = '\0';
    return true;
}

// "{123}" at the end of a line: so many bytes follow. Anything else in braces is text.
static bool announces(const struct imap_reader *reader, size_t *ret_size)
{
    const char *open = strrchr(reader->line, '{');
    size_t digits = open ? strspn(open + 1, "0123456789") : 0;

    if (digits == 0 || open[1 + digits] != '}' || open[2 + digits])
        return false;
    *ret_size = digits > DIGITS_MOST ? SIZE_MAX : (size_t)strtoull(open + 1, NULL, 10);
    return true;
}

static enum imap_read line_ended(struct imap_reader *reader)
{
    size_t size;

    reader->is_whole = true;
    if (!announces(reader, &size))
        return IMAP_READ_LINE;
    imap_reader_forget(reader);
    reader->literal = size <= IMAP_LITERAL_MAX ? malloc(size + 1) : NULL;
    if (!reader->literal)
        return IMAP_READ_BROKEN;
    reader->literal_size = size;
    reader->in_literal = size > 0;
    return reader->in_literal ? IMAP_READ_MORE : IMAP_READ_LINE;
}

static size_t take_literal(struct imap_reader *reader, const char *bytes, size_t size)
{
    size_t part = reader->literal_size - reader->literal_got;

    if (part > size)
        part = size;
    memcpy(reader->literal + reader->literal_got, bytes, part);
    reader->literal_got += part;
    reader->in_literal = reader->literal_got < reader->literal_size;
    return part;
}

enum imap_read imap_reader_take(struct imap_reader *reader, const char *bytes, size_t size,
                                size_t *ret_used)
{
    enum imap_read read = IMAP_READ_MORE;
    size_t at = 0;

    while (at < size && read == IMAP_READ_MORE) {
        if (reader->in_literal) {
            at += take_literal(reader, bytes + at, size - at);
            read = reader->in_literal ? IMAP_READ_MORE : IMAP_READ_LINE;
            continue;
        }
        char c = bytes[at++];
        if (reader->is_whole) {
            reader->is_whole = false;
            reader->size = 0;
            reader->line[0] = '\0';
        }
        if (c == '\n')
            read = line_ended(reader);
        else if (c != '\r' && c != '\0' && !put(reader, c))
            read = IMAP_READ_BROKEN;
    }
    *ret_used = at;
    return read;
}

// --- what a line says
enum imap_status imap_line_status(const char *line, const char *tag)
{
    size_t size = strlen(tag);

    if (strncmp(line, tag, size) != 0 || line[size] != ' ')
        return IMAP_UNTAGGED;
    return strncasecmp(line + size + 1, "OK", 2) == 0 && strchr(" ", line[size + 3]) ? IMAP_OK
                                                                                     : IMAP_REFUSED;
}

// From 1 to 2^32-1; 0: it is none. *end behind its digits.
static int64_t number(const char *text, const char **end)
{
    size_t digits = strspn(text, "0123456789");
    int64_t value = digits > 0 && digits <= DIGITS_MOST ? strtoll(text, NULL, 10) : 0;

    *end = text + digits;
    return value <= NUMBER_MAX ? value : 0;
}

static int64_t number_behind(const char *line, const char *word)
{
    const char *at = strncmp(line, "* ", 2) == 0 ? strcasestr(line, word) : NULL, *end;

    return at ? number(at + strlen(word), &end) : 0;
}

int64_t imap_line_validity(const char *line)
{
    return number_behind(line, "[UIDVALIDITY ");
}

int64_t imap_line_size(const char *line)
{
    return number_behind(line, "RFC822.SIZE ");
}

int64_t imap_line_first(const char *line, int64_t above)
{
    int64_t first = 0;
    const char *at = line + 8, *end;

    if (strncasecmp(line, "* SEARCH", 8) != 0)
        return 0;
    for (; *at == ' '; at = end) {
        int64_t uid = number(at + 1, &end);
        if (end == at + 1)
            break;
        if (uid > above && (first == 0 || uid < first))
            first = uid;
    }
    return first;
}

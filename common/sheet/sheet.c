// SPDX-License-Identifier: Apache-2.0
// What a file is, by its first bytes.
#include "common/sheet/sheet.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/sheet/sheet_internal.h"

#define HEAD_BYTES 8192

const struct sheet_limits sheet_limits_usual = {
    .part_bytes = (uint64_t)1 << 30,
    .text_bytes = (uint64_t)256 << 20,
    .cell_bytes = (size_t)128 << 10,
    .rows = 1048576,
    .columns = 16384,
};

// --- what it is
static bool begins(const uint8_t *head, size_t size, const char *bytes, size_t count)
{
    return size >= count && memcmp(head, bytes, count) == 0;
}

static bool holds(const uint8_t *head, size_t size, const char *text)
{
    for (size_t i = 0, count = strlen(text); i + count <= size; i++) {
        if (strncasecmp((const char *)head + i, text, count) == 0)
            return true;
    }
    return false;
}

// A password makes Excel wrap the table into a container of old; the name in it is UTF-16.
static bool ole_encrypted(FILE *file)
{
    static const char name[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e";
    uint8_t block[HEAD_BYTES];
    size_t kept = 0;
    rewind(file);
    for (int blocks = 0; blocks < 4096; blocks++) {
        size_t size = kept + fread(block + kept, 1, sizeof block - kept, file);
        for (size_t i = 0; i + sizeof name - 1 <= size; i++) {
            if (memcmp(block + i, name, sizeof name - 1) == 0)
                return true;
        }
        if (size < sizeof block)
            return false;
        kept = sizeof name;
        memmove(block, block + sizeof block - kept, kept);
    }
    return false;
}

static bool refuse(struct err *err, enum text_id text)
{
    return fail(err, ERR_INVALID, NULL, text, NULL);
}

static bool markup_refused(const uint8_t *head, size_t size, struct err *err)
{
    if (holds(head, size, "urn:schemas-microsoft-com:office:spreadsheet"))
        return refuse(err, TEXT_SHEET_XML2003);
    if (holds(head, size, "<html") || holds(head, size, "<table"))
        return refuse(err, TEXT_SHEET_HTML);
    return refuse(err, TEXT_SHEET_NOT_A_TABLE);
}

static bool is_markup(const uint8_t *head, size_t size)
{
    size_t at = begins(head, size, "\xEF\xBB\xBF", 3) ? 3 : 0;
    while (at < size && strchr(" \t\r\n", head[at]) && head[at])
        at++;
    return at + 1 < size && head[at] == '<' &&
           (head[at + 1] == '!' || head[at + 1] == '?' || holds(head + at, size - at, "<html") ||
            holds(head + at, size - at, "<table"));
}

bool sheet_read(FILE *file, const struct sheet_options *options, sheet_take *take, void *context,
                struct sheet_about *ret_about, struct err *err)
{
    uint8_t head[HEAD_BYTES];
    struct reading reading = {
        .file = file,
        .sheet = options ? options->sheet : 0,
        .limits = options && options->limits ? options->limits : &sheet_limits_usual,
        .take = take,
        .context = context,
        .about = ret_about,
        .err = err,
    };
    *ret_about = (struct sheet_about){ .separator = '\0' };
    rewind(file);
    size_t size = fread(head, 1, sizeof head, file);
    if (size == 0)
        return refuse(err, TEXT_SHEET_EMPTY);
    if (begins(head, size, "PK\3\4", 4) || begins(head, size, "PK\5\6", 4))
        return xlsx_read(&reading);
    if (begins(head, size, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8))
        return refuse(err, ole_encrypted(file) ? TEXT_SHEET_ENCRYPTED : TEXT_SHEET_XLS);
    if (begins(head, size, "\x09\x08", 2) || begins(head, size, "\x09\x04", 2))
        return refuse(err, TEXT_SHEET_XLS);
    if (begins(head, size, "\x89PNG", 4) || begins(head, size, "%PDF", 4) ||
        begins(head, size, "\xFF\xD8\xFF", 3))
        return refuse(err, TEXT_SHEET_NOT_A_TABLE);
    if (is_markup(head, size))
        return markup_refused(head, size, err);
    return csv_read(&reading);
}

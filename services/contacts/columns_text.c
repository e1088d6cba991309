// SPDX-License-Identifier: Apache-2.0
// Words of headings, and texts of cells.
#include "services/contacts/columns_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/base/text.h"

// --- headings
bool in_bars(const char *list, const char *text, size_t size)
{
    for (const char *at = list; (at = strstr(at, "|")) != NULL; at++) {
        if (strncmp(at + 1, text, size) == 0 && at[size + 1] == '|')
            return true;
    }
    return false;
}

bool heading_split(const char *folded, struct arena *arena, struct heading_words *out)
{
    out->count = 0;
    while (*folded && out->count < HEADING_WORDS_MAX) {
        size_t size = strcspn(folded, " ");
        out->list[out->count] = arena_text(arena, folded, size);
        if (!out->list[out->count++])
            return false;
        folded += size + (folded[size] == ' ');
    }
    return true;
}

void heading_drop(struct heading_words *words, size_t i)
{
    words->count--;
    for (; i < words->count; i++)
        words->list[i] = words->list[i + 1];
}

const char *heading_joined(const struct heading_words *words, size_t from, size_t until,
                           struct arena *arena)
{
    const char *all = "";
    for (size_t i = from; all && i < until; i++)
        all = arena_format(arena, "%s%s%s", all, i > from ? " " : "", words->list[i]);
    return all;
}

int heading_number(struct heading_words *words)
{
    for (size_t i = 0; i < words->count; i++) {
        const char *word = words->list[i];
        if (words->count > 1 && strlen(word) < 3 && strspn(word, "0123456789") == strlen(word)) {
            int number = (int)strtol(word, NULL, 10);
            heading_drop(words, i);
            return number;
        }
    }
    return 0;
}

// --- cells
const char *cell_tidy(const char *text, struct arena *arena)
{
    static const char no_break[] = "\xC2\xA0";
    size_t size = strlen(text);
    for (;;) {
        if (*text == ' ' || *text == '\t' || *text == '\n' || *text == '\r')
            text++, size--;
        else if (strncmp(text, no_break, 2) == 0)
            text += 2, size -= 2;
        else
            break;
    }
    for (;;) {
        if (size > 0 && strchr(" \t\r\n", text[size - 1]))
            size--;
        else if (size > 1 && memcmp(text + size - 2, no_break, 2) == 0)
            size -= 2;
        else
            break;
    }
    if (size > 1 && text[0] == '\'' && strchr("=+-@\t", text[1]))
        text++, size--;
    return size ? text_clean(arena, text, size) : NULL;
}

bool cell_is_word(const char *text, const char *bars, struct arena *arena)
{
    const char *folded = text_fold(arena, text);
    const char *found = folded && *folded ? strstr(bars, folded) : NULL;
    return found && found[-1] == '|' && found[strlen(folded)] == '|';
}

bool cell_yes(const char *text, bool *out, struct arena *arena)
{
    *out = cell_is_word(text, "|ja|j|x|1|yes|y|true|wahr|", arena);
    return *out || cell_is_word(text, "|nein|n|0|no|false|falsch|", arena);
}

static bool read_clock(const char *text, int32_t *ret_second)
{
    int hour = 0, minute = 0, second = 0, end = 0;
    if (sscanf(text, "%2d:%2d%n", &hour, &minute, &end) < 2)
        return false;
    if (text[end] == ':') {
        text += end;
        end = 0;
        if (sscanf(text, ":%2d%n", &second, &end) < 1)
            return false;
    }
    *ret_second = hour * 3600 + minute * 60 + second;
    return text[end] == '\0' && hour >= 0 && hour < 24 && minute >= 0 && minute < 60 &&
           second >= 0 && second < 60;
}

bool cell_time(const char *text, const struct zone *zone, struct arena *arena, int64_t *out)
{
    size_t size = strcspn(text, " T");
    const char *date = arena_text(arena, text, size);
    const char *clock = text[size] ? text + size + 1 : "00:00";
    static const struct zone utc;
    int64_t day;
    int32_t second;
    if (civil_parse_rfc3339(text, out))
        return true;
    if (!date || !civil_parse_date(date, &day) || !read_clock(clock, &second))
        return false;
    *out = zone_time_us(zone ? zone : &utc, day, second, ZONE_FIRST);
    return *out >= 0;
}

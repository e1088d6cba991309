// SPDX-License-Identifier: Apache-2.0
// Problems and the one catalogue of texts.
#include "common/base/err.h"

#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct code {
    const char *word;
    int http_status;
};

static const struct code codes[] = {
#define ERR(name, word, http_status, doc) { word, http_status },
#include "common/base/err.def"
#undef ERR
};

struct text {
    const char *german, *english;
};

static const struct text texts[] = {
#define TEXT(name, german, english) { german, english },
#include "common/base/texts.def"
#undef TEXT
};

#define ARGUMENTS_MAX 9
#define WORD_MARK     '\xFF' // before a text's number; in no valid text of others

const char *text_german(enum text_id text)
{
    return texts[text].german;
}

const char *text_english(enum text_id text)
{
    return texts[text].english;
}

// The longest prefix of `text` within `room` bytes that ends between two characters.
static size_t whole_characters(const char *text, size_t room)
{
    size_t size = strlen(text);
    if (size <= room)
        return size;
    while (room > 0 && ((unsigned char)text[room] & 0xC0) == 0x80)
        room--;
    return room;
}

static size_t append(char *out, size_t used, size_t size, const char *text)
{
    size_t count = whole_characters(text, size - 1 - used);
    memcpy(out + used, text, count);
    out[used + count] = '\0';
    return used + count;
}

static void put(char *out, size_t size, const char *pattern, const char *const *arguments,
                size_t count)
{
    size_t used = 0;
    out[0] = '\0';
    while (*pattern) {
        bool place =
            pattern[0] == '{' && pattern[1] >= '1' && pattern[1] <= '9' && pattern[2] == '}';
        if (place) {
            size_t nth = (size_t)(pattern[1] - '1');
            used = append(out, used, size, nth < count ? arguments[nth] : "");
            pattern += 3;
            continue;
        }
        size_t run = 1;
        while (pattern[run] && pattern[run] != '{')
            run++;
        char part[512];
        if (run >= sizeof part)
            run = sizeof part - 1;
        memcpy(part, pattern, run);
        part[run] = '\0';
        used = append(out, used, size, part);
        pattern += run;
    }
}

// What an argument says in this language.
static const char *spoken(const char *argument, const char *(*language)(enum text_id))
{
    unsigned long number = argument[0] == WORD_MARK ? strtoul(argument + 1, NULL, 10) : ULONG_MAX;
    return number < COUNT_OF(texts) ? language((enum text_id)number) : argument;
}

bool fail(struct err *err, enum err_code code, const char *field, enum text_id text, ...)
{
    if (err->code != ERR_NONE)
        return false;
    const char *german[ARGUMENTS_MAX], *english[ARGUMENTS_MAX];
    size_t count = 0;
    va_list list;
    va_start(list, text);
    const char *argument;
    while ((argument = va_arg(list, const char *)) != NULL) {
        if (count == ARGUMENTS_MAX)
            continue;
        german[count] = spoken(argument, text_german);
        english[count++] = spoken(argument, text_english);
    }
    va_end(list);
    err->code = code;
    err->text = text;
    err->retry_after_ms = 0;
    err->field[0] = '\0';
    if (field)
        append(err->field, 0, sizeof err->field, field);
    put(err->german, sizeof err->german, texts[text].german, german, count);
    put(err->english, sizeof err->english, texts[text].english, english, count);
    return false;
}

void err_within(struct err *err, const char *outer, int64_t index)
{
    if (err->code == ERR_NONE || !err->field[0])
        return;
    char path[sizeof err->field * 2 + 32];
    const char *dot = err->field[0] == '[' ? "" : ".";
    if (index < 0)
        snprintf(path, sizeof path, "%.90s%s%s", outer, dot, err->field);
    else
        snprintf(path, sizeof path, "%.60s[%" PRId64 "]%s%s", outer, index, dot, err->field);
    append(err->field, 0, sizeof err->field, path);
}

const char *err_word(enum err_code code)
{
    return codes[code].word;
}

enum err_code err_from_word(const char *word)
{
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        if (strcmp(codes[i].word, word) == 0)
            return (enum err_code)i;
    }
    return ERR_COUNT;
}

int err_http_status(enum err_code code)
{
    return codes[code].http_status;
}

struct text_word text_word(enum text_id text)
{
    struct text_word word;
    snprintf(word.text, sizeof word.text, "%c%d", WORD_MARK, (int)text);
    return word;
}

struct int_text int_text(int64_t number)
{
    struct int_text text;
    snprintf(text.text, sizeof text.text, "%" PRId64, number);
    return text;
}

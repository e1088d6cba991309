// SPDX-License-Identifier: Apache-2.0
// Strict cleaning of a typed number: every sign is understood, or the whole is refused.
#include "common/base/phone_clean.h"

#include <string.h>
#include <strings.h>

// Longer than any number with its brackets and spaces: a sentence, not a number.
#define TYPED_MAX 96

struct cleaner {
    const char *typed;
    const char *at;
    struct phone_typed *out;
    struct err *err;
    size_t raw; // digits seen, with those of "00"
    bool apart; // a separator stands before the next digit
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool refuse(struct cleaner *cleaner, enum text_id text)
{
    return fail(cleaner->err, ERR_INVALID, NULL, text, cleaner->typed, NULL);
}

static size_t digits_in(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += is_digit(*text);
    return count;
}

// Bytes of a separator at `text`, 0 for anything else. Word processors and web pages bring the
// spaces and dashes of U+2000 to U+206F, and marks of writing direction.
static size_t separator(const char *text)
{
    const unsigned char *byte = (const unsigned char *)text;
    if (*text && strchr(" \t-/.()[]", *text))
        return 1;
    if (byte[0] == 0xC2 && (byte[1] == 0xA0 || byte[1] == 0xAD))
        return 2;
    if (byte[0] == 0xEF && byte[1] == 0xBB && byte[2] == 0xBF)
        return 3;
    if (byte[0] != 0xE2)
        return 0;
    if (byte[1] == 0x88 && byte[2] == 0x92)
        return 3;
    if (byte[1] == 0x80 && byte[2] >= 0x80 && byte[2] <= 0x95)
        return 3;
    if (byte[1] == 0x80 && byte[2] >= 0xAA && byte[2] <= 0xAF)
        return 3;
    return byte[1] == 0x81 && (byte[2] == 0xA0 || (byte[2] >= 0xA6 && byte[2] <= 0xA9)) ? 3 : 0;
}

// Table programs turn numbers into 3.0123E+10 or 301234567.0: digits are lost or made up there.
static bool calculated(const char *typed)
{
    for (const char *at = typed; *at; at++) {
        if ((*at != 'e' && *at != 'E') || at == typed)
            continue;
        bool before = is_digit(at[-1]) || at[-1] == '.' || at[-1] == ',';
        const char *power = at + 1 + (at[1] == '+' || at[1] == '-');
        if (before && is_digit(*power))
            return true;
    }
    size_t whole = strspn(typed, "+0123456789");
    if (whole < 5 || (typed[whole] != '.' && typed[whole] != ','))
        return false;
    size_t zeros = strspn(typed + whole + 1, "0");
    return zeros > 0 && zeros <= 2 && typed[whole + 1 + zeros] == '\0';
}

static bool extension_word(const char *word, size_t length)
{
    static const char *const words[] = { "durchwahl", "dw",          "app", "apparat",
                                         "nst",       "nebenstelle", "ext", "extension" };
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (strlen(words[i]) == length && strncasecmp(words[i], word, length) == 0)
            return true;
    }
    return false;
}

static bool clean_word(struct cleaner *cleaner)
{
    size_t length = 0;
    while (is_letter(cleaner->at[length]))
        length++;
    if (!extension_word(cleaner->at, length) || cleaner->out->count < 3)
        return refuse(cleaner, TEXT_PHONE_LETTERS);
    const char *at = cleaner->at + length;
    size_t count = 0;
    while (*at) {
        size_t skip = separator(at);
        if (skip == 0 && count == 0 && (*at == ':' || *at == '='))
            skip = 1;
        if (skip == 0 && !is_digit(*at))
            return refuse(cleaner, TEXT_PHONE_LETTERS);
        if (skip == 0 && count == PHONE_EXTENSION_MAX)
            return refuse(cleaner, TEXT_PHONE_EXTENSION);
        if (skip == 0)
            cleaner->out->extension[count++] = *at;
        at += skip ? skip : 1;
    }
    cleaner->out->extension[count] = '\0';
    cleaner->at = at;
    return count > 0 || refuse(cleaner, TEXT_PHONE_EXTENSION);
}

// The zero that is dialled at home only: "+49 (0) 30". Bytes of it, 0 when there is none.
static size_t bracketed_zero(const char *text)
{
    if (*text != '(' && *text != '[')
        return 0;
    size_t at = 1 + strspn(text + 1, " ");
    if (text[at++] != '0')
        return 0;
    at += strspn(text + at, " ");
    return text[at] == ')' || text[at] == ']' ? at + 1 : 0;
}

// A slash stands after an area code; later it joins two numbers ("030 1234567/8").
static bool slash_joins(const struct cleaner *cleaner)
{
    size_t area_end = cleaner->out->international ? 8 : 6;
    return cleaner->out->count > area_end && digits_in(cleaner->at) > 0;
}

static bool clean_digit(struct cleaner *cleaner)
{
    struct phone_typed *out = cleaner->out;
    bool second = cleaner->apart && *cleaner->at == '0' && cleaner->raw >= 7;
    if (second && digits_in(cleaner->at) >= 7)
        return refuse(cleaner, TEXT_PHONE_TWO);
    if (out->count == PHONE_DIGITS_MAX)
        return refuse(cleaner, TEXT_PHONE_LONG);
    out->digits[out->count++] = *cleaner->at++;
    out->digits[out->count] = '\0';
    cleaner->raw++;
    cleaner->apart = false;
    if (!out->international && out->count == 2 && memcmp(out->digits, "00", 2) == 0) {
        out->international = true;
        out->count = 0;
        out->digits[0] = '\0';
    }
    return true;
}

static bool clean_sign(struct cleaner *cleaner)
{
    if (is_digit(*cleaner->at))
        return clean_digit(cleaner);
    size_t zero = cleaner->out->international && cleaner->out->count > 0 && cleaner->out->count <= 3
                      ? bracketed_zero(cleaner->at)
                      : 0;
    if (zero == 0 && *cleaner->at == '/' && slash_joins(cleaner))
        return refuse(cleaner, TEXT_PHONE_TWO);
    size_t skip = zero ? zero : separator(cleaner->at);
    if (skip > 0) {
        cleaner->at += skip;
        cleaner->apart = true;
        return true;
    }
    if (*cleaner->at == '+' && cleaner->raw == 0 && !cleaner->out->international) {
        cleaner->out->international = true;
        cleaner->at++;
        return true;
    }
    if (strncasecmp(cleaner->at, ";ext=", 5) == 0) {
        cleaner->at++;
        return true;
    }
    if (is_letter(*cleaner->at))
        return clean_word(cleaner);
    return refuse(cleaner, strchr("+,;|&\r\n", *cleaner->at) ? TEXT_PHONE_TWO : TEXT_PHONE_SIGN);
}

bool phone_clean(const char *typed, struct phone_typed *out, struct err *err)
{
    *out = (struct phone_typed){ .count = 0 };
    struct cleaner cleaner = { .typed = typed, .at = typed, .out = out, .err = err };
    if (strlen(typed) > TYPED_MAX)
        return fail(err, ERR_INVALID, NULL, TEXT_PHONE_LONG, "…", NULL);
    cleaner.at += strspn(typed, " \t\r\n");
    if (strncasecmp(cleaner.at, "tel:", 4) == 0)
        cleaner.at += 4;
    if (calculated(cleaner.at))
        return refuse(&cleaner, TEXT_PHONE_CALCULATED);
    while (cleaner.at[strspn(cleaner.at, " \t\r\n")]) {
        if (!clean_sign(&cleaner))
            return false;
    }
    return out->count > 0 || refuse(&cleaner, TEXT_PHONE_EMPTY);
}

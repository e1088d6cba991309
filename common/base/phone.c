// SPDX-License-Identifier: Apache-2.0
// Phone numbers: from what was typed to E.164, and back to what people read.
#include "common/base/phone.h"

#include <string.h>

#include "common/base/phone_clean.h"
#include "common/base/phone_plan.h"

// No subscriber's number is dialled longer than this without its area code.
#define LOCAL_MAX 8
// From here on, digits that begin with a country code are no national number that lost its zero:
// national numbers have at most 11 digits, but for direct dialling into a PBX.
#define LOST_PLUS_FROM 12

struct candidate {
    char digits[PHONE_E164_MAX];
    enum phone_kind kind;
};

// Country, area and number put together; false when the plan knows no such number.
static bool candidate_set(struct candidate *out, const char *country, const char *area,
                          const char *rest)
{
    size_t head = strlen(country);
    size_t middle = strlen(area);
    size_t tail = strlen(rest);
    if (head + middle + tail >= sizeof out->digits)
        return false;
    memcpy(out->digits, country, head);
    memcpy(out->digits + head, area, middle);
    memcpy(out->digits + head + middle, rest, tail + 1);
    return phone_plan_kind(out->digits, &out->kind);
}

// "+49 030..." is written by people who leave the zero in; it is never part of these numbers.
static bool read_international(const char *digits, struct candidate *out)
{
    size_t country = phone_plan_country(digits);
    if (country == 0 || digits[country] != '0')
        return candidate_set(out, "", "", digits);
    char code[4] = "";
    memcpy(code, digits, country);
    return candidate_set(out, code, "", digits + country + 1);
}

// Neither plus nor zero: a local number, or one of both was lost in a table program.
static bool read_bare(const char *typed, const char *digits, const struct phone_home *home,
                      struct phone *out, struct candidate *found, struct err *err)
{
    bool at_home = candidate_set(found, home->country, "", digits);
    if (at_home && strcmp(home->country, "423") == 0)
        return true;
    if (home->area && strlen(digits) <= LOCAL_MAX &&
        candidate_set(found, home->country, home->area, digits))
        return true;
    struct candidate abroad;
    bool lost_plus = phone_plan_country(digits) > 0 && read_international(digits, &abroad);
    if (lost_plus && at_home && strlen(digits) < LOST_PLUS_FROM)
        return fail(err, ERR_INVALID, NULL, TEXT_PHONE_AMBIGUOUS, typed, NULL);
    if (!lost_plus && !candidate_set(found, home->country, "", digits))
        return fail(err, ERR_INVALID, NULL, TEXT_PHONE_UNKNOWN, typed, NULL);
    if (lost_plus)
        *found = abroad;
    out->mended = true;
    return true;
}

static bool read_digits(const char *typed, const struct phone_typed *clean,
                        const struct phone_home *home, struct phone *out, struct err *err)
{
    struct candidate found;
    bool known = true;
    if (clean->international)
        known = read_international(clean->digits, &found);
    else if (clean->digits[0] == '0')
        known = candidate_set(&found, home->country, "", clean->digits + 1);
    else if (!read_bare(typed, clean->digits, home, out, &found, err))
        return false;
    if (!known)
        return fail(err, ERR_INVALID, NULL, TEXT_PHONE_UNKNOWN, typed, NULL);
    out->e164[0] = '+';
    memcpy(out->e164 + 1, found.digits, strlen(found.digits) + 1);
    out->kind = found.kind;
    return true;
}

bool phone_read(const char *typed, const struct phone_home *home, struct phone *out,
                struct err *err)
{
    struct phone_typed clean;
    if (!phone_clean(typed, &clean, err))
        return false;
    struct phone phone = { .mended = false };
    memcpy(phone.extension, clean.extension, sizeof phone.extension);
    if (!clean.international && phone_plan_short(home->country, clean.digits))
        phone.kind = PHONE_SHORT;
    else if (!read_digits(typed, &clean, home, &phone, err))
        return false;
    *out = phone;
    return true;
}

// A bounded writer: what does not fit is a bug of the caller's number, and is cut.
static void put(char *out, size_t *at, const char *text, size_t length)
{
    for (size_t i = 0; i < length && text[i] && *at < PHONE_SHOWN_MAX; i++)
        out[(*at)++] = text[i];
    out[*at] = '\0';
}

// Swiss numbers are written 44 668 18 00, those of Liechtenstein 237 12 34.
static void put_groups(char *out, size_t *at, const char *rest)
{
    put(out, at, rest, 3);
    put(out, at, " ", 1);
    put(out, at, rest + 3, 2);
    put(out, at, " ", 1);
    put(out, at, rest + 5, 2);
}

// Country codes outside the plan: +1 and +7 have one digit; of the others only these have two.
static size_t foreign_country(const char *digits)
{
    static const char two[] =
        "20 27 30 31 32 33 34 36 39 40 44 45 46 47 48 51 52 53 54 55 56 57 58 "
        "60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98";
    if (digits[0] == '1' || digits[0] == '7')
        return 1;
    for (const char *code = two; *code; code += code[2] ? 3 : 2) {
        if (strncmp(code, digits, 2) == 0)
            return 2;
    }
    return 3;
}

static size_t country_length(const char *digits)
{
    size_t country = phone_plan_country(digits);
    return country ? country : foreign_country(digits);
}

static size_t shown_area(const char *digits, size_t country, const struct phone_home *home)
{
    size_t own = home->area ? strlen(home->area) : 0;
    bool here =
        own > 0 && strlen(home->country) == country && strncmp(digits, home->country, country) == 0;
    if (here && strncmp(digits + country, home->area, own) == 0)
        return own;
    return phone_plan_area(digits);
}

void phone_show(const char *e164, const struct phone_home *home, char *out)
{
    size_t at = 0;
    out[0] = '\0';
    if (e164[0] != '+' || strlen(e164) < 6) {
        put(out, &at, e164, PHONE_SHOWN_MAX);
        return;
    }
    const char *digits = e164 + 1;
    size_t country = country_length(digits);
    bool liechtenstein = strncmp(digits, "423", 3) == 0;
    if (strlen(home->country) == country && strncmp(digits, home->country, country) == 0) {
        put(out, &at, "0", liechtenstein ? 0 : 1);
    } else {
        put(out, &at, e164, country + 1);
        put(out, &at, " ", 1);
    }
    size_t area = shown_area(digits, country, home);
    const char *rest = digits + country + area;
    put(out, &at, digits + country, area);
    put(out, &at, " ", area > 0);
    if ((liechtenstein || strncmp(digits, "41", 2) == 0) && strlen(rest) == 7)
        put_groups(out, &at, rest);
    else
        put(out, &at, rest, PHONE_SHOWN_MAX);
}

bool phone_stem(const char *e164, size_t drop, char *out)
{
    size_t length = strlen(e164);
    if (e164[0] != '+' || length > PHONE_E164_MAX || drop >= length || length < 6)
        return false;
    size_t country = country_length(e164 + 1);
    size_t area = phone_plan_area(e164 + 1);
    // Where the area's length is not known: German ones have three digits or more; Austrian too.
    bool plan = phone_plan_country(e164 + 1) == 2;
    if (area == 0)
        area = plan ? 3 : 2;
    if (length - drop < 1 + country + area + 3)
        return false;
    memcpy(out, e164, length - drop);
    out[length - drop] = '\0';
    return true;
}

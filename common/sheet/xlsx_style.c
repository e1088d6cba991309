// SPDX-License-Identifier: Apache-2.0
// Number formats: which cells are dates, which show leading zeros; and the text of a number.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/sheet/xlsx_internal.h"

#define FORMATS_MAX  4096
#define STYLES_MAX   65536
#define WIDTH_MAX    20
#define DAY_SECONDS  86400
#define SERIAL_MAX   2958466.0 // 31 December 9999
#define DIGITS_EXACT 1e15      // a double keeps 15 digits

struct format {
    long id;
    struct number_style style;
};

struct style_state {
    struct styles *styles;
    struct format formats[FORMATS_MAX];
    size_t format_count;
    bool in_cells;
};

// --- what a format shows

// Skips what is literal: "...", [..], \x, _x, *x.
static const char *skip_literal(const char *at)
{
    if (*at == '"' || *at == '[') {
        const char *end = strchr(at + 1, *at == '"' ? '"' : ']');
        // [h] counts hours: a duration, shown as time.
        if (*at == '[' && end && strspn(at + 1, "hHmMsS") == (size_t)(end - at - 1))
            return NULL;
        return end ? end : at + strlen(at) - 1;
    }
    if ((*at == '\\' || *at == '_' || *at == '*') && at[1])
        return at + 1;
    return at;
}

// Letters of days, months, years, hours, seconds; German files have T and J too.
static bool shows_date(const char *code)
{
    if (strncmp(code, "General", 7) == 0 || strncmp(code, "Standard", 8) == 0)
        return false;
    for (const char *at = code; *at && *at != ';'; at++) {
        const char *end = skip_literal(at);
        if (!end)
            return true;
        if (end != at) {
            at = end;
            continue;
        }
        if (strchr("dmyhsDMYHSTJtj", *at))
            return true;
    }
    return false;
}

static struct number_style style_of_code(const char *code)
{
    size_t zeros = strspn(code, "0");
    struct number_style style = { .date = shows_date(code) };
    if (zeros > 1 && zeros <= WIDTH_MAX && (!code[zeros] || code[zeros] == ';'))
        style.width = (uint8_t)zeros;
    return style;
}

static struct number_style style_of_id(const struct style_state *state, long id)
{
    for (size_t i = 0; i < state->format_count; i++) {
        if (state->formats[i].id == id)
            return state->formats[i].style;
    }
    bool date = (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) ||
                (id >= 50 && id <= 58);
    return (struct number_style){ .date = date };
}

// --- reading
static void add_format(struct style_state *state, const char **attributes)
{
    const char *id = xml_attribute(attributes, "numFmtId");
    const char *code = xml_attribute(attributes, "formatCode");
    if (!id || !code || state->format_count == FORMATS_MAX)
        return;
    state->formats[state->format_count++] =
        (struct format){ strtol(id, NULL, 10), style_of_code(code) };
}

static void style_start(struct xml *xml, const char *name, const char **attributes)
{
    struct style_state *state = xml->context;
    struct styles *styles = state->styles;
    if (strcmp(name, "numFmt") == 0) {
        add_format(state, attributes);
    } else if (strcmp(name, "cellXfs") == 0) {
        state->in_cells = true;
    } else if (state->in_cells && strcmp(name, "xf") == 0 && styles->count < STYLES_MAX) {
        const char *id = xml_attribute(attributes, "numFmtId");
        styles->cells[styles->count++] = style_of_id(state, id ? strtol(id, NULL, 10) : 0);
    }
}

static void style_end(struct xml *xml, const char *name)
{
    struct style_state *state = xml->context;
    if (strcmp(name, "cellXfs") == 0)
        state->in_cells = false;
}

bool styles_read(struct reading *reading, zip_t *zip, const char *name, struct styles *out)
{
    static const struct xml_reader reader = { style_start, style_end, NULL };
    struct style_state *state = calloc(1, sizeof *state);
    out->cells = calloc(STYLES_MAX, sizeof *out->cells);
    if (!state || !out->cells)
        abort();
    state->styles = out;
    bool good = xml_part(reading, zip, name, &reader, state);
    free(state);
    return good;
}

void styles_done(struct styles *styles)
{
    free(styles->cells);
    *styles = (struct styles){ .count = 0 };
}

// --- the text of a number

// Days since 1970 as a date of the Gregorian calendar.
static void civil_date(int64_t days, int *ret_year, int *ret_month, int *ret_day)
{
    int64_t shifted = days + 719468; // since 1 March of year 0: leap days come last
    int64_t era = shifted / 146097, of_era = shifted % 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;
    *ret_day = (int)(of_year - (153 * month + 2) / 5 + 1);
    *ret_month = (int)(month < 10 ? month + 3 : month - 9);
    *ret_year = (int)(era * 400 + year + (*ret_month <= 2));
}

static const char *clock_text(int64_t seconds, struct arena *arena)
{
    int hour = (int)(seconds / 3600), minute = (int)(seconds / 60 % 60), rest = (int)(seconds % 60);
    return rest ? arena_format(arena, "%02d:%02d:%02d", hour, minute, rest)
                : arena_format(arena, "%02d:%02d", hour, minute);
}

// Excel believes that 1900 was a leap year; before 1 March 1900 its count is one behind.
static const char *date_text(double serial, bool date1904, struct arena *arena)
{
    int64_t total = (int64_t)llround(serial * DAY_SECONDS);
    int64_t days = total / DAY_SECONDS, seconds = total % DAY_SECONDS;
    int year, month, day;
    if (days == 0)
        return clock_text(seconds, arena);
    days += date1904 ? 1462 : days < 60;
    civil_date(days - 25569, &year, &month, &day);
    if (seconds == 0)
        return arena_format(arena, "%04d-%02d-%02d", year, month, day);
    const char *clock = clock_text(seconds, arena);
    return clock ? arena_format(arena, "%04d-%02d-%02d %s", year, month, day, clock) : NULL;
}

const char *number_text(const char *value, struct number_style style, bool date1904,
                        struct arena *arena, enum cell_kind *ret_kind)
{
    char *end;
    double number = strtod(value, &end);
    *ret_kind = CELL_NUMBER;
    if (end == value || end[strspn(end, " \t\r\n")] || !isfinite(number))
        return NULL;
    if (style.date && number >= 0 && number < SERIAL_MAX) {
        *ret_kind = CELL_DATE;
        return date_text(number, date1904, arena);
    }
    if (fabs(number) >= DIGITS_EXACT && fabs(number) < 1e21)
        return arena_format(arena, "%.0f", number);
    if (style.width && number >= 0 && number == floor(number) && number < DIGITS_EXACT)
        return arena_format(arena, "%0*.0f", (int)style.width, number);
    return arena_format(arena, "%.15g", number);
}

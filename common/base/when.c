// SPDX-License-Identifier: Apache-2.0
#include "common/base/when.h"

#include <stdio.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/base/compiler.h"

#define WORDS_MAX 6
#define WORD_MAX  20
#define TEXT_MAX  80
#define NINE      (9 * 3600)
#define COUNT_MAX 10000

struct reading {
    const char *words[WORDS_MAX];
    size_t count, next;
    int64_t now_us, today;
    const struct zone *zone;
    bool has_day, has_time, has_until;
    int64_t day;
    int32_t from_s, until_s; // of the day
};

// --- words
struct word {
    const char *text;
    int value;
};

static bool is_word(const struct word *words, size_t count, const char *text, int *ret)
{
    for (size_t i = 0; i < count; i++) {
        *ret = words[i].value;
        if (strcmp(words[i].text, text) == 0)
            return true;
    }
    return false;
}

static const struct word day_words[] = {
    { "heute", 0 }, { "today", 0 }, { "morgen", 1 }, { "tomorrow", 1 }, { "übermorgen", 2 },
};

static const struct word weekday_words[] = {
    { "montag", 1 },  { "mo", 1 },        { "monday", 1 },  { "dienstag", 2 },  { "di", 2 },
    { "tuesday", 2 }, { "mittwoch", 3 },  { "mi", 3 },      { "wednesday", 3 }, { "donnerstag", 4 },
    { "do", 4 },      { "thursday", 4 },  { "freitag", 5 }, { "fr", 5 },        { "friday", 5 },
    { "samstag", 6 }, { "sonnabend", 6 }, { "sa", 6 },      { "saturday", 6 },  { "sonntag", 7 },
    { "so", 7 },      { "sunday", 7 },
};

static const struct word part_words[] = {
    { "früh", 8 },       { "vormittag", 9 }, { "vormittags", 9 },  { "morning", 9 },
    { "mittag", 12 },    { "mittags", 12 },  { "nachmittag", 13 }, { "nachmittags", 13 },
    { "afternoon", 13 }, { "abend", 17 },    { "abends", 17 },     { "evening", 17 },
};

static const struct word unit_words[] = {
    { "min", 60 },
    { "minute", 60 },
    { "minuten", 60 },
    { "minutes", 60 },
    { "h", 3600 },
    { "std", 3600 },
    { "stunde", 3600 },
    { "stunden", 3600 },
    { "hour", 3600 },
    { "hours", 3600 },
    { "tag", DAY_SECONDS },
    { "tagen", DAY_SECONDS },
    { "tage", DAY_SECONDS },
    { "d", DAY_SECONDS },
    { "day", DAY_SECONDS },
    { "days", DAY_SECONDS },
    { "woche", 7 * DAY_SECONDS },
    { "wochen", 7 * DAY_SECONDS },
    { "week", 7 * DAY_SECONDS },
    { "weeks", 7 * DAY_SECONDS },
};

// Small letters (ASCII and Ü), apart by blanks; dashes as people type them become "-".
static bool split(const char *text, char *copy, size_t room, struct reading *reading)
{
    size_t size = 0;
    bool inside = false;
    for (const char *c = text; *c; c++) {
        if (size + 4 >= room)
            return false;
        if (*c == ' ' || *c == '\t' || *c == ',') {
            if (inside)
                copy[size++] = '\0';
            inside = false;
            continue;
        }
        if (!inside) {
            if (reading->count == WORDS_MAX)
                return false;
            reading->words[reading->count++] = copy + size;
        }
        inside = true;
        if (strncmp(c, "–", 3) == 0) {
            copy[size++] = '-';
            c += 2;
        } else if (strncmp(c, "Ü", 2) == 0) {
            memcpy(copy + size, "ü", 2);
            size += 2;
            c++;
        } else {
            copy[size++] = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
        }
    }
    copy[size] = '\0';
    return reading->count > 0;
}

static const char *word_at(const struct reading *reading, size_t offset)
{
    size_t at = reading->next + offset;
    return at < reading->count ? reading->words[at] : "";
}

// --- times of day
// "10", "10:30", "10.30", "10h": how much of the text it was; 0: none.
static size_t read_clock(const char *text, int32_t *ret_s)
{
    int hour = 0, minute = 0, used = 0;
    if (text[0] < '0' || text[0] > '9' || sscanf(text, "%2d%n", &hour, &used) != 1 || hour > 24)
        return 0;
    size_t size = (size_t)used;
    if ((text[size] == ':' || text[size] == '.') && text[size + 1] >= '0' &&
        text[size + 1] <= '9') {
        if (sscanf(text + size + 1, "%2d%n", &minute, &used) != 1 || used != 2 || minute > 59)
            return 0;
        size += 1 + (size_t)used;
    } else if (text[size] == 'h') {
        size++;
    }
    *ret_s = hour * 3600 + minute * 60;
    return *ret_s <= DAY_SECONDS ? size : 0;
}

// "10", "17:00", "10-12", "10:30-12:00", each with "uhr" behind it.
static bool take_time(struct reading *reading)
{
    const char *word = word_at(reading, 0);
    size_t size = read_clock(word, &reading->from_s);
    if (size == 0)
        return false;
    if (word[size] == '-') {
        const char *rest = word + size + 1;
        size_t more = read_clock(rest, &reading->until_s);
        if (more == 0 || rest[more])
            return false;
        reading->has_until = true;
    } else if (word[size]) {
        return false;
    }
    reading->next++;
    if (strcmp(word_at(reading, 0), "uhr") == 0)
        reading->next++;
    reading->has_time = true;
    return true;
}

// "10 - 12", "10 bis 12 uhr": what stands behind the first time.
static bool take_until(struct reading *reading)
{
    const char *word = word_at(reading, 0);
    bool to = strcmp(word, "-") == 0 || strcmp(word, "bis") == 0 || strcmp(word, "to") == 0;
    if (!to || reading->has_until)
        return false;
    const char *end = word_at(reading, 1);
    size_t size = read_clock(end, &reading->until_s);
    if (size == 0 || end[size])
        return false;
    reading->has_until = true;
    reading->next += 2;
    if (strcmp(word_at(reading, 0), "uhr") == 0)
        reading->next++;
    return true;
}

static bool take_part(struct reading *reading)
{
    int hour;
    if (!is_word(part_words, COUNT_OF(part_words), word_at(reading, 0), &hour))
        return false;
    reading->from_s = hour * 3600;
    reading->until_s = (hour < 12 ? 12 : hour < 13 ? 13 : hour < 17 ? 17 : 20) * 3600;
    reading->has_time = reading->has_until = true;
    reading->next++;
    return true;
}

// --- days
// "24.12.": the next such day.
static bool read_short_date(const char *word, int64_t today, int64_t *ret_day)
{
    int day, month, used = 0;
    char text[32];
    if (sscanf(word, "%2d.%2d%n", &day, &month, &used) != 2 || used == 0 ||
        strcmp(word + used, ".") != 0)
        return false;
    int year = civil_date(today).year;
    for (int i = 0; i < 8; i++) { // 29 February is there again within eight years
        (void)snprintf(text, sizeof text, "%04d-%02d-%02d", year + i, month, day);
        if (civil_parse_date(text, ret_day) && *ret_day >= today)
            return true;
    }
    return false;
}

static bool take_day(struct reading *reading)
{
    const char *word = word_at(reading, 0);
    int value;
    size_t size = strlen(word);
    if (is_word(day_words, COUNT_OF(day_words), word, &value))
        reading->day = reading->today + value;
    else if (is_word(weekday_words, COUNT_OF(weekday_words), word, &value))
        reading->day = reading->today + 1 + (value + 6 - civil_weekday(reading->today)) % 7;
    else if (!civil_parse_date(word, &reading->day) && // "24.12." but not "10.30"
             !(size > 0 && word[size - 1] == '.' &&
               read_short_date(word, reading->today, &reading->day)))
        return false;
    reading->has_day = true;
    reading->next++;
    return true;
}

// --- "in 30 min"
static bool take_span(struct reading *reading, struct when *out)
{
    int count = 0, used = 0, seconds;
    const char *word = word_at(reading, 1), *unit = word_at(reading, 2);
    if (strcmp(word_at(reading, 0), "in") != 0)
        return false;
    if (strcmp(word, "einer") == 0 || strcmp(word, "einem") == 0 || strcmp(word, "an") == 0 ||
        strcmp(word, "a") == 0) {
        count = 1;
    } else if (sscanf(word, "%5d%n", &count, &used) != 1 || count < 0 || count > COUNT_MAX) {
        return false;
    } else if (word[used]) { // "30min"
        unit = word + used;
        reading->next--;
    }
    if (!is_word(unit_words, COUNT_OF(unit_words), unit, &seconds))
        return false;
    reading->next += 3;
    *out = (struct when){ .from_us = reading->now_us + SECONDS((int64_t)count * seconds) };
    // Days are days of the calendar: the same time of day, also when the clocks change.
    if (seconds % DAY_SECONDS == 0) {
        struct zone_local now = zone_local(reading->zone, reading->now_us);
        out->from_us = zone_time_us(reading->zone, now.day + (int64_t)count * seconds / DAY_SECONDS,
                                    now.second, ZONE_FIRST);
    }
    return reading->next == reading->count;
}

static bool is_filler(const char *word)
{
    static const char *const fillers[] = { "um", "ab", "am",   "von",      "den",
                                           "at", "on", "from", "nächsten", "next" };
    for (size_t i = 0; i < COUNT_OF(fillers); i++) {
        if (strcmp(fillers[i], word) == 0)
            return true;
    }
    return false;
}

static bool take_words(struct reading *reading)
{
    while (reading->next < reading->count) {
        bool taken = is_filler(word_at(reading, 0));
        reading->next += taken;
        // "morgen früh": the second one is a part of the day. Days before times: "24.12." is one.
        if (!taken && !reading->has_day)
            taken = take_day(reading);
        if (!taken && !reading->has_time)
            taken = take_time(reading) || take_part(reading);
        else if (!taken)
            taken = take_until(reading);
        if (!taken)
            return false;
    }
    return reading->has_day || reading->has_time;
}

bool when_read(const char *text, int64_t now_us, const struct zone *zone, struct when *out,
               struct err *err)
{
    char copy[TEXT_MAX + 1];
    struct zone_local now = zone_local(zone, now_us);
    struct reading reading = { .now_us = now_us, .today = now.day, .day = now.day, .zone = zone };
    if (!split(text, copy, sizeof copy, &reading))
        return fail(err, ERR_INVALID, NULL, TEXT_WHEN_FORM, text, NULL);
    bool is_now = reading.count == 1 && (strcmp(copy, "jetzt") == 0 || strcmp(copy, "now") == 0 ||
                                         strcmp(copy, "sofort") == 0);
    *out = (struct when){ .from_us = now_us };
    if (is_now || take_span(&reading, out))
        return true;
    reading.next = 0;
    if (!take_words(&reading))
        return fail(err, ERR_INVALID, NULL, TEXT_WHEN_FORM, text, NULL);
    if (reading.has_until && reading.until_s <= reading.from_s)
        return fail(err, ERR_INVALID, NULL, TEXT_ENDS_BEFORE, NULL);
    if (!reading.has_time) {
        bool today = reading.day == reading.today;
        *out =
            (struct when){ .from_us =
                               today ? now_us : zone_time_us(zone, reading.day, NINE, ZONE_FIRST) };
        return true;
    }
    *out = (struct when){
        .from_us = zone_time_us(zone, reading.day, reading.from_s, ZONE_FIRST),
        .has_until = reading.has_until,
    };
    if (reading.has_until)
        out->until_us = zone_time_us(zone, reading.day, reading.until_s, ZONE_FIRST);
    return true;
}

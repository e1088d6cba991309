// SPDX-License-Identifier: Apache-2.0
// Local time by the system's zone data (TZif, RFC 8536), read by ourselves: the C library knows
// only one zone per process, kept in a global.
#include "common/base/zone.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/base/civil.h"

#define ZONE_FILE_MAX 65536
#define HEADER_SIZE   44
// Behind the last change of the file (2037) the rules of 28 years before are the same, weekday by
// weekday, until 2099; where the last change is older, nothing changes any more.
#define CYCLE_SECONDS (INT64_C(10227) * DAY_SECONDS)
#define RULES_GO_ON   INT64_C(2114380800) // 2037-01-01

struct zone_file {
    uint8_t data[ZONE_FILE_MAX];
    size_t size;
};

static uint32_t big32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int64_t big64(const uint8_t *at)
{
    return (int64_t)((uint64_t)big32(at) << 32 | big32(at + 4));
}

static bool name_safe(const char *zone)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-/";
    return zone[0] && zone[0] != '/' && strlen(zone) < 64 && zone[strspn(zone, letters)] == '\0';
}

static bool file_read(const char *name, struct zone_file *file)
{
    char path[128];
    if (!name || !name_safe(name))
        return false;
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    FILE *stream = fopen(path, "rbe");
    if (!stream)
        return false;
    file->size = fread(file->data, 1, sizeof file->data, stream);
    fclose(stream);
    return file->size >= HEADER_SIZE && memcmp(file->data, "TZif", 4) == 0 && file->data[4] >= '2';
}

// Bytes behind a header whose times have `width` bytes.
static size_t block_size(const uint8_t *header, size_t width)
{
    size_t utc = big32(header + 20), standard = big32(header + 24), leaps = big32(header + 28);
    size_t times = big32(header + 32), types = big32(header + 36), letters = big32(header + 40);
    return times * (width + 1) + types * 6 + letters + leaps * (width + 4) + standard + utc;
}

static int32_t type_offset(const uint8_t *types, size_t count, size_t type)
{
    return type < count ? (int32_t)big32(types + type * 6) : 0;
}

// The second block of a version 2 file has times of 64 bits. Only the newest changes are kept.
static bool zone_take(const struct zone_file *file, struct zone *out)
{
    size_t second = HEADER_SIZE + block_size(file->data, 4);
    if (second + HEADER_SIZE > file->size)
        return false;
    const uint8_t *header = file->data + second;
    size_t count = big32(header + 32), type_count = big32(header + 36);
    if (second + HEADER_SIZE + block_size(header, 8) > file->size || type_count == 0)
        return false;
    const uint8_t *times = header + HEADER_SIZE, *indexes = times + count * 8;
    const uint8_t *types = indexes + count;
    size_t skipped = count > ZONE_CHANGES_MAX ? count - ZONE_CHANGES_MAX : 0;
    out->count = count - skipped;
    for (size_t i = 0; i < out->count; i++) {
        out->times[i] = big64(times + (skipped + i) * 8);
        out->offsets[i] = type_offset(types, type_count, indexes[skipped + i]);
    }
    out->first = type_offset(types, type_count, skipped ? indexes[skipped - 1] : 0);
    return true;
}

bool zone_load(const char *name, struct zone *out)
{
    struct zone_file file;
    memset(out, 0, sizeof *out);
    return file_read(name, &file) && zone_take(&file, out);
}

// Seconds to take away so that the table of changes covers the moment.
static int64_t cycles_before(const struct zone *zone, int64_t seconds)
{
    int64_t shift = 0;
    if (zone->count == 0 || zone->times[zone->count - 1] < RULES_GO_ON)
        return 0;
    while (seconds - shift >= zone->times[zone->count - 1])
        shift += CYCLE_SECONDS;
    return shift;
}

// How many changes lie at or before the moment.
static size_t changes_until(const struct zone *zone, int64_t seconds)
{
    size_t low = 0, high = zone->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (zone->times[middle] <= seconds)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int64_t offset_behind(const struct zone *zone, size_t changes)
{
    return changes == 0 ? zone->first : zone->offsets[changes - 1];
}

static int64_t zone_offset(const struct zone *zone, int64_t seconds)
{
    return offset_behind(zone, changes_until(zone, seconds - cycles_before(zone, seconds)));
}

static int64_t floor_div(int64_t value, int64_t by)
{
    return value / by - (value % by < 0);
}

struct zone_local zone_local(const struct zone *zone, int64_t time_us)
{
    int64_t seconds = floor_div(time_us, 1000000);
    seconds += zone_offset(zone, seconds);
    int64_t day = floor_div(seconds, DAY_SECONDS);
    return (struct zone_local){ day, (int32_t)(seconds - day * DAY_SECONDS) };
}

// Around each change the clock is one of two; offsets differ by a few hours, changes by months.
int64_t zone_time_us(const struct zone *zone, int64_t day, int32_t second, enum zone_twice twice)
{
    int64_t shown = day * DAY_SECONDS + second;
    int64_t shift = cycles_before(zone, shown + DAY_SECONDS);
    size_t changes = changes_until(zone, shown - shift - DAY_SECONDS);
    int64_t before = offset_behind(zone, changes), after = before, change = 0;
    if (changes < zone->count && zone->times[changes] <= shown - shift + DAY_SECONDS) {
        change = zone->times[changes] + shift;
        after = zone->offsets[changes];
    }
    int64_t early = shown - before, late = shown - after;
    if (after == before)
        return SECONDS(early);
    bool early_holds = early < change, late_holds = late >= change;
    if (early_holds && late_holds)
        return SECONDS(twice == ZONE_FIRST ? early : late);
    if (!early_holds && !late_holds)
        return SECONDS(change);
    return SECONDS(early_holds ? early : late);
}

static struct tm local_of(int64_t time_us, const char *name)
{
    struct zone zone;
    (void)!zone_load(name, &zone);
    time_t shifted = (time_t)(time_us / 1000000 + zone_offset(&zone, time_us / 1000000));
    struct tm tm;
    gmtime_r(&shifted, &tm);
    return tm;
}

struct civil_text civil_local(int64_t time_us, const char *zone)
{
    struct civil_text text;
    struct tm tm = local_of(time_us, zone);
    strftime(text.text, sizeof text.text, "%d.%m.%Y %H:%M:%S", &tm);
    return text;
}

struct civil_text civil_local_clock(int64_t time_us, const char *zone)
{
    struct civil_text text;
    struct tm tm = local_of(time_us, zone);
    strftime(text.text, sizeof text.text, "%H:%M:%S", &tm);
    return text;
}

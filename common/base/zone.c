// SPDX-License-Identifier: Apache-2.0
// Local time by the system's zone data (TZif, RFC 8536), read by ourselves: the C library knows
// only one zone per process, kept in a global.
#include "common/base/civil.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define ZONE_FILE_MAX 65536
#define HEADER_SIZE   44
// Behind the last transition of the file (2037) the rules of 28 years before are the same, weekday
// by weekday, until 2099.
#define CYCLE_SECONDS (INT64_C(10227) * 86400)

struct zone {
    uint8_t data[ZONE_FILE_MAX];
    size_t size;
    const uint8_t *times;   // 8 bytes each, ascending
    const uint8_t *indexes; // which type begins there
    const uint8_t *types;   // 6 bytes each: offset, summer time, abbreviation
    size_t time_count, type_count;
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

static bool zone_read(const char *name, struct zone *zone)
{
    char path[128];
    if (!name || !name_safe(name))
        return false;
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    FILE *file = fopen(path, "rbe");
    if (!file)
        return false;
    zone->size = fread(zone->data, 1, sizeof zone->data, file);
    fclose(file);
    return zone->size >= HEADER_SIZE && memcmp(zone->data, "TZif", 4) == 0;
}

// Bytes behind a header whose times have `width` bytes.
static size_t block_size(const uint8_t *header, size_t width)
{
    size_t utc = big32(header + 20), standard = big32(header + 24), leaps = big32(header + 28);
    size_t times = big32(header + 32), types = big32(header + 36), letters = big32(header + 40);
    return times * (width + 1) + types * 6 + letters + leaps * (width + 4) + standard + utc;
}

// The second block of a version 2 file has times of 64 bits.
static bool zone_open(struct zone *zone)
{
    if (zone->data[4] < '2')
        return false;
    size_t second = HEADER_SIZE + block_size(zone->data, 4);
    if (second + HEADER_SIZE > zone->size)
        return false;
    const uint8_t *header = zone->data + second;
    if (second + HEADER_SIZE + block_size(header, 8) > zone->size)
        return false;
    zone->time_count = big32(header + 32);
    zone->type_count = big32(header + 36);
    zone->times = header + HEADER_SIZE;
    zone->indexes = zone->times + zone->time_count * 8;
    zone->types = zone->indexes + zone->time_count;
    return zone->type_count > 0;
}

static int64_t zone_offset(const struct zone *zone, int64_t seconds)
{
    if (zone->time_count > 1) {
        int64_t last = big64(zone->times + (zone->time_count - 1) * 8);
        while (seconds >= last)
            seconds -= CYCLE_SECONDS;
    }
    size_t low = 0, high = zone->time_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (big64(zone->times + middle * 8) <= seconds)
            low = middle + 1;
        else
            high = middle;
    }
    size_t type = low == 0 ? 0 : zone->indexes[low - 1];
    return type < zone->type_count ? (int32_t)big32(zone->types + type * 6) : 0;
}

static struct tm local_of(int64_t time_us, const char *name)
{
    struct zone zone;
    int64_t seconds = time_us / 1000000;
    if (zone_read(name, &zone) && zone_open(&zone))
        seconds += zone_offset(&zone, seconds);
    time_t shifted = (time_t)seconds;
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

// SPDX-License-Identifier: Apache-2.0
// The numbering plan: longest prefix first, by binary search over a constant table.
#include "common/base/phone_plan.h"

#include <stdint.h>
#include <string.h>

struct range {
    uint32_t prefix; // a 1, then country code and prefix: leading digits stay told apart
    uint8_t least;
    uint8_t most;
    uint8_t kind;
};

static const struct range ranges[] = {
#define NUMBERS(prefix, least, most, kind) { prefix, least, most, PHONE_##kind },
#include "common/base/numbering.def"
#undef NUMBERS
};

// Country code and prefix together; a longer prefix would not fit the key.
#define PREFIX_MAX 8

// The first row of the prefix, or NULL.
static const struct range *range_find(uint32_t prefix)
{
    size_t low = 0;
    size_t high = COUNT_OF(ranges);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ranges[middle].prefix < prefix)
            low = middle + 1;
        else
            high = middle;
    }
    return low < COUNT_OF(ranges) && ranges[low].prefix == prefix ? &ranges[low] : NULL;
}

// Rows of one prefix follow each other; the national length picks one.
static bool range_kind(const struct range *range, size_t length, enum phone_kind *kind)
{
    const struct range *end = ranges + COUNT_OF(ranges);
    for (uint32_t prefix = range->prefix; range < end && range->prefix == prefix; range++) {
        if (length < range->least || length > range->most)
            continue;
        *kind = (enum phone_kind)range->kind;
        return true;
    }
    return false;
}

size_t phone_plan_country(const char *digits)
{
    static const char *const countries[] = { "49", "43", "41", "423" };
    for (size_t i = 0; i < COUNT_OF(countries); i++) {
        size_t length = strlen(countries[i]);
        if (strncmp(digits, countries[i], length) == 0)
            return length;
    }
    return 0;
}

bool phone_plan_kind(const char *digits, enum phone_kind *kind)
{
    size_t length = strlen(digits);
    if (length > PHONE_E164_MAX - 1 || digits[0] == '0')
        return false;
    size_t country = phone_plan_country(digits);
    if (country == 0) {
        *kind = PHONE_FOREIGN;
        return length >= 8;
    }
    uint32_t keys[PREFIX_MAX + 1] = { 1 };
    size_t longest = length < PREFIX_MAX ? length : PREFIX_MAX;
    for (size_t i = 0; i < longest; i++)
        keys[i + 1] = keys[i] * 10 + (uint32_t)(digits[i] - '0');
    for (size_t i = longest; i > country; i--) {
        const struct range *range = range_find(keys[i]);
        if (!range)
            continue;
        return range_kind(range, length - country, kind);
    }
    return false;
}

bool phone_plan_short(const char *country, const char *digits)
{
    static const struct {
        const char *country;
        const char *digits;
    } shorts[] = {
        { "49", "110" },  { "49", "112" },  { "49", "115" },  { "43", "112" },  { "43", "122" },
        { "43", "133" },  { "43", "140" },  { "43", "141" },  { "43", "142" },  { "43", "144" },
        { "43", "147" },  { "41", "112" },  { "41", "117" },  { "41", "118" },  { "41", "143" },
        { "41", "144" },  { "41", "145" },  { "41", "147" },  { "41", "1414" }, { "423", "112" },
        { "423", "117" }, { "423", "118" }, { "423", "143" }, { "423", "144" }, { "423", "147" },
    };
    // The harmonised numbers of social value (116117, 116016...) exist in every country.
    if (strncmp(digits, "116", 3) == 0 && strlen(digits) == 6)
        return true;
    for (size_t i = 0; i < COUNT_OF(shorts); i++) {
        if (strcmp(shorts[i].country, country) == 0 && strcmp(shorts[i].digits, digits) == 0)
            return true;
    }
    return false;
}

// Germany: only the codes that can be told without the list of 5,200 local areas.
static size_t german_area(const char *national)
{
    static const char *const cities[] = { "30", "40", "69", "89" };
    for (size_t i = 0; i < COUNT_OF(cities); i++) {
        if (strncmp(national, cities[i], 2) == 0)
            return 2;
    }
    if (national[0] == '1' && national[1] >= '5' && national[1] <= '7')
        return 3;
    return strncmp(national, "800", 3) == 0 ? 3 : 0;
}

size_t phone_plan_area(const char *digits)
{
    size_t country = phone_plan_country(digits);
    const char *national = digits + country;
    if (country == 0 || country == 3)
        return 0;
    if (digits[1] == '1')
        return strncmp(national, "800", 3) == 0 ? 3 : 2;
    if (digits[1] == '9')
        return german_area(national);
    if (national[0] == '1')
        return 1;
    return national[0] == '6' ? 3 : 0;
}

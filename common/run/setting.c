// SPDX-License-Identifier: Apache-2.0
#include "common/run/setting.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/zone.h"
#include "proto/settings.h"

#define COUNTRIES    "49", "43", "41", "423" // whose numbering plans phone_read knows
#define AREA_MAX     6
#define ZONE_MAX     63
#define DECIMAL_BASE 10

bool setting_number(const struct app_start *start, const char *option, int64_t least, int64_t most,
                    int64_t *ret, struct err *err)
{
    char *end;
    const char *value = start->value(start, option, 0);
    errno = 0;
    *ret = strtoll(value, &end, DECIMAL_BASE);
    if (!errno && *value && !*end && *ret >= least && *ret <= most)
        return true;
    return fail(err, ERR_INVALID, option, TEXT_OPTION_NUMBER, value, int_text(least).text,
                int_text(most).text, NULL);
}

bool setting_pick(const struct app_start *start, const char *option, const char *words, int *ret,
                  struct err *err)
{
    const char *value = start->value(start, option, 0), *word = words;
    for (int i = 0; *word; i++) {
        size_t size = strcspn(word, ", ");
        if (strlen(value) == size && strncmp(value, word, size) == 0) {
            *ret = i;
            return true;
        }
        word += size + strspn(word + size, ", ");
    }
    return fail(err, ERR_INVALID, option, TEXT_PICK_UNKNOWN, words, NULL);
}

static bool is_known(const char *country)
{
    static const char *const known[] = { COUNTRIES };
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (strcmp(known[i], country) == 0)
            return true;
    }
    return false;
}

bool setting_place(const struct app_start *start, struct phone_home *ret, struct err *err)
{
    const char *country = start->value(start, "country", 0);
    const char *area = start->value(start, "area", 0);
    if (!is_known(country))
        return fail(err, ERR_INVALID, "country", TEXT_HOME_COUNTRY, country, NULL);
    if (strlen(area) > AREA_MAX || *area == '0' || area[strspn(area, "0123456789")])
        return fail(err, ERR_INVALID, "area", TEXT_HOME_AREA, area, NULL);
    *ret = (struct phone_home){ .country = country, .area = *area ? area : NULL };
    return true;
}

bool setting_zone(const struct app_start *start, const char **ret, struct err *err)
{
    struct zone zone;
    *ret = start->value(start, "zone", 0);
    if (**ret && strlen(*ret) <= ZONE_MAX && zone_load(*ret, &zone))
        return true;
    return fail(err, ERR_INVALID, "zone", TEXT_ZONE_UNKNOWN, *ret, NULL);
}

bool setting_holidays(const struct app_start *start, const char **ret, struct err *err)
{
    const char *holidays = start->value(start, "holidays", 0);
    *ret = *holidays ? holidays : NULL;
    return settings_read(&(struct settings){ .holidays = ret }, NULL, err);
}

// SPDX-License-Identifier: Apache-2.0
// What services make of an option's value, and what they say about a wrong one.
#include <string.h>

#include "common/run/setting.h"
#include "tests/harness/test.h"

struct given {
    struct app_start start; // first
    const char *option, *value;
};

static const char *value_of(const struct app_start *start, const char *option, int nth)
{
    const struct given *given = (const struct given *)start;
    return nth == 0 && strcmp(option, given->option) == 0 ? given->value : "";
}

static struct given give(const char *option, const char *value)
{
    return (struct given){ { .value = value_of }, option, value };
}

TEST(numbers_are_whole_and_within_their_bounds)
{
    static const char *const wrong[] = { "", "x", "3x", "0", "11", "-1", "1.5", "99999999999999" };
    int64_t number = 0;
    struct err err = { 0 };
    struct given given = give("days", "10");
    CHECK(setting_number(&given.start, "days", 1, 10, &number, &err));
    CHECK_INT(number, 10);
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        given = give("days", wrong[i]);
        CHECK(!setting_number(&given.start, "days", 1, 10, &number, &err));
        CHECK_INT(err.code, ERR_INVALID);
        CHECK_STR(err.field, "days");
        CHECK(strstr(err.german, "von 1 bis 10") != NULL);
    }
}

TEST(a_word_is_one_of_those_that_there_are)
{
    int nth = -1;
    struct err err = { 0 };
    struct given given = give("tls", "try");
    CHECK(setting_pick(&given.start, "tls", "required, try, none", &nth, &err));
    CHECK_INT(nth, 1);
    given = give("tls", "tr");
    CHECK(!setting_pick(&given.start, "tls", "required, try, none", &nth, &err));
    CHECK_STR(err.field, "tls");
    CHECK(strstr(err.german, "required, try, none") != NULL);
}

TEST(the_house_is_in_one_of_four_countries)
{
    static const char *const known[] = { "49", "43", "41", "423" };
    static const char *const wrong[] = { "", "33", "+49", "0049", "4" };
    struct phone_home home;
    struct err err = { 0 };
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        struct given given = give("country", known[i]);
        CHECK(setting_place(&given.start, &home, &err));
        CHECK_STR(home.country, known[i]);
        CHECK(home.area == NULL);
    }
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct given given = give("country", wrong[i]);
        CHECK(!setting_place(&given.start, &home, &err));
        CHECK_STR(err.field, "country");
    }
}

static const char *at_home(const struct app_start *start, const char *option, int nth)
{
    return strcmp(option, "country") == 0 ? "49" : value_of(start, option, nth);
}

TEST(an_area_code_has_no_zero_in_front)
{
    static const char *const wrong[] = { "030", "3x", "1234567", "-30" };
    struct phone_home home;
    struct err err = { 0 };
    struct given given = give("area", "30");
    given.start.value = at_home;
    CHECK(setting_place(&given.start, &home, &err));
    CHECK_STR(home.area, "30");
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        given.value = wrong[i];
        CHECK(!setting_place(&given.start, &home, &err));
        CHECK_STR(err.field, "area");
    }
}

TEST(zone_and_holidays_are_those_that_are_known)
{
    const char *text;
    struct err err = { 0 };
    struct given given = give("zone", "Europe/Vienna");
    CHECK(setting_zone(&given.start, &text, &err));
    CHECK_STR(text, "Europe/Vienna");
    given.value = "Europe/Nirgends";
    CHECK(!setting_zone(&given.start, &text, &err));
    CHECK_STR(err.field, "zone");
    given.value = "";
    CHECK(!setting_zone(&given.start, &text, &err));
    err = (struct err){ 0 };
    given = give("holidays", "");
    CHECK(setting_holidays(&given.start, &text, &err));
    CHECK(text == NULL);
    given.value = "DE-BE";
    CHECK(setting_holidays(&given.start, &text, &err));
    CHECK_STR(text, "DE-BE");
    given.value = "FR";
    CHECK(!setting_holidays(&given.start, &text, &err));
    CHECK_STR(err.field, "holidays");
}

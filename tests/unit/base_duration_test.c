// SPDX-License-Identifier: Apache-2.0
#include <stddef.h>

#include "common/base/duration.h"
#include "tests/harness/test.h"

TEST(durations_are_written)
{
    CHECK_STR(duration_text(0).text, "0:00:00");
    CHECK_STR(duration_text(5025).text, "1:23:45");
    CHECK_STR(duration_text(-3).text, "0:00:00");
    CHECK_STR(duration_text(360000).text, "100:00:00");
}

TEST(durations_are_read)
{
    static const struct {
        const char *text;
        int64_t seconds; // -1: none
    } cases[] = {
        { "1:23:45", 5025 }, { "1:23", 4980 },      { "0:05:00", 300 }, { "12 min", 720 },
        { "12min", 720 },    { "12 Minuten", 720 }, { "45", 2700 },     { "90s", 90 },
        { "90 Sek.", 90 },   { "1h", 3600 },        { "1h30", 5400 },   { "1h 30min 5s", 5405 },
        { "2 Std", 7200 },   { "1,5h", 5400 },      { "1.5 h", 5400 },  { "0", 0 },
        { "", -1 },          { "min", -1 },         { "1:60", -1 },     { "1:2:3:4", -1 },
        { "12 foo", -1 },    { "-5", -1 },          { "5 min 1h", -1 }, { "1,25h", -1 },
        { "9000h", -1 },     { "1:00:61", -1 },     { "1:", -1 },       { "99999999999", -1 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t seconds = -1;
        if (!duration_read(cases[i].text, &seconds))
            seconds = -1;
        CHECK_INT(seconds, cases[i].seconds);
    }
}

TEST(what_is_written_is_read)
{
    for (int64_t seconds = 0; seconds < 100000; seconds += 37) {
        int64_t read = -1;
        CHECK(duration_read(duration_text(seconds).text, &read));
        CHECK_INT(read, seconds);
    }
}

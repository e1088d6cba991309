// SPDX-License-Identifier: Apache-2.0
// Time as people write it.
#include "common/base/civil.h"

#include <stdlib.h>
#include <time.h>

#include "common/base/id.h"
#include "tests/harness/test.h"

TEST(rfc3339_both_ways)
{
    struct rng rng;
    rng_seed(&rng, 3);
    for (int i = 0; i < 20000; i++) {
        int64_t time_us = (int64_t)rng_below(&rng, CIVIL_TIME_MAX), back = -1;
        CHECK(civil_parse_rfc3339(civil_rfc3339(time_us).text, &back));
        CHECK_INT(back, time_us);
    }
    CHECK_STR(civil_rfc3339(0).text, "1970-01-01T00:00:00.000000Z");
    CHECK_STR(civil_rfc3339(CIVIL_TIME_MAX).text, "2255-06-05T23:47:34.740991Z");
}

TEST(rfc3339_forms)
{
    static const struct {
        const char *text;
        int64_t time_us;
    } good[] = {
        { "2026-11-24T10:41:07Z", INT64_C(1795516867000000) },
        { "2026-11-24T11:41:07+01:00", INT64_C(1795516867000000) },
        { "2026-11-24t06:41:07.5-04:00", INT64_C(1795516867500000) },
        { "2024-02-29T00:00:00.000001z", INT64_C(1709164800000001) },
    };
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        int64_t time_us = -1;
        CHECK(civil_parse_rfc3339(good[i].text, &time_us));
        CHECK_INT(time_us, good[i].time_us);
    }
    static const char *const bad[] = {
        "",
        "2026-11-24",
        "2026-11-24T10:41Z",
        "2026-11-24T10:41:07",
        "2026-02-30T10:41:07Z",
        "2023-02-29T10:41:07Z",
        "2026-13-01T10:41:07Z",
        "2026-11-24T24:00:00Z",
        "2026-11-24T10:41:60Z",
        "2026-11-24T10:41:07.Z",
        "2026-11-24T10:41:07.1234567Z",
        "2026-11-24T10:41:07Z ",
        "2026-11-24T10:41:07+1:00",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+00:01",
        "2255-06-05T23:47:34.740992Z",
        "+026-11-24T10:41:07Z",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        int64_t time_us;
        CHECK(!civil_parse_rfc3339(bad[i], &time_us));
    }
}

TEST(local_time_changes_with_the_season)
{
    int64_t winter, summer, far;
    CHECK(civil_parse_rfc3339("2026-11-24T10:41:07Z", &winter));
    CHECK(civil_parse_rfc3339("2026-07-01T10:41:07Z", &summer));
    CHECK(civil_parse_rfc3339("2061-07-01T10:41:07Z", &far));
    CHECK_STR(civil_local(winter, "Europe/Berlin").text, "24.11.2026 11:41:07");
    CHECK_STR(civil_local(summer, "Europe/Berlin").text, "01.07.2026 12:41:07");
    CHECK_STR(civil_local_clock(far, "Europe/Berlin").text, "12:41:07");
    CHECK_STR(civil_local(winter, "UTC").text, "24.11.2026 10:41:07");
    CHECK_STR(civil_local(winter, "No/Where").text, "24.11.2026 10:41:07");
    CHECK_STR(civil_local(winter, "../../etc/passwd").text, "24.11.2026 10:41:07");
}

// The C library's own reading of the zone, in a process of its own kind: TZ is set once.
TEST(local_time_agrees_with_the_c_library)
{
    setenv("TZ", "Europe/Zurich", 1);
    tzset();
    struct rng rng;
    rng_seed(&rng, 5);
    for (int i = 0; i < 3000; i++) {
        time_t seconds = (time_t)rng_below(&rng, UINT64_C(4070908800)); // until 2099
        struct tm tm;
        localtime_r(&seconds, &tm);
        char expected[40];
        strftime(expected, sizeof expected, "%d.%m.%Y %H:%M:%S", &tm);
        CHECK_STR(civil_local(SECONDS(seconds), "Europe/Zurich").text, expected);
    }
}

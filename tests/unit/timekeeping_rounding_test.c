// SPDX-License-Identifier: Apache-2.0
// Rounding (A8): what law offices and hotlines agree on as a table, and what always holds.
#include "services/timekeeping/rounding.h"

#include "common/base/id.h"
#include "tests/harness/test.h"

#define MINUTES(n) ((n)*60)

static struct rounding rule(int64_t minimum_s, int64_t first_s, int64_t next_s)
{
    return (struct rounding){ minimum_s, first_s, next_s, rounding_scope_CALL };
}

TEST(the_table_of_law_offices_and_hotlines)
{
    static const struct {
        const char *what;
        int64_t minimum_s, first_s, next_s, spoken_s, billed_s;
    } cases[] = {
        // hotlines: first block / next blocks
        { "60/60", 0, 60, 60, 0, 0 },
        { "60/60", 0, 60, 60, 1, 60 },
        { "60/60", 0, 60, 60, 60, 60 },
        { "60/60", 0, 60, 60, 61, 120 },
        { "60/30", 0, 60, 30, 59, 60 },
        { "60/30", 0, 60, 30, 61, 90 },
        { "60/30", 0, 60, 30, 90, 90 },
        { "60/30", 0, 60, 30, 91, 120 },
        { "60/1", 0, 60, 1, 7, 60 },
        { "60/1", 0, 60, 1, 61, 61 },
        { "1/1", 0, 1, 1, 0, 0 },
        { "1/1", 0, 1, 1, 347, 347 },
        { "30/6", 0, 30, 6, 1, 30 },
        { "30/6", 0, 30, 6, 31, 36 },
        { "30/6", 0, 30, 6, 36, 36 },
        { "30/6", 0, 30, 6, 37, 42 },
        // law offices: minutes
        { "6 min", 0, 360, 360, 1, 360 },
        { "6 min", 0, 360, 360, MINUTES(6), 360 },
        { "6 min", 0, 360, 360, MINUTES(6) + 1, 720 },
        { "5 min", 0, 300, 300, MINUTES(11), 900 },
        { "10 min", 0, 600, 600, MINUTES(10), 600 },
        { "10 min", 0, 600, 600, MINUTES(21), 1800 },
        { "15 min", 0, 900, 900, MINUTES(1), 900 },
        { "15 min", 0, 900, 900, MINUTES(16), 1800 },
        { "15 min, then 5", 0, 900, 300, MINUTES(16), 1200 },
        // minimums
        { "at least 10 min, 1 min", 600, 60, 60, 5, 600 },
        { "at least 10 min, 1 min", 600, 60, 60, 0, 0 },
        { "at least 10 min, 1 min", 600, 60, 60, 601, 660 },
        { "at least 3 min, to the second", 180, 1, 1, 179, 180 },
        { "at least 3 min, to the second", 180, 1, 1, 181, 181 },
        { "at least 90 s, 60/60", 90, 60, 60, 10, 90 },
        { "at least 90 s, 60/60", 90, 60, 60, 91, 120 },
        { "a day", 0, 86400, 86400, 86401, 172800 },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct rounding rounding = rule(cases[i].minimum_s, cases[i].first_s, cases[i].next_s);
        int64_t got = rounding_up(&rounding, cases[i].spoken_s);
        test_check_int(got, cases[i].billed_s, cases[i].what, (int)cases[i].spoken_s, "seconds");
    }
    CHECK_INT(rounding_up(NULL, 347), 347);
}

TEST(the_last_of_a_day_has_the_difference)
{
    // A law office, 15 minutes a day and file: three calls of 4 minutes are 15, not 45.
    struct rounding day = { 0, 900, 900, rounding_scope_DAY };
    const int64_t actual_s[] = { 240, 240, 240, 240 };
    int64_t rounded_s[4];

    rounding_share(&day, actual_s, 3, rounded_s);
    CHECK_INT(rounded_s[0], 240);
    CHECK_INT(rounded_s[1], 240);
    CHECK_INT(rounded_s[2], 420);
    rounding_share(&day, actual_s, 4, rounded_s); // 16 minutes: a second block
    CHECK_INT(rounded_s[2], 240);
    CHECK_INT(rounded_s[3], 240 + 1800 - 960);
    rounding_share(&day, actual_s, 0, rounded_s);
    CHECK(rounding_of_sum(&day));
    struct rounding call = rule(0, 60, 60);
    CHECK(!rounding_of_sum(&call) && !rounding_of_sum(NULL));
}

// --- what always holds
static int64_t drawn(struct rng *rng, int64_t below)
{
    return (int64_t)rng_below(rng, (uint64_t)below);
}

static struct rounding drawn_rule(struct rng *rng)
{
    return rule(drawn(rng, 2) ? drawn(rng, 1200) : 0, 1 + drawn(rng, 1200), 1 + drawn(rng, 1200));
}

TEST(never_below_what_was_spoken_monotonic_and_idempotent)
{
    struct rng rng;

    rng_seed(&rng, test_seed());
    for (int i = 0; i < 20000; i++) {
        struct rounding rounding = drawn_rule(&rng);
        int64_t spoken_s = drawn(&rng, 20000), more_s = spoken_s + drawn(&rng, 2000);
        int64_t billed_s = rounding_up(&rounding, spoken_s);
        CHECK(billed_s >= spoken_s);
        CHECK(rounding_up(&rounding, more_s) >= billed_s);
        // What is rounded stays, but for a minimum that no block ends at.
        int64_t again_s = rounding_up(&rounding, billed_s);
        CHECK_INT(rounding_up(&rounding, again_s), again_s);
        if (billed_s > rounding.minimum_s)
            CHECK_INT(again_s, billed_s);
        CHECK(spoken_s == 0 || billed_s >= rounding.minimum_s);
        CHECK(billed_s - spoken_s < rounding.minimum_s + rounding.first_s + rounding.next_s);
    }
}

TEST(shares_are_never_below_their_own_and_add_up_to_the_rounded_sum)
{
    struct rng rng;

    rng_seed(&rng, test_seed());
    for (int i = 0; i < 5000; i++) {
        struct rounding rounding = drawn_rule(&rng);
        int64_t actual_s[12], rounded_s[12], sum_s = 0, billed_s = 0;
        size_t count = 1 + (size_t)drawn(&rng, 12);
        for (size_t k = 0; k < count; k++) {
            actual_s[k] = drawn(&rng, 3) ? drawn(&rng, 1500) : 0;
            sum_s += actual_s[k];
        }
        rounding_share(&rounding, actual_s, count, rounded_s);
        for (size_t k = 0; k < count; k++) {
            CHECK(rounded_s[k] >= actual_s[k]);
            billed_s += rounded_s[k];
        }
        CHECK_INT(billed_s, rounding_up(&rounding, sum_s));
    }
}

TEST(more_than_six_minutes_is_coarse)
{
    const struct {
        struct rounding rounding;
        bool coarse;
    } cases[] = {
        { rule(0, 360, 360), false }, { rule(0, 361, 60), true }, { rule(0, 60, 900), true },
        { rule(600, 60, 60), true },  { rule(360, 1, 1), false },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        CHECK(rounding_is_coarse(&cases[i].rounding) == cases[i].coarse);
    CHECK(!rounding_is_coarse(NULL));
}

// SPDX-License-Identifier: Apache-2.0
// Colours by rules: read strictly, judged by the first that fits, and when they change next.
#include <string.h>

#include "common/base/civil.h"
#include "services/notifier/colour.h"
#include "tests/harness/test.h"

#define MINUTE SECONDS(60)

static struct colour_rules rules_of(const char *text)
{
    struct colour_rules rules = { .count = 0 };
    struct err err = { 0 };
    CHECK(colour_rules_read(text, &rules, &err));
    return rules;
}

TEST(rules_are_read_and_what_is_wrong_is_named)
{
    static const struct {
        const char *text;
        enum text_id wrong; // TEXT_NONE: right
    } cases[] = {
        { "", TEXT_NONE },
        { COLOUR_USUAL, TEXT_NONE },
        { " dringend = rot ;überfällig=rot;  fällig<2h=gelb; Alter>3 Tage=grau; ", TEXT_NONE },
        { "high & overdue=red", TEXT_NONE },
        { "urgent", TEXT_COLOUR_RULE },
        { "urgent=pink", TEXT_COLOUR_NAME },
        { "urgent=", TEXT_COLOUR_NAME },
        { "=red", TEXT_COLOUR_TEST },
        { "soon=red", TEXT_COLOUR_TEST },
        { "due<60=red", TEXT_COLOUR_TEST },
        { "due<min=red", TEXT_COLOUR_TEST },
        { "due>60min=red", TEXT_COLOUR_TEST },
        { "age<60min=red", TEXT_COLOUR_TEST },
        { "due<9999999d=red", TEXT_COLOUR_TEST },
        { "due & due & due & due & due=red", TEXT_COLOUR_TEST },
        { "high &=red", TEXT_COLOUR_TEST },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct colour_rules rules;
        struct err err = { 0 };
        bool read = colour_rules_read(cases[i].text, &rules, &err);
        CHECK(read == (cases[i].wrong == TEXT_NONE));
        if (!read) {
            CHECK_INT(err.text, cases[i].wrong);
            CHECK_STR(err.field, "colours");
        }
    }
    static const char one[] = "due=red;";
    char many[33 * (sizeof one - 1) + 1] = "";
    for (size_t i = 0; i < 33; i++)
        memcpy(many + i * (sizeof one - 1), one, sizeof one);
    struct colour_rules rules;
    struct err err = { 0 };
    CHECK(!colour_rules_read(many, &rules, &err));
    CHECK_INT(err.text, TEXT_COLOUR_MANY);
}

TEST(the_first_rule_that_fits_decides_and_time_moves_it)
{
    struct colour_rules rules = rules_of(COLOUR_USUAL);
    struct board_head row = { .priority = priority_HIGH,
                              .has_due_at = true,
                              .due_at = 100 * MINUTE,
                              .has_overdue_at = true,
                              .overdue_at = 120 * MINUTE };
    int64_t next;
    CHECK_INT(colour_of(&rules, &row, 0, &next), colour_ORANGE);
    CHECK_INT(next, 40 * MINUTE);
    CHECK_INT(colour_of(&rules, &row, next - 1, &next), colour_ORANGE);
    CHECK_INT(colour_of(&rules, &row, next, &next), colour_YELLOW);
    CHECK_INT(next, 120 * MINUTE);
    CHECK_INT(colour_of(&rules, &row, next, &next), colour_RED);
    CHECK_INT(next, INT64_MAX);
    row.priority = priority_URGENT; // at once
    CHECK_INT(colour_of(&rules, &row, 0, &next), colour_RED);
    row = (struct board_head){ .priority = priority_LOW };
    CHECK_INT(colour_of(&rules, &row, 0, &next), colour_ABSENT);
    CHECK_INT(next, INT64_MAX);
    rules = rules_of("high & age>4h=orange; age>1d=grey");
    row = (struct board_head){ .priority = priority_HIGH, .since = 0 };
    CHECK_INT(colour_of(&rules, &row, 0, &next), colour_ABSENT);
    CHECK_INT(next, 240 * MINUTE);
    CHECK_INT(colour_of(&rules, &row, next, &next), colour_ORANGE);
    row.priority = priority_LOW;
    CHECK_INT(colour_of(&rules, &row, 0, &next), colour_ABSENT);
    CHECK_INT(next, DAYS(1));
}

// SPDX-License-Identifier: Apache-2.0
#include "services/notifier/colour.h"

#include <stdio.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/base/compiler.h"

#define WORD_MAX  60
#define COUNT_MAX 100000

// --- reading
static char *trimmed(char *text)
{
    size_t size;
    text += strspn(text, " \t");
    size = strlen(text);
    while (size > 0 && strchr(" \t", text[size - 1]))
        text[--size] = '\0';
    return text;
}

// By its word or its German one.
static int pick_of(const struct picks *picks, const char *word)
{
    for (size_t i = 1; i < picks->count; i++) {
        if (strcmp(picks->values[i].word, word) == 0 || strcmp(picks->values[i].german, word) == 0)
            return (int)i;
    }
    return 0;
}

// "60min", "4h", "2d".
static bool read_span(const char *text, int64_t *ret_us)
{
    static const struct {
        const char *word;
        int64_t us;
    } units[] = { { "min", SECONDS(60) },   { "h", SECONDS(3600) }, { "d", DAYS(1) },
                  { "Std", SECONDS(3600) }, { "Tage", DAYS(1) },    { "Tag", DAYS(1) } };
    int64_t count = 0;
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 6)
        return false;
    for (size_t i = 0; i < digits; i++)
        count = count * 10 + (text[i] - '0');
    text += digits + strspn(text + digits, " ");
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        *ret_us = count * units[i].us;
        if (strcmp(units[i].word, text) == 0)
            return count <= COUNT_MAX;
    }
    return false;
}

static bool read_test(char *text, struct colour_test *out)
{
    char *sign = strpbrk(text, "<>");
    *out = (struct colour_test){ .kind = COLOUR_PRIORITY };
    if (!sign) {
        bool due = strcmp(text, "due") == 0 || strcmp(text, "fällig") == 0;
        if (due || strcmp(text, "overdue") == 0 || strcmp(text, "überfällig") == 0)
            out->kind = due ? COLOUR_DUE : COLOUR_OVERDUE;
        else
            out->priority = (enum priority)pick_of(priority_picks(), text);
        return out->kind != COLOUR_PRIORITY || out->priority;
    }
    char which = *sign;
    *sign = '\0';
    text = trimmed(text);
    bool due = strcmp(text, "due") == 0 || strcmp(text, "fällig") == 0;
    bool age = strcmp(text, "age") == 0 || strcmp(text, "Alter") == 0;
    out->kind = due ? COLOUR_DUE : COLOUR_AGE;
    return (due ? which == '<' : age && which == '>') &&
           read_span(trimmed(sign + 1), &out->span_us);
}

static bool read_rule(char *text, struct colour_rule *out, struct err *err)
{
    char whole[WORD_MAX + 1];
    char *equals = strrchr(text, '=');
    (void)snprintf(whole, sizeof whole, "%s", text);
    *out = (struct colour_rule){ .count = 0 };
    if (!equals)
        return fail(err, ERR_INVALID, "colours", TEXT_COLOUR_RULE, whole, NULL);
    *equals = '\0';
    out->colour = (enum colour)pick_of(colour_picks(), trimmed(equals + 1));
    if (!out->colour)
        return fail(err, ERR_INVALID, "colours", TEXT_COLOUR_NAME, trimmed(equals + 1), NULL);
    for (char *part = strsep(&text, "&"); part; part = strsep(&text, "&")) {
        (void)snprintf(whole, sizeof whole, "%s", trimmed(part));
        if (out->count == COLOUR_TESTS_MAX || !read_test(trimmed(part), &out->tests[out->count]))
            return fail(err, ERR_INVALID, "colours", TEXT_COLOUR_TEST, whole, NULL);
        out->count++;
    }
    return true;
}

bool colour_rules_read(const char *text, struct colour_rules *out, struct err *err)
{
    struct colour_rules rules = { .count = 0 };
    char copy[COLOUR_TEXT_MAX + 1], *rest = NULL;
    if (strlen(text) > COLOUR_TEXT_MAX)
        return fail(err, ERR_INVALID, "colours", TEXT_COLOUR_MANY, NULL);
    (void)snprintf(rules.text, sizeof rules.text, "%s", text);
    (void)snprintf(copy, sizeof copy, "%s", text);
    for (char *part = strtok_r(copy, ";", &rest); part; part = strtok_r(NULL, ";", &rest)) {
        part = trimmed(part);
        if (!*part)
            continue;
        if (rules.count == COLOUR_RULES_MAX)
            return fail(err, ERR_INVALID, "colours", TEXT_COLOUR_MANY, NULL);
        if (!read_rule(part, &rules.rules[rules.count], err))
            return false;
        rules.count++;
    }
    *out = rules;
    return true;
}

// --- judging
// From when on a test holds; INT64_MAX: never, INT64_MIN: always.
static int64_t holds_from(const struct colour_test *test, const struct board_head *row)
{
    switch (test->kind) {
    case COLOUR_PRIORITY: return row->priority == test->priority ? INT64_MIN : INT64_MAX;
    case COLOUR_OVERDUE: return row->has_overdue_at ? row->overdue_at : INT64_MAX;
    case COLOUR_DUE: return row->has_due_at ? row->due_at - test->span_us : INT64_MAX;
    default: return row->since + test->span_us;
    }
}

// All tests only ever begin to hold: a rule does from the last of them.
static int64_t rule_from(const struct colour_rule *rule, const struct board_head *row)
{
    int64_t from = INT64_MIN;
    for (size_t i = 0; i < rule->count; i++) {
        int64_t one = holds_from(&rule->tests[i], row);
        from = one > from ? one : from;
    }
    return from;
}

enum colour colour_of(const struct colour_rules *rules, const struct board_head *row,
                      int64_t now_us, int64_t *ret_next_us)
{
    *ret_next_us = INT64_MAX;
    for (size_t i = 0; i < rules->count; i++) {
        int64_t from = rule_from(&rules->rules[i], row);
        // A later rule cannot decide while this one holds.
        if (from <= now_us)
            return rules->rules[i].colour;
        if (from < *ret_next_us)
            *ret_next_us = from;
    }
    return colour_ABSENT;
}

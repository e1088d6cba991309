// SPDX-License-Identifier: Apache-2.0
// Colour classes by rules in configuration: "overdue=red; urgent=red; due<60min=yellow;
// high=orange". The first rule that fits decides. Pure.
#pragma once

#include "common/base/err.h"
#include "proto/proto.h"

#define COLOUR_RULES_MAX 32
#define COLOUR_TESTS_MAX 4
#define COLOUR_TEXT_MAX  2000
#define COLOUR_USUAL     "overdue=red; urgent=red; due<60min=yellow; high=orange"

enum colour_test_kind {
    COLOUR_PRIORITY, // urgent, high, normal, low
    COLOUR_OVERDUE,  // overdue
    COLOUR_DUE,      // due, due<60min
    COLOUR_AGE,      // age>4h
};

struct colour_test {
    enum colour_test_kind kind;
    enum priority priority;
    int64_t span_us;
};

struct colour_rule {
    struct colour_test tests[COLOUR_TESTS_MAX]; // all must hold: "high & overdue=red"
    size_t count;
    enum colour colour;
};

struct colour_rules {
    struct colour_rule rules[COLOUR_RULES_MAX];
    size_t count;
    char text[COLOUR_TEXT_MAX + 1]; // as written
};

// ERR_INVALID on "colours", naming what is not understood and what would be.
MUST_USE bool colour_rules_read(const char *text, struct colour_rules *out, struct err *err);

// The row's colour at this time, and when it may change next (INT64_MAX: never by time alone).
enum colour colour_of(const struct colour_rules *rules, const struct board_head *row,
                      int64_t now_us, int64_t *ret_next_us);

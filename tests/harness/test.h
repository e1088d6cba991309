// SPDX-License-Identifier: Apache-2.0
// Tests that register themselves: TEST(name) { CHECK(...); }. A failed CHECK ends its test only.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"

struct test {
    const char *name;
    const char *file;
    void (*run)(void);
    struct test *next;
};
void test_register(struct test *test);

#define TEST(test_name)                                                                            \
    static void test_name(void);                                                                   \
    static struct test test_name##_test = { #test_name, __FILE__, test_name, 0 };                  \
    __attribute__((constructor)) static void test_name##_register(void)                            \
    {                                                                                              \
        test_register(&test_name##_test);                                                          \
    }                                                                                              \
    static void test_name(void)

#define CHECK(fact)          test_check((fact), __FILE__, __LINE__, #fact)
#define CHECK_INT(got, want) test_check_int((got), (want), __FILE__, __LINE__, #got)
// NULL is equal to NULL only.
#define CHECK_STR(got, want) test_check_str((got), (want), __FILE__, __LINE__, #got)
// Nothing was refused; prints the refusal otherwise.
#define CHECK_OK(err) test_check_ok((err), __FILE__, __LINE__)
// Refused with this code, naming this field ("" for none).
#define CHECK_REFUSED(err, code, field)                                                            \
    test_check_refused((err), (code), (field), __FILE__, __LINE__)

void test_check(bool fact, const char *file, int line, const char *text);
void test_check_int(int64_t got, int64_t want, const char *file, int line, const char *text);
void test_check_str(const char *got, const char *want, const char *file, int line,
                    const char *text);
void test_check_ok(const struct err *err, const char *file, int line);
void test_check_refused(const struct err *err, enum err_code code, const char *field,
                        const char *file, int line);

// The running test is reported as skipped, in plain words why, and ends.
void test_skip(const char *why);

// The seed of this run (--seed N, else 1), for tests that draw by chance; printed on failure.
uint64_t test_seed(void);
// True with --update: golden files are to be rewritten.
bool test_update(void);
// A new, empty folder of the running test; removed when the test has passed.
const char *test_folder(void);
// A path below tests/ of the source tree, for data and golden files; valid until the next call.
const char *test_path(const char *below);

// SPDX-License-Identifier: Apache-2.0
// The runner behind TEST and CHECK. Options: --list, --filter PART, --seed N, --update.
#include "tests/harness/test.h"

#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// libzmq and czmq are not built for ThreadSanitizer, which does not see their atomics: a race with
// a frame of theirs in it is none. Our own threads never run through them.
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
    return "race:libzmq.so\nrace:libczmq.so\nrace:libsodium.so\nrace:libstdc++.so\n";
}

static struct {
    struct test *first;
    struct test **end;
    jmp_buf leave;
    bool failed;
    const char *skipped;
    uint64_t seed;
    bool update;
    char folder[256];
} run = { .seed = 1 };

void test_register(struct test *test)
{
    if (!run.end)
        run.end = &run.first;
    *run.end = test;
    run.end = &test->next;
}

static void fail_here(const char *file, int line)
{
    fprintf(stderr, "  at %s:%d (seed %" PRIu64 ")\n", file, line, run.seed);
    run.failed = true;
    longjmp(run.leave, 1);
}

void test_check(bool fact, const char *file, int line, const char *text)
{
    if (fact)
        return;
    fprintf(stderr, "  false: %s\n", text);
    fail_here(file, line);
}

void test_check_int(int64_t got, int64_t want, const char *file, int line, const char *text)
{
    if (got == want)
        return;
    fprintf(stderr, "  %s is %" PRId64 ", not %" PRId64 "\n", text, got, want);
    fail_here(file, line);
}

void test_check_str(const char *got, const char *want, const char *file, int line, const char *text)
{
    if (got == want || (got && want && strcmp(got, want) == 0))
        return;
    fprintf(stderr, "  %s is \"%s\", not \"%s\"\n", text, got ? got : "(null)",
            want ? want : "(null)");
    fail_here(file, line);
}

void test_check_ok(const struct err *err, const char *file, int line)
{
    if (err->code == ERR_NONE)
        return;
    fprintf(stderr, "  refused: %s, field \"%s\": %s\n", err_word(err->code), err->field,
            err->english);
    fail_here(file, line);
}

void test_check_refused(const struct err *err, enum err_code code, const char *field,
                        const char *file, int line)
{
    if (err->code == code && strcmp(err->field, field) == 0)
        return;
    fprintf(stderr, "  refused with %s, field \"%s\" (%s), not %s, field \"%s\"\n",
            err_word(err->code), err->field, err->english, err_word(code), field);
    fail_here(file, line);
}

void test_skip(const char *why)
{
    run.skipped = why;
    longjmp(run.leave, 1);
}

uint64_t test_seed(void)
{
    return run.seed;
}

bool test_update(void)
{
    return run.update;
}

const char *test_folder(void)
{
    if (run.folder[0])
        return run.folder;
    const char *base = getenv("TMPDIR");
    snprintf(run.folder, sizeof run.folder, "%s/rufbus-test-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(run.folder)) {
        fprintf(stderr, "  cannot make \"%s\": %s\n", run.folder, strerror(errno));
        abort();
    }
    return run.folder;
}

const char *test_path(const char *below)
{
    static char path[1024];
    snprintf(path, sizeof path, "%s/%s", RUFBUS_TESTS, below);
    return path;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    return remove(path);
}

static void drop_folder(void)
{
    if (run.folder[0] && !run.failed)
        (void)nftw(run.folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    else if (run.folder[0])
        fprintf(stderr, "  kept: %s\n", run.folder);
    run.folder[0] = 0;
}

static bool run_one(const struct test *test)
{
    run.failed = false;
    run.skipped = NULL;
    if (setjmp(run.leave) == 0)
        test->run();
    drop_folder();
    const char *verdict = run.failed ? "FAILED " : run.skipped ? "skipped" : "passed ";
    printf("%s %s%s%s\n", verdict, test->name, run.skipped ? ": " : "",
           run.skipped ? run.skipped : "");
    fflush(stdout);
    return !run.failed;
}

static const char *take_options(int argc, char **argv, bool *ret_list)
{
    const char *filter = "";
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--list") == 0)
            *ret_list = true;
        else if (strcmp(argv[i], "--update") == 0)
            run.update = true;
        else if (strcmp(argv[i], "--filter") == 0 && i + 1 < argc)
            filter = argv[++i];
        else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
            run.seed = strtoull(argv[++i], NULL, 10);
        else
            return NULL;
    }
    return filter;
}

int main(int argc, char **argv)
{
    bool list = false;
    const char *filter = take_options(argc, argv, &list);
    if (!filter) {
        fprintf(stderr, "usage: %s [--list] [--filter PART] [--seed N] [--update]\n", argv[0]);
        return 2;
    }
    int ran = 0, failed = 0;
    for (const struct test *test = run.first; test; test = test->next) {
        if (!strstr(test->name, filter))
            continue;
        ran++;
        if (list)
            printf("%s\n", test->name);
        else if (!run_one(test))
            failed++;
    }
    if (!list)
        printf("%d tests, %d failed\n", ran, failed);
    if (failed == 0)
        return ran == 0;
    // A failed test was left in the middle: what it had not freed would hide why it failed.
    (void)fflush(NULL);
    _exit(1);
}

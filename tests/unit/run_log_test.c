// SPDX-License-Identifier: Apache-2.0
// The log: one event, one line, and a bound on how many.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/run/log.h"
#include "common/run/loop.h"
#include "tests/harness/test.h"

#define LINES_A_SECOND 2000
#define TEXT_MAX       (4 << 20)

struct capture {
    int kept, fd;
    char path[300];
};

static void begin(struct capture *capture)
{
    snprintf(capture->path, sizeof capture->path, "%s/log", test_folder());
    fflush(stderr);
    capture->kept = dup(2);
    capture->fd = open(capture->path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    CHECK(capture->kept >= 0 && capture->fd >= 0 && dup2(capture->fd, 2) == 2);
}

static char *end(struct capture *capture)
{
    char *text = calloc(1, TEXT_MAX);
    fflush(stderr);
    (void)!dup2(capture->kept, 2);
    close(capture->kept);
    ssize_t size = pread(capture->fd, text, TEXT_MAX - 1, 0);
    close(capture->fd);
    CHECK(size >= 0);
    return text;
}

TEST(a_line_has_time_level_service_and_nothing_below_the_level)
{
    struct capture capture;
    begin(&capture);
    log_begin("contacts", LEVEL_WARNING);
    log_write(LEVEL_DEBUG, "event=a");
    log_write(LEVEL_INFO, "event=b");
    log_write(LEVEL_WARNING, "event=c n=%d", 7);
    log_write(LEVEL_ERROR, "event=d");
    char *text = end(&capture);
    int year, used = 0;
    CHECK(sscanf(text,
                 "time=%4d-%*2d-%*2dT%*[0-9:.]Z level=warning service=contacts event=c n=7\n%n",
                 &year, &used) == 1);
    CHECK(year >= 2024 && used > 0);
    CHECK(strstr(text + used, " level=error service=contacts event=d\n") != NULL);
    CHECK(!strstr(text, "event=a") && !strstr(text, "event=b"));
    free(text);
}

TEST(what_came_from_outside_cannot_begin_a_line)
{
    struct capture capture;
    char longer[2000];
    begin(&capture);
    log_begin("contacts", LEVEL_INFO);
    memset(longer, 'y', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    log_write(LEVEL_INFO, "event=x name=\"%s\"", "Anna\ntime=0 level=error\r\x1b[31m\t.");
    log_write(LEVEL_INFO, "event=y text=%s", longer);
    char *text = end(&capture);
    CHECK(strstr(text, "name=\"Anna time=0 level=error  [31m .\"\n") != NULL);
    size_t lines = 0;
    for (const char *c = text; *c; c++)
        lines += *c == '\n';
    CHECK_INT((int64_t)lines, 2);
    CHECK(strlen(text) < 1000); // cut, not spread
    free(text);
}

TEST(a_flood_is_cut_and_says_how_much)
{
    struct capture capture;
    begin(&capture);
    log_begin("contacts", LEVEL_INFO);
    int64_t second = loop_now_us() / 1000000, written = 0;
    while (written <= LINES_A_SECOND + 500 && loop_now_us() / 1000000 <= second + 3) {
        // All in one second; begins anew when it was too slow for that.
        if (loop_now_us() / 1000000 != second) {
            second = loop_now_us() / 1000000;
            written = 0;
        }
        log_write(LEVEL_INFO, "event=flood");
        written++;
    }
    log_write(LEVEL_ERROR, "event=fault"); // errors are never dropped
    bool one_second = loop_now_us() / 1000000 == second;
    while (loop_now_us() / 1000000 == second)
        (void)usleep(1000); // until the second is over
    log_write(LEVEL_INFO, "event=after");
    char *text = end(&capture);
    const char *dropped = NULL; // the last one counts: of the second in question
    for (const char *at = text; (at = strstr(at, "event=log_dropped lines=")) != NULL; at++)
        dropped = at;
    if (!one_second) {
        free(text);
        test_skip("this machine cannot write 2,500 lines within a second");
    }
    CHECK(strstr(text, "event=fault\n") != NULL && strstr(text, "event=after\n") != NULL);
    CHECK(dropped && strtoll(dropped + 24, NULL, 10) >= 500);
    free(text);
}

// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/bench.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static bool wrong;

int64_t bench_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void bench_stop(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fputc('\n', stderr);
    exit(3);
}

void bench_wrong(struct bench *bench, const char *format, ...)
{
    va_list list;
    wrong = true;
    fprintf(stderr, "%s: WRONG: ", bench->program);
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fputc('\n', stderr);
}

// --- folders
static void folder_remove(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    while (dir && (entry = readdir(dir)) != NULL) {
        char path[1000];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (unlink(path) != 0)
            folder_remove(path);
    }
    if (dir)
        closedir(dir);
    (void)rmdir(folder);
}

void bench_begin(struct bench *bench, const char *program, int argc, char *const *argv)
{
    *bench = (struct bench){ .program = program, .words = argv + argc };
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0) {
            bench->json = true;
        } else if (strcmp(argv[i], "--quick") == 0) {
            bench->quick = true;
        } else if (argv[i][0] == '-' || !strchr(argv[i], '=')) {
            fprintf(stderr, "usage: %s [--json] [--quick] [SIZE=NUMBER[,NUMBER...]]...\n", program);
            exit(2);
        } else {
            bench->words = argv + i;
            bench->word_count = argc - i;
            break;
        }
    }
    const char *parent = getenv("RUFBUS_BENCH_FOLDER");
    snprintf(bench->folder, sizeof bench->folder, "%s/bench-XXXXXX",
             parent && *parent ? parent : BENCH_FOLDER);
    snprintf(bench->sockets, sizeof bench->sockets, "/tmp/rbbench-XXXXXX");
    if (!mkdtemp(bench->folder) || !mkdtemp(bench->sockets))
        bench_stop("no folder can be made: %s", bench->folder);
    setvbuf(stdout, NULL, _IOLBF, 0);
}

int bench_end(struct bench *bench)
{
    folder_remove(bench->folder);
    folder_remove(bench->sockets);
    return wrong ? 1 : 0;
}

// --- sizes
static const char *given(const struct bench *bench, const char *name)
{
    size_t size = strlen(name);
    for (int i = 0; i < bench->word_count; i++) {
        if (strncmp(bench->words[i], name, size) == 0 && bench->words[i][size] == '=')
            return bench->words[i] + size + 1;
    }
    return NULL;
}

size_t bench_sizes(const struct bench *bench, const char *name, const char *ordinary,
                   const char *quick, long out[SIZES_MAX])
{
    const char *text = given(bench, name);
    size_t count = 0;
    if (!text)
        text = bench->quick ? quick : ordinary;
    while (*text && count < SIZES_MAX) {
        char *end;
        out[count++] = strtol(text, &end, 10);
        if (end == text || (*end && *end != ','))
            bench_stop("%s: %s is not a list of numbers", name, text);
        text = end + (*end == ',');
    }
    return count;
}

long bench_size(const struct bench *bench, const char *name, long ordinary, long quick)
{
    const char *text = given(bench, name);
    return text ? strtol(text, NULL, 10) : bench->quick ? quick : ordinary;
}

// --- figures
static const char *number(double value, char *out, size_t room)
{
    snprintf(out, room, value >= 1000 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
    return out;
}

static bool is_reached(const struct figure_beside *figure, double ratio)
{
    switch (figure->goal_kind) {
    case GOAL_RATIO_LEAST: return ratio >= figure->goal;
    case GOAL_RATIO_MOST: return ratio <= figure->goal;
    case GOAL_OURS_MOST: return figure->ours <= figure->goal;
    default: return true;
    }
}

static void print_json(const struct bench *bench, const struct figure_beside *figure, double ratio)
{
    static const char *const kinds[] = { "none", "ratio_least", "ratio_most", "ours_most" };
    printf("{\"program\": \"%s\", \"figure\": \"%s\", \"unit\": \"%s\", \"ours\": %.4f, ",
           bench->program, figure->name, figure->unit, figure->ours);
    if (figure->floor > 0)
        printf("\"beside\": \"%s\", \"floor\": %.4f, \"ratio\": %.4f, ", figure->floor_name,
               figure->floor, ratio);
    if (figure->goal_kind != GOAL_NONE)
        printf("\"goal_kind\": \"%s\", \"goal\": %.4f, \"reached\": %s, ", kinds[figure->goal_kind],
               figure->goal, is_reached(figure, ratio) ? "true" : "false");
    printf("\"note\": \"%s\"}\n", figure->note ? figure->note : "");
}

void bench_figure(const struct bench *bench, const struct figure_beside *figure)
{
    static const char *const signs[] = { "", "ratio >= ", "ratio <= ", "<= " };
    double ratio = figure->floor > 0 ? figure->ours / figure->floor : 0;
    char ours[32], floor[32] = "-", shown[32] = "-", goal[48] = "", limit[32];
    if (bench->json) {
        print_json(bench, figure, ratio);
        return;
    }
    if (figure->floor > 0) {
        number(figure->floor, floor, sizeof floor);
        snprintf(shown, sizeof shown, "%.2f", ratio);
    }
    if (figure->goal_kind != GOAL_NONE)
        snprintf(goal, sizeof goal, "%s%s%s", signs[figure->goal_kind],
                 number(figure->goal, limit, sizeof limit),
                 is_reached(figure, ratio) ? "" : " MISSED");
    printf("| %-46s | %9s | %9s | %-10s | %6s | %-20s | %-28s | %s\n", figure->name,
           number(figure->ours, ours, sizeof ours), floor, figure->unit, shown, goal,
           figure->floor > 0 ? figure->floor_name : "", figure->note ? figure->note : "");
}

// --- statistics
static int by_size(const void *a, const void *b)
{
    double one = *(const double *)a, other = *(const double *)b;
    return (one > other) - (one < other);
}

double bench_median(double *values, size_t count)
{
    if (count == 0)
        return 0;
    qsort(values, count, sizeof *values, by_size);
    return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

static int by_time(const void *a, const void *b)
{
    int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;
    return (one > other) - (one < other);
}

int64_t bench_percentile(int64_t *values, size_t count, double percent)
{
    if (count == 0)
        return 0;
    qsort(values, count, sizeof *values, by_time);
    size_t at = (size_t)((double)count * percent / 100);
    return values[at < count ? at : count - 1];
}

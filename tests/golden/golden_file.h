// SPDX-License-Identifier: Apache-2.0
// Golden files: PART/VERSION/NAME, committed once, read for ever.
#pragma once

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/harness/test.h"
#include "tests/unit/proto_filler.h"

#define GOLDEN_MAX (1 << 20)

struct golden {
    char path[1200], version[64], name[128]; // name without its ending
    bool present;                            // of the version that is being built
};

static inline struct golden golden_of(const char *part, const char *version, const char *name,
                                      const char *ending)
{
    char below[300];
    struct golden golden;
    snprintf(golden.version, sizeof golden.version, "%s", version);
    snprintf(golden.name, sizeof golden.name, "%s", name);
    snprintf(below, sizeof below, "golden/%s/%s/%s%s", part, version, name, ending);
    snprintf(golden.path, sizeof golden.path, "%s", test_path(below));
    golden.present = strcmp(version, RUFBUS_VERSION) == 0;
    return golden;
}

static inline bool golden_exists(const struct golden *golden)
{
    struct stat about;
    return stat(golden->path, &about) == 0;
}

// Its bytes, with a NUL behind them.
static inline struct bytes golden_read(const struct golden *golden, struct arena *arena)
{
    uint8_t *data = arena_alloc(arena, GOLDEN_MAX);
    FILE *file = fopen(golden->path, "rb");
    CHECK(data && file);
    size_t size = fread(data, 1, GOLDEN_MAX - 1, file);
    fclose(file);
    data[size] = '\0';
    return (struct bytes){ data, size };
}

// A missing one, of the present version; never another.
static inline void golden_write(const char *part, const struct golden *golden, struct bytes bytes)
{
    char below[300];
    snprintf(below, sizeof below, "golden/%s", part);
    (void)mkdir(test_path(below), 0777);
    snprintf(below, sizeof below, "golden/%s/%s", part, golden->version);
    (void)mkdir(test_path(below), 0777);
    CHECK(golden->present && !golden_exists(golden));
    FILE *file = fopen(golden->path, "wbx");
    CHECK(file && fwrite(bytes.data, 1, bytes.size, file) == bytes.size);
    CHECK(fclose(file) == 0);
    printf("  written: %s\n", golden->path);
}

// Calls for each file of each version; returns how many.
static inline int golden_each(const char *part, const char *ending,
                              void (*call)(const struct golden *golden))
{
    char below[300];
    int count = 0;
    snprintf(below, sizeof below, "golden/%s", part);
    DIR *versions = opendir(test_path(below));
    CHECK(versions != NULL);
    for (struct dirent *version; (version = readdir(versions)) != NULL;) {
        if (version->d_name[0] == '.')
            continue;
        snprintf(below, sizeof below, "golden/%s/%.60s", part, version->d_name);
        DIR *files = opendir(test_path(below));
        CHECK(files != NULL);
        for (struct dirent *file; (file = readdir(files)) != NULL;) {
            size_t size = strlen(file->d_name), end = strlen(ending);
            if (size <= end || size > 120 || strcmp(file->d_name + size - end, ending) != 0)
                continue;
            char name[128];
            snprintf(name, sizeof name, "%.*s", (int)(size - end), file->d_name);
            struct golden golden = golden_of(part, version->d_name, name, ending);
            call(&golden);
            count++;
        }
        closedir(files);
    }
    closedir(versions);
    return count;
}

// A row of this record, the same each time, with every field set. In the filler's arena.
static inline uint8_t *golden_row(struct filler *filler, const struct record *record)
{
    uint64_t seed = 1;
    struct err err = { 0 };
    for (const char *c = record->name; *c; c++)
        seed = seed * 131 + (unsigned char)*c;
    rng_seed(&filler->rng, seed);
    filler->full = true;
    uint8_t *row = arena_alloc(filler->arena, record->size);
    fill(filler, record, row);
    (void)!record_check(record, row, &err);
    CHECK_OK(&err);
    return row;
}

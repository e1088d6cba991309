// SPDX-License-Identifier: Apache-2.0
// One table decides; nothing unknown is passed over in silence.
#include "common/run/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/system.h"

#define GIVEN_MAX 200

struct given {
    const struct option *option;
    const char *value;
    int rank; // 0 command line, 1 environment, 2 file, 3 default
};

struct options {
    const struct option_table *tables;
    size_t table_count;
    struct arena *arena;
    struct given given[GIVEN_MAX];
    size_t count;
};

static const struct option *find(const struct options *options, const char *name, size_t size)
{
    for (size_t i = 0; i < options->table_count; i++) {
        for (size_t j = 0; j < options->tables[i].count; j++) {
            const struct option *option = &options->tables[i].options[j];
            if (strlen(option->name) == size && memcmp(option->name, name, size) == 0)
                return option;
        }
    }
    return NULL;
}

// How many letters two words do not share at the same place; small for slips of the hand.
static size_t distance(const char *a, const char *b)
{
    size_t rows[2][64];
    size_t wide = strlen(b);
    if (wide >= 63 || strlen(a) >= 63)
        return 99;
    for (size_t j = 0; j <= wide; j++)
        rows[0][j] = j;
    size_t at = 0;
    for (size_t i = 0; a[i]; i++, at ^= 1) {
        rows[at ^ 1][0] = i + 1;
        for (size_t j = 0; j < wide; j++) {
            size_t best = rows[at][j] + (a[i] != b[j]);
            if (rows[at][j + 1] + 1 < best)
                best = rows[at][j + 1] + 1;
            if (rows[at ^ 1][j] + 1 < best)
                best = rows[at ^ 1][j] + 1;
            rows[at ^ 1][j + 1] = best;
        }
    }
    return rows[at][wide];
}

static bool unknown(const struct options *options, const char *name, struct err *err)
{
    const char *nearest = "help";
    size_t least = 99;
    for (size_t i = 0; i < options->table_count; i++) {
        for (size_t j = 0; j < options->tables[i].count; j++) {
            size_t far = distance(name, options->tables[i].options[j].name);
            if (far < least) {
                least = far;
                nearest = options->tables[i].options[j].name;
            }
        }
    }
    return fail(err, ERR_INVALID, name, TEXT_OPTION_UNKNOWN, name, nearest, NULL);
}

static bool add(struct options *options, const struct option *option, const char *value, int rank,
                struct err *err)
{
    if (options->count == GIVEN_MAX)
        return fail(err, ERR_TOO_LARGE, option->name, TEXT_LIST_TOO_LONG, int_text(GIVEN_MAX).text,
                    NULL);
    char *copy = arena_text(options->arena, value, strlen(value));
    if (!copy)
        return fail(err, ERR_TOO_LARGE, option->name, TEXT_MEMORY_FULL, NULL);
    options->given[options->count++] = (struct given){ option, copy, rank };
    return true;
}

static bool take_words(struct options *options, int argc, char **argv, struct err *err)
{
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        if (strncmp(word, "--", 2) != 0)
            return unknown(options, word, err);
        const char *equals = strchr(word, '=');
        size_t size = equals ? (size_t)(equals - word) - 2 : strlen(word) - 2;
        const struct option *option = find(options, word + 2, size);
        if (!option)
            return unknown(options, word + 2, err);
        const char *value = "yes";
        if (option->value && !equals && ++i == argc)
            return fail(err, ERR_INVALID, option->name, TEXT_CLI_OPTION_NEEDS_VALUE, word, NULL);
        if (option->value)
            value = equals ? equals + 1 : argv[i];
        if (!add(options, option, value, 0, err))
            return false;
    }
    return true;
}

static bool take_environment(struct options *options, const struct option *option, struct err *err)
{
    char name[80];
    snprintf(name, sizeof name, "RUFBUS_%s", option->name);
    for (char *c = name; *c; c++)
        *c = *c == '-' ? '_' : (*c >= 'a' && *c <= 'z') ? (char)(*c - 32) : *c;
    const char *value = getenv(name);
    if (!value || !*value)
        return true;
    if (!option->list)
        return add(options, option, value, 1, err);
    while (*value) {
        size_t size = strcspn(value, " ");
        char *one = size ? arena_text(options->arena, value, size) : NULL;
        if (one && !add(options, option, one, 1, err))
            return false;
        value += size + (value[size] == ' ');
    }
    return true;
}

struct options *options_read(const struct option_table *tables, size_t table_count, int argc,
                             char **argv, struct arena *arena, struct err *err)
{
    struct options *options = arena_alloc(arena, sizeof *options);
    if (!options)
        abort();
    options->tables = tables;
    options->table_count = table_count;
    options->arena = arena;
    if (!take_words(options, argc, argv, err))
        return NULL;
    for (size_t i = 0; i < table_count; i++) {
        for (size_t j = 0; j < tables[i].count; j++) {
            const struct option *option = &tables[i].options[j];
            if (!take_environment(options, option, err) ||
                (option->otherwise && !add(options, option, option->otherwise, 3, err)))
                return NULL;
        }
    }
    return options;
}

static char *trimmed(char *text)
{
    text += strspn(text, " \t");
    size_t size = strlen(text);
    while (size > 0 && strchr(" \t\r\n", text[size - 1]))
        text[--size] = '\0';
    return text;
}

static bool take_line(struct options *options, char *line, const char *where, struct err *err)
{
    char *name = trimmed(line);
    if (!*name || *name == '#' || *name == ';')
        return true;
    char *equals = strchr(name, '=');
    if (!equals)
        return fail(err, ERR_INVALID, where, TEXT_OPTION_LINE, NULL);
    *equals = '\0';
    name = trimmed(name);
    const struct option *option = find(options, name, strlen(name));
    if (!option)
        return unknown(options, name, err);
    return add(options, option, trimmed(equals + 1), 2, err);
}

bool options_file(struct options *options, const char *path, struct err *err)
{
    char line[2048], where[90];
    int number = 0;
    FILE *file = fopen(path, "re");
    if (!file)
        return errno == ENOENT || fail(err, ERR_UNAVAILABLE, NULL, TEXT_CLI_FILE_UNREADABLE, path,
                                       system_text(errno).text, NULL);
    bool right = true;
    while (right && fgets(line, sizeof line, file)) {
        const char *slash = strrchr(path, '/');
        snprintf(where, sizeof where, "%.60s:%d", slash ? slash + 1 : path, ++number);
        // A line that does not fit would go on as another one.
        bool whole = strchr(line, '\n') || feof(file);
        right = whole ? take_line(options, line, where, err)
                      : fail(err, ERR_INVALID, where, TEXT_OPTION_LINE, NULL);
    }
    if (right && ferror(file))
        right = fail(err, ERR_UNAVAILABLE, NULL, TEXT_CLI_FILE_UNREADABLE, path,
                     system_text(errno).text, NULL);
    fclose(file);
    return right;
}

const char *options_value(const struct options *options, const char *name, int nth)
{
    // Where several places give a value, the nearest one counts alone.
    int rank = 4;
    for (size_t i = 0; i < options->count; i++) {
        const struct given *given = &options->given[i];
        if (strcmp(given->option->name, name) == 0 && given->rank < rank)
            rank = given->rank;
    }
    const char *value = NULL;
    for (size_t i = 0; i < options->count; i++) {
        const struct given *given = &options->given[i];
        if (strcmp(given->option->name, name) != 0 || given->rank != rank)
            continue;
        if (given->option->list && nth-- == 0)
            return given->value;
        if (!given->option->list && nth == 0)
            value = given->value;
    }
    return value;
}

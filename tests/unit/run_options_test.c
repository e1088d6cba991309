// SPDX-License-Identifier: Apache-2.0
// Where an option comes from, which place counts, and what is said about a wrong one.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/compiler.h"
#include "common/run/options.h"
#include "tests/harness/test.h"

static const struct option some_options[] = {
    { "pbx-name", "NAME", false, NULL, "Name der Anlage", "the PBX's name" },
    { "listen", "ADRESSE", true, NULL, "Anschriften", "addresses" },
    { "map-size", "BYTES", false, "4096", "Umfang", "size" },
    { "check", NULL, false, NULL, "prüfen", "check" },
};

struct given {
    struct arena *arena;
    struct options *options;
    struct err err;
};

static struct given *give(int count, const char *const *words)
{
    static const struct option_table table = { some_options, COUNT_OF(some_options) };
    struct given *given = calloc(1, sizeof *given);
    if (!given)
        abort();
    given->arena = arena_new(1 << 16);
    given->options =
        options_read(&table, 1, count, (char **)(uintptr_t)words, given->arena, &given->err);
    return given;
}
#define GIVE(...)                                                                                  \
    give(sizeof((const char *[]){ "rufbus", __VA_ARGS__ }) / sizeof(char *),                       \
         (const char *[]){ "rufbus", __VA_ARGS__ })

static void leave(struct given *given)
{
    arena_free(given->arena);
    free(given);
}

static const char *write_conf(const char *text)
{
    static char path[400];
    snprintf(path, sizeof path, "%s/some.conf", test_folder());
    FILE *file = fopen(path, "w");
    CHECK(file != NULL);
    fputs(text, file);
    fclose(file);
    return path;
}

TEST(the_nearest_place_counts)
{
    setenv("RUFBUS_MAP_SIZE", "8192", 1);
    setenv("RUFBUS_PBX_NAME", "berlin", 1);
    struct given *given = GIVE("--map-size", "16384", "--check");
    unsetenv("RUFBUS_MAP_SIZE");
    unsetenv("RUFBUS_PBX_NAME");
    CHECK_OK(&given->err);
    const char *path = write_conf("map-size = 1\npbx-name = wien\nlisten = tcp://127.0.0.1:1\n");
    CHECK(options_file(given->options, path, &given->err));
    CHECK_STR(options_value(given->options, "map-size", 0), "16384");           // command line
    CHECK_STR(options_value(given->options, "pbx-name", 0), "berlin");          // environment
    CHECK_STR(options_value(given->options, "listen", 0), "tcp://127.0.0.1:1"); // file
    CHECK_STR(options_value(given->options, "check", 0), "yes");
    leave(given);
    given = give(1, (const char *[]){ "rufbus" });
    CHECK_STR(options_value(given->options, "map-size", 0), "4096"); // default
    CHECK_STR(options_value(given->options, "pbx-name", 0), NULL);
    CHECK_STR(options_value(given->options, "check", 0), NULL);
    leave(given);
}

TEST(a_list_keeps_its_order_and_what_is_no_list_counts_as_given_last)
{
    struct given *given =
        GIVE("--listen=a=b", "--pbx-name", "erste", "--listen", "c", "--pbx-name=zweite");
    CHECK_OK(&given->err);
    CHECK_STR(options_value(given->options, "listen", 0), "a=b");
    CHECK_STR(options_value(given->options, "listen", 1), "c");
    CHECK_STR(options_value(given->options, "listen", 2), NULL);
    CHECK_STR(options_value(given->options, "pbx-name", 0), "zweite");
    CHECK_STR(options_value(given->options, "pbx-name", 1), NULL);
    leave(given);
    setenv("RUFBUS_LISTEN", " a  b ", 1);
    given = give(1, (const char *[]){ "rufbus" });
    unsetenv("RUFBUS_LISTEN");
    CHECK_STR(options_value(given->options, "listen", 0), "a");
    CHECK_STR(options_value(given->options, "listen", 1), "b");
    CHECK_STR(options_value(given->options, "listen", 2), NULL);
    leave(given);
}

TEST(a_wrong_option_is_named_with_the_one_that_was_meant)
{
    struct given *given = GIVE("--map-siez", "1");
    CHECK_REFUSED(&given->err, ERR_INVALID, "map-siez");
    CHECK(strstr(given->err.german, "map-size") && strstr(given->err.english, "map-size"));
    leave(given);
    given = GIVE("map-size");
    CHECK_REFUSED(&given->err, ERR_INVALID, "map-size");
    leave(given);
    given = GIVE("--map-size");
    CHECK_REFUSED(&given->err, ERR_INVALID, "map-size");
    CHECK(given->options == NULL);
    leave(given);
    given = GIVE("--");
    CHECK_REFUSED(&given->err, ERR_INVALID, "");
    leave(given);
}

// Refused, naming this field.
static void check_conf(const char *text, const char *field)
{
    struct given *given = give(1, (const char *[]){ "rufbus" });
    CHECK(!options_file(given->options, write_conf(text), &given->err));
    CHECK_REFUSED(&given->err, ERR_INVALID, field);
    leave(given);
}

TEST(a_wrong_line_of_the_file_is_named)
{
    check_conf("# gut\n\n  ; auch gut\nmap-size 4096\n", "some.conf:4");
    check_conf("map_size = 4096\n", "map_size");
    check_conf("= 4096\n", "");
    struct given *given = give(1, (const char *[]){ "rufbus" });
    const char *path = write_conf("\t pbx-name\t= zwei Worte = eins \r\n\nlisten=a\nlisten=b");
    CHECK(options_file(given->options, path, &given->err));
    CHECK_STR(options_value(given->options, "pbx-name", 0), "zwei Worte = eins");
    CHECK_STR(options_value(given->options, "listen", 1), "b");
    CHECK(options_file(given->options, "/no/such/file.conf", &given->err)); // may be missing
    CHECK(!options_file(given->options, test_folder(), &given->err) || given->err.code == ERR_NONE);
    leave(given);
}

TEST(a_line_too_long_for_us_is_refused_whole)
{
    char text[3000];
    memset(text, 'x', sizeof text);
    memcpy(text, "pbx-name = ", 11);
    memcpy(text + sizeof text - 10, "\nlisten=", 9);
    check_conf(text, "some.conf:1");
}

TEST(too_many_are_refused_not_dropped)
{
    const char *words[1 + 2 * 210] = { "rufbus" };
    for (int i = 1; i < 421; i += 2) {
        words[i] = "--listen";
        words[i + 1] = "a";
    }
    struct given *given = give(421, words);
    CHECK_REFUSED(&given->err, ERR_TOO_LARGE, "listen");
    leave(given);
}

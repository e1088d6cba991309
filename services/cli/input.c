// SPDX-License-Identifier: Apache-2.0
// Words of the command line into the fields of a request.
#include "services/cli/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/base/when.h"
#include "common/run/loop.h"
#include "common/wire/json.h"
#include "services/cli/connect.h"
#include "services/cli/file.h"
#include "services/cli/naming.h"

static bool looks_like_number(const char *word)
{
    size_t digits = 0;
    for (const char *c = word; *c; c++) {
        if (*c >= '0' && *c <= '9')
            digits++;
        else if (!strchr("+ -/().", *c))
            return false;
    }
    return digits >= 3;
}

// The next name of "id number|name" that fits `word`, in `name`; moves *positions on. False at the
// end.
static bool take_position(const char **positions, const char *word, char name[64])
{
    *positions += strspn(*positions, " ");
    size_t size = strcspn(*positions, " ");
    if (size == 0 || size >= 64)
        return false;
    memcpy(name, *positions, size);
    name[size] = 0;
    *positions += size;
    char *other = strchr(name, '|');
    if (!other)
        return true;
    *other++ = 0;
    if (!looks_like_number(word))
        memmove(name, other, strlen(other) + 1);
    return true;
}

static bool is_assignment(const struct record *record, const char *word, char name[64])
{
    const char *equals = strchr(word, '=');
    size_t size = equals ? (size_t)(equals - word) : 0;
    if (size == 0 || size >= 64)
        return false;
    memcpy(name, word, size);
    name[size] = 0;
    // A text that merely contains "=" is one by position; a mistyped field's name is not.
    return record_field(record, name) ||
           strspn(name, "abcdefghijklmnopqrstuvwxyz_0123456789") == size;
}

// RFC 3339, or a time as people say it, by the reader's zone.
static bool read_time(const struct cli *cli, const char *value, struct when *out, struct err *err)
{
    struct zone zone;
    *out = (struct when){ .has_until = false };
    if (civil_parse_rfc3339(value, &out->from_us))
        return true;
    (void)!zone_load(cli->zone, &zone);
    return when_read(value, loop_now_us(), &zone, out, err);
}

static bool set_time(const struct cli *cli, const struct record *record, const char *name,
                     int64_t time_us, void *in, struct err *err)
{
    const char *text = arena_format(cli->arena, "%s", civil_rfc3339(time_us).text);
    return text && json_set(record, name, text, cli->arena, in, err);
}

// A date alone is its beginning, as ever; a window has no place in one field.
static bool set_moment(const struct cli *cli, const struct record *record, const char *name,
                       const char *value, void *in, struct err *err)
{
    struct when when;
    struct zone zone;
    int64_t day;
    if (civil_parse_date(value, &day)) {
        (void)!zone_load(cli->zone, &zone);
        return set_time(cli, record, name, zone_time_us(&zone, day, 0, ZONE_FIRST), in, err);
    }
    if (!read_time(cli, value, &when, err) ||
        (when.has_until && !fail(err, ERR_INVALID, NULL, TEXT_CLI_NO_WINDOW, value, NULL))) {
        (void)snprintf(err->field, sizeof err->field, "%s", name);
        return false;
    }
    return set_time(cli, record, name, when.from_us, in, err);
}

const char *input_time(const struct cli *cli, const char *value)
{
    struct when when;
    struct zone zone;
    struct err err = { 0 };
    int64_t day;
    if (civil_parse_date(value, &day)) {
        (void)!zone_load(cli->zone, &zone);
        when.from_us = zone_time_us(&zone, day, 0, ZONE_FIRST);
    } else if (!read_time(cli, value, &when, &err) || when.has_until) {
        return value; // the schema says what a time is
    }
    const char *text = arena_format(cli->arena, "%s", civil_rfc3339(when.from_us).text);
    return text ? text : value;
}

// "when" stands for the beginning and end of a window, whatever the method calls them.
static const char *window_start(const struct record *record)
{
    static const char *const names[] = { "from", "due_at", "at" };
    for (size_t i = 0; i < COUNT_OF(names) && !record_field(record, "when"); i++) {
        if (record_field(record, names[i]) && record_field(record, "until"))
            return names[i];
    }
    return NULL;
}

static bool set_window(const struct cli *cli, const struct record *record, const char *value,
                       void *in, struct err *err)
{
    struct when when;
    if (!read_time(cli, value, &when, err)) {
        (void)snprintf(err->field, sizeof err->field, "when");
        return false;
    }
    return set_time(cli, record, window_start(record), when.from_us, in, err) &&
           (!when.has_until || set_time(cli, record, "until", when.until_us, in, err));
}

bool input_otherwise(const struct cli *cli, const struct method *method, const char *otherwise,
                     void *in, struct err *err)
{
    const struct record *record = method->in();
    char name[64], value[64], other[64];
    if (sscanf(otherwise, "%63[a-z_]=%63[^/]/%63[a-z_]", name, value, other) != 3)
        abort(); // the table is wrong
    const struct field *field = record_field(record, name), *instead = record_field(record, other);
    if (field_present(field, in) || field_present(instead, in))
        return true;
    return json_set(record, name, value, cli->arena, in, err);
}

// A kind of service is given by its key.
static void by_key(const struct record *record, const char *value, char name[64])
{
    const struct field *field = record_field(record, "kind");
    struct id id;
    if (strcmp(name, "kind") == 0 && field && field->type == FIELD_ID && !id_parse(value, &id) &&
        record_field(record, "key"))
        (void)snprintf(name, 64, "key");
}

// A rule of rounding as people write it: 60/30, 360/360/day, 60/60/call/180 (at least): first
// block, next blocks, for what, minimum. Anything else as it is.
static const char *rounding_word(const struct cli *cli, const struct field *field,
                                 const char *value)
{
    int first, next, minimum = 0, used = 0;
    char scope[5] = "call";
    if (field->type != FIELD_ONE || strcmp(field->record()->name, "rounding") != 0 ||
        sscanf(value, "%6d/%6d%n/%4[a-z]%n/%6d%n", &first, &next, &used, scope, &used, &minimum,
               &used) < 2 ||
        value[used])
        return value;
    const char *text =
        arena_format(cli->arena, "{\"minimum_s\":%d,\"first_s\":%d,\"next_s\":%d,\"scope\":\"%s\"}",
                     minimum, first, next, scope);
    return text ? text : value;
}

// Whoever types names and numbers knows no ids.
static bool set_named(const struct cli *cli, const struct method *method, const char *name,
                      const char *value, void *in, struct err *err)
{
    const struct record *record = method->in();
    enum name_kind kind;
    struct id id;
    if (!*value || id_parse(value, &id) || !naming_kind_asked(method, name, &kind))
        return json_set(record, name, value, cli->arena, in, err);
    struct caller *caller = connect_services(cli, err);
    if (!caller)
        return false;
    bool good = naming_id(caller_client(caller), kind, value, name, &id, err);
    caller_free(caller);
    // Timekeeping knows the numbers of files by itself.
    if (!good && err->code == ERR_TIMEOUT && kind == NAME_FILE &&
        record_field(record, "file_number")) {
        *err = (struct err){ .code = ERR_NONE };
        return json_set(record, "file_number", value, cli->arena, in, err);
    }
    return good && json_set(record, name, id_text(id).text, cli->arena, in, err);
}

static bool set_word(const struct cli *cli, const struct method *method, const char *name,
                     const char *value, void *in, struct err *err)
{
    const struct record *record = method->in();
    const struct field *field = record_field(record, name);
    if (field && field->type == FIELD_TIME)
        return set_moment(cli, record, name, value, in, err);
    if (strcmp(name, "when") == 0 && window_start(record))
        return set_window(cli, record, value, in, err);
    if (field && field->type == FIELD_ID)
        return set_named(cli, method, name, value, in, err);
    return json_set(record, name, field ? rounding_word(cli, field, value) : value, cli->arena, in,
                    err);
}

static bool is_option(const char *word)
{
    return strncmp(word, "--", 2) == 0 && word[2] >= 'a' && word[2] <= 'z';
}

bool input_fill(const struct cli *cli, const struct method *method, const char *positions, void *in,
                struct err *err)
{
    const struct record *record = method->in();
    if (cli->input) {
        size_t size;
        const char *text = file_read(cli, cli->input, &size, err);
        if (!text || !json_read(record, text, size, cli->arena, in, err))
            return false;
    }
    for (size_t i = 0; i < cli->word_count; i++) {
        const char *word = cli->words[i];
        char name[64];
        const char *value = word;
        if (is_option(word))
            return fail(err, ERR_INVALID, NULL, TEXT_CLI_UNKNOWN_OPTION, word, NULL);
        if (is_assignment(record, word, name))
            value = strchr(word, '=') + 1;
        else if (!take_position(&positions, word, name))
            return fail(err, ERR_INVALID, NULL, TEXT_CLI_WORD_TOO_MANY, word, NULL);
        by_key(record, value, name);
        if (!set_word(cli, method, name, value, in, err))
            return false;
    }
    return record_check(record, in, err);
}

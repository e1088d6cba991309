// SPDX-License-Identifier: Apache-2.0
// rufbus load FILE.jsonl: one request a line, in order: {"method": ..., "as": NAME, "in": {...}}.
// "@NAME" stands for the id of the row that the line called NAME has created.
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/wire/json.h"
#include "common/wire/mp.h"
#include "services/cli/actions.h"
#include "services/cli/connect.h"
#include "services/cli/file.h"
#include "services/cli/say.h"

#define NAMES_MAX 1000

struct names {
    struct {
        const char *name;
        struct id id;
    } known[NAMES_MAX];
    size_t count;
};

static const struct id *name_find(const struct names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->known[i].name, name) == 0)
            return &names->known[i].id;
    }
    return NULL;
}

static bool replace_name(const struct names *names, const char *key, json_t *value, struct err *err)
{
    const char *text = json_string_value(value);
    if (text[0] != '@')
        return true;
    const struct id *id = name_find(names, text + 1);
    if (!id)
        return fail(err, ERR_INVALID, key, TEXT_CLI_NAME_UNKNOWN, text, NULL);
    if (json_string_set(value, id_text(*id).text) != 0)
        return fail(err, ERR_INTERNAL, key, TEXT_CLI_OUT_OF_MEMORY, NULL);
    return true;
}

// Puts ids in the place of "@NAME" in a value and in what is in it, as deep as a request may be.
static bool replace_names(const struct names *names, const char *key, json_t *value, int depth,
                          struct err *err)
{
    const char *name;
    json_t *item;
    size_t i;
    if (json_is_string(value))
        return replace_name(names, key, value, err);
    if (depth == MP_DEPTH_MAX)
        return true; // refused when it is read
    json_object_foreach(value, name, item)
    {
        if (!replace_names(names, name, item, depth + 1, err))
            return false;
    }
    json_array_foreach(value, i, item)
    {
        if (!replace_names(names, key, item, depth + 1, err))
            return false;
    }
    return true;
}

static bool keep_name(const struct cli *cli, struct names *names, const char *name,
                      const struct method *method, const void *out, struct err *err)
{
    const struct field *field = record_field(method->out(), "id");
    if (!name || !field)
        return true;
    if (names->count == NAMES_MAX)
        return fail(err, ERR_TOO_LARGE, "as", TEXT_LIST_TOO_LONG, int_text(NAMES_MAX).text, NULL);
    names->known[names->count].name = arena_text(cli->arena, name, strlen(name));
    memcpy(&names->known[names->count].id, (const char *)out + field->offset, sizeof(struct id));
    names->count++;
    return true;
}

static bool load_object(const struct cli *cli, struct client *client, struct names *names,
                        json_t *object, struct err *err)
{
    const char *word = json_string_value(json_object_get(object, "method"));
    json_t *body = json_object_get(object, "in");
    const struct method *method = word ? proto_method(NULL, word) : NULL;
    if (!method)
        return fail(err, ERR_INVALID, "method", TEXT_CLI_UNKNOWN_METHOD, word ? word : "", NULL);
    if (!json_is_object(body))
        return fail(err, ERR_INVALID, "in", TEXT_TYPE_WRONG, "{...}", NULL);
    if (!replace_names(names, "in", body, 0, err))
        return false;
    void *in = arena_alloc(cli->arena, method->in()->size);
    void *out = arena_alloc(cli->arena, method->out()->size);
    char *text = json_dumps(body, 0);
    bool read =
        in && out && text && json_read(method->in(), text, strlen(text), cli->arena, in, err);
    if (!in || !out || !text)
        (void)fail(err, ERR_INTERNAL, NULL, TEXT_CLI_OUT_OF_MEMORY, NULL);
    free(text);
    if (!read)
        return false;
    enum call_result result = client_call(client, method, in, out);
    if (result == CALL_REFUSED)
        *err = client->refused;
    else if (result == CALL_UNKNOWN)
        (void)fail(err, ERR_TIMEOUT, NULL, TEXT_CLI_NO_ANSWER, method->service, NULL);
    const char *name = json_string_value(json_object_get(object, "as"));
    return result == CALL_DONE && keep_name(cli, names, name, method, out, err);
}

// One line; false after having said what is wrong with it.
static bool load_line(const struct cli *cli, struct client *client, struct names *names,
                      const char *line, size_t size, size_t number)
{
    struct err err = { 0 };
    json_error_t fault;
    json_t *object = json_loadb(line, size, JSON_REJECT_DUPLICATES, &fault);
    if (!json_is_object(object))
        (void)fail(&err, ERR_INVALID, NULL, TEXT_CLI_LINE_NOT_JSON, object ? "" : fault.text, NULL);
    bool done = err.code == ERR_NONE && load_object(cli, client, names, object, &err);
    json_decref(object);
    if (!done) {
        fprintf(stderr, "%s %zu: ", cli_text(cli, TEXT_CLI_LINE), number);
        (void)cli_refused(cli, &err);
    }
    return done;
}

int action_load(struct cli *cli)
{
    struct err err = { 0 };
    size_t size, number = 0, loaded = 0;
    if (cli->word_count != 1)
        return cli_usage(cli, TEXT_CLI_FILE_MISSING, NULL);
    const char *text = file_read(cli, cli->words[0], &size, &err);
    struct caller *caller = text ? connect_services(cli, &err) : NULL;
    if (!caller)
        return cli_refused(cli, &err);
    struct names *names = arena_alloc(cli->arena, sizeof *names);
    bool good = names != NULL;
    for (const char *line = text, *end = text + size; good && line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        size_t length = (size_t)((stop ? stop : end) - line);
        number++;
        if (length > 0) {
            good = load_line(cli, caller_client(caller), names, line, length, number);
            loaded += good;
        }
        line += length + 1;
    }
    caller_free(caller);
    fprintf(cli->out, "%zu %s\n", loaded, cli_text(cli, TEXT_CLI_LOADED));
    return good ? EXIT_DONE : EXIT_REFUSED;
}

// SPDX-License-Identifier: Apache-2.0
// rufbus clock start | stop | pause | resume | status | correct | list: a person's stop-watch.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/civil.h"
#include "common/base/duration.h"
#include "common/base/zone.h"
#include "common/wire/json.h"
#include "proto/stubs.h"
#include "services/cli/actions.h"
#include "services/cli/clock_show.h"
#include "services/cli/connect.h"
#include "services/cli/input.h"
#include "services/cli/naming.h"
#include "services/cli/say.h"
#include "services/timekeeping/clock.h"

#define PAGE_MEMORY ((size_t)16 << 20)

static void print_json(const struct cli *cli, const struct record *record, const void *row)
{
    const char *text = json_write(record, row, JSON_LINE, cli->arena);
    fprintf(cli->out, "%s\n", text ? text : "null");
}

// --- words
// The words that are no field=value, as one text; they are taken out of cli->words.
static const char *take_text(struct cli *cli, const struct record *record)
{
    const char *text = "";
    const char **kept = arena_array(cli->arena, cli->word_count + 1, sizeof *kept);
    size_t count = 0;
    for (size_t i = 0; kept && text && i < cli->word_count; i++) {
        const char *word = cli->words[i], *equals = strchr(word, '=');
        const char *name = equals ? arena_text(cli->arena, word, (size_t)(equals - word)) : NULL;
        if ((name && record_field(record, name)) || strncmp(word, "--", 2) == 0)
            kept[count++] = word;
        else
            text = arena_format(cli->arena, "%s%s%s", text, *text ? " " : "", word);
    }
    if (!kept)
        return "";
    cli->words = kept;
    cli->word_count = count;
    return text ? text : "";
}

// "at=9:15" of today, "at=-10min" from now; anything else is left as it is.
static const char *time_today(const struct cli *cli, const char *word)
{
    struct zone zone;
    struct timespec now;
    int64_t seconds, at_us;
    bool back = strncmp(word, "at=-", 4) == 0;
    const char *value = word + (back ? 4 : 3);
    if (strncmp(word, "at=", 3) != 0 || strlen(value) > 12 || !duration_read(value, &seconds) ||
        (!back && !strchr(value, ':')))
        return word;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    at_us = SECONDS(now.tv_sec) + now.tv_nsec / 1000 - SECONDS(seconds);
    (void)!zone_load(cli->zone, &zone);
    if (!back)
        at_us = zone_time_us(&zone, zone_local(&zone, SECONDS(now.tv_sec)).day, (int32_t)seconds,
                             ZONE_FIRST);
    const char *text = arena_format(cli->arena, "at=%s", civil_rfc3339(at_us).text);
    return text ? text : word;
}

static bool read_words(struct cli *cli, const struct method *method, const char *positions,
                       void *in, struct err *err)
{
    const char **words = arena_array(cli->arena, cli->word_count + 1, sizeof *words);
    for (size_t i = 0; words && i < cli->word_count; i++)
        words[i] = time_today(cli, cli->words[i]);
    if (words)
        cli->words = words;
    return input_fill(cli, method, positions, in, err);
}

// --- moving
typedef enum call_result move_call(struct client *client, const struct clock_move *in,
                                   struct clock *out);

// What else is on somebody's stack: what was paused for it, or goes on now.
static void show_others(const struct cli *cli, struct client *client, const struct clock *clock)
{
    struct clock_status_query query = { .staff = clock->staff };
    struct clock_stack stack = { .clocks_count = 0 };
    struct clock *others = NULL;
    size_t count = 0;
    if (call_clock_status(client, &query, &stack) == CALL_DONE && stack.clocks_count > 0)
        others = arena_array(cli->arena, stack.clocks_count, sizeof *others);
    for (size_t i = 0; others && i < stack.clocks_count; i++) {
        if (!id_equal(stack.clocks[i].id, clock->id))
            others[count++] = stack.clocks[i];
    }
    clock_show(cli, &(struct clock_lines){
                        .clocks = others, .count = count, .now_us = stack.at, .day = true });
}

static int show_moved(struct cli *cli, struct client *client, const struct clock *clock)
{
    if (cli->json) {
        print_json(cli, clock_record(), clock);
        return EXIT_DONE;
    }
    cli->naming = naming_new(client);
    // It was just moved: that is now.
    clock_show(cli, &(struct clock_lines){
                        .clocks = clock, .count = 1, .now_us = clock->edited_at, .day = true });
    show_others(cli, client, clock);
    naming_free(cli->naming);
    cli->naming = NULL;
    return EXIT_DONE;
}

static int move(struct cli *cli, const struct method *method, move_call *call)
{
    struct err err = { 0 };
    struct clock_move in = { .has_at = false };
    struct clock clock = { .version = 0 };
    if (!read_words(cli, method, "id", &in, &err))
        return cli_misused(cli, &err);
    struct caller *caller = connect_services(cli, &err);
    if (!caller)
        return cli_refused(cli, &err);
    struct client *client = caller_client(caller);
    enum call_result result = call(client, &in, &clock);
    int code = result == CALL_DONE ? show_moved(cli, client, &clock)
                                   : connect_explain(cli, client, method, result);
    caller_free(caller);
    return code;
}

int action_clock_stop(struct cli *cli)
{
    return move(cli, &method_clock_stop, call_clock_stop);
}

int action_clock_pause(struct cli *cli)
{
    return move(cli, &method_clock_pause, call_clock_pause);
}

int action_clock_resume(struct cli *cli)
{
    return move(cli, &method_clock_resume, call_clock_resume);
}

int action_clock_start(struct cli *cli)
{
    struct err err = { 0 };
    struct clock_begin in = { .has_at = false };
    struct clock clock = { .version = 0 };
    const char *text = take_text(cli, clock_begin_record());
    if (*text)
        in.text = text;
    if (!read_words(cli, &method_clock_start, "", &in, &err))
        return cli_misused(cli, &err);
    struct caller *caller = connect_services(cli, &err);
    if (!caller)
        return cli_refused(cli, &err);
    struct client *client = caller_client(caller);
    enum call_result result = call_clock_start(client, &in, &clock);
    int code = result == CALL_DONE ? show_moved(cli, client, &clock)
                                   : connect_explain(cli, client, &method_clock_start, result);
    caller_free(caller);
    return code;
}

// --- looking
static void show_stack(struct cli *cli, struct client *client, const struct clock_stack *stack)
{
    if (stack->clocks_count == 0)
        fprintf(cli->out, "%s: %s\n", stack->name, cli_text(cli, TEXT_CLI_CLOCK_NOTHING));
    cli->naming = naming_new(client);
    clock_show(cli, &(struct clock_lines){ .clocks = stack->clocks,
                                           .count = stack->clocks_count,
                                           .now_us = stack->at,
                                           .day = true });
    naming_free(cli->naming);
    cli->naming = NULL;
}

int action_clock_status(struct cli *cli)
{
    struct err err = { 0 };
    struct clock_status_query in = { .staff = { { 0 } } };
    struct clock_stack stack = { .clocks_count = 0 };
    if (!input_fill(cli, &method_clock_status, "staff", &in, &err))
        return cli_misused(cli, &err);
    struct caller *caller = connect_services(cli, &err);
    if (!caller)
        return cli_refused(cli, &err);
    struct client *client = caller_client(caller);
    enum call_result result = call_clock_status(client, &in, &stack);
    int code = EXIT_DONE;
    if (result != CALL_DONE)
        code = connect_explain(cli, client, &method_clock_status, result);
    else if (cli->json)
        print_json(cli, clock_stack_record(), &stack);
    else
        show_stack(cli, client, &stack);
    caller_free(caller);
    return code;
}

// --- the list
struct clock_list {
    struct cli *cli;
    struct client *client;
    struct clock_query query;
    char day[11];
    bool staff; // of several people
    size_t count;
    int64_t sum_s;
};

static bool same_day(const struct cli *cli, const struct clock *clock, const char *day)
{
    return strncmp(day, civil_local(clock->started_at, cli->zone).text, 10) == 0;
}

// Day by day.
static void show_page(struct clock_list *list, const struct cli *cli, const struct clock_page *page)
{
    for (size_t i = 0, next; i < page->clocks_count; i = next) {
        if (!same_day(cli, &page->clocks[i], list->day)) {
            memcpy(list->day, civil_local(page->clocks[i].started_at, cli->zone).text, 10);
            fprintf(cli->out, "%s\n", list->day);
        }
        for (next = i; next < page->clocks_count && same_day(cli, &page->clocks[next], list->day);
             next++)
            list->sum_s += clock_seconds(&page->clocks[next], page->at);
        clock_show(cli, &(struct clock_lines){ .clocks = &page->clocks[i],
                                               .count = next - i,
                                               .now_us = page->at,
                                               .before = "  ",
                                               .staff = list->staff });
    }
    list->count += page->clocks_count;
}

static int show_sum(const struct clock_list *list, bool more)
{
    const struct cli *cli = list->cli;
    if (list->count == 0)
        fprintf(cli->out, "%s\n", cli_text(cli, TEXT_CLI_NO_ROWS));
    else
        fprintf(cli->out, "%s %s\n", cli_text(cli, TEXT_CLI_CLOCK_SUM),
                duration_text(list->sum_s).text);
    if (more)
        fprintf(cli->out, "%s\n", cli_text(cli, TEXT_MERGE_MORE));
    return EXIT_DONE;
}

static int show_list(struct clock_list *list)
{
    const struct cli *cli = list->cli;
    struct clock_page page = { .more = true };
    struct cli paged = *cli; // its texts live until the next page
    enum call_result result = CALL_DONE;
    paged.arena = list->client->arena = arena_new(PAGE_MEMORY);
    for (bool first = true; result == CALL_DONE && page.more && (first || cli->all);
         first = false) {
        arena_reset(paged.arena);
        page = (struct clock_page){ .more = false };
        result = call_clock_list(list->client, &list->query, &page);
        if (result != CALL_DONE)
            break;
        if (cli->json)
            print_json(&paged, clock_page_record(), &page);
        else
            show_page(list, &paged, &page);
        if (page.clocks_count > 0)
            list->query.after = page.clocks[page.clocks_count - 1].id;
    }
    list->client->arena = cli->arena;
    arena_free(paged.arena);
    if (result != CALL_DONE)
        return connect_explain(cli, list->client, &method_clock_list, result);
    return cli->json ? EXIT_DONE : show_sum(list, page.more);
}

// Whose they are says itself where one person is asked for, or asks and is no leader.
static bool of_several(struct client *client, const struct clock_query *query)
{
    struct clock_stack own = { .clocks_count = 0 };
    struct clock_status_query mine = { .staff = { { 0 } } };
    return id_is_zero(query->staff) && call_clock_status(client, &mine, &own) != CALL_DONE;
}

int action_clock_list(struct cli *cli)
{
    struct err err = { 0 };
    struct clock_list list = { .cli = cli };
    if (!input_fill(cli, &method_clock_list, "", &list.query, &err))
        return cli_misused(cli, &err);
    struct caller *caller = connect_services(cli, &err);
    if (!caller)
        return cli_refused(cli, &err);
    list.client = caller_client(caller);
    list.staff = of_several(list.client, &list.query);
    cli->naming = naming_new(list.client);
    int code = show_list(&list);
    naming_free(cli->naming);
    cli->naming = NULL;
    caller_free(caller);
    return code;
}

// --- correcting: clock correct [ID] 12 min Grund...
// The longest run of words from `first` on that is a time; how many they are.
static size_t read_time(const struct cli *cli, size_t first, int64_t *ret_s)
{
    size_t taken = 0;
    const char *text = "";
    int64_t seconds;
    for (size_t i = first; text && i < cli->word_count && i < first + 5; i++) {
        text = arena_format(cli->arena, "%s%s%s", text, i > first ? " " : "", cli->words[i]);
        if (text && duration_read(text, &seconds)) {
            *ret_s = seconds;
            taken = i + 1 - first;
        }
    }
    return taken;
}

// The clock of who asks that was stopped last.
static enum call_result last_stopped(struct client *client, struct clock *out)
{
    struct clock_stack own = { .clocks_count = 0 };
    struct clock_page page = { .more = false };
    struct clock_status_query mine = { .staff = { { 0 } } };
    enum call_result result = call_clock_status(client, &mine, &own);
    if (result != CALL_DONE)
        return result;
    struct clock_query query = {
        .staff = own.staff, .state = clock_state_STOPPED, .has_limit = true, .limit = 50
    };
    result = call_clock_list(client, &query, &page);
    for (size_t i = 0; result == CALL_DONE && i < page.clocks_count; i++) {
        if (out->version == 0 || page.clocks[i].stopped_at > out->stopped_at)
            *out = page.clocks[i];
    }
    return result;
}

static int correct(struct cli *cli, struct client *client, struct clock_correction *in)
{
    struct clock clock = { .version = 0 };
    struct err err = { 0 };
    bool named = !id_is_zero(in->id);
    enum call_result result = named ? call_clock_get(client, &(struct by_id){ in->id }, &clock)
                                    : last_stopped(client, &clock);
    if (result != CALL_DONE)
        return connect_explain(cli, client, named ? &method_clock_get : &method_clock_list, result);
    if (clock.version == 0) {
        (void)fail(&err, ERR_NOT_FOUND, NULL, TEXT_CLI_CLOCK_NONE_STOPPED, NULL);
        return cli_refused(cli, &err);
    }
    in->id = clock.id;
    in->version = clock.version;
    result = call_clock_correct(client, in, &clock);
    if (result != CALL_DONE)
        return connect_explain(cli, client, &method_clock_correct, result);
    return show_moved(cli, client, &clock);
}

int action_clock_correct(struct cli *cli)
{
    struct err err = { 0 };
    struct clock_correction in = { .reason = "" };
    size_t first = cli->word_count > 0 && id_parse(cli->words[0], &in.id) ? 1 : 0;
    size_t taken = read_time(cli, first, &in.actual_s);
    if (taken == 0 || first + taken >= cli->word_count)
        return cli_usage(cli, TEXT_CLI_CLOCK_CORRECT, NULL);
    for (size_t i = first + taken; in.reason && i < cli->word_count; i++)
        in.reason =
            arena_format(cli->arena, "%s%s%s", in.reason, *in.reason ? " " : "", cli->words[i]);
    struct caller *caller = connect_services(cli, &err);
    if (!caller)
        return cli_refused(cli, &err);
    int code = correct(cli, caller_client(caller), &in);
    caller_free(caller);
    return code;
}

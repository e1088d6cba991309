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
#include "services/cli/connect.h"
#include "services/cli/input.h"
#include "services/cli/say.h"
#include "services/timekeeping/clock.h"

static void print_json(const struct cli *cli, const struct record *record, const void *row)
{
    const char *text = json_write(record, row, JSON_LINE, cli->arena);
    fprintf(cli->out, "%s\n", text ? text : "null");
}

static const char *state_text(const struct cli *cli, const struct clock *clock)
{
    const struct picks *picks = clock_state_picks();
    return cli->english ? picks->values[clock->state].english : picks->values[clock->state].german;
}

// --- lines
// What for: the text, the other party, the number.
static void print_what(const struct cli *cli, const struct clock *clock)
{
    const char *const parts[] = { clock->text, clock->contact_name, clock->number };
    const char *between = "";
    for (size_t i = 0; i < 3; i++) {
        if (!parts[i] || (i == 2 && clock->contact_name))
            continue;
        fprintf(cli->out, "%s%s", between, parts[i]);
        between = " · ";
    }
    if (!*between)
        fputs(cli_text(cli, TEXT_CLI_CLOCK_BARE), cli->out);
}

static void print_marks(const struct cli *cli, const struct clock *clock)
{
    if (clock->state == clock_state_PAUSED && !clock->manual_pause)
        fprintf(cli->out, "  (%s)", cli_text(cli, TEXT_CLI_CLOCK_WAITS));
    if (clock->has_reminded_at && !clock->has_stopped_at)
        fprintf(cli->out, "  ⚠ %s", cli_text(cli, TEXT_CLI_CLOCK_LONG));
    if (clock->limited)
        fprintf(cli->out, "  ⚠ %s", cli_text(cli, TEXT_CLI_CLOCK_LIMITED));
    if (clock->has_overlap_s)
        fprintf(cli->out, "  ⚠ %s %s", duration_text(clock->overlap_s).text,
                cli_text(cli, TEXT_CLI_CLOCK_OVERLAP));
    if (clock->corrections_count > 0)
        fprintf(cli->out, "  (%s %s)", cli_text(cli, TEXT_CLI_CLOCK_RAW),
                duration_text(clock->raw_s).text);
    if (!id_is_zero(clock->entry))
        fprintf(cli->out, "  ✓ %s", cli_text(cli, TEXT_CLI_CLOCK_BOOKED));
}

// "läuft       0:12:30  Klage Müller  09:15:03–  ID". Umlauts are one column wide and two bytes.
static void print_clock(const struct cli *cli, const struct clock *clock, int64_t now_us)
{
    const char *state = state_text(cli, clock);
    int width = 0;
    for (const char *at = state; *at; at++)
        width += ((unsigned char)*at & 0xc0) != 0x80;
    fprintf(cli->out, "%s%*s %8s  ", state, width < 10 ? 10 - width : 0, "",
            duration_text(clock_seconds(clock, now_us)).text);
    print_what(cli, clock);
    fprintf(cli->out, "  %s–", civil_local_clock(clock->started_at, cli->zone).text);
    if (clock->has_stopped_at)
        fputs(civil_local_clock(clock->stopped_at, cli->zone).text, cli->out);
    print_marks(cli, clock);
    fprintf(cli->out, "  %s\n", id_text(clock->id).text);
}

static int64_t now_of(const struct clock *clock)
{
    return clock->edited_at; // just moved
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

static int show_moved(struct cli *cli, const struct clock *clock)
{
    if (cli->json)
        print_json(cli, clock_record(), clock);
    else
        print_clock(cli, clock, now_of(clock));
    return EXIT_DONE;
}

static int move(struct cli *cli, const struct method *method, move_call *call)
{
    struct err err = { 0 };
    struct clock_move in = { .has_at = false };
    struct clock clock = { .version = 0 };
    if (!read_words(cli, method, "id", &in, &err))
        return cli_refused(cli, &err);
    struct caller *caller = connect_services(cli, &err);
    if (!caller)
        return cli_refused(cli, &err);
    enum call_result result = call(caller_client(caller), &in, &clock);
    int code = result == CALL_DONE ? show_moved(cli, &clock)
                                   : connect_explain(cli, caller_client(caller), method, result);
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
        return cli_refused(cli, &err);
    struct caller *caller = connect_services(cli, &err);
    if (!caller)
        return cli_refused(cli, &err);
    enum call_result result = call_clock_start(caller_client(caller), &in, &clock);
    int code = result == CALL_DONE
                   ? show_moved(cli, &clock)
                   : connect_explain(cli, caller_client(caller), &method_clock_start, result);
    caller_free(caller);
    return code;
}

// --- looking
static void print_stack(const struct cli *cli, const struct clock_stack *stack)
{
    if (stack->clocks_count == 0)
        fprintf(cli->out, "%s: %s\n", stack->name, cli_text(cli, TEXT_CLI_CLOCK_NOTHING));
    for (size_t i = 0; i < stack->clocks_count; i++)
        print_clock(cli, &stack->clocks[i], stack->at);
}

int action_clock_status(struct cli *cli)
{
    struct err err = { 0 };
    struct clock_status_query in = { .staff = { { 0 } } };
    struct clock_stack stack = { .clocks_count = 0 };
    if (!input_fill(cli, &method_clock_status, "staff", &in, &err))
        return cli_refused(cli, &err);
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
        print_stack(cli, &stack);
    caller_free(caller);
    return code;
}

static void print_day(const struct cli *cli, const struct clock *clock, char day[11])
{
    struct civil_text local = civil_local(clock->started_at, cli->zone);
    if (strncmp(day, local.text, 10) == 0)
        return;
    memcpy(day, local.text, 10);
    day[10] = '\0';
    fprintf(cli->out, "%s\n", day);
}

static void print_page(const struct cli *cli, const struct clock_page *page, char day[11],
                       int64_t *sum_s)
{
    for (size_t i = 0; i < page->clocks_count; i++) {
        print_day(cli, &page->clocks[i], day);
        fputs("  ", cli->out);
        print_clock(cli, &page->clocks[i], page->at);
        *sum_s += clock_seconds(&page->clocks[i], page->at);
    }
}

static int list(struct cli *cli, struct client *client, struct clock_query *query)
{
    char day[11] = "";
    int64_t sum_s = 0;
    struct clock_page page;
    struct cli paged = *cli; // its texts live until the next page
    paged.arena = client->arena;
    do {
        page = (struct clock_page){ .more = false };
        enum call_result result = call_clock_list(client, query, &page);
        if (result != CALL_DONE)
            return connect_explain(cli, client, &method_clock_list, result);
        if (cli->json)
            print_json(&paged, clock_page_record(), &page);
        else
            print_page(&paged, &page, day, &sum_s);
        if (page.clocks_count > 0)
            query->after = page.clocks[page.clocks_count - 1].id;
    } while (page.more && cli->all);
    if (cli->json)
        return EXIT_DONE;
    fprintf(cli->out, "%s %s\n", cli_text(cli, TEXT_CLI_CLOCK_SUM), duration_text(sum_s).text);
    if (page.more)
        fprintf(cli->out, "%s\n", cli_text(cli, TEXT_MERGE_MORE));
    return EXIT_DONE;
}

int action_clock_list(struct cli *cli)
{
    struct err err = { 0 };
    struct clock_query query = { .has_limit = false };
    if (!input_fill(cli, &method_clock_list, "", &query, &err))
        return cli_refused(cli, &err);
    struct caller *caller = connect_services(cli, &err);
    if (!caller)
        return cli_refused(cli, &err);
    int code = list(cli, caller_client(caller), &query);
    caller_free(caller);
    return code;
}

// --- correcting: clock correct ID 12 min Grund...
// The longest run of words that is a time; how many they are.
static size_t read_time(const struct cli *cli, int64_t *ret_s)
{
    size_t taken = 0;
    const char *text = "";
    for (size_t i = 1; text && i < cli->word_count && i < 6; i++) {
        text = arena_format(cli->arena, "%s %s", text, cli->words[i]);
        if (text && duration_read(text + 1, ret_s))
            taken = i;
    }
    text = "";
    for (size_t i = 1; text && i <= taken; i++)
        text = arena_format(cli->arena, "%s %s", text, cli->words[i]);
    return taken > 0 && text && duration_read(text + 1, ret_s) ? taken : 0;
}

static int correct(struct cli *cli, struct client *client, struct clock_correction *in)
{
    struct clock clock = { .version = 0 };
    enum call_result result = call_clock_get(client, &(struct by_id){ in->id }, &clock);
    if (result != CALL_DONE)
        return connect_explain(cli, client, &method_clock_get, result);
    in->version = clock.version;
    result = call_clock_correct(client, in, &clock);
    if (result != CALL_DONE)
        return connect_explain(cli, client, &method_clock_correct, result);
    return show_moved(cli, &clock);
}

int action_clock_correct(struct cli *cli)
{
    struct err err = { 0 };
    struct clock_correction in = { .version = 1, .reason = "" };
    size_t taken = read_time(cli, &in.actual_s);
    if (taken == 0 || taken + 1 >= cli->word_count || !id_parse(cli->words[0], &in.id))
        return cli_usage(cli, TEXT_CLI_CLOCK_CORRECT, NULL);
    for (size_t i = taken + 1; in.reason && i < cli->word_count; i++)
        in.reason =
            arena_format(cli->arena, "%s%s%s", in.reason, *in.reason ? " " : "", cli->words[i]);
    if (!record_check(clock_correction_record(), &in, &err))
        return cli_refused(cli, &err);
    struct caller *caller = connect_services(cli, &err);
    if (!caller)
        return cli_refused(cli, &err);
    int code = correct(cli, caller_client(caller), &in);
    caller_free(caller);
    return code;
}

// SPDX-License-Identifier: Apache-2.0
// rufbus watch: a board's stream in the terminal, resumed whenever it breaks, until Ctrl-C.
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/civil.h"
#include "common/base/sum.h"
#include "common/base/text.h"
#include "common/run/loop.h"
#include "common/wire/json.h"
#include "proto/stubs.h"
#include "services/cli/actions.h"
#include "services/cli/connect.h"
#include "services/cli/input.h"
#include "services/cli/say.h"
#include "services/cli/watch_desk.h"

#define CREDIT     200
#define CREDIT_LOW 100
#define SIGN_MS    5000
#define ROW_BYTES  (1 << 20)
#define SHOWN_MAX  512

struct watching {
    struct cli *cli;
    struct caller *caller;
    struct stream_order order;
    int64_t stream, credit;
    bool began; // the first snapshot has been shown
    struct shown {
        struct id id;
        uint32_t sum; // of the line last shown
    } shown[SHOWN_MAX];
    size_t shown_next;
};

// --- for people
static void print_opponent(const struct cli *cli, const struct board_caller *caller, bool colour)
{
    bool counsel = caller->files_count > 0 && caller->files[0].role == party_role_OPPOSING_COUNSEL;
    const char *before = cli_text(cli, TEXT_CLI_OPPONENT_IN);
    fprintf(cli->out, "  %s%s", colour ? "\033[1;31m" : "",
            cli_text(cli, counsel ? TEXT_CLI_OPPOSING_COUNSEL : TEXT_CLI_OPPONENT));
    for (size_t i = 0; i < caller->files_count; i++) {
        if (caller->files[i].side == party_side_OPPOSING)
            fprintf(cli->out, "%s%s", i ? ", " : before, caller->files[i].number);
    }
    fprintf(cli->out, "%s", colour ? "\033[0m" : "");
}

static void print_names(const struct cli *cli, const struct board_call *row, bool colour)
{
    for (size_t i = 0; i < row->callers_count; i++) {
        const struct board_caller *caller = &row->callers[i];
        const struct pick *certainty = &certainty_picks()->values[caller->certainty];
        fprintf(cli->out, "%s%s", i ? ", " : "  ", caller->name);
        if (caller->organisation)
            fprintf(cli->out, ", %s", caller->organisation);
        fprintf(cli->out, " (%s)",
                caller->picked ? cli_text(cli, TEXT_CLI_PICKED)
                : cli->english ? certainty->english
                               : certainty->german);
        if (caller->opponent)
            print_opponent(cli, caller, colour);
    }
}

static const char *word_of(const struct cli *cli, const struct picks *picks, int value)
{
    return cli->english ? picks->values[value].word : picks->values[value].german;
}

static void print_file(const struct cli *cli, const struct board_file *file)
{
    fprintf(cli->out, "            %s %s", cli_text(cli, TEXT_CLI_POP_FILE), file->number);
    if (file->title)
        fprintf(cli->out, " %s", file->title);
    fprintf(cli->out, " (%s)", word_of(cli, party_role_picks(), file->role));
    if (file->responsible_name)
        fprintf(cli->out, " | %s", file->responsible_name);
    fprintf(cli->out, "\n");
}

// What the operator needs at the ring, and when somebody has said who it is.
static void print_pop(const struct cli *cli, const struct board_call *row)
{
    if (row->greeting)
        fprintf(cli->out, "            %s %s\n", cli_text(cli, TEXT_CLI_GREETING), row->greeting);
    for (size_t i = 0; i < row->callers_count; i++) {
        const struct board_caller *caller = &row->callers[i];
        if (caller->customer_number)
            fprintf(cli->out, "            %s %s\n", cli_text(cli, TEXT_CLI_CUSTOMER),
                    caller->customer_number);
        if (caller->handling_note)
            fprintf(cli->out, "            %s %s\n", cli_text(cli, TEXT_CLI_NOTE),
                    caller->handling_note);
        if (caller->message)
            fprintf(cli->out, "            %s %s\n", cli_text(cli, TEXT_CLI_MESSAGE),
                    caller->message);
        for (size_t k = 0; k < caller->files_count; k++)
            print_file(cli, &caller->files[k]);
    }
}

static void print_end(const struct cli *cli, const struct call *call)
{
    fprintf(cli->out, "  (%s", word_of(cli, call_outcome_picks(), call->outcome));
    if (call->talk_ms > 0)
        fprintf(cli->out, ", %d:%02d", (int)(call->talk_ms / 60000),
                (int)(call->talk_ms / 1000 % 60));
    fprintf(cli->out, ")");
}

static void print_call(const struct cli *cli, const struct board_call *row, bool colour)
{
    const struct call *call = row->call;
    bool ended = call->state == call_state_ENDED;
    const char *state = word_of(cli, call_state_picks(), call->state);
    fprintf(cli->out, "  %s%*s  %s", state, (int)(9 - text_length(state)), "",
            call->caller ? call->caller : cli_text(cli, TEXT_CLI_WITHHELD));
    print_names(cli, row, colour);
    if (row->callers_count == 0 && call->caller_name)
        fprintf(cli->out, "  „%s“", call->caller_name);
    if (call->called)
        fprintf(cli->out, "  → %s", call->called);
    if (call->client_name)
        fprintf(cli->out, " %s", call->client_name);
    for (size_t i = 0; i < row->agents_count; i++)
        fprintf(cli->out, "%s%s", i ? ", " : "  | ", row->agents[i]);
    if (ended && call->outcome)
        print_end(cli, call);
    fprintf(cli->out, "\n");
    if (call->state == call_state_RINGING || (call->contact && !ended))
        print_pop(cli, row);
}

static int64_t moment_of(const struct call *call)
{
    if (call->state == call_state_ENDED && call->has_ended_at)
        return call->ended_at;
    if (call->state == call_state_TALKING && call->has_answered_at)
        return call->answered_at;
    if (call->state == call_state_RINGING && call->has_ring_at)
        return call->ring_at;
    return call->has_ring_at || call->has_answered_at ? loop_now_us() : call->started_at;
}

// A row changes in more than this shows: a line that would look the same is not repeated.
static bool is_news(struct watching *watching, struct id id, const char *text, size_t size)
{
    uint32_t sum = crc32c(0, text, size);
    for (size_t i = 0; i < SHOWN_MAX; i++) {
        struct shown *shown = &watching->shown[i];
        if (!id_equal(shown->id, id))
            continue;
        bool news = shown->sum != sum;
        shown->sum = sum;
        return news;
    }
    watching->shown[watching->shown_next] = (struct shown){ id, sum };
    watching->shown_next = (watching->shown_next + 1) % SHOWN_MAX;
    return true;
}

static void print_agent(const struct cli *cli, const struct agent *agent)
{
    fprintf(cli->out, "  %-24s  %s", agent->name, word_of(cli, presence_picks(), agent->presence));
    if (agent->presence == presence_PAUSED && agent->pause_reason)
        fprintf(cli->out, " (%s)", agent->pause_reason);
    fprintf(cli->out, "\n");
}

static void print_news(struct watching *watching, struct id id, const void *row)
{
    struct cli aside = *watching->cli;
    bool agents = watching->order.board == board_AGENTS;
    int64_t at_us = agents ? ((const struct agent *)row)->presence_since
                           : moment_of(((const struct board_call *)row)->call);
    char *text = NULL;
    size_t size = 0;
    aside.out = open_memstream(&text, &size);
    if (!aside.out)
        abort();
    if (agents)
        print_agent(&aside, row);
    else
        print_call(&aside, row, isatty(fileno(watching->cli->out)));
    (void)fclose(aside.out);
    if (is_news(watching, id, text, size))
        fprintf(watching->cli->out, "%s%s", civil_local_clock(at_us, watching->cli->zone).text,
                text);
    free(text);
}

static void print_missed(const struct cli *cli, const struct stream_event *event,
                         const struct missed *missed)
{
    bool gone = event->has_deleted && event->deleted;
    fprintf(cli->out, "%s  %s %lld  %s", civil_local_clock(missed->last_at, cli->zone).text,
            gone ? "-" : "+", (long long)missed->count,
            missed->numbers_count ? missed->numbers[0] : cli_text(cli, TEXT_CLI_WITHHELD));
    if (missed->name)
        fprintf(cli->out, "  %s", missed->name);
    if (missed->client_name)
        fprintf(cli->out, "  → %s", missed->client_name);
    fprintf(cli->out, "\n");
}

static void print_event(struct watching *watching, const struct stream_event *event,
                        const void *row)
{
    const struct cli *cli = watching->cli;
    if (event->kind == stream_kind_SNAPSHOT_END && !watching->began) {
        watching->began = true;
        fprintf(cli->out, "%s\n", cli_text(cli, TEXT_CLI_WATCHING));
    } else if (row && watching->order.board == board_MISSED) {
        print_missed(cli, event, ((const struct board_missed *)row)->missed);
    } else if (row && watch_desk_record(event->board)) {
        watch_desk_print(cli, event, row, isatty(fileno(cli->out)));
    } else if (row && (event->kind == stream_kind_ROW || event->kind == stream_kind_CHANGE)) {
        print_news(watching, event->id, row);
    }
}

// --- for programs
static const struct record *row_record(const struct watching *watching)
{
    switch (watching->order.board) {
    case board_AGENTS: return agent_record();
    case board_MISSED: return board_missed_record();
    case board_CALLS: return board_call_record();
    default: return watch_desk_record(watching->order.board);
    }
}

static void print_json(const struct watching *watching, const struct stream_event *event,
                       const void *row, struct arena *arena)
{
    const struct cli *cli = watching->cli;
    struct stream_event bare = *event;
    bare.row = (struct bytes){ 0 };
    const char *head = json_write(stream_event_record(), &bare, JSON_LINE, arena);
    const char *body = row ? json_write(row_record(watching), row, JSON_LINE, arena) : NULL;
    if (head && body)
        fprintf(cli->out, "%.*s, \"row\": %s}\n", (int)strlen(head) - 1, head, body);
    else if (head)
        fprintf(cli->out, "%s\n", head);
}

// --- the stream
static bool stream_begin(struct watching *watching, int *ret_code)
{
    struct client *client = caller_client(watching->caller);
    struct stream_opened opened;
    watching->order.credit = CREDIT;
    enum call_result result = call_stream_open(client, &watching->order, &opened);
    *ret_code = EXIT_DONE;
    if (result == CALL_DONE) {
        watching->stream = opened.stream;
        watching->credit = CREDIT;
        return true;
    }
    // Refused for good: say so. No answer: the notifier may be starting again.
    if (result == CALL_REFUSED || !watching->began)
        *ret_code = connect_explain(watching->cli, client, &method_stream_open, result);
    return false;
}

static bool give_credit(struct watching *watching, int64_t credit)
{
    struct stream_credit_in in = { watching->stream, credit };
    struct nothing out;
    enum call_result result = call_stream_credit(caller_client(watching->caller), &in, &out);
    watching->credit += result == CALL_DONE ? credit : 0;
    return result == CALL_DONE;
}

// One message of the stream; false when the stream is over.
static bool take_event(struct watching *watching, struct bytes body, struct arena *arena)
{
    struct err err = { 0 };
    struct stream_event event;
    arena_reset(arena);
    void *row = arena_alloc(arena, row_record(watching)->size);
    if (!decode(stream_event_record(), body, DECODE_LENIENT, arena, &event, &err) ||
        event.stream != watching->stream)
        return true;
    bool has_row = row && event.row.data &&
                   decode(row_record(watching), event.row, DECODE_LENIENT, arena, row, &err);
    watching->order.has_epoch = watching->order.has_seq = true;
    watching->order.epoch = event.epoch;
    watching->order.seq = event.seq;
    if (watching->cli->json)
        print_json(watching, &event, has_row ? row : NULL, arena);
    else
        print_event(watching, &event, has_row ? row : NULL);
    fflush(watching->cli->out);
    watching->credit--;
    return event.kind != stream_kind_CLOSED;
}

static void follow_stream(struct watching *watching, struct arena *arena)
{
    bool open = true;
    while (open && !caller_interrupted()) {
        struct bytes head, body;
        if (caller_next(watching->caller, "notifier", SIGN_MS, &head, &body))
            open = take_event(watching, body, arena) &&
                   (watching->credit > CREDIT_LOW || give_credit(watching, CREDIT_LOW));
        else
            open = caller_interrupted() || give_credit(watching, 0);
    }
}

static int watch_all(struct watching *watching)
{
    struct arena *arena = arena_new(ROW_BYTES);
    int code = EXIT_DONE;
    while (!caller_interrupted() && code == EXIT_DONE) {
        if (stream_begin(watching, &code))
            follow_stream(watching, arena);
    }
    arena_free(arena);
    return caller_interrupted() ? EXIT_DONE : code;
}

int action_watch(struct cli *cli)
{
    struct err err = { 0 };
    struct watching watching = { .cli = cli };
    watching.order.credit = CREDIT;
    if (cli->word_count == 0 || strchr(cli->words[0], '='))
        watching.order.board = board_CALLS;
    if (!input_fill(cli, &method_stream_open, "board", &watching.order, &err)) {
        (void)cli_refused(cli, &err);
        return EXIT_USAGE;
    }
    watching.caller = connect_services(cli, &err);
    if (!watching.caller)
        return cli_refused(cli, &err);
    caller_catch_signals();
    int code = watch_all(&watching);
    caller_free(watching.caller);
    if (caller_interrupted() && !cli->json)
        fprintf(stderr, "\n%s\n", cli_text(cli, TEXT_CLI_INTERRUPTED));
    return code;
}

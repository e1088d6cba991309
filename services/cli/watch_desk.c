// SPDX-License-Identifier: Apache-2.0
#include "services/cli/watch_desk.h"

#include <string.h>

#include "common/base/civil.h"
#include "common/base/text.h"
#include "common/wire/change.h"
#include "services/cli/say.h"

const struct record *watch_desk_record(enum board board)
{
    switch (board) {
    case board_CLOCKS: return board_clock_record();
    case board_INQUIRIES: return board_inquiry_record();
    case board_CALLBACKS: return board_callback_record();
    case board_RESUBMISSIONS: return board_resubmission_record();
    default: return NULL;
    }
}

// As terminals know them.
static const char *escape_of(enum colour colour)
{
    switch (colour) {
    case colour_GREEN: return "\033[32m";
    case colour_BLUE: return "\033[34m";
    case colour_YELLOW: return "\033[33m";
    case colour_ORANGE: return "\033[38;5;208m";
    case colour_RED: return "\033[1;31m";
    case colour_GREY: return "\033[90m";
    default: return NULL;
    }
}

static const char *word_of(const struct cli *cli, const struct picks *picks, int value)
{
    return cli->english ? picks->values[value].word : picks->values[value].german;
}

static void put(const struct cli *cli, const char *before, const char *text)
{
    if (text)
        fprintf(cli->out, "%s%s", before, text);
}

static void put_wide(const struct cli *cli, const char *text, int wide)
{
    int size = (int)text_length(text);
    fprintf(cli->out, "  %s%*s", text, wide > size ? wide - size : 0, "");
}

static void put_clock(const struct cli *cli, const struct clock *clock, const char *name)
{
    put_wide(cli, word_of(cli, clock_state_picks(), clock->state), 10);
    put(cli, "  ", name ? name : clock->number);
    put(cli, "  ", clock->text);
}

static void put_inquiry(const struct cli *cli, const struct inquiry *inquiry, const char *name)
{
    put_wide(cli, word_of(cli, inquiry_state_picks(), inquiry->state), 14);
    put_wide(cli, word_of(cli, priority_picks(), inquiry->priority), 8);
    put(cli, "  ", inquiry->number);
    put(cli, "  ", inquiry->subject);
    put(cli, "  ", name);
}

static void put_callback(const struct cli *cli, const struct callback *callback, const char *name)
{
    put_wide(cli, word_of(cli, callback_state_picks(), callback->state), 13);
    put_wide(cli, word_of(cli, priority_picks(), callback->priority), 8);
    put(cli, "  ", name);
    put(cli, "  ", callback->number);
    put(cli, "  ", callback->reason);
    if (callback->has_attempts)
        fprintf(cli->out, " (%lld×)", (long long)callback->attempts);
}

static void put_resubmission(const struct cli *cli, const struct resubmission *resubmission,
                             const char *name)
{
    put_wide(cli, word_of(cli, resubmission_state_picks(), resubmission->state), 10);
    put(cli, "  ", name);
    put(cli, "  ", resubmission->subject);
}

static void put_thing(const struct cli *cli, enum board board, const void *row, const char *name)
{
    switch (board) {
    case board_CLOCKS: put_clock(cli, ((const struct board_clock *)row)->clock, name); break;
    case board_INQUIRIES:
        put_inquiry(cli, ((const struct board_inquiry *)row)->inquiry, name);
        break;
    case board_CALLBACKS:
        put_callback(cli, ((const struct board_callback *)row)->callback, name);
        break;
    default:
        put_resubmission(cli, ((const struct board_resubmission *)row)->resubmission, name);
        break;
    }
}

// When it is due, else since when it is there; the window's end behind it on the same day.
static void put_times(const struct cli *cli, const struct board_head *head)
{
    int64_t at_us = head->has_due_at ? head->due_at : head->since;
    struct civil_text at = civil_local(at_us, cli->zone);
    struct civil_text end = civil_local(head->overdue_at, cli->zone);
    bool window = head->has_due_at && head->has_overdue_at && head->overdue_at != at_us &&
                  strncmp(at.text, end.text, 10) == 0;
    fprintf(cli->out, "%.6s %.5s", at.text, at.text + 11);
    if (window)
        fprintf(cli->out, "–%.5s", end.text + 11);
    else
        fprintf(cli->out, "      ");
}

void watch_desk_print(const struct cli *cli, const struct stream_event *event, const void *row,
                      bool colour)
{
    struct board_head head = { 0 };
    bool gone = event->has_deleted && event->deleted;
    row_take(board_head_record(), &head, (struct given){ watch_desk_record(event->board), row });
    const char *escape = colour && !gone ? escape_of(head.colour) : NULL;
    fprintf(cli->out, "%s%s ", escape ? escape : "", gone ? "-" : "+");
    put_times(cli, &head);
    put_thing(cli, event->board, row, head.contact_name);
    put(cli, "  → ", head.client_name);
    put(cli, "  [", head.file_number);
    if (head.file_number)
        fprintf(cli->out, "]");
    put(cli, "  | ", head.staff_name ? head.staff_name : head.team_name);
    // Whoever sees no colour reads it.
    if (head.colour && !escape && !gone)
        fprintf(cli->out, "  (%s)", word_of(cli, colour_picks(), head.colour));
    fprintf(cli->out, "%s\n", escape ? "\033[0m" : "");
}

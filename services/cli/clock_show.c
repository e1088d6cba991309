// SPDX-License-Identifier: Apache-2.0
// "läuft       0:12:30  Klage Müller · 12/2026-S  09:15:03–  (gebucht)  ID"
#include "services/cli/clock_show.h"

#include <string.h>

#include "common/base/civil.h"
#include "common/base/duration.h"
#include "common/base/text.h"
#include "services/cli/naming.h"
#include "services/cli/say.h"
#include "services/timekeeping/clock.h"

#define WHAT_MAX 48 // columns; a longer text moves what follows

static const char *state_text(const struct cli *cli, const struct clock *clock)
{
    const struct pick *pick = &clock_state_picks()->values[clock->state];
    return cli->english ? pick->english : pick->german;
}

static const char *name_of(const struct cli *cli, enum name_kind kind, struct id id)
{
    return cli->naming && !id_is_zero(id) ? naming_text(cli->naming, kind, id) : NULL;
}

static const char *with(const struct cli *cli, const char *before, const char *more)
{
    const char *text =
        more ? arena_format(cli->arena, "%s%s%s", before, *before ? " · " : "", more) : before;
    return text ? text : before;
}

const char *clock_what(const struct cli *cli, const struct clock *clock)
{
    const char *text = with(cli, "", clock->text);
    text = with(cli, text, clock->contact_name ? clock->contact_name : clock->number);
    text = with(cli, text, name_of(cli, NAME_FILE, clock->file));
    text = with(cli, text, name_of(cli, NAME_INQUIRY, clock->inquiry));
    return *text ? text : cli_text(cli, TEXT_CLI_CLOCK_BARE);
}

const char *clock_times(const struct cli *cli, const struct clock *clock)
{
    const char *text = arena_format(
        cli->arena, "%s–%s", civil_local_clock(clock->started_at, cli->zone).text,
        clock->has_stopped_at ? civil_local_clock(clock->stopped_at, cli->zone).text : "");
    return text ? text : "";
}

static void put_day(const struct cli *cli, const struct clock *clock, int64_t now_us)
{
    struct civil_text day = civil_local(clock->started_at, cli->zone);
    if (strncmp(day.text, civil_local(now_us, cli->zone).text, 10) != 0)
        fprintf(cli->out, "%.6s ", day.text);
}

static void put_marks(const struct cli *cli, const struct clock *clock)
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

static void put_padded(const struct cli *cli, const char *text, size_t wide)
{
    size_t size = text_length(text);
    fprintf(cli->out, "%s%*s  ", text, size < wide ? (int)(wide - size) : 0, "");
}

static size_t widest(size_t wide, const char *text)
{
    size_t size = text_length(text);
    size = size < WHAT_MAX ? size : WHAT_MAX;
    return size > wide ? size : wide;
}

static const char *whose(const struct cli *cli, const struct clock *clock)
{
    const char *name = name_of(cli, NAME_STAFF, clock->staff);
    return name ? name : "–";
}

void clock_show(const struct cli *cli, const struct clock_lines *lines)
{
    size_t state_wide = 10, what_wide = 0, times_wide = 0, staff_wide = 0;
    for (size_t i = 0; i < lines->count; i++) {
        const struct clock *clock = &lines->clocks[i];
        state_wide = widest(state_wide, state_text(cli, clock));
        what_wide = widest(what_wide, clock_what(cli, clock));
        times_wide = widest(times_wide, clock_times(cli, clock));
        staff_wide = lines->staff ? widest(staff_wide, whose(cli, clock)) : 0;
    }
    for (size_t i = 0; i < lines->count; i++) {
        const struct clock *clock = &lines->clocks[i];
        fputs(lines->before ? lines->before : "", cli->out);
        if (lines->staff)
            put_padded(cli, whose(cli, clock), staff_wide);
        fprintf(cli->out, "%s%*s ", state_text(cli, clock),
                (int)(state_wide - text_length(state_text(cli, clock))), "");
        fprintf(cli->out, "%8s  ", duration_text(clock_seconds(clock, lines->now_us)).text);
        put_padded(cli, clock_what(cli, clock), what_wide);
        if (lines->day)
            put_day(cli, clock, lines->now_us);
        put_padded(cli, clock_times(cli, clock), times_wide);
        fputs(id_text(clock->id).text, cli->out);
        put_marks(cli, clock);
        fputc('\n', cli->out);
    }
}

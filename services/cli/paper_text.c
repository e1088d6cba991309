// SPDX-License-Identifier: Apache-2.0
// The common parts of lists on paper: the file, its footer, times and words for people.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/civil.h"
#include "proto/proto.h"
#include "services/cli/paper_list.h"
#include "services/cli/say.h"

bool printing_words(struct printing *printing, struct cli *cli)
{
    struct timespec now;
    bool bad = false;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    *printing = (struct printing){ .path = transfer_option(cli, "--out", &bad) };
    printing->now_us = SECONDS(now.tv_sec) + now.tv_nsec / 1000;
    if (bad || !printing->path || cli->word_count + 4 > COUNT_OF(printing->words))
        return false;
    for (size_t i = 0; i < cli->word_count; i++)
        printing->words[printing->word_count++] = cli->words[i];
    return true;
}

bool printing_open(struct printing *printing, const char *title, const char *subtitle,
                   struct err *err)
{
    const struct cli *cli = printing->listing.cli;
    const char *footer =
        arena_format(cli->arena, "Rufbus · %s %s", printing_text(printing, TEXT_PAPER_MADE),
                     printed_moment(printing, printing->now_us));
    struct paper_options options = {
        .title = title,
        .subtitle = subtitle,
        .footer = footer ? footer : "Rufbus",
        .page = printing_text(printing, TEXT_PAPER_PAGE),
        .of = printing_text(printing, TEXT_PAPER_OF),
        .language = cli->english ? "en" : "de",
        .created_us = printing->now_us,
        .landscape = true,
    };
    printing->listing.what = printing->path;
    printing->paper = paper_new(printing->path, &options, err);
    return printing->paper != NULL;
}

int printing_close(struct printing *printing, int code)
{
    const struct cli *cli = printing->listing.cli;
    struct err err = { 0 };
    int pages = 0;
    transfer_progress_end(&printing->listing.progress);
    if (code != EXIT_DONE)
        paper_drop(printing->paper);
    else if (!paper_close(printing->paper, &pages, &err))
        code = cli_refused(cli, &err);
    if (code != EXIT_DONE)
        return code;
    if (cli->json)
        fprintf(cli->out, "{\"pages\": %d, \"rows\": %" PRId64 "}\n", pages,
                printing->listing.count);
    else
        fprintf(cli->out, "%s: %d %s\n", printing->path, pages,
                cli_text(cli, pages == 1 ? TEXT_PAPER_PAGE : TEXT_PAPER_PAGES));
    return EXIT_DONE;
}

void printing_table(struct printing *printing, const char *title,
                    const struct printed_column *columns, size_t count)
{
    struct arena *arena = printing->listing.cli->arena;
    struct paper_table *table = arena_alloc(arena, sizeof *table);
    struct paper_column *made = arena_array(arena, count, sizeof *made);
    if (!table || !made)
        abort(); // a few hundred bytes of many
    for (size_t i = 0; i < count; i++)
        made[i] = (struct paper_column){ .title = printing_text(printing, columns[i].title),
                                         .mm = columns[i].mm,
                                         .share = columns[i].share,
                                         .align = columns[i].align };
    *table = (struct paper_table){ .title = title, .columns = made, .count = count };
    paper_table(printing->paper, table);
}

bool printing_note(struct printing *printing, const char *text, struct err *err)
{
    struct paper_row row = { .kind = PAPER_NOTE, .texts = { text } };
    return paper_row(printing->paper, &row, err);
}

// --- words
const char *printing_text(const struct printing *printing, enum text_id text)
{
    return cli_text(printing->listing.cli, text);
}

static const char *cut(const struct printing *printing, const char *text, size_t size)
{
    const char *out = arena_text(printing->listing.page, text, size);
    return out ? out : "";
}

const char *printed_moment(const struct printing *printing, int64_t time_us)
{
    return cut(printing, civil_local(time_us, printing->listing.cli->zone).text, 16);
}

const char *printed_clock(const struct printing *printing, int64_t time_us)
{
    return cut(printing, civil_local_clock(time_us, printing->listing.cli->zone).text, 5);
}

const char *printed_span(const struct printing *printing, int64_t seconds)
{
    const char *text = arena_format(printing->listing.page, "%" PRId64 ":%02d:%02d", seconds / 3600,
                                    (int)(seconds / 60 % 60), (int)(seconds % 60));
    return text ? text : "";
}

const char *printed_day(const struct printing *printing, int64_t day)
{
    static const char *const german[] = { "Mo", "Di", "Mi", "Do", "Fr", "Sa", "So" };
    static const char *const english[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
    struct civil_date date = civil_date(day);
    const char *const *names = printing->listing.cli->english ? english : german;
    const char *text = arena_format(printing->listing.cli->arena, "%s %02d.%02d.%04d",
                                    names[civil_weekday(day) - 1], date.day, date.month, date.year);
    return text ? text : "";
}

const char *printed_pick(const struct printing *printing, const struct picks *picks, int value)
{
    return printing->listing.cli->english ? picks->values[value].word : picks->values[value].german;
}

enum paper_mark printed_mark(int priority)
{
    switch (priority) {
    case priority_URGENT: return PAPER_URGENT;
    case priority_HIGH: return PAPER_RAISED;
    case priority_LOW: return PAPER_FAINT;
    default: return PAPER_PLAIN;
    }
}

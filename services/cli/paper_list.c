// SPDX-License-Identifier: Apache-2.0
// rufbus print open|callbacks --out FILE.pdf
#include "services/cli/paper_list.h"

#include <inttypes.h>
#include <string.h>

#include "services/cli/actions.h"
#include "services/cli/paper_rows.h"
#include "services/cli/print.h"
#include "services/cli/say.h"

// "Bearbeiter: Maria Müller, Mandant: Meier": what the list was asked for, under its title.
static const char *asked_for(const struct printing *printing, const char *method_name)
{
    const struct cli *cli = printing->listing.cli;
    const struct method *method = proto_method(NULL, method_name);
    const char *text = NULL;
    for (size_t i = 0; method && i < printing->word_count; i++) {
        char name[64] = "";
        size_t size = strcspn(printing->words[i], "=");
        if (!printing->words[i][size] || size >= sizeof name)
            continue;
        memcpy(name, printing->words[i], size);
        const struct field *field = record_field(method->in(), name);
        if (field)
            text = arena_format(cli->arena, "%s%s%s: %s", text ? text : "", text ? ", " : "",
                                print_label(cli, field), printing->words[i] + size + 1);
    }
    return text;
}

// Below the last row of a group: how many there were.
static bool end_group(struct printing *printing, size_t cell, struct err *err)
{
    struct paper_row sum = { .kind = PAPER_SUM };
    if (printing->in_group == 0)
        return true;
    sum.texts[0] = printing_text(printing, TEXT_PAPER_COUNT);
    sum.texts[cell] = arena_format(printing->listing.page, "%" PRId64, printing->in_group);
    printing->in_group = 0;
    return paper_row(printing->paper, &sum, err);
}

static bool within_group(struct printing *printing, int64_t group, const char *title, size_t cell,
                         struct err *err)
{
    if (!printing->grouped || (printing->in_group > 0 && printing->group == group)) {
        printing->in_group += printing->grouped;
        return true;
    }
    struct paper_row heading = { .kind = PAPER_GROUP, .texts = { title } };
    if (!end_group(printing, cell, err))
        return false;
    printing->group = group;
    printing->in_group = 1;
    return paper_row(printing->paper, &heading, err);
}

static bool print_inquiry(void *context, const struct record *record, const void *row,
                          struct err *err)
{
    struct printing *printing = context;
    const struct inquiry *inquiry = inquiry_within(record, row);
    const char *title =
        arena_format(printing->listing.page, "%s: %s", printing_text(printing, TEXT_PAPER_PRIORITY),
                     printed_pick(printing, priority_picks(), inquiry->priority));
    struct paper_row out = printed_inquiry(printing, inquiry);
    return within_group(printing, inquiry->priority, title, 1, err) &&
           paper_row(printing->paper, &out, err);
}

static bool print_callback(void *context, const struct record *record, const void *row,
                           struct err *err)
{
    struct printing *printing = context;
    const struct callback *callback = row;
    (void)record;
    int64_t day = listing_clock(&printing->listing, callback->from) / DAY_SECONDS;
    struct paper_row out = printed_callback(printing, callback);
    return within_group(printing, day, printed_day(printing, day), 1, err) &&
           paper_row(printing->paper, &out, err);
}

struct list_kind {
    const char *word, *method, *question; // question NULL: as it is
    enum text_id title;
    const char *ungroup; // with this word the rows do not come by groups
    void (*table)(struct printing *printing, const char *title);
    listing_take *take;
};

static bool end_list(struct printing *printing, struct err *err)
{
    int64_t count = printing->listing.count;
    if (count == 0)
        return printing_note(printing, printing_text(printing, TEXT_PAPER_NONE), err);
    const char *text = arena_format(printing->listing.page, "%s: %" PRId64 ", %s: %" PRId64,
                                    printing_text(printing, TEXT_PAPER_COUNT), count,
                                    printing_text(printing, TEXT_PAPER_OVERDUE), printing->overdue);
    return end_group(printing, 1, err) && printing_note(printing, text ? text : "", err);
}

static int print_list(struct printing *printing, const struct list_kind *kind)
{
    struct cli *cli = printing->listing.cli;
    struct err err = { 0 };
    const char *asked = asked_for(printing, kind->method);
    printing->grouped = true;
    for (size_t i = 0; i < printing->word_count; i++)
        printing->grouped &= strncmp(printing->words[i], kind->ungroup, strlen(kind->ungroup)) != 0;
    printing->words[printing->word_count] = kind->question;
    if (!printing_open(printing, printing_text(printing, kind->title), asked, &err))
        return cli_refused(cli, &err);
    kind->table(printing, NULL);
    int code =
        listing_rows(&printing->listing, kind->method, printing->words, kind->take, printing);
    if (code == EXIT_DONE && !end_list(printing, &err))
        code = cli_refused(cli, &err);
    return printing_close(printing, code);
}

static int print_kind(struct cli *cli, const struct list_kind *kind)
{
    struct printing printing;
    if (!printing_words(&printing, cli))
        return cli_usage(cli, TEXT_PAPER_USAGE, kind->word, NULL);
    int code = listing_begin(&printing.listing, cli);
    if (code == EXIT_DONE)
        code = print_list(&printing, kind);
    listing_end(&printing.listing);
    return code;
}

int action_print_open(struct cli *cli)
{
    static const struct list_kind kind = {
        "open",  "inquiry_list",          "open=true",   TEXT_PAPER_INQUIRIES_OPEN,
        "sort=", printed_inquiries_table, print_inquiry,
    };
    return print_kind(cli, &kind);
}

int action_print_callbacks(struct cli *cli)
{
    static const struct list_kind kind = {
        "callbacks",     "callback_list",         NULL,           TEXT_PAPER_CALLBACKS,
        "state=settled", printed_callbacks_table, print_callback,
    };
    return print_kind(cli, &kind);
}

// SPDX-License-Identifier: Apache-2.0
// rufbus print day --out FILE.pdf: what one member of staff, or the house, did on a day, and what
// is left to do.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/civil.h"
#include "services/cli/actions.h"
#include "services/cli/paper_rows.h"
#include "services/cli/print.h"
#include "services/cli/say.h"

#define ROWS_MEMORY ((size_t)256 << 20)
#define WORD_BYTES  64

// What the lists give the youngest first is wanted the other way round.
struct kept_rows {
    struct arena *arena;
    struct paper_row *rows;
    size_t count, room;
};

struct staff_sum {
    struct id staff;
    int64_t entries, raw_s, actual_s, rounded_s, chargeable_s;
};

struct day_sheet {
    struct printing printing;
    const char *staff, *client; // "staff=NAME"; NULL: all
    int64_t day, begin_us, end_us;
    struct kept_rows kept;
    struct staff_sum total, *sums; // of the house, and of each
    size_t sum_count, sum_room;
    const char *words[8];
};

// --- keeping
static bool keep(struct day_sheet *sheet, const struct paper_row *row, struct err *err)
{
    struct kept_rows *kept = &sheet->kept;
    if (kept->count == kept->room) {
        kept->room = kept->room ? 2 * kept->room : 64;
        kept->rows = realloc(kept->rows, kept->room * sizeof *kept->rows);
        if (!kept->rows)
            abort();
    }
    struct paper_row *copy = &kept->rows[kept->count++];
    *copy = *row;
    for (size_t i = 0; i < PAPER_COLUMNS_MAX; i++) {
        if (!row->texts[i])
            continue;
        copy->texts[i] = arena_text(kept->arena, row->texts[i], strlen(row->texts[i]));
        if (!copy->texts[i])
            return fail(err, ERR_TOO_LARGE, NULL, TEXT_CLI_OUT_OF_MEMORY, NULL);
    }
    return true;
}

// What was kept, the last first; a note where there is nothing.
static bool put_kept(struct day_sheet *sheet, struct err *err)
{
    struct printing *printing = &sheet->printing;
    bool good = true;
    if (sheet->kept.count == 0)
        good = printing_note(printing, printing_text(printing, TEXT_PAPER_NONE), err);
    for (size_t i = sheet->kept.count; good && i > 0; i--)
        good = paper_row(printing->paper, &sheet->kept.rows[i - 1], err);
    sheet->kept.count = 0;
    arena_reset(sheet->kept.arena);
    return good;
}

// --- clocks
static bool keep_clock(void *context, const struct record *record, const void *row, struct err *err)
{
    struct day_sheet *sheet = context;
    struct printing *printing = &sheet->printing;
    const struct clock *clock = row;
    (void)record;
    bool stopped = clock->state == clock_state_STOPPED;
    const char *end = stopped && clock->has_stopped_at
                          ? printed_clock(printing, clock->stopped_at)
                          : printed_pick(printing, clock_state_picks(), clock->state);
    struct paper_row out = { .kind = PAPER_ROW };
    const char *texts[] = {
        printed_clock(printing, clock->started_at),
        end,
        clock->contact_name,
        clock->number,
        clock->text,
        listing_name(&printing->listing, clock->staff),
        clock->has_raw_s ? printed_span(printing, clock->raw_s) : NULL,
        clock->has_actual_s ? printed_span(printing, clock->actual_s) : NULL,
        cli_text(printing->listing.cli, id_is_zero(clock->entry) ? TEXT_CLI_NO : TEXT_CLI_YES),
    };
    memcpy(out.texts, texts, sizeof texts);
    return keep(sheet, &out, err);
}

static void clocks_table(struct printing *printing)
{
    static const struct printed_column columns[] = {
        { .title = TEXT_PAPER_BEGIN, .mm = 13, .align = PAPER_RIGHT },
        { .title = TEXT_PAPER_END, .mm = 21, .align = PAPER_RIGHT },
        { .title = TEXT_PAPER_CONTACT, .share = 1.5 },
        { .title = TEXT_PAPER_NUMBER, .mm = 31 },
        { .title = TEXT_PAPER_TEXT, .share = 2 },
        { .title = TEXT_PAPER_STAFF, .share = 1.2 },
        { .title = TEXT_PAPER_RAW, .mm = 17, .align = PAPER_RIGHT },
        { .title = TEXT_PAPER_ACTUAL, .mm = 17, .align = PAPER_RIGHT },
        { .title = TEXT_PAPER_BOOKED, .mm = 16 },
    };
    printing_table(printing, printing_text(printing, TEXT_PAPER_CLOCKS), columns,
                   COUNT_OF(columns));
}

// --- entries
static struct staff_sum *sum_of(struct day_sheet *sheet, struct id staff)
{
    for (size_t i = 0; i < sheet->sum_count; i++) {
        if (id_equal(sheet->sums[i].staff, staff))
            return &sheet->sums[i];
    }
    if (sheet->sum_count == sheet->sum_room) {
        sheet->sum_room = sheet->sum_room ? 2 * sheet->sum_room : 16;
        sheet->sums = realloc(sheet->sums, sheet->sum_room * sizeof *sheet->sums);
        if (!sheet->sums)
            abort();
    }
    sheet->sums[sheet->sum_count] = (struct staff_sum){ .staff = staff };
    return &sheet->sums[sheet->sum_count++];
}

static void add_up(struct staff_sum *sum, const struct entry *entry)
{
    sum->entries++;
    sum->raw_s += entry->raw_s;
    sum->actual_s += entry->actual_s;
    sum->rounded_s += entry->rounded_s;
    sum->chargeable_s += entry->chargeable ? entry->rounded_s : 0;
}

static bool keep_entry(void *context, const struct record *record, const void *row, struct err *err)
{
    struct day_sheet *sheet = context;
    struct printing *printing = &sheet->printing;
    const struct entry *entry = row;
    (void)record;
    if (entry->state == entry_state_DELETED)
        return true;
    add_up(&sheet->total, entry);
    add_up(sum_of(sheet, entry->staff), entry);
    struct paper_row out = { .kind = PAPER_ROW };
    const char *texts[] = {
        printed_clock(printing, entry->began_at),
        entry->key,
        entry->file_number,
        entry->contact_name,
        entry->text,
        listing_name(&printing->listing, entry->staff),
        printed_span(printing, entry->raw_s),
        printed_span(printing, entry->actual_s),
        printed_span(printing, entry->rounded_s),
        cli_text(printing->listing.cli, entry->chargeable ? TEXT_CLI_YES : TEXT_CLI_NO),
    };
    memcpy(out.texts, texts, sizeof texts);
    return keep(sheet, &out, err);
}

static void entries_table(struct printing *printing)
{
    static const struct printed_column columns[] = {
        { .title = TEXT_PAPER_BEGIN, .mm = 13, .align = PAPER_RIGHT },
        { .title = TEXT_PAPER_KEY, .mm = 11 },
        { .title = TEXT_PAPER_FILE, .mm = 24 },
        { .title = TEXT_PAPER_CONTACT, .share = 1.5 },
        { .title = TEXT_PAPER_TEXT, .share = 2.5 },
        { .title = TEXT_PAPER_STAFF, .share = 1.2 },
        { .title = TEXT_PAPER_RAW, .mm = 17, .align = PAPER_RIGHT },
        { .title = TEXT_PAPER_ACTUAL, .mm = 17, .align = PAPER_RIGHT },
        { .title = TEXT_PAPER_ROUNDED, .mm = 18, .align = PAPER_RIGHT },
        { .title = TEXT_PAPER_CHARGED, .mm = 23 },
    };
    printing_table(printing, printing_text(printing, TEXT_PAPER_ENTRIES), columns,
                   COUNT_OF(columns));
}

static bool put_entry_sum(struct day_sheet *sheet, struct err *err)
{
    struct printing *printing = &sheet->printing;
    const struct staff_sum *sum = &sheet->total;
    struct paper_row row = { .kind = PAPER_SUM };
    if (sum->entries == 0)
        return true;
    row.texts[4] = printing_text(printing, TEXT_PAPER_SUM);
    row.texts[6] = printed_span(printing, sum->raw_s);
    row.texts[7] = printed_span(printing, sum->actual_s);
    row.texts[8] = printed_span(printing, sum->rounded_s);
    row.texts[9] = printed_span(printing, sum->chargeable_s);
    return paper_row(printing->paper, &row, err);
}

static int by_name(const void *a, const void *b, void *context)
{
    const struct listing *listing = context;
    return strcmp(listing_name(listing, ((const struct staff_sum *)a)->staff),
                  listing_name(listing, ((const struct staff_sum *)b)->staff));
}

// Of the whole house: what each of them did.
static bool put_sums(struct day_sheet *sheet, struct err *err)
{
    static const struct printed_column columns[] = {
        { .title = TEXT_PAPER_STAFF, .share = 1 },
        { .title = TEXT_PAPER_ENTRIES, .mm = 24, .align = PAPER_RIGHT },
        { .title = TEXT_PAPER_RAW, .mm = 24, .align = PAPER_RIGHT },
        { .title = TEXT_PAPER_ACTUAL, .mm = 24, .align = PAPER_RIGHT },
        { .title = TEXT_PAPER_ROUNDED, .mm = 24, .align = PAPER_RIGHT },
        { .title = TEXT_PAPER_CHARGED, .mm = 27, .align = PAPER_RIGHT },
    };
    struct printing *printing = &sheet->printing;
    struct arena *arena = printing->listing.page;
    bool good = true;
    if (sheet->sum_count == 0 || sheet->staff)
        return true;
    qsort_r(sheet->sums, sheet->sum_count, sizeof *sheet->sums, by_name, &printing->listing);
    printing_table(printing, printing_text(printing, TEXT_PAPER_SUMS), columns, COUNT_OF(columns));
    for (size_t i = 0; good && i <= sheet->sum_count; i++) {
        bool last = i == sheet->sum_count;
        const struct staff_sum *sum = last ? &sheet->total : &sheet->sums[i];
        const char *name = listing_name(&printing->listing, sum->staff);
        if (!*name)
            name = printing_text(printing, last ? TEXT_PAPER_SUM : TEXT_PAPER_NOBODY);
        struct paper_row row = { .kind = last ? PAPER_SUM : PAPER_ROW };
        const char *texts[] = {
            name,
            arena_format(arena, "%" PRId64, sum->entries),
            printed_span(printing, sum->raw_s),
            printed_span(printing, sum->actual_s),
            printed_span(printing, sum->rounded_s),
            printed_span(printing, sum->chargeable_s),
        };
        memcpy(row.texts, texts, sizeof texts);
        good = paper_row(printing->paper, &row, err);
    }
    return good;
}

// --- callbacks made, and what is open
static bool keep_done(void *context, const struct record *record, const void *row, struct err *err)
{
    struct day_sheet *sheet = context;
    const struct callback *callback = row;
    (void)record;
    if (callback->edited_at < sheet->begin_us)
        return false; // they come the latest first: nothing of this day follows
    bool made = callback->state == callback_state_DONE && callback->has_done_at &&
                callback->done_at >= sheet->begin_us && callback->done_at < sheet->end_us;
    struct paper_row out = printed_callback(&sheet->printing, callback);
    out.texts[0] = printed_clock(&sheet->printing, callback->done_at);
    return !made || keep(sheet, &out, err);
}

struct open_rows {
    struct printing *printing;
    int64_t count;
};

static bool put_inquiry(void *context, const struct record *record, const void *row,
                        struct err *err)
{
    struct open_rows *open = context;
    struct paper_row out = printed_inquiry(open->printing, inquiry_within(record, row));
    open->count++;
    return paper_row(open->printing->paper, &out, err);
}

static bool put_callback(void *context, const struct record *record, const void *row,
                         struct err *err)
{
    struct open_rows *open = context;
    struct paper_row out = printed_callback(open->printing, row);
    (void)record;
    const struct callback *callback = row;
    out.texts[0] = printed_moment(open->printing, callback->from);
    open->count++;
    return paper_row(open->printing->paper, &out, err);
}

// --- the sheet
static const char *const *question(struct day_sheet *sheet, const char *first, const char *second)
{
    size_t count = 0;
    const char *all[] = { first, second, sheet->staff, sheet->client };
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        if (all[i])
            sheet->words[count++] = all[i];
    }
    sheet->words[count] = NULL;
    return sheet->words;
}

// A list of the day, turned round. `sum` NULL: none.
static int day_list(struct day_sheet *sheet, const char *method, const char *const *words,
                    listing_take *take, bool (*sum)(struct day_sheet *sheet, struct err *err))
{
    struct err err = { 0 };
    int code = listing_rows(&sheet->printing.listing, method, words, take, sheet);
    if (code == EXIT_DONE && (!put_kept(sheet, &err) || (sum && !sum(sheet, &err))))
        code = cli_refused(sheet->printing.listing.cli, &err);
    return code;
}

static int open_list(struct day_sheet *sheet, const char *method, const char *const *words,
                     listing_take *take)
{
    struct printing *printing = &sheet->printing;
    struct open_rows open = { .printing = printing };
    struct err err = { 0 };
    int code = listing_rows(&printing->listing, method, words, take, &open);
    if (code == EXIT_DONE && open.count == 0 &&
        !printing_note(printing, printing_text(printing, TEXT_PAPER_NONE), &err))
        code = cli_refused(printing->listing.cli, &err);
    return code;
}

static int done_lists(struct day_sheet *sheet)
{
    struct printing *printing = &sheet->printing;
    struct arena *arena = printing->listing.cli->arena;
    const char *from = arena_format(arena, "from=%s", civil_rfc3339(sheet->begin_us).text);
    const char *until = arena_format(arena, "until=%s", civil_rfc3339(sheet->end_us).text);
    struct err err = { 0 };
    const char *client = sheet->client;
    sheet->client = NULL; // clocks are asked for by person
    clocks_table(printing);
    int code = day_list(sheet, "clock_list", question(sheet, from, until), keep_clock, NULL);
    sheet->client = client;
    if (code != EXIT_DONE)
        return code;
    entries_table(printing);
    code = day_list(sheet, "entry_list", question(sheet, from, until), keep_entry, put_entry_sum);
    if (code == EXIT_DONE && !put_sums(sheet, &err))
        return cli_refused(printing->listing.cli, &err);
    if (code != EXIT_DONE)
        return code;
    printed_callbacks_table(printing, printing_text(printing, TEXT_PAPER_CALLBACKS_DONE));
    return day_list(sheet, "callback_list", question(sheet, "state=settled", NULL), keep_done,
                    NULL);
}

static int open_lists(struct day_sheet *sheet)
{
    struct printing *printing = &sheet->printing;
    printed_inquiries_table(printing, printing_text(printing, TEXT_PAPER_INQUIRIES_OPEN));
    int code = open_list(sheet, "inquiry_list", question(sheet, "open=true", NULL), put_inquiry);
    if (code != EXIT_DONE)
        return code;
    printed_callbacks_table(printing, printing_text(printing, TEXT_PAPER_CALLBACKS_OPEN));
    return open_list(sheet, "callback_list", question(sheet, NULL, NULL), put_callback);
}

static const char *after_equals(const char *word)
{
    return word ? strchr(word, '=') + 1 : NULL;
}

static int print_day(struct day_sheet *sheet)
{
    struct printing *printing = &sheet->printing;
    const struct cli *cli = printing->listing.cli;
    struct err err = { 0 };
    sheet->begin_us = zone_time_us(&printing->listing.zone, sheet->day, 0, ZONE_FIRST);
    sheet->end_us = zone_time_us(&printing->listing.zone, sheet->day + 1, 0, ZONE_FIRST);
    const char *who =
        sheet->staff ? after_equals(sheet->staff) : printing_text(printing, TEXT_PAPER_HOUSE);
    struct id id;
    if (id_parse(who, &id))
        who = listing_name(&printing->listing, id);
    const char *client = after_equals(sheet->client);
    const char *subtitle =
        arena_format(cli->arena, "%s · %s%s%s", who, printed_day(printing, sheet->day),
                     client ? " · " : "", client ? client : "");
    if (!printing_open(printing, printing_text(printing, TEXT_PAPER_DAY_SHEET), subtitle, &err))
        return cli_refused(cli, &err);
    int code = done_lists(sheet);
    if (code == EXIT_DONE)
        code = open_lists(sheet);
    return printing_close(printing, code);
}

static bool day_from(const struct day_sheet *sheet, const char *word, int64_t *ret_day)
{
    int64_t today = listing_clock(&sheet->printing.listing, sheet->printing.now_us) / DAY_SECONDS;
    *ret_day = today;
    if (!word || strcmp(word, "heute") == 0 || strcmp(word, "today") == 0)
        return true;
    *ret_day = today - 1;
    return strcmp(word, "gestern") == 0 || strcmp(word, "yesterday") == 0 ||
           civil_parse_date(word, ret_day);
}

static bool take_words(struct day_sheet *sheet, struct cli *cli, const char **ret_date)
{
    if (!printing_words(&sheet->printing, cli))
        return false;
    for (size_t i = 0; i < sheet->printing.word_count; i++) {
        const char *word = sheet->printing.words[i];
        if (strncmp(word, "staff=", 6) == 0)
            sheet->staff = word;
        else if (strncmp(word, "client=", 7) == 0)
            sheet->client = word;
        else if (strncmp(word, "date=", 5) == 0)
            *ret_date = word + 5;
        else
            return false;
    }
    return true;
}

int action_print_day(struct cli *cli)
{
    struct day_sheet sheet = { .staff = NULL };
    const char *date = NULL;
    if (!take_words(&sheet, cli, &date))
        return cli_usage(cli, TEXT_PAPER_DAY_USAGE, NULL);
    sheet.kept.arena = arena_new(ROWS_MEMORY);
    int code = listing_begin(&sheet.printing.listing, cli);
    if (code == EXIT_DONE && !day_from(&sheet, date, &sheet.day))
        code = cli_usage(cli, TEXT_PAPER_DATE, date, NULL);
    else if (code == EXIT_DONE)
        code = print_day(&sheet);
    listing_end(&sheet.printing.listing);
    arena_free(sheet.kept.arena);
    free(sheet.kept.rows);
    free(sheet.sums);
    return code;
}

// SPDX-License-Identifier: Apache-2.0
// rufbus book: a service by its key. Where nothing says which time is meant, it is that of the call
// that goes on or of what ended last.
#include <stdlib.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/run/loop.h"
#include "common/wire/json.h"
#include "proto/stubs.h"
#include "services/cli/actions.h"
#include "services/cli/clock_show.h"
#include "services/cli/connect.h"
#include "services/cli/input.h"
#include "services/cli/naming.h"
#include "services/cli/print.h"
#include "services/cli/say.h"

#define LOOK_BACK_US (24 * SECONDS(3600))

struct booking {
    struct cli *cli;
    struct client *client;
    struct entry_new in;
    struct clock taken; // version 0: none
    struct entry entry;
};

// --- whose time it is, when nothing was said
static bool says_time(const struct entry_new *in)
{
    return in->has_minutes || in->has_seconds || !id_is_zero(in->call) || !id_is_zero(in->clock) ||
           !id_is_zero(in->attempt);
}

static bool agree(struct id a, struct id b)
{
    return id_is_zero(a) || id_is_zero(b) || id_equal(a, b);
}

// Time with somebody else, or for another file, is not what is meant; nor a measure's, which is
// booked with its inquiry.
static bool can_be_meant(const struct clock *clock, const struct entry_new *in)
{
    if (id_is_zero(clock->call) && !id_is_zero(clock->inquiry) && id_is_zero(in->inquiry))
        return false;
    return agree(clock->contact, in->contact) && agree(clock->file, in->file) &&
           agree(clock->inquiry, in->inquiry);
}

// A call that goes on is meant before anything that has ended; a clock by hand only once stopped.
static bool comes_first(const struct clock *clock, const struct clock *than)
{
    bool counts = !clock->has_stopped_at;
    if (counts && id_is_zero(clock->call))
        return false;
    if (than->version == 0)
        return true;
    return than->has_stopped_at && (counts || clock->stopped_at > than->stopped_at);
}

// False: there is none, or it could not be asked for, which has been said; the exit code is set.
static bool take_last(struct booking *booking, int *ret_code)
{
    struct clock_stack stack = { .clocks_count = 0 };
    struct clock_status_query whose = { .staff = booking->in.staff };
    struct clock_page page = { .more = false };
    struct err err = { 0 };
    enum call_result result = call_clock_status(booking->client, &whose, &stack);
    struct clock_query query = { .staff = stack.staff,
                                 .has_unbooked = true,
                                 .unbooked = true,
                                 .has_from = true,
                                 .from = loop_now_us() - LOOK_BACK_US,
                                 .has_limit = true,
                                 .limit = 200 };
    if (result == CALL_DONE)
        result = call_clock_list(booking->client, &query, &page);
    // Whoever is nobody of the house has no time of their own.
    if (result == CALL_UNKNOWN) {
        *ret_code = connect_explain(booking->cli, booking->client, &method_clock_list, result);
        return false;
    }
    for (size_t i = 0; result == CALL_DONE && i < page.clocks_count; i++) {
        if (can_be_meant(&page.clocks[i], &booking->in) &&
            comes_first(&page.clocks[i], &booking->taken))
            booking->taken = page.clocks[i];
    }
    booking->in.clock = booking->taken.id;
    if (booking->taken.version > 0)
        return true;
    (void)fail(&err, ERR_INVALID, "minutes",
               stack.clocks_count > 0 ? TEXT_CLI_BOOK_STILL_RUNS : TEXT_CLI_BOOK_NO_TIME, NULL);
    *ret_code = cli_refused(booking->cli, &err);
    return false;
}

// --- what was booked
static const char *value_of(const struct cli *cli, const struct entry *entry, const char *field)
{
    return print_value(cli, record_field(entry_record(), field), entry);
}

static void print_remarks(const struct cli *cli, const struct entry *entry)
{
    if (entry->has_consumer_warning && entry->consumer_warning)
        fprintf(cli->out, "%s\n", cli_text(cli, TEXT_CLI_ENTRY_CONSUMER));
    if (entry->has_new_block && entry->new_block)
        fprintf(cli->out, "%s\n", cli_text(cli, TEXT_CLI_ENTRY_NEW_BLOCK));
    if (!id_is_zero(entry->after_run))
        fprintf(cli->out, "%s\n", cli_text(cli, TEXT_CLI_ENTRY_AFTER_RUN));
}

// "Genommen: Ihr Gespräch: Katrin Hansen, 12:04:10–12:16:02. Falsch? rufbus entry undo"
static void print_taken(const struct cli *cli, const struct clock *clock)
{
    bool call = !id_is_zero(clock->call);
    fprintf(cli->out, "%s %s, %s. %s\n",
            cli_text(cli, call ? TEXT_CLI_BOOK_OF_CALL : TEXT_CLI_BOOK_OF_CLOCK),
            clock_what(cli, clock), clock_times(cli, clock), cli_text(cli, TEXT_CLI_BOOK_UNDO));
}

// K  A 1/26  Katrin Hansen  7:00 → 12:00, and what is to be known of it.
static void print_booked(const struct booking *booking)
{
    const struct cli *cli = booking->cli;
    const struct entry *entry = &booking->entry;
    fprintf(cli->out, "%s  %s  %s", entry->key, entry->file_number ? entry->file_number : "–",
            entry->contact_name ? entry->contact_name : "–");
    if (entry->has_counting && entry->counting)
        fprintf(cli->out, "  %s", cli_text(cli, TEXT_CLI_ENTRY_COUNTING));
    else
        fprintf(cli->out, "  %s → %s", value_of(cli, entry, "actual_s"),
                value_of(cli, entry, "rounded_s"));
    if (!entry->chargeable)
        fprintf(cli->out, "  (%s)", cli_text(cli, TEXT_CLI_ENTRY_FREE));
    fprintf(cli->out, "  %s\n", id_text(entry->id).text);
    if (booking->taken.version > 0)
        print_taken(cli, &booking->taken);
    print_remarks(cli, entry);
}

static int book(struct booking *booking)
{
    struct cli *cli = booking->cli;
    int code = EXIT_DONE;
    if (!says_time(&booking->in) && !take_last(booking, &code))
        return code;
    enum call_result result = call_entry_book(booking->client, &booking->in, &booking->entry);
    if (result != CALL_DONE)
        return connect_explain(cli, booking->client, &method_entry_book, result);
    if (cli->json) {
        fprintf(cli->out, "%s\n",
                json_write(entry_record(), &booking->entry, JSON_FULL, cli->arena));
        return EXIT_DONE;
    }
    cli->naming = naming_new(booking->client);
    print_booked(booking);
    naming_free(cli->naming);
    cli->naming = NULL;
    return EXIT_DONE;
}

int action_book(struct cli *cli)
{
    struct err err = { 0 };
    struct booking booking = { .cli = cli };

    if (cli->word_count == 0 && !cli->input)
        return cli_usage(cli, TEXT_CLI_BOOK_USAGE, NULL);
    if (!input_fill(cli, &method_entry_book, "key file minutes", &booking.in, &err))
        return cli_misused(cli, &err);
    struct caller *caller = connect_services(cli, &err);
    if (!caller)
        return cli_refused(cli, &err);
    booking.client = caller_client(caller);
    int code = book(&booking);
    caller_free(caller);
    return code;
}

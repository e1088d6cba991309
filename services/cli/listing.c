// SPDX-License-Identifier: Apache-2.0
// Pages by descriptor: any method that takes after and limit, and answers with rows and more.
#include "services/cli/listing.h"

#include <stdlib.h>
#include <string.h>

#include "common/wire/json.h"
#include "services/cli/input.h"
#include "services/cli/naming.h"
#include "services/cli/say.h"

#define PAGE_MEMORY ((size_t)64 << 20)

int listing_begin(struct listing *listing, struct cli *cli)
{
    struct err err = { 0 };
    *listing = (struct listing){ .cli = cli, .what = "" };
    (void)!zone_load(cli->zone, &listing->zone);
    listing->page = arena_new(PAGE_MEMORY);
    listing->caller = connect_services(cli, &err);
    if (!listing->caller)
        return cli_refused(cli, &err);
    listing->client = caller_client(listing->caller);
    listing->client->arena = listing->page; // pages must not fill the command line's memory
    if (naming_load(&listing->names, listing->client, cli->arena))
        return EXIT_DONE;
    (void)fail(&err, ERR_TIMEOUT, NULL, TEXT_CLI_NO_ANSWER, "contacts", NULL);
    return cli_refused(cli, &err);
}

void listing_end(struct listing *listing)
{
    transfer_progress_end(&listing->progress);
    names_done(&listing->names);
    if (listing->caller)
        caller_free(listing->caller);
    arena_free(listing->page);
}

// --- the question

static bool question(const struct listing *listing, const struct method *method,
                     const char *const *words, void *in, struct err *err)
{
    struct cli asking = *listing->cli;
    asking.words = words;
    asking.word_count = 0;
    while (words && words[asking.word_count])
        asking.word_count++;
    return input_fill(&asking, method, "", in, err) &&
           json_set(method->in(), "limit", "200", listing->cli->arena, in, err);
}

// --- the answer
// The id of a row; of a row that carries the thing itself inside, that one's.
static struct id id_of(const struct record *record, const void *row)
{
    struct id id = { { 0 } };
    const struct field *field = record_field(record, "id");
    for (size_t i = 0; !field && i < record->count; i++) {
        if (record->fields[i].type != FIELD_ONE || !record->fields[i].required)
            continue;
        memcpy(&row, (const char *)row + record->fields[i].offset, sizeof row);
        record = record->fields[i].record();
        field = record_field(record, "id");
    }
    if (field)
        memcpy(&id, (const char *)row + field->offset, sizeof id);
    return id;
}

struct paging {
    const struct method *method;
    void *in, *out;
    listing_take *take;
    void *context;
    bool more;
};

// False: the taker wants no more, or refused.
static bool hand_over(struct listing *listing, struct paging *paging, struct err *err)
{
    struct listing_page page = listing_page(paging->method, paging->out);
    for (size_t i = 0; i < page.count; i++) {
        if (!paging->take(paging->context, page.record, page.rows + i * page.record->size, err))
            return false;
        listing->count++;
    }
    paging->more = page.more;
    if (page.more) {
        struct id last = id_of(page.record, page.rows + (page.count - 1) * page.record->size);
        memcpy((char *)paging->in + record_field(paging->method->in(), "after")->offset, &last,
               sizeof last);
    }
    transfer_progress(&listing->progress, listing->what, listing->count);
    return true;
}

int listing_rows(struct listing *listing, const char *name, const char *const *words,
                 listing_take *take, void *context)
{
    struct cli *cli = listing->cli;
    const struct method *method = proto_method(NULL, name);
    if (!method)
        return cli_usage(cli, TEXT_CLI_UNKNOWN_METHOD, name, NULL);
    struct paging paging = { .method = method, .take = take, .context = context, .more = true };
    struct err err = { 0 };
    paging.in = arena_alloc(cli->arena, method->in()->size);
    paging.out = arena_alloc(cli->arena, method->out()->size);
    if (!paging.in || !paging.out)
        abort(); // the arena is far larger than any record
    if (!question(listing, method, words, paging.in, &err))
        return cli_misused(cli, &err);
    while (paging.more) {
        arena_reset(listing->page);
        memset(paging.out, 0, method->out()->size);
        enum call_result result = client_call(listing->client, method, paging.in, paging.out);
        if (result != CALL_DONE)
            return connect_explain(cli, listing->client, method, result);
        if (!hand_over(listing, &paging, &err))
            return err.code == ERR_NONE ? EXIT_DONE : cli_refused(cli, &err);
    }
    return EXIT_DONE;
}

// --- for people
int64_t listing_clock(const struct listing *listing, int64_t time_us)
{
    struct zone_local local = zone_local(&listing->zone, time_us);
    return local.day * DAY_SECONDS + local.second;
}

const char *listing_name(const struct listing *listing, struct id id)
{
    if (id_is_zero(id))
        return "";
    const char *text = names_text(&listing->names, id);
    text = text ? text : arena_format(listing->page, "%s", id_text(id).text);
    return text ? text : "";
}

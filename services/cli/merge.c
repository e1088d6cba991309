// SPDX-License-Identifier: Apache-2.0
// rufbus contact duplicates | merge | unmerge | merges: what a person needs to see before and
// after.
#include <stdlib.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/wire/json.h"
#include "proto/stubs.h"
#include "services/cli/actions.h"
#include "services/cli/print.h"
#include "services/cli/say.h"
#include "services/cli/transfer.h"

#define MEMORY     ((size_t)32 << 20)
#define GROUPS_MAX 50 // shown at once, unless --all

static const char *pick_text(const struct cli *cli, const struct picks *picks, int pick)
{
    return cli->english ? picks->values[pick].english : picks->values[pick].german;
}

static void print_json(const struct cli *cli, const struct record *record, const void *row)
{
    const char *text = json_write(record, row, JSON_LINE, cli->arena);
    fprintf(cli->out, "%s\n", text ? text : "null");
}

// --- duplicates
static const char *name_of(const struct duplicate_group *group, struct id id)
{
    for (size_t i = 0; i < group->contacts_count; i++) {
        if (id_equal(group->contacts[i].id, id))
            return group->contacts[i].name;
    }
    return "…";
}

static void print_reason(const struct cli *cli, const struct duplicate_group *group,
                         const struct duplicate_reason *reason)
{
    fprintf(cli->out, "    %s %s:", pick_text(cli, likeness_picks(), (int)reason->likeness),
            reason->value);
    for (size_t i = 0; i < reason->contacts_count; i++)
        fprintf(cli->out, "%s %s", i ? "," : "", name_of(group, reason->contacts[i]));
    fputc('\n', cli->out);
}

static void print_group(const struct cli *cli, const struct duplicate_group *group)
{
    fprintf(cli->out, "%s\n", pick_text(cli, confidence_picks(), (int)group->confidence));
    for (size_t i = 0; i < group->contacts_count; i++) {
        fputs("  ", cli->out);
        print_row(cli, contact_record(), &group->contacts[i],
                  "id name organisation customer_number phones emails");
    }
    for (size_t i = 0; i < group->reasons_count; i++)
        print_reason(cli, group, &group->reasons[i]);
    fputc('\n', cli->out);
}

static int show_duplicates(struct cli *cli, struct client *client, struct duplicate_query *query)
{
    struct duplicate_page page;
    struct cli paged = *cli; // its texts live until the next page
    size_t shown = 0;
    paged.arena = client->arena;
    do {
        arena_reset(client->arena);
        page = (struct duplicate_page){ .more = false };
        enum call_result result = call_duplicate_list(client, query, &page);
        if (result != CALL_DONE)
            return connect_explain(cli, client, &method_duplicate_list, result);
        for (size_t i = 0; i < page.groups_count; i++, shown++) {
            if (cli->json)
                print_json(&paged, duplicate_group_record(), &page.groups[i]);
            else
                print_group(&paged, &page.groups[i]);
        }
        query->after = page.next;
    } while (page.more && (cli->all || shown < GROUPS_MAX));
    if (shown == 0 && !cli->json)
        fprintf(cli->out, "%s\n", cli_text(cli, TEXT_CLI_NO_ROWS));
    if (page.more && !cli->json)
        fprintf(cli->out, "%s\n", cli_text(cli, TEXT_MERGE_MORE));
    return EXIT_DONE;
}

int action_duplicates(struct cli *cli)
{
    struct err err = { 0 };
    struct duplicate_query query = { .limit = 0 };
    bool bad = false;
    const char *client_word = transfer_option(cli, "--client", &bad);
    if (bad || cli->word_count > 1 ||
        (cli->word_count == 1 && !id_parse(cli->words[0], &query.contact)))
        return cli_usage(cli, TEXT_MERGE_USAGE, NULL);
    struct caller *caller = connect_services(cli, &err);
    if (!caller)
        return cli_refused(cli, &err);
    struct client *client = caller_client(caller);
    struct arena *arena = arena_new(MEMORY);
    bool good = transfer_client(client, client_word, &query.client, &err);
    client->arena = arena;
    int code = good ? show_duplicates(cli, client, &query) : cli_refused(cli, &err);
    caller_free(caller);
    arena_free(arena);
    return code;
}

// --- merging
static void print_merged(const struct cli *cli, const struct contact_merged *merged)
{
    fprintf(cli->out, "%s %s „%s“ → „%s“, %s", civil_local(merged->merged_at, cli->zone).text,
            id_text(merged->id).text, merged->from_name, merged->to_name, merged->merged_by);
    if (merged->has_undone && merged->undone)
        fprintf(cli->out, " (%s)", cli_text(cli, TEXT_MERGE_TAKEN_BACK));
    fputc('\n', cli->out);
    for (size_t i = 0; i < merged->conflicts_count; i++) {
        const struct merge_conflict *conflict = &merged->conflicts[i];
        const struct field *field = record_field(contact_record(), conflict->field);
        fprintf(cli->out, "  %s: %s | %s\n",
                field && !cli->english ? field->german : conflict->field,
                conflict->kept ? conflict->kept : "–", conflict->other);
    }
}

static int merge(struct cli *cli, struct client *client, struct contact_merge_in *in)
{
    struct contact from, to;
    struct contact_merge_out out = { 0 };
    enum call_result result = call_contact_get(client, &(struct by_id){ in->from }, &from);
    if (result == CALL_DONE)
        result = call_contact_get(client, &(struct by_id){ in->to }, &to);
    if (result != CALL_DONE)
        return connect_explain(cli, client, &method_contact_get, result);
    in->from_version = from.version;
    in->to_version = to.version;
    result = call_contact_merge(client, in, &out);
    if (result != CALL_DONE)
        return connect_explain(cli, client, &method_contact_merge, result);
    if (cli->json) {
        print_json(cli, contact_merge_out_record(), &out);
        return EXIT_DONE;
    }
    print_row(cli, contact_record(), out.contact, NULL);
    fputc('\n', cli->out);
    print_merged(cli, out.merged);
    fprintf(cli->out, "%s rufbus contact unmerge %s\n", cli_text(cli, TEXT_MERGE_TAKE_BACK),
            id_text(in->from).text);
    return EXIT_DONE;
}

static int unmerge(struct cli *cli, struct client *client, struct id id)
{
    struct contact_merged merged;
    struct contact_unmerge_out out = { 0 };
    enum call_result result = call_merge_get(client, &(struct by_id){ id }, &merged);
    if (result != CALL_DONE)
        return connect_explain(cli, client, &method_merge_get, result);
    struct contact_unmerge_in in = { id, merged.version };
    result = call_contact_unmerge(client, &in, &out);
    if (result != CALL_DONE)
        return connect_explain(cli, client, &method_contact_unmerge, result);
    if (cli->json) {
        print_json(cli, contact_unmerge_out_record(), &out);
        return EXIT_DONE;
    }
    print_row(cli, contact_record(), out.from, NULL);
    fputc('\n', cli->out);
    print_row(cli, contact_record(), out.to, NULL);
    return EXIT_DONE;
}

int action_merge(struct cli *cli)
{
    struct err err = { 0 };
    struct contact_merge_in in = { .from_version = 0 };
    if (cli->word_count != 2 || !id_parse(cli->words[0], &in.from) ||
        !id_parse(cli->words[1], &in.to))
        return cli_usage(cli, TEXT_MERGE_USAGE, NULL);
    struct caller *caller = connect_services(cli, &err);
    int code = caller ? merge(cli, caller_client(caller), &in) : cli_refused(cli, &err);
    caller_free(caller);
    return code;
}

int action_unmerge(struct cli *cli)
{
    struct err err = { 0 };
    struct id id;
    if (cli->word_count != 1 || !id_parse(cli->words[0], &id))
        return cli_usage(cli, TEXT_MERGE_USAGE, NULL);
    struct caller *caller = connect_services(cli, &err);
    int code = caller ? unmerge(cli, caller_client(caller), id) : cli_refused(cli, &err);
    caller_free(caller);
    return code;
}

int action_merges(struct cli *cli)
{
    struct err err = { 0 };
    struct merge_query query = { .limit = 200, .has_limit = true };
    struct merge_page page = { .more = false };
    if (cli->word_count > 1 || (cli->word_count == 1 && !id_parse(cli->words[0], &query.to)))
        return cli_usage(cli, TEXT_MERGE_USAGE, NULL);
    struct caller *caller = connect_services(cli, &err);
    if (!caller)
        return cli_refused(cli, &err);
    enum call_result result = call_merge_list(caller_client(caller), &query, &page);
    int code = result == CALL_DONE
                   ? EXIT_DONE
                   : connect_explain(cli, caller_client(caller), &method_merge_list, result);
    if (code == EXIT_DONE && cli->json)
        print_json(cli, merge_page_record(), &page);
    for (size_t i = 0; code == EXIT_DONE && !cli->json && i < page.merges_count; i++)
        print_merged(cli, &page.merges[i]);
    caller_free(caller);
    return code;
}

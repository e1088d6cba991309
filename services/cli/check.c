// SPDX-License-Identifier: Apache-2.0
// rufbus check: each service's store row by row (beside the running owner), and whether it runs.
#include <string.h>
#include <unistd.h>

#include "common/store/check.h"
#include "proto/stubs.h"
#include "services/cli/actions.h"
#include "services/cli/connect.h"
#include "services/cli/say.h"
#include "services/contacts/api.h"
#include "services/notifier/api.h"
#include "services/telephony/api.h"
#include "services/timekeeping/api.h"

#define MAP_BYTES ((size_t)1 << 40)
#define PING_MS   2000

static const struct service *const services[] = {
    &contacts_service,
    &telephony_service,
    &timekeeping_service,
    &notifier_service,
};

static void print_fault(void *context, const char *fault)
{
    const struct cli *cli = context;
    fprintf(cli->out, "  %s\n", fault);
}

static bool check_store(const struct cli *cli, const struct service *service, const char *folder)
{
    struct err err = { 0 };
    struct check_report report = { 0 };
    struct store_options options = {
        .folder = folder,
        .tables = service->tables,
        .table_count = service->table_count,
        .map_bytes = MAP_BYTES,
        .read_only = true,
    };
    struct store *store = store_open(&options, &err);
    bool checked = store && store_check(store, print_fault, (void *)(uintptr_t)cli, &report, &err);
    store_close(store);
    if (!checked) {
        (void)cli_refused(cli, &err);
        return false;
    }
    fprintf(cli->out, "%-10s %8llu rows %8llu index %8llu log   %s\n", service->schema->service,
            (unsigned long long)report.rows, (unsigned long long)report.index_entries,
            (unsigned long long)report.facts,
            cli_text(cli, report.faults ? TEXT_CLI_CHECK_FAULTS : TEXT_CLI_CHECK_CLEAN));
    return report.faults == 0;
}

static void show_running(const struct cli *cli, const char *service)
{
    struct cli asking = *cli;
    struct err err = { 0 };
    struct nothing in = { 0 };
    struct pong pong;
    asking.service = service;
    asking.wait_ms = PING_MS;
    struct caller *caller = connect_services(&asking, &err);
    bool runs = caller && call_ping(caller_client(caller), &in, &pong) == CALL_DONE;
    caller_free(caller);
    fprintf(cli->out, "%-10s %s\n", service,
            cli_text(cli, runs ? TEXT_CLI_CHECK_RUNS : TEXT_CLI_CHECK_RESTS));
}

int action_check(struct cli *cli)
{
    bool good = true;
    if (cli->word_count > 0)
        return cli_usage(cli, TEXT_CLI_WORD_TOO_MANY, cli->words[0], NULL);
    for (size_t i = 0; i < COUNT_OF(services); i++) {
        const char *name = services[i]->schema->service;
        const char *folder = connect_folder(cli, NULL, name);
        if (!folder || access(folder, F_OK) != 0)
            continue;
        good = check_store(cli, services[i], folder) && good;
        show_running(cli, name);
    }
    return good ? EXIT_DONE : EXIT_REFUSED;
}

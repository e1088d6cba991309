// SPDX-License-Identifier: Apache-2.0
// rufbus keys: init, new, list, revoke, check.
#include <string.h>

#include "common/base/civil.h"
#include "common/run/keys.h"
#include "common/run/loop.h"
#include "services/cli/actions.h"
#include "services/cli/connect.h"
#include "services/cli/say.h"

struct starter {
    const char *name, *roles;
};

// What a new house needs: its services, and one who runs it.
static const struct starter starters[] = {
    { "contacts", "service" }, { "telephony", "service" },    { "timekeeping", "service" },
    { "notifier", "service" }, { "admin", "admin,operator" },
};

static int init(const struct cli *cli, const char *folder)
{
    size_t made = 0;
    for (size_t i = 0; i < COUNT_OF(starters); i++) {
        struct err err = { 0 };
        if (key_make(folder, starters[i].name, starters[i].roles, "house", &err))
            made++;
        else if (err.code != ERR_CONFLICT)
            return cli_refused(cli, &err);
    }
    fprintf(cli->out, "%zu %s: %s\n", made, cli_text(cli, TEXT_CLI_KEYS_MADE), folder);
    return EXIT_DONE;
}

static const char *word_after(const struct cli *cli, const char *name, const char *otherwise)
{
    size_t size = strlen(name);
    for (size_t i = 0; i < cli->word_count; i++) {
        if (strncmp(cli->words[i], name, size) == 0 && cli->words[i][size] == '=')
            return cli->words[i] + size + 1;
    }
    return otherwise;
}

static int make(const struct cli *cli, const char *folder)
{
    struct err err = { 0 };
    const char *roles = word_after(cli, "roles", "");
    if (cli->word_count < 2 || !*roles)
        return cli_usage(cli, TEXT_CLI_KEYS_USAGE, NULL);
    if (!key_make(folder, cli->words[1], roles, word_after(cli, "scope", "house"), &err))
        return cli_refused(cli, &err);
    fprintf(cli->out, "%s/%s.key\n", folder, cli->words[1]);
    return EXIT_DONE;
}

static void print_fault(void *context, const char *what)
{
    size_t *faults = context;
    ++*faults;
    fprintf(stderr, "%s\n", what);
}

static int list(const struct cli *cli, const char *folder)
{
    size_t faults = 0;
    struct keyring *keyring = keyring_new(folder);
    keyring_refresh(keyring, print_fault, &faults);
    for (size_t i = 0; i < keyring_count(keyring); i++) {
        const struct principal *principal = keyring_at(keyring, i);
        struct err err = { 0 };
        fprintf(cli->out, "%-20s %-44s ", principal->name, scope_text(&principal->scope).text);
        for (int role = 0; role < ROLE_COUNT; role++) {
            if (principal->roles & (1u << role))
                fprintf(cli->out, "%s ", role_word((enum role)role));
        }
        bool valid = principal_valid(principal, loop_now_us(), &err);
        fprintf(cli->out, "%s\n", valid ? "" : cli->english ? err.english : err.german);
    }
    keyring_free(keyring);
    return faults == 0 ? EXIT_DONE : EXIT_REFUSED;
}

// Every key of the folder can be read, and fits the public part that is trusted.
static int check(const struct cli *cli, const char *folder)
{
    size_t faults = 0;
    struct keyring *keyring = keyring_new(folder);
    keyring_refresh(keyring, print_fault, &faults);
    for (size_t i = 0; i < keyring_count(keyring); i++) {
        const char *name = keyring_at(keyring, i)->name;
        struct key_pair pair;
        struct err err = { 0 };
        if (key_read(folder, name, &pair, &err)) {
            if (strcmp(pair.public_key, keyring_public(keyring, name)) != 0)
                (void)fail(&err, ERR_CONFLICT, name, TEXT_CLI_KEYS_DIFFER, NULL);
        } else if (err.text == TEXT_KEY_UNREADABLE) {
            err = (struct err){ 0 }; // the secret lies on another machine
        }
        if (err.code != ERR_NONE) {
            faults++;
            (void)cli_refused(cli, &err);
        }
    }
    keyring_free(keyring);
    fprintf(cli->out, "%s\n", cli_text(cli, faults ? TEXT_CLI_CHECK_FAULTS : TEXT_CLI_CHECK_CLEAN));
    return faults == 0 ? EXIT_DONE : EXIT_REFUSED;
}

static int revoke(const struct cli *cli, const char *folder)
{
    struct err err = { 0 };
    if (cli->word_count != 2)
        return cli_usage(cli, TEXT_CLI_KEYS_USAGE, NULL);
    return key_revoke(folder, cli->words[1], &err) ? EXIT_DONE : cli_refused(cli, &err);
}

int action_keys(struct cli *cli)
{
    const char *folder = connect_folder(cli, cli->keys, "keys");
    const char *verb = cli->word_count > 0 ? cli->words[0] : "";
    if (strcmp(verb, "init") == 0)
        return init(cli, folder);
    if (strcmp(verb, "new") == 0)
        return make(cli, folder);
    if (strcmp(verb, "list") == 0)
        return list(cli, folder);
    if (strcmp(verb, "revoke") == 0)
        return revoke(cli, folder);
    if (strcmp(verb, "check") == 0)
        return check(cli, folder);
    return cli_usage(cli, TEXT_CLI_KEYS_USAGE, NULL);
}

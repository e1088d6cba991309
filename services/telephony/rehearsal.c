// SPDX-License-Identifier: Apache-2.0
// A server without sockets, fed with captures.
#include "services/telephony/rehearsal.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/system.h"
#include "common/step/server.h"
#include "services/telephony/ami_replay.h"
#include "services/telephony/api.h"
#include "services/telephony/store.h"
#include "services/telephony/switchboard.h"
#include "services/telephony/teller.h"

#define MAP_BYTES ((size_t)1 << 30)
// Changes handed in before the server runs: one sync for all of them.
#define TOLD_AT_ONCE 500

struct rehearsal {
    struct switchboard board;
    char folder[256];
    struct store *store;
    struct server *server;
    struct teller *teller;
    struct ami_model *model; // while a capture plays
    size_t told;
    bool lost; // something was not committed
};

static void lose(void *context)
{
    struct rehearsal *rehearsal = context;
    rehearsal->lost = true;
}

static void malformed(void *context, const struct err *err)
{
    (void)err;
    lose(context);
}

static void tell(void *context, const struct call *row)
{
    struct rehearsal *rehearsal = context;
    teller_tell(rehearsal->teller, row);
    rehearsal->told++;
}

struct rehearsal *rehearsal_new(const struct phone_home *home, struct err *err)
{
    struct rehearsal *rehearsal = calloc(1, sizeof *rehearsal);
    if (!rehearsal)
        abort();
    rehearsal->board.home = *home;
    const char *parent = getenv("TMPDIR");
    snprintf(rehearsal->folder, sizeof rehearsal->folder, "%s/rufbus-replay-XXXXXX",
             parent && *parent ? parent : "/tmp");
    if (!mkdtemp(rehearsal->folder)) {
        (void)fail(err, ERR_UNAVAILABLE, NULL, TEXT_REPLAY_FOLDER, rehearsal->folder,
                   system_text(errno).text, NULL);
        rehearsal->folder[0] = '\0';
        rehearsal_free(rehearsal);
        return NULL;
    }
    struct store_options options = {
        .folder = rehearsal->folder,
        .tables = telephony_service.tables,
        .table_count = telephony_service.table_count,
        .map_bytes = MAP_BYTES,
        .epoch_if_new = 1,
    };
    rehearsal->store = store_open(&options, err);
    if (!rehearsal->store) {
        rehearsal_free(rehearsal);
        return NULL;
    }
    struct server_options server = {
        .service = &telephony_service,
        .store = rehearsal->store,
        .seed = 1,
        .context = &rehearsal->board,
        .version = "replay",
    };
    rehearsal->server = server_new(&server);
    rehearsal->teller = teller_new(&(struct teller_options){
        .server = rehearsal->server, .pause = lose, .malformed = malformed, .context = rehearsal });
    return rehearsal;
}

static void folder_remove(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    while (dir && (entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            (void)unlinkat(dirfd(dir), entry->d_name, 0);
    }
    if (dir)
        closedir(dir);
    (void)rmdir(folder);
}

void rehearsal_free(struct rehearsal *rehearsal)
{
    if (!rehearsal)
        return;
    teller_free(rehearsal->teller);
    server_free(rehearsal->server);
    store_close(rehearsal->store);
    if (rehearsal->folder[0])
        folder_remove(rehearsal->folder);
    free(rehearsal);
}

static bool commit(struct rehearsal *rehearsal, int64_t now_us, struct err *err)
{
    struct outbox out;
    rehearsal->told = 0;
    while (server_busy(rehearsal->server)) {
        if (server_run(rehearsal->server, now_us, &out) != COMMIT_DONE)
            rehearsal->lost = true;
        if (rehearsal->lost)
            return fail(err, ERR_UNAVAILABLE, NULL, TEXT_REPLAY_STORE, rehearsal->folder, NULL);
    }
    return true;
}

bool rehearsal_play(struct rehearsal *rehearsal, const char *source, const char *path,
                    struct err *err)
{
    struct ami_replay *replay;
    int64_t at_us = SECONDS(1);
    if (!ami_replay_open(path, at_us, &replay, err))
        return false;
    struct ami_model_options options = {
        .source = source, .home = rehearsal->board.home, .call = tell, .context = rehearsal
    };
    rehearsal->model = ami_model_new(&options);
    bool played = true;
    const struct ami_replay_step *step;
    while (played && (step = ami_replay_next(replay)) != NULL) {
        at_us = step->at_us;
        ami_replay_play(replay, step, rehearsal->model, at_us);
        if (rehearsal->told >= TOLD_AT_ONCE)
            played = commit(rehearsal, at_us, err);
    }
    played = played && commit(rehearsal, at_us, err);
    if (played && ami_replay_messages(replay) == 0)
        played = fail(err, ERR_INVALID, NULL, TEXT_REPLAY_EMPTY, path, NULL);
    ami_model_free(rehearsal->model);
    rehearsal->model = NULL;
    ami_replay_free(replay);
    return played;
}

bool rehearsal_calls(struct rehearsal *rehearsal, struct arena *arena, const struct call **ret,
                     size_t *ret_count, struct err *err)
{
    struct txn *txn = store_read(rehearsal->store, err);
    if (!txn)
        return false;
    size_t room = (size_t)table_count(txn, &call_table), count = 0;
    struct call *rows = arena_array(arena, room + 1, sizeof *rows);
    struct walk_options options = { .index = call_by_start, .scope = &scope_house };
    struct walk *walk = rows ? walk_open(txn, &call_table, &options, arena) : NULL;
    while (walk && count < room && walk_next(walk, &rows[count]))
        count++;
    walk_close(walk);
    bool whole = rows && count == room;
    if (!whole)
        (void)fail(err, ERR_TOO_LARGE, NULL, TEXT_CLI_OUT_OF_MEMORY, NULL);
    txn_drop(txn);
    *ret = rows;
    *ret_count = count;
    return whole;
}

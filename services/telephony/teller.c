// SPDX-License-Identifier: Apache-2.0
// What was told is handed in again, in order, until it is durable: a call never goes back.
#include "services/telephony/teller.h"

#include <stdlib.h>

#include "common/wire/codec.h"
#include "services/telephony/calls.h"

#define TOLD_BYTES_MAX (1 << 20)
#define LIVE_BYTES_MAX ((size_t)64 << 20)

struct told {
    struct teller *teller; // NULL: it is gone
    struct told *next, *before;
    struct arena *arena;
    struct call row;
};

struct restoring {
    struct teller *teller; // NULL: it is gone
    struct arena *arena;
    struct teller_restoring how;
    const struct call *rows;
    size_t count;
};

struct teller {
    struct teller_options options;
    struct told *told;    // handed in; freed when committed
    struct told *backlog; // not committed: handed in again, in order
    struct told *backlog_end;
    bool paused;
    struct restoring *restoring; // NULL: nothing is asked for
};

struct teller *teller_new(const struct teller_options *options)
{
    struct teller *teller = calloc(1, sizeof *teller);
    if (!teller)
        abort();
    teller->options = *options;
    return teller;
}

static void told_free(struct told *told)
{
    arena_free(told->arena);
    free(told);
}

void teller_free(struct teller *teller)
{
    if (!teller)
        return;
    if (teller->restoring)
        teller->restoring->teller = NULL;
    for (struct told *told = teller->told; told; told = told->next)
        told->teller = NULL;
    while (teller->backlog) {
        struct told *told = teller->backlog;
        teller->backlog = told->next;
        told_free(told);
    }
    free(teller);
}

static void told_unlink(struct told *told)
{
    if (!told->teller)
        return;
    if (told->before)
        told->before->next = told->next;
    else if (told->teller->told == told)
        told->teller->told = told->next;
    if (told->next)
        told->next->before = told->before;
    told->next = told->before = NULL;
}

static bool run_told(struct request *rq, void *argument)
{
    struct told *told = argument;
    return calls_record(rq, &told->row);
}

// What was told later waits behind what was told before.
static void backlog_add(struct teller *teller, struct told *told)
{
    if (teller->backlog_end)
        teller->backlog_end->next = told;
    else
        teller->backlog = told;
    teller->backlog_end = told;
}

static void done_told(void *argument, bool committed)
{
    struct told *told = argument;
    struct teller *teller = told->teller;
    told_unlink(told);
    if (committed || !teller) {
        told_free(told);
        return;
    }
    backlog_add(teller, told);
    if (teller->paused)
        return;
    teller->paused = true;
    teller->options.pause(teller->options.context);
}

static void hand_in(struct teller *teller, struct told *told)
{
    if (teller->paused) {
        backlog_add(teller, told);
        return;
    }
    told->next = teller->told;
    if (teller->told)
        teller->told->before = told;
    teller->told = told;
    struct input input = { run_told, done_told, told };
    server_input(teller->options.server, &input);
}

void teller_retry(struct teller *teller)
{
    struct told *told = teller->backlog;
    teller->paused = false;
    teller->backlog = teller->backlog_end = NULL;
    while (told) {
        struct told *next = told->next;
        told->next = NULL;
        hand_in(teller, told);
        told = next;
    }
}

// Rows of the model lack what calls.c decides; a copy needs something valid in their place.
static bool told_copy(struct told *told, const struct call *row, struct err *err)
{
    struct call whole = *row;
    whole.id = id_of_name("call", row->source_ref);
    whole.version = 1;
    return record_copy(call_record(), &whole, told->arena, &told->row, err);
}

void teller_tell(void *context, const struct call *row)
{
    struct teller *teller = context;
    struct told *told = calloc(1, sizeof *told);
    if (!told)
        abort();
    told->teller = teller;
    told->arena = arena_new(TOLD_BYTES_MAX);
    struct err err = { 0 };
    if (!told_copy(told, row, &err)) {
        server_count(teller->options.server, "calls_malformed", 1);
        teller->options.malformed(teller->options.context, &err);
        told_free(told);
        return;
    }
    told->row.id = (struct id){ 0 };
    told->row.version = 0;
    hand_in(teller, told);
}

// --- taking back what lived before this process began
static bool run_restore(struct request *rq, void *argument)
{
    struct restoring *restoring = argument;
    if (!restoring->teller)
        return true;
    arena_reset(restoring->arena);
    restoring->count = calls_live(rq, restoring->how.source, restoring->arena, &restoring->rows);
    return true;
}

static void done_restore(void *argument, bool committed)
{
    struct restoring *restoring = argument;
    struct teller *teller = restoring->teller;
    if (teller) {
        teller->restoring = NULL;
        for (size_t i = 0; i < restoring->count && committed; i++)
            restoring->how.take(teller->options.context, &restoring->rows[i]);
        restoring->how.done(teller->options.context, committed);
    }
    arena_free(restoring->arena);
    free(restoring);
}

void teller_restore(struct teller *teller, const struct teller_restoring *how)
{
    struct restoring *restoring = calloc(1, sizeof *restoring);
    if (!restoring)
        abort();
    *restoring =
        (struct restoring){ .teller = teller, .arena = arena_new(LIVE_BYTES_MAX), .how = *how };
    teller->restoring = restoring;
    struct input input = { run_restore, done_restore, restoring };
    server_input(teller->options.server, &input);
}

// SPDX-License-Identifier: Apache-2.0
// Between the committed order and the PBX: nothing is sent before it is marked as begun, and
// nothing is sent twice.
#include "services/telephony/acting.h"

#include <stdlib.h>
#include <string.h>

#include "common/wire/codec.h"
#include "services/telephony/acts.h"

#define AT_ONCE    20
#define SENT_MAX   256
#define SILENCE_MS 60000 // longer than any phone of the house rings
#define ACT_BYTES  (256 << 10)
#define DETAIL_MAX 200
#define RECOVER_MS 1000

struct sent {
    struct id act;
    const struct source *source;
    int64_t until_us;
};

struct acting {
    struct source_place place;
    struct source_ear ear;
    struct source *const *sources;
    const size_t *source_count;
    int timer;    // of the next look; 0: none
    int silence;  // of the oldest action sent; 0: none
    int recovery; // tries again; 0: none
    struct sent sent[SENT_MAX];
    size_t sent_count;
    struct job_at *jobs; // inputs that the server holds
};

// An input on its way; outlives `acting` when the server still holds it.
struct job_at {
    struct acting *acting; // NULL: gone
    struct job_at *next, *before;
    struct arena *arena;
    struct act acts[AT_ONCE];
    size_t count;
    struct id act;
    enum intent_state state;
    enum text_id text;
    char detail[DETAIL_MAX];
};

static void look(void *context, int64_t now_us);

static struct job_at *job_new(struct acting *acting)
{
    struct job_at *job = calloc(1, sizeof *job);
    if (!job)
        abort();
    job->acting = acting;
    job->arena = arena_new(ACT_BYTES);
    job->next = acting->jobs;
    if (acting->jobs)
        acting->jobs->before = job;
    acting->jobs = job;
    return job;
}

static void job_end(struct job_at *job)
{
    if (job->acting && job->before)
        job->before->next = job->next;
    else if (job->acting)
        job->acting->jobs = job->next;
    if (job->next)
        job->next->before = job->before;
    arena_free(job->arena);
    free(job);
}

static void hand_in(struct job_at *job, bool (*run)(struct request *rq, void *argument),
                    void (*done)(void *argument, bool committed))
{
    struct input input = { run, done, job };
    server_input(job->acting->place.server, &input);
}

// --- what became of one
static bool run_finish(struct request *rq, void *argument)
{
    struct job_at *job = argument;
    return acts_finish(rq, job->act, job->state, job->text, job->detail);
}

static void done_finish(void *argument, bool committed)
{
    struct job_at *job = argument;
    if (!committed && job->acting) {
        hand_in(job, run_finish, done_finish); // it must not be forgotten
        return;
    }
    job_end(job);
}

static void finish(struct acting *acting, struct id act, enum intent_state state, enum text_id text,
                   const char *detail)
{
    struct job_at *job = job_new(acting);
    job->act = act;
    job->state = state;
    job->text = text;
    if (detail)
        strncat(job->detail, detail, sizeof job->detail - 1);
    hand_in(job, run_finish, done_finish);
}

// --- what the PBX has not answered yet
static void silent(void *context, int64_t now_us);

static void watch_silence(struct acting *acting, int64_t now_us)
{
    if (acting->silence)
        loop_cancel(acting->place.loop, acting->silence);
    acting->silence = 0;
    if (acting->sent_count == 0)
        return;
    int64_t after_ms = (acting->sent[0].until_us - now_us) / 1000 + 1;
    acting->silence = loop_after(acting->place.loop, after_ms > 0 ? after_ms : 0, silent, acting);
}

static void sent_drop(struct acting *acting, size_t at)
{
    acting->sent_count--;
    memmove(acting->sent + at, acting->sent + at + 1,
            (acting->sent_count - at) * sizeof *acting->sent);
}

static void silent(void *context, int64_t now_us)
{
    struct acting *acting = context;
    acting->silence = 0;
    while (acting->sent_count > 0 && acting->sent[0].until_us <= now_us) {
        struct id act = acting->sent[0].act;
        sent_drop(acting, 0);
        finish(acting, act, intent_state_UNKNOWN, TEXT_ACT_SILENT, NULL);
    }
    watch_silence(acting, now_us);
}

static void heard(void *context, struct id act, enum intent_state state, enum text_id text,
                  const char *detail)
{
    struct acting *acting = context;
    for (size_t i = 0; i < acting->sent_count; i++) {
        if (!id_equal(acting->sent[i].act, act))
            continue;
        sent_drop(acting, i);
        finish(acting, act, state, text, detail);
        return;
    }
}

static void lost(void *context, const struct source *source)
{
    struct acting *acting = context;
    for (size_t i = acting->sent_count; i-- > 0;) {
        if (acting->sent[i].source != source)
            continue;
        struct id act = acting->sent[i].act;
        sent_drop(acting, i);
        finish(acting, act, intent_state_UNKNOWN, TEXT_ACT_INTERRUPTED, NULL);
    }
}

// --- what is wanted
static struct source *source_of(const struct acting *acting, const char *name)
{
    for (size_t i = 0; i < *acting->source_count; i++) {
        if (strcmp(source_called(acting->sources[i]), name) == 0)
            return acting->sources[i];
    }
    return NULL;
}

static void carry_out(struct acting *acting, const struct act *act)
{
    struct source *source = source_of(acting, act->source);
    struct err err = { 0 };
    int64_t now_us = loop_now_us();
    if (!source || acting->sent_count == SENT_MAX) {
        finish(acting, act->id, intent_state_FAILED, TEXT_ACT_NO_LINK, NULL);
        return;
    }
    acting->sent[acting->sent_count++] =
        (struct sent){ act->id, source, now_us + INT64_C(1000) * SILENCE_MS };
    if (!source_act(source, act, &err)) {
        acting->sent_count--;
        finish(acting, act->id, intent_state_FAILED, err.text, NULL);
    }
    watch_silence(acting, now_us);
}

static bool run_start(struct request *rq, void *argument)
{
    struct job_at *job = argument;
    struct act *acts = arena_array(rq->arena, AT_ONCE, sizeof *acts);
    size_t count;
    if (!job->acting || !acts)
        return true;
    if (!acts_start(rq, acts, AT_ONCE, &count))
        return false;
    arena_reset(job->arena);
    job->count = 0;
    for (size_t i = 0; i < count; i++) {
        if (!record_copy(act_record(), &acts[i], job->arena, &job->acts[job->count], &rq->err))
            return false;
        job->count++;
    }
    return true;
}

static void done_start(void *argument, bool committed)
{
    struct job_at *job = argument;
    struct acting *acting = job->acting;
    for (size_t i = 0; acting && committed && i < job->count; i++)
        carry_out(acting, &job->acts[i]);
    if (acting && committed && job->count == AT_ONCE && !acting->timer)
        acting->timer = loop_after(acting->place.loop, 0, look, acting);
    job_end(job);
}

static void look(void *context, int64_t now_us)
{
    (void)now_us;
    struct acting *acting = context;
    acting->timer = 0;
    hand_in(job_new(acting), run_start, done_start);
}

// Called within the transaction that wants it: the look comes after its commit.
static void wanted(void *context)
{
    struct acting *acting = context;
    if (!acting->timer)
        acting->timer = loop_after(acting->place.loop, 0, look, acting);
}

// --- begin and end
static bool run_recover(struct request *rq, void *argument)
{
    (void)argument;
    return acts_recover(rq);
}

static void recover(void *context, int64_t now_us)
{
    (void)now_us;
    struct acting *acting = context;
    acting->recovery = 0;
    acting_recover(acting);
}

static void done_recover(void *argument, bool committed)
{
    struct job_at *job = argument;
    struct acting *acting = job->acting;
    if (acting && !committed)
        acting->recovery = loop_after(acting->place.loop, RECOVER_MS, recover, acting);
    else if (acting)
        wanted(acting);
    job_end(job);
}

void acting_recover(struct acting *acting)
{
    hand_in(job_new(acting), run_recover, done_recover);
}

struct acting *acting_new(const struct source_place *place, struct source *const *sources,
                          const size_t *count)
{
    struct acting *acting = calloc(1, sizeof *acting);
    if (!acting)
        abort();
    acting->place = *place;
    acting->ear = (struct source_ear){ heard, lost, acting };
    acting->sources = sources;
    acting->source_count = count;
    place->board->wanted = wanted;
    place->board->wanted_context = acting;
    return acting;
}

const struct source_ear *acting_ear(const struct acting *acting)
{
    return &acting->ear;
}

void acting_free(struct acting *acting)
{
    if (!acting)
        return;
    int *const timers[] = { &acting->timer, &acting->silence, &acting->recovery };
    for (size_t i = 0; i < sizeof timers / sizeof timers[0]; i++) {
        if (*timers[i])
            loop_cancel(acting->place.loop, *timers[i]);
    }
    acting->place.board->wanted = NULL;
    for (struct job_at *job = acting->jobs; job; job = job->next)
        job->acting = NULL;
    free(acting);
}

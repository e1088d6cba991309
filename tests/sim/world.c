// SPDX-License-Identifier: Apache-2.0
// One seed from its beginning to its end: work under faults, then rest, then everything is
// compared.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/contacts/api.h"
#include "services/notifier/api.h"
#include "services/telephony/api.h"
#include "services/timekeeping/api.h"
#include "tests/sim/sim.h"

// After the last fault everything must have come together within this time.
#define REST_US   SECONDS(180)
#define MAP_BYTES ((size_t)512 << 10) // so small that it must grow now and then

void sim_fail(struct sim *sim, const char *format, ...)
{
    va_list list;

    if (sim->failed)
        return;
    sim->failed = true;
    int used =
        snprintf(sim->failure, sizeof sim->failure,
                 "at %s, step %lld: ", civil_rfc3339(sim_now(sim)).text, (long long)sim->steps);
    va_start(list, format);
    (void)vsnprintf(sim->failure + used, sizeof sim->failure - (size_t)used, format, list);
    va_end(list);
    sim_say(sim, "FAILED %s", sim->failure);
}

void sim_say(struct sim *sim, const char *format, ...)
{
    va_list list;

    if (!sim->verbose)
        return;
    printf("%s ", civil_rfc3339(sim_now(sim)).text);
    va_start(list, format);
    (void)vprintf(format, list);
    va_end(list);
    printf("\n");
}

uint64_t sim_below(struct sim *sim, uint64_t below)
{
    return rng_below(&sim->rng, below);
}

bool sim_chance(struct sim *sim, uint32_t per_million)
{
    return per_million > 0 && rng_below(&sim->rng, 1000000) < per_million;
}

int64_t sim_now(const struct sim *sim)
{
    return house_now(sim->house);
}

int sim_service(const struct sim *sim, const struct fixture *fx)
{
    for (int i = 0; i < MIRRORS; i++)
        if (sim->services[i] == fx)
            return i;
    return -1;
}

// --- time
static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t due_us(const struct sim *sim)
{
    int64_t due = earlier(faults_due_us(sim), desks_due_us(sim));

    due = earlier(due, earlier(pbx_due_us(sim), link_due_us(sim)));
    return earlier(due, screens_due_us(sim));
}

static void turn(struct sim *sim)
{
    arena_reset(sim->arena);
    faults_turn(sim);
    link_turn(sim);
    pbx_turn(sim);
    arena_reset(sim->arena);
    desks_turn(sim);
    screens_turn(sim);
}

// One thing that is due, or the clock moves to the next one.
static void step(struct sim *sim, int64_t until_us)
{
    int64_t due;

    arena_reset(sim->arena);
    if (house_step(sim->house)) {
        sim->steps++;
        return;
    }
    due = due_us(sim);
    if (due <= sim_now(sim))
        turn(sim);
    else
        house_move(sim->house, earlier(due, until_us));
}

static void work(struct sim *sim, int64_t steps)
{
    int64_t until_us = sim_now(sim) + DAYS(1);

    while (sim->steps < steps && sim_now(sim) < until_us && !sim->failed)
        step(sim, until_us);
}

static bool wait(struct sim *sim, bool (*done)(struct sim *sim), int64_t within_us)
{
    int64_t until_us = sim_now(sim) + within_us;
    int64_t look_us = sim_now(sim);

    while (!sim->failed && sim_now(sim) < until_us) {
        step(sim, earlier(until_us, look_us));
        if (sim_now(sim) < look_us)
            continue;
        look_us = sim_now(sim) + SECONDS(1);
        if (done(sim))
            return true;
    }
    return false;
}

// --- the end
static bool at_rest(struct sim *sim)
{
    return desks_idle(sim) && link_watching(sim) && dials_idle(sim) && billing_idle(sim) &&
           end_followed(sim) && jobs_idle(sim, MIRROR_TIMEKEEPING) &&
           jobs_idle(sim, MIRROR_NOTIFIER) && attachments_idle(sim) && screens_current(sim);
}

static bool over(struct sim *sim)
{
    return pbx_empty(sim) && at_rest(sim);
}

static void come_to_rest(struct sim *sim, bool (*done)(struct sim *sim), const char *what)
{
    if (!sim->failed && !wait(sim, done, REST_US))
        sim_fail(sim,
                 "%s: not at rest after %d s: desks %d, link %d, followers %d, screens %d, "
                 "billing %d, jobs %d, attachments %d",
                 what, (int)(REST_US / SECONDS(1)), desks_idle(sim), link_watching(sim),
                 end_followed(sim), screens_current(sim), billing_idle(sim),
                 jobs_idle(sim, MIRROR_TIMEKEEPING) && jobs_idle(sim, MIRROR_NOTIFIER),
                 attachments_idle(sim));
    arena_reset(sim->arena);
    if (!sim->failed)
        end_check_projections(sim);
    if (!sim->failed)
        tells_check(sim);
    if (!sim->failed)
        agents_check(sim);
    if (!sim->failed)
        notes_check(sim);
    if (!sim->failed)
        hooks_check(sim);
    if (!sim->failed)
        missed_check(sim);
    if (!sim->failed)
        dials_check(sim);
    if (!sim->failed)
        clocks_check(sim);
    if (!sim->failed)
        entries_check(sim);
    if (!sim->failed)
        billing_check(sim);
    if (!sim->failed)
        inquiries_check(sim);
    if (!sim->failed)
        dues_check(sim);
    if (!sim->failed)
        stand_ins_check(sim);
    if (!sim->failed)
        attachments_check(sim);
    if (!sim->failed)
        mails_check(sim);
    if (!sim->failed)
        locked_check(sim);
    if (!sim->failed)
        shown_check(sim);
    if (!sim->failed)
        screens_check(sim);
}

static void finish(struct sim *sim)
{
    faults_end(sim);
    come_to_rest(sim, at_rest, "with calls");
    if (!sim->failed)
        pbx_check_live(sim);
    sim->quiet = true;
    come_to_rest(sim, over, "without calls");
    if (!sim->failed)
        pbx_check(sim);
    if (!sim->failed)
        ops_check(sim);
    if (!sim->failed)
        merges_check(sim);
    if (!sim->failed)
        attachments_bring(sim);
    if (!sim->failed)
        end_check_stores(sim);
}

static void begin(struct sim *sim, const struct sim_order *order)
{
    static const struct service *const services[MIRRORS] = { &contacts_service, &telephony_service,
                                                             &notifier_service,
                                                             &timekeeping_service, &billing_sim };

    void *const contexts[MIRRORS] = { &sim->rules, &sim->board, NULL, &sim->times, sim };

    rng_seed(&sim->rng, sim->seed);
    sim->house = house_new(sim->seed);
    sim->arena = arena_new((size_t)256 << 20);
    sim->trace = UINT64_C(0xcbf29ce484222325);
    sim->board.home = (struct phone_home){ .country = "49", .area = "30" };
    sim->rules = (struct contacts_house){ .home = sim->board.home,
                                          .zone = "Europe/Berlin",
                                          .idle_days = SIM_IDLE_DAYS,
                                          .announce_days = SIM_ANNOUNCE_DAYS,
                                          .grace_days = 1 };
    sim->times = (struct timekeeping_house){ .home = sim->board.home,
                                             .zone = "Europe/Berlin",
                                             .hold_counts = true,
                                             .attachments_max_bytes = SIM_ATTACHED_MOST,
                                             .remind_us = SIM_REMIND_US,
                                             .limit_us = SIM_LIMIT_US };
    sim->board.links[0] = (struct link_row){ .source = "pbx", .kind = "ami" };
    sim->board.link_count = 1;
    sim->board.dialling = (struct dialling){
        .home = sim->board.home, .outside = "", .context = "from-internal", .channel = "PJSIP/{}"
    };
    for (int i = 0; i < MIRRORS; i++) {
        sim->made[i] = *canary_service(order->canary, services[i]);
        sim->services[i] = house_add(sim->house, &sim->made[i], contexts[i], MAP_BYTES);
        mirror_begin(&sim->mirrors[i], sim->services[i]);
    }
    house_settle(sim->house);
    sim_genesis(sim);
    for (int i = 0; i < MIRRORS; i++) {
        mirror_read(sim, &sim->mirrors[i]);
        sim->mirrors[i].genesis = sim->mirrors[i].count;
    }
    sim->pbx = pbx_new(sim);
    work_begin(sim, order->noun);
    desks_begin(sim);
    screens_begin(sim);
    sim->link = link_sim_new(sim);
    faults_begin(sim);
}

static void end(struct sim *sim)
{
    house_set_watch(sim->house, &(struct house_watch){ 0 }, NULL);
    house_set_judge(sim->house, NULL, NULL);
    link_sim_free(sim->link);
    pbx_free(sim->pbx);
    screens_free(sim);
    desks_free(sim);
    house_free(sim->house);
    for (int i = 0; i < MIRRORS; i++)
        mirror_free(&sim->mirrors[i]);
    arena_free(sim->arena);
    for (size_t i = 0; i < sim->op_count; i++)
        free((void *)sim->ops[i].body.data);
    free(sim->ops);
}

void sim_run(const struct sim_order *order, struct sim_result *out)
{
    struct sim *sim = calloc(1, sizeof *sim);

    if (!sim)
        abort();
    sim->seed = order->seed;
    sim->verbose = order->verbose;
    begin(sim, order);
    work(sim, order->steps);
    finish(sim);
    *out = (struct sim_result){ .failed = sim->failed,
                                .trace = sim->trace,
                                .crashes = sim->crashes,
                                .mails = sim->mails,
                                .steps = sim->steps,
                                .ops = sim->op_count,
                                .calls = pbx_calls(sim) };
    for (int i = 0; i < MIRRORS; i++)
        out->facts += sim->mirrors[i].count;
    memcpy(out->failure, sim->failure, sizeof out->failure);
    end(sim);
    free(sim);
}

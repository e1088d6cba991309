// SPDX-License-Identifier: Apache-2.0
// What breaks, and when: each seed has its own mixture, so that some things break often and others
// never.
#include <string.h>

#include "tests/sim/sim.h"

#define FNV_PRIME UINT64_C(0x100000001b3)

static int64_t soon(struct sim *sim, int64_t least_us, int64_t most_us)
{
    return sim_now(sim) + least_us + (int64_t)sim_below(sim, (uint64_t)(most_us - least_us));
}

static uint32_t maybe(struct sim *sim, uint32_t most)
{
    return sim_below(sim, 3) == 0 ? 0 : 1 + (uint32_t)sim_below(sim, most);
}

void faults_begin(struct sim *sim)
{
    struct faults *faults = &sim->faults;

    faults->drop = maybe(sim, 80000);
    faults->repeat = maybe(sim, 80000);
    faults->delay = maybe(sim, 500000);
    faults->crash = maybe(sim, 15000);
    faults->rude = sim_below(sim, 4) == 0 ? 1000000 : 0;
    faults->cut = maybe(sim, 8000);
    faults->delay_max_us = MILLISECONDS(10 + (int64_t)sim_below(sim, 8000));
    faults->clocks = sim_below(sim, 3) == 0;
    faults->outages = sim_below(sim, 2) == 0;
    faults->revokes = sim_below(sim, 2) == 0;
    faults->link = sim_below(sim, 2) == 0;
    faults->upgrades = sim_below(sim, 2) == 0;
    faults->ages = sim_below(sim, 3) == 0;
    faults->age_us = soon(sim, 0, SECONDS(20));
    faults->outage_us = soon(sim, 0, SECONDS(60));
    faults->clock_us = soon(sim, 0, SECONDS(90));
    faults->revoke_us = soon(sim, 0, SECONDS(60));
    faults->revoked = SIZE_MAX;
    house_set_judge(sim->house, faults_judge, sim);
    house_set_watch(sim->house, &faults_watch, sim);
}

// --- mails
static void trace(struct sim *sim, const void *data, size_t size)
{
    const uint8_t *bytes = data;

    for (size_t i = 0; i < size; i++)
        sim->trace = (sim->trace ^ bytes[i]) * FNV_PRIME;
}

static void trace_mail(struct sim *sim, const struct mail *mail)
{
    int64_t now_us = sim_now(sim);
    int kind = mail->kind;

    trace(sim, &now_us, sizeof now_us);
    trace(sim, &kind, sizeof kind);
    trace(sim, mail->route.bytes, mail->route.size);
    trace(sim, mail->head.data, mail->head.size);
    trace(sim, mail->body.data, mail->body.size);
    sim->mails++;
    sim->sent_bytes += mail->head.size + mail->body.size;
}

static bool between_services(const struct mail *mail)
{
    return mail->kind == MAIL_ASK || mail->kind == MAIL_ANSWER || mail->kind == MAIL_HINT;
}

// A connection keeps the order of what it carries, until it breaks; rude ones do not.
static enum mail_fate judge_stream(struct sim *sim, const struct mail *mail)
{
    if (!mail->caller || sim->faults.rude || !sim_chance(sim, sim->faults.cut))
        return MAIL_DELIVER;
    screen_cut(sim, mail->caller);
    return MAIL_DROP;
}

enum mail_fate faults_judge(void *context, const struct mail *mail, int64_t *ret_delay_us)
{
    struct sim *sim = context;
    struct faults *faults = &sim->faults;
    bool stream = mail->kind == MAIL_REPLY && envelope_kind(mail->head) == ENVELOPE_STREAM;

    trace_mail(sim, mail);
    if (stream)
        screen_sent(sim, mail);
    if (sim->calm)
        return MAIL_DELIVER;
    if (between_services(mail) && sim_now(sim) < faults->apart_us)
        return MAIL_DROP;
    if (stream && !faults->rude)
        return judge_stream(sim, mail);
    if (sim_chance(sim, faults->drop))
        return MAIL_DROP;
    bool repeat = sim_chance(sim, faults->repeat);
    if (repeat || sim_chance(sim, faults->delay))
        *ret_delay_us = (int64_t)sim_below(sim, (uint64_t)faults->delay_max_us);
    return repeat ? MAIL_REPEAT : MAIL_DELIVER;
}

// --- processes
static void start(struct sim *sim, int service)
{
    // A new version that makes something else of what it follows reads it all again.
    if (sim->faults.upgrades && !sim->calm && sim_below(sim, 3) == 0) {
        sim->made[service].projection++;
        sim_say(sim, "%s is a new version", sim->made[service].schema->service);
    }
    fixture_start(sim->services[service]);
    sim->faults.up_us[service] = 0;
    sim_say(sim, "%s starts", sim->services[service]->service->schema->service);
    mirror_compare(sim, &sim->mirrors[service]);
    if (service == MIRROR_TELEPHONY)
        sim->link = link_sim_new(sim);
}

static enum run_fate fate(void *context, struct fixture *fx, size_t *ret_sent)
{
    struct sim *sim = context;

    (void)fx;
    if (sim->calm || !sim_chance(sim, sim->faults.crash))
        return RUN_GOES_ON;
    if (sim_below(sim, 2) == 0)
        return RUN_DIES_BEFORE;
    *ret_sent = (size_t)sim_below(sim, 4);
    return RUN_DIES_AFTER;
}

static void ran(void *context, struct fixture *fx)
{
    struct sim *sim = context;

    mirror_read(sim, &sim->mirrors[sim_service(sim, fx)]);
}

static void died(void *context, struct fixture *fx)
{
    struct sim *sim = context;
    int service = sim_service(sim, fx);

    sim->crashes++;
    sim->lives[service]++;
    sim_say(sim, "%s dies", fx->service->schema->service);
    sim->faults.up_us[service] =
        sim->calm ? sim_now(sim) : soon(sim, MILLISECONDS(50), SECONDS(10));
    if (service == MIRROR_NOTIFIER)
        screens_died(sim);
    if (service != MIRROR_TELEPHONY)
        return;
    link_sim_free(sim->link);
    sim->link = NULL;
    pbx_unseen(sim);
}

const struct house_watch faults_watch = { fate, ran, died };

// --- longer troubles
static void trouble(struct sim *sim)
{
    struct faults *faults = &sim->faults;
    int service = (int)sim_below(sim, MIRRORS);

    faults->outage_us = soon(sim, SECONDS(10), SECONDS(120));
    if (sim_below(sim, 3) == 0) {
        faults->apart_us = soon(sim, SECONDS(1), SECONDS(40));
        sim_say(sim, "the services are apart");
    } else if (!faults->up_us[service]) {
        fixture_crash(sim->services[service]);
        faults->up_us[service] = soon(sim, SECONDS(5), SECONDS(60));
    }
}

static void jump(struct sim *sim)
{
    static const int64_t reach_us[] = { SECONDS(2), SECONDS(60), SECONDS(3600), SECONDS(3 * 3600) };
    struct fixture *fx = sim->services[sim_below(sim, MIRRORS)];
    int64_t reach = reach_us[sim_below(sim, 4)];

    sim->faults.clock_us = soon(sim, SECONDS(20), SECONDS(120));
    if (sim->faults.ages && fx == sim->services[MIRROR_CONTACTS])
        return;
    if (sim_below(sim, 3) == 0)
        fx->skew_us = 0;
    else
        fx->skew_us += (int64_t)sim_below(sim, 2 * (uint64_t)reach) - reach;
    sim_say(sim, "the clock of %s is wrong by %lld s", fx->service->schema->service,
            (long long)(fx->skew_us / SECONDS(1)));
}

// Days pass at contacts; so few that no log and no reply is forgotten.
static void age(struct sim *sim)
{
    struct fixture *fx = sim->services[MIRROR_CONTACTS];

    sim->faults.age_us = soon(sim, SECONDS(2), SECONDS(15));
    if (fx->skew_us < DAYS(5))
        fx->skew_us += (int64_t)sim_below(sim, DAYS(1));
    sim_say(sim, "contacts is %lld h on", (long long)(fx->skew_us / SECONDS(3600)));
}

static void revoke_one(struct sim *sim, bool revoked)
{
    size_t who = sim->faults.revoked;

    if (who < SIM_DESKS)
        desk_revoke(sim, who, revoked);
    else
        screen_revoke(sim, who - SIM_DESKS, revoked);
    if (!revoked)
        sim->faults.revoked = SIZE_MAX;
}

static void revoke(struct sim *sim)
{
    struct faults *faults = &sim->faults;

    faults->revoke_us = soon(sim, SECONDS(5), SECONDS(60));
    if (faults->revoked != SIZE_MAX)
        return;
    if (sim_below(sim, 3) == 0) {
        screen_rescope(sim, (size_t)sim_below(sim, SIM_SCREENS));
        return;
    }
    faults->revoked = (size_t)sim_below(sim, SIM_DESKS + SIM_SCREENS);
    faults->back_us = soon(sim, SECONDS(1), SECONDS(20));
    revoke_one(sim, true);
}

void faults_turn(struct sim *sim)
{
    struct faults *faults = &sim->faults;
    int64_t now_us = sim_now(sim);

    for (int i = 0; i < MIRRORS; i++)
        if (faults->up_us[i] && now_us >= faults->up_us[i])
            start(sim, i);
    if (sim->calm)
        return;
    if (faults->outages && now_us >= faults->outage_us)
        trouble(sim);
    if (faults->clocks && now_us >= faults->clock_us)
        jump(sim);
    if (faults->ages && now_us >= faults->age_us)
        age(sim);
    if (faults->revokes && now_us >= faults->revoke_us)
        revoke(sim);
    if (faults->revoked != SIZE_MAX && now_us >= faults->back_us)
        revoke_one(sim, false);
}

int64_t faults_due_us(const struct sim *sim)
{
    const struct faults *faults = &sim->faults;
    int64_t due = INT64_MAX;

    for (int i = 0; i < MIRRORS; i++)
        if (faults->up_us[i] && faults->up_us[i] < due)
            due = faults->up_us[i];
    if (sim->calm)
        return due;
    if (faults->outages && faults->outage_us < due)
        due = faults->outage_us;
    if (faults->clocks && faults->clock_us < due)
        due = faults->clock_us;
    if (faults->ages && faults->age_us < due)
        due = faults->age_us;
    if (faults->revokes && faults->revoke_us < due)
        due = faults->revoke_us;
    if (faults->revoked != SIZE_MAX && faults->back_us < due)
        due = faults->back_us;
    return due;
}

void faults_end(struct sim *sim)
{
    sim->calm = true;
    sim_say(sim, "calm");
    if (sim->faults.revoked != SIZE_MAX)
        revoke_one(sim, false);
    screens_restore(sim);
    for (int i = 0; i < MIRRORS; i++)
        if (sim->faults.up_us[i])
            sim->faults.up_us[i] = sim_now(sim);
}

// SPDX-License-Identifier: Apache-2.0
// telephony's port as source_live.c drives it, with the simulation's clock and a line that breaks:
// the same session, model and teller.
#include <stdlib.h>

#include "services/telephony/ami_session.h"
#include "services/telephony/teller.h"
#include "tests/sim/sim.h"

struct link_sim {
    struct sim *sim;
    struct ami_model *model;
    struct ami_session *session;
    struct teller *teller;
    struct dial *dial;
    bool connected;
    // 0: not wanted.
    int64_t connect_us, retry_us, restore_us, cut_us;
};

// The service's own clock may be wrong.
static int64_t own_now(const struct sim *sim)
{
    return sim_now(sim) + sim->services[MIRROR_TELEPHONY]->skew_us;
}

static void pause_telling(void *context)
{
    struct link_sim *link = context;

    link->retry_us = sim_now(link->sim) + MILLISECONDS(TELLER_PAUSE_MS);
}

static void malformed(void *context, const struct err *err)
{
    struct link_sim *link = context;

    sim_fail(link->sim, "a call that no record can hold: %s %s", err->field, err->english);
}

static void send_bytes(void *context, const void *bytes, size_t size)
{
    struct link_sim *link = context;

    pbx_asked(link->sim, (struct bytes){ bytes, size });
}

static void restored(void *context, bool committed)
{
    struct link_sim *link = context;
    int64_t now_us = sim_now(link->sim);

    if (committed)
        link->connect_us = now_us + 1 + (int64_t)sim_below(link->sim, MILLISECONDS(300));
    else
        link->restore_us = now_us + MILLISECONDS(TELLER_PAUSE_MS);
}

static void heard(void *context, struct id act, enum intent_state state, enum text_id text,
                  const char *detail)
{
    (void)detail;
    dial_heard(((struct link_sim *)context)->dial, act, state, text);
}

bool link_act(struct sim *sim, const struct act *act)
{
    const char *action, *lines = act_lines(&sim->board.dialling, act, NULL, sim->arena, &action);

    return lines && link_watching(sim) &&
           ami_session_act(sim->link->session, act->id, action, lines);
}

static void take_restored(void *context, const struct call *row)
{
    struct link_sim *link = context;

    ami_model_restore(link->model, row);
}

static const struct teller_restoring restoring = { "pbx", take_restored, restored };

struct link_sim *link_sim_new(struct sim *sim)
{
    struct link_sim *link = calloc(1, sizeof *link);

    if (!link)
        abort();
    link->sim = sim;
    link->teller = teller_new(&(struct teller_options){
        .server = sim->services[MIRROR_TELEPHONY]->server,
        .pause = pause_telling,
        .malformed = malformed,
        .context = link,
    });
    link->model = ami_model_new(&(struct ami_model_options){
        .source = "pbx", .home = sim->board.home, .call = teller_tell, .context = link->teller });
    link->session = ami_session_new(&(struct ami_session_options){
        .user = "rufbus",
        .secret = "geheim",
        .model = link->model,
        .send = send_bytes,
        .context = link,
        .heard = heard,
    });
    link->dial = dial_new(sim);
    link->cut_us = sim_now(sim) + (int64_t)sim_below(sim, SECONDS(120));
    teller_restore(link->teller, &restoring);
    return link;
}

void link_sim_free(struct link_sim *link)
{
    if (!link)
        return;
    dial_free(link->dial);
    ami_session_free(link->session);
    ami_model_free(link->model);
    teller_free(link->teller);
    free(link);
}

void link_cut(struct sim *sim)
{
    struct link_sim *link = sim->link;

    sim_say(sim, "the PBX's line is lost");
    link->connected = false;
    link->connect_us =
        sim_now(sim) + 1 + (int64_t)sim_below(sim, sim->calm ? SECONDS(1) : SECONDS(30));
    ami_session_lost(link->session, own_now(sim));
    dial_lost(link->dial);
    pbx_unseen(sim);
}

// In pieces of any size; the line may break between two of them.
void link_bytes(struct sim *sim, const char *bytes, size_t size)
{
    struct link_sim *link = sim->link;
    struct err err = { 0 };

    while (link && link->connected && size > 0) {
        size_t piece = 1 + (size_t)sim_below(sim, 1400);

        if (piece > size)
            piece = size;
        if (!ami_session_bytes(link->session, bytes, piece, own_now(sim), &err)) {
            sim_fail(sim, "the session gave up: %s", err.english);
            return;
        }
        bytes += piece;
        size -= piece;
        if (!sim->calm && sim->faults.link && sim_chance(sim, 400))
            link_cut(sim);
    }
}

static bool is_due(int64_t *at_us, int64_t now_us)
{
    if (*at_us == 0 || now_us < *at_us)
        return false;
    *at_us = 0;
    return true;
}

static void connect(struct sim *sim)
{
    sim->link->connected = true;
    ami_session_connected(sim->link->session, own_now(sim));
    pbx_connected(sim);
}

void link_turn(struct sim *sim)
{
    struct link_sim *link = sim->link;
    int64_t now_us = sim_now(sim);
    struct err err = { 0 };

    if (!link)
        return;
    if (is_due(&link->restore_us, now_us))
        teller_restore(link->teller, &restoring);
    if (is_due(&link->retry_us, now_us))
        teller_retry(link->teller);
    if (is_due(&link->connect_us, now_us))
        connect(sim);
    if (link->connected && ami_session_due_us(link->session) <= own_now(sim) &&
        !ami_session_due(link->session, own_now(sim), &err))
        link_cut(sim);
    sim->board.links[0].connected = link_watching(sim);
    dial_turn(link->dial);
    if (sim->calm || now_us < link->cut_us)
        return;
    link->cut_us = now_us + SECONDS(10) + (int64_t)sim_below(sim, SECONDS(120));
    if (link->connected && sim->faults.link)
        link_cut(sim);
}

int64_t link_due_us(const struct sim *sim)
{
    const struct link_sim *link = sim->link;
    int64_t due = INT64_MAX;

    if (!link)
        return due;
    const int64_t at[] = { link->restore_us, link->retry_us, link->connect_us,
                           sim->calm ? 0 : link->cut_us };
    for (size_t i = 0; i < COUNT_OF(at); i++)
        if (at[i] && at[i] < due)
            due = at[i];
    if (dial_due_us(link->dial) < due)
        due = dial_due_us(link->dial);
    if (link->connected && ami_session_due_us(link->session) != INT64_MAX) {
        int64_t session =
            ami_session_due_us(link->session) - sim->services[MIRROR_TELEPHONY]->skew_us;

        due = session < due ? session : due;
    }
    return due;
}

bool link_watching(const struct sim *sim)
{
    return sim->link && ami_session_state(sim->link->session) == AMI_SESSION_UP;
}

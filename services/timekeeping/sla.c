// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/sla.h"

#include <stdio.h>

#include "common/base/civil.h"
#include "common/wire/change.h"
#include "common/wire/codec.h"
#include "proto/settings.h"

#define MINUTES(n) (SECONDS(60) * (n))

// So many minutes of business time after the opening; false: never, or none were agreed.
static bool deadline(const struct calendar *calendar, int64_t from_us, int64_t duration_us,
                     int64_t *ret)
{
    int64_t at = calendar_add(calendar, from_us, duration_us);

    if (at == CALENDAR_NEVER)
        return false;
    *ret = at;
    return true;
}

void sla_deadlines(const struct sla *sla, const struct calendar *calendar, int64_t now_us,
                   struct inquiry *row)
{
    int64_t waited_us = row->has_waited_ms ? MILLISECONDS(row->waited_ms) : 0;

    row->has_respond_by =
        sla && sla->has_respond_minutes &&
        deadline(calendar, row->opened_at, MINUTES(sla->respond_minutes), &row->respond_by);
    row->has_solve_by =
        sla && sla->has_solve_minutes &&
        deadline(calendar, row->opened_at, MINUTES(sla->solve_minutes) + waited_us, &row->solve_by);
    // A deadline that was missed and lies ahead again can be missed again.
    if (!row->has_respond_by || row->respond_by > now_us)
        row->has_respond_missed_at = false;
    if (!row->has_solve_by || row->solve_by > now_us)
        row->has_solve_missed_at = false;
}

void sla_wait(const struct calendar *calendar, int64_t from_us, int64_t until_us,
              struct inquiry *row)
{
    int64_t stood_ms = calendar_between(calendar, from_us, until_us) / MILLISECONDS(1);

    if (stood_ms <= 0)
        return;
    row->waited_ms = (row->has_waited_ms ? row->waited_ms : 0) + stood_ms;
    row->has_waited_ms = true;
    if (row->has_solve_by)
        row->has_solve_by =
            deadline(calendar, row->solve_by, MILLISECONDS(stood_ms), &row->solve_by);
}

struct id sla_id(struct id client, enum priority priority)
{
    char name[60];

    (void)snprintf(name, sizeof name, "%s %s", id_text(client).text,
                   priority_picks()->values[priority].word);
    return id_of_name("sla", name);
}

bool sla_make(const struct sla_setting *in, struct arena *arena, struct sla *out, struct err *err)
{
    struct settings settings = { .hours = &out->hours };

    *out = (struct sla){ .id = sla_id(in->client, in->priority) };
    row_take(sla_record(), out, (struct given){ sla_setting_record(), in });
    if (in->has_respond_minutes && in->has_solve_minutes && in->respond_minutes > in->solve_minutes)
        return fail(err, ERR_INVALID, "solve_minutes", TEXT_SLA_ORDER, NULL);
    return row_trim(sla_record(), out, arena, err) && settings_read(&settings, arena, err);
}

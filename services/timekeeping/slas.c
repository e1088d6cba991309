// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/slas.h"

#include "common/step/rows.h"
#include "proto/settings.h"
#include "services/timekeeping/house.h"
#include "services/timekeeping/inquiries.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/sla.h"
#include "services/timekeeping/store_inquiry.h"

static bool says_something(const struct sla *sla)
{
    return sla->has_respond_minutes || sla->has_solve_minutes;
}

static bool find_own(struct request *rq, struct id client, enum priority priority, struct sla *ret)
{
    struct key key = key_of_id(sla_id(client, priority));

    return table_get(rq->txn, &sla_table, &scope_house, &key, rq->arena, ret) &&
           says_something(ret);
}

// The client's, else the house's.
static bool find(struct request *rq, const struct inquiry *row, struct sla *ret)
{
    static const struct id house;

    return (!id_is_zero(row->client) && find_own(rq, row->client, row->priority, ret)) ||
           find_own(rq, house, row->priority, ret);
}

// Whose hours count: the agreement's own, else the client's; holidays and closed days are the
// client's, of the house's own inquiries the house's.
static const struct calendar *calendar_of(struct request *rq, struct id client,
                                          const struct sla *sla)
{
    const struct timekeeping_house *house = timekeeping_house(rq);
    struct calendar_source source = { .zone = house->zone, .holidays = house->holidays };
    struct key key = key_of_id(client);
    struct client_row known;

    if (!id_is_zero(client) &&
        table_get(rq->txn, &kept_client_table, &scope_house, &key, rq->arena, &known)) {
        source.hours = known.hours;
        source.zone = known.zone ? known.zone : house->zone;
        source.holidays = known.holidays;
        source.holidays_usual = known.has_holidays_usual && known.holidays_usual;
        source.closed_days = known.closed_days;
        source.closed_count = known.closed_days_count;
    }
    if (sla && sla->hours)
        source.hours = sla->hours;
    const struct calendar *calendar = calendar_make(&source, rq->arena);
    if (!calendar)
        (void)fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    return calendar;
}

bool sla_apply(struct request *rq, struct inquiry *row)
{
    struct sla sla;
    bool agreed = find(rq, row, &sla);
    const struct calendar *calendar = agreed ? calendar_of(rq, row->client, &sla) : NULL;

    if (agreed && !calendar)
        return false;
    sla_deadlines(agreed ? &sla : NULL, calendar, rq->now_us, row);
    return true;
}

bool sla_stood(struct request *rq, struct inquiry *row, int64_t from_us, int64_t until_us)
{
    struct sla sla;
    bool agreed = find(rq, row, &sla);
    const struct calendar *calendar = calendar_of(rq, row->client, agreed ? &sla : NULL);

    if (!calendar)
        return false;
    sla_wait(calendar, from_us, until_us, row);
    return true;
}

bool sla_put(struct request *rq, const struct sla_setting *in, struct sla *out)
{
    struct sla before = { 0 };
    struct key key = key_of_id(sla_id(in->client, in->priority));
    bool known = table_get(rq->txn, &sla_table, &rq->scope, &key, rq->arena, &before);

    if (in->has_version && known && in->version != before.version)
        return refuse_stale(rq, sla_record(), &before);
    if (!refers_client(rq, in->client, "client") || !sla_make(in, rq->arena, out, &rq->err))
        return false;
    out->version = before.version + 1;
    out->edited_at = rq->now_us;
    out->edited_by = rq->actor;
    if (!row_in_scope(rq, &sla_table, out, "client") ||
        !table_put(rq->txn, &sla_table, out, &rq->err))
        return false;
    emit(rq, "sla", out, false);
    return true;
}

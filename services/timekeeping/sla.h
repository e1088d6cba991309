// SPDX-License-Identifier: Apache-2.0
// The arithmetic of service agreements: deadlines in business hours. Values in, values out.
#pragma once

#include "common/base/arena.h"
#include "common/base/calendar.h"
#include "common/base/err.h"
#include "proto/proto.h"

// Sets respond_by and solve_by of the row, counted from its opening; `sla` NULL: there are none.
void sla_deadlines(const struct sla *sla, const struct calendar *calendar, int64_t now_us,
                   struct inquiry *row);
// The agreement's clock stood from then until then.
void sla_wait(const struct calendar *calendar, int64_t from_us, int64_t until_us,
              struct inquiry *row);
// One row for each client and priority.
struct id sla_id(struct id client, enum priority priority);
// What was agreed, checked, its hours in one form. ERR_INVALID naming the field.
MUST_USE bool sla_make(const struct sla_setting *in, struct arena *arena, struct sla *out,
                       struct err *err);

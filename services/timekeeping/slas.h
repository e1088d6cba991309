// SPDX-License-Identifier: Apache-2.0
// Service agreements (SLA): deadlines in business hours.
#pragma once

#include "common/step/request.h"

// Sets respond_by and solve_by by the agreement for its client (else the house's) and priority;
// takes them away when there is none. When it has waited, solve_by is later by that.
MUST_USE bool sla_apply(struct request *rq, struct inquiry *row);
// The agreement's clock stood from then until then: solve_by moves by the business time between.
MUST_USE bool sla_stood(struct request *rq, struct inquiry *row, int64_t from_us, int64_t until_us);
MUST_USE bool sla_put(struct request *rq, const struct sla_setting *in, struct sla *out);

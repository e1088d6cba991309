// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/rounding.h"

#define COARSE_S 360

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

int64_t rounding_up(const struct rounding *rounding, int64_t seconds)
{
    if (!rounding || seconds <= 0)
        return larger(seconds, 0);
    int64_t over = larger(seconds - rounding->first_s, 0);
    int64_t blocks = over / rounding->next_s + (over % rounding->next_s > 0);
    return larger(rounding->minimum_s, rounding->first_s + blocks * rounding->next_s);
}

bool rounding_of_sum(const struct rounding *rounding)
{
    return rounding &&
           (rounding->scope == rounding_scope_DAY || rounding->scope == rounding_scope_FILE);
}

void rounding_share(const struct rounding *rounding, const int64_t *actual_s, size_t count,
                    int64_t *ret_rounded_s)
{
    int64_t sum = 0;

    for (size_t i = 0; i < count; i++) {
        sum += actual_s[i];
        ret_rounded_s[i] = actual_s[i];
    }
    if (count > 0)
        ret_rounded_s[count - 1] += rounding_up(rounding, sum) - sum;
}

bool rounding_is_coarse(const struct rounding *rounding)
{
    return rounding && (rounding->minimum_s > COARSE_S || rounding->first_s > COARSE_S ||
                        rounding->next_s > COARSE_S);
}

bool rounding_equal(const struct rounding *a, const struct rounding *b)
{
    if (!a || !b)
        return a == b;
    return a->minimum_s == b->minimum_s && a->first_s == b->first_s && a->next_s == b->next_s &&
           a->scope == b->scope;
}

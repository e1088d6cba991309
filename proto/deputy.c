// SPDX-License-Identifier: Apache-2.0
#include "proto/deputy.h"

bool absence_counts(const struct absence *absence, int64_t at_us)
{
    return absence->from <= at_us && at_us < absence->until &&
           !(absence->has_withdrawn && absence->withdrawn);
}

static bool has_left(const struct staff *staff)
{
    return staff->has_left && staff->left;
}

static struct id next_of(const struct staff *staff, const struct absence *away)
{
    return away && !id_is_zero(away->deputy) ? away->deputy : staff->deputy;
}

static bool seen_before(const struct deputy_found *out, struct id first, struct id id)
{
    for (size_t i = 0; i < out->skipped_count; i++) {
        if (id_equal(out->skipped[i], id))
            return true;
    }
    return id_equal(first, id);
}

void deputy_find(const struct deputy_book *book, const struct staff *staff, int64_t at_us,
                 struct deputy_found *out)
{
    const struct absence *away = book->absence(book->context, staff->id, at_us);
    *out = (struct deputy_found){ 0 };
    if (!away && !has_left(staff))
        return;
    struct id next = next_of(staff, away);
    while (!id_is_zero(next) && !seen_before(out, staff->id, next) &&
           out->skipped_count < DEPUTY_CHAIN_MAX) {
        const struct staff *deputy = book->staff(book->context, next);
        if (!deputy)
            return;
        away = book->absence(book->context, deputy->id, at_us);
        if (!away && !has_left(deputy)) {
            out->deputy = deputy;
            return;
        }
        out->skipped[out->skipped_count++] = deputy->id;
        next = next_of(deputy, away);
    }
}

// SPDX-License-Identifier: Apache-2.0
// The rule of 180 days.
#include "services/contacts/purge.h"

#include <string.h>

#include "common/base/civil.h"

static bool is_word(const char *text, const char *word)
{
    for (; *text && *word; text++, word++) {
        char lower = *text >= 'A' && *text <= 'Z' ? (char)(*text | 32) : *text;
        if (lower != *word)
            return false;
    }
    return !*text && !*word;
}

bool purge_is_caller(const struct contact *contact)
{
    if ((contact->has_keep && contact->keep) || contact->categories_count == 0)
        return false;
    for (size_t i = 0; i < contact->categories_count; i++) {
        const char *category = contact->categories[i];
        if (!is_word(category, "anrufer") && !is_word(category, "caller"))
            return false;
    }
    return true;
}

int64_t purge_days_on(const struct purge_rules *rules, int64_t time_us, int64_t days)
{
    struct zone_local local = zone_local(rules->zone, time_us);
    int64_t fraction = time_us % 1000000;
    return zone_time_us(rules->zone, local.day + days, local.second, ZONE_SECOND) + fraction;
}

int64_t purge_delete_at(const struct purge_rules *rules, int64_t edited_at)
{
    return purge_days_on(rules, edited_at, rules->idle_days);
}

int64_t purge_announce_at(const struct purge_rules *rules, int64_t edited_at)
{
    return purge_days_on(rules, edited_at, rules->idle_days - rules->announce_days);
}

struct purge_notice purge_notice_make(const struct purge_rules *rules,
                                      const struct contact *contact, int64_t now_us)
{
    int64_t idle_us = purge_delete_at(rules, contact->edited_at);
    int64_t warned_us = purge_days_on(rules, now_us, rules->announce_days);
    return (struct purge_notice){
        .id = contact->id,
        .client = contact->client,
        .last_edit_at = contact->edited_at,
        .announced_at = now_us,
        .delete_at = idle_us > warned_us ? idle_us : warned_us,
    };
}

enum purge_verdict purge_judge(const struct purge_rules *rules, const struct purge_notice *notice,
                               const struct contact *contact, int64_t now_us)
{
    if (!contact || !purge_is_caller(contact) || contact->edited_at != notice->last_edit_at ||
        notice->announced_at > now_us)
        return PURGE_VOID;
    // The rule may have become stricter or milder since: both dates must have passed.
    bool due = now_us >= notice->delete_at && now_us >= purge_delete_at(rules, contact->edited_at);
    return due ? PURGE_GO : PURGE_WAIT;
}

// SPDX-License-Identifier: Apache-2.0
// Which contacts go by themselves, and when: mere callers [Anrufer] that nobody has edited for so
// many days. Days are those of the house's calendar, so that summer time neither shortens nor
// lengthens them. Values in, values out.
#pragma once

#include "common/base/zone.h"
#include "proto/proto.h"

struct purge_rules {
    int64_t idle_days;     // 180
    int64_t announce_days; // 7: so many days lie between announcement and deletion, at least
    int64_t grace_days;    // 14: so long a deletion can be undone
    const struct zone *zone;
};

// Only a caller ("Anrufer" or "caller", whatever the letters' case) and nothing else, and not kept.
bool purge_is_caller(const struct contact *contact);

// The same time of day, so many days of the calendar on (or back, when negative). A time that the
// clocks skip is the moment of the change; of one that comes twice it is the second, never too
// early.
int64_t purge_days_on(const struct purge_rules *rules, int64_t time_us, int64_t days);

// When a contact that was last edited then is announced, and when it goes.
int64_t purge_announce_at(const struct purge_rules *rules, int64_t edited_at);
int64_t purge_delete_at(const struct purge_rules *rules, int64_t edited_at);

// What an announcement made now says; without its version.
struct purge_notice purge_notice_make(const struct purge_rules *rules,
                                      const struct contact *contact, int64_t now_us);

enum purge_verdict {
    PURGE_WAIT, // not yet
    PURGE_GO,   // delete it now
    PURGE_VOID, // the announcement holds no more: edited, kept, another category, gone, or a clock
                // that ran ahead announced it
};
// `contact` NULL: there is none any more.
enum purge_verdict purge_judge(const struct purge_rules *rules, const struct purge_notice *notice,
                               const struct contact *contact, int64_t now_us);

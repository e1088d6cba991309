// SPDX-License-Identifier: Apache-2.0
// The names of the gaps are for German users; what is between them is theirs.
#include "common/base/gaps.h"

#include <string.h>

enum gap { GAP_CLIENT, GAP_MEMBER, GAP_AGENT, GAP_CALLER, GAP_DAYTIME, GAP_NONE };

static const char *const gap_names[] = { "{mandant}", "{mitarbeiter}", "{bearbeiter}", "{anrufer}",
                                         "{tageszeit}" };

static enum gap gap_at(const char *text)
{
    int gap = 0;
    while (gap < GAP_NONE && strncmp(text, gap_names[gap], strlen(gap_names[gap])) != 0)
        gap++;
    return (enum gap)gap;
}

bool gaps_check(const char *field, const char *text, struct err *err)
{
    while (text && (text = strpbrk(text, "{}"))) {
        enum gap gap = gap_at(text);
        if (gap == GAP_NONE)
            return fail(err, ERR_INVALID, field, TEXT_GAP_UNKNOWN,
                        "{mandant}, {mitarbeiter}, {bearbeiter}, {anrufer}, {tageszeit}", NULL);
        text += strlen(gap_names[gap]);
    }
    return true;
}

static const char *daytime(int hour)
{
    if (hour < 10)
        return "Guten Morgen";
    return hour < 18 ? "Guten Tag" : "Guten Abend";
}

static const char *gap_value(enum gap gap, const struct gap_values *values)
{
    const char *const names[] = { values->client, values->member, values->agent, values->caller };
    if (gap == GAP_DAYTIME)
        return daytime(values->local_hour);
    return names[gap] ? names[gap] : "…";
}

const char *gaps_fill(const char *text, const struct gap_values *values, struct arena *arena)
{
    const char *filled = "";
    while (filled && *text) {
        size_t size = strcspn(text, "{");
        enum gap gap = text[size] ? gap_at(text + size) : GAP_NONE;
        size += gap == GAP_NONE && text[size] == '{';
        filled = arena_format(arena, "%s%.*s%s", filled, (int)size, text,
                              gap == GAP_NONE ? "" : gap_value(gap, values));
        text += size + (gap == GAP_NONE ? 0 : strlen(gap_names[gap]));
    }
    return filled;
}

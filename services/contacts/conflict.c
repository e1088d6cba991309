// SPDX-License-Identifier: Apache-2.0
// Names compared by their words, parties graded by the side on which they stand.
#include "services/contacts/conflict.h"

#include <string.h>

#include "common/base/sound.h"
#include "services/contacts/file.h"

bool conflict_name_read(const char *given, struct arena *arena, struct conflict_name *out)
{
    *out = (struct conflict_name){ .given = given };
    out->count = sound_words(arena, given, out->words, CONFLICT_WORDS_MAX);
    for (size_t i = 0; i < out->count; i++) {
        out->sounds[i] = sound_of(arena, out->words[i]);
        if (!out->sounds[i])
            return false;
    }
    return true;
}

static bool same_words(const struct conflict_name *a, const struct conflict_name *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) { // both are sorted
        if (strcmp(a->words[i], b->words[i]) != 0)
            return false;
    }
    return true;
}

// Each word of `few` sounds like another word of `many`.
static bool sounds_within(const struct conflict_name *few, const struct conflict_name *many)
{
    bool taken[CONFLICT_WORDS_MAX] = { false };
    for (size_t i = 0; i < few->count; i++) {
        size_t k = 0;
        while (k < many->count && (taken[k] || strcmp(few->sounds[i], many->sounds[k]) != 0))
            k++;
        if (k == many->count)
            return false;
        taken[k] = true;
    }
    return true;
}

enum conflict_match conflict_compare(const struct conflict_name *asked, const char *name,
                                     struct arena *arena)
{
    struct conflict_name other;
    if (!conflict_name_read(name, arena, &other) || asked->count == 0 || other.count == 0)
        return conflict_match_ABSENT;
    if (same_words(asked, &other))
        return conflict_match_NAME;
    bool shorter = asked->count <= other.count;
    bool similar = shorter ? sounds_within(asked, &other) : sounds_within(&other, asked);
    return similar ? conflict_match_SIMILAR : conflict_match_ABSENT;
}

enum conflict_severity conflict_grade(enum party_role asked, enum party_role role,
                                      enum file_state state, enum conflict_match matched)
{
    enum party_side we = party_side_of(asked), they = party_side_of(role);
    bool crossed = we != party_side_NEUTRAL && they != party_side_NEUTRAL && we != they;
    if (!crossed)
        return conflict_severity_KNOWN;
    bool sure = state == file_state_OPEN && matched != conflict_match_SIMILAR;
    return sure ? conflict_severity_CONFLICT : conflict_severity_CHECK;
}

int conflict_order(const struct conflict_hit *a, const struct conflict_hit *b)
{
    if (a->severity != b->severity)
        return a->severity < b->severity ? -1 : 1;
    if (a->matched != b->matched)
        return a->matched < b->matched ? -1 : 1;
    if (a->state != b->state)
        return a->state < b->state ? -1 : 1;
    return (a->opened_at < b->opened_at) - (a->opened_at > b->opened_at);
}

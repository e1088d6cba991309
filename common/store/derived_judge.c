// SPDX-License-Identifier: Apache-2.0
// Judging a document: what decides in the end, whatever the postings say.
#include <string.h>

#include "common/store/derived_seek.h"

static bool holds(struct bytes section, struct bytes needle)
{
    return section.size >= needle.size &&
           memmem(section.data, section.size, needle.data, needle.size) != NULL;
}

// In what a word shows at most: a beginning in a name, a beginning anywhere, a part.
static enum seek_rank word_rank(const struct doc_view *doc, struct bytes word)
{
    struct bytes names = doc->sections[DOC_NAMES], texts = doc->sections[DOC_TEXTS];
    struct bytes bare = { word.data + 1, word.size - 1 };
    if (holds(names, word))
        return SEEK_NAME;
    if (holds(texts, word))
        return SEEK_TEXT;
    if (bare.size >= 3 && (holds(names, bare) || holds(texts, bare)))
        return SEEK_WITHIN;
    return SEEK_RANKS;
}

static bool in_span(const struct seek *seek, const struct doc_view *doc)
{
    if (!seek->has_span)
        return true;
    int64_t at = doc_time_of(doc);
    return at >= seek->from && at < seek->until;
}

static bool has_any(const struct seek *seek, const struct doc_view *doc)
{
    for (size_t i = 0; i < seek->any_count; i++) {
        if (doc_has_tag(doc, seek->any_kind, seek->any[i]))
            return true;
    }
    return seek->any_count == 0;
}

enum seek_rank seek_judge(const struct seek *seek, const struct doc_view *doc)
{
    enum seek_rank rank = SEEK_EXACT;
    if (doc->key.size == 0)
        return SEEK_RANKS;
    for (size_t i = 0; i < seek->tag_count; i++) {
        if (!doc_has_tag(doc, seek->tags[i].kind, seek->tags[i].value))
            return SEEK_RANKS;
    }
    if (!has_any(seek, doc) || !in_span(seek, doc))
        return SEEK_RANKS;
    if (seek->part.size && !holds(doc->sections[DOC_PARTS], seek->part))
        return SEEK_RANKS;
    if (seek->word_count == 0 || holds(doc->sections[DOC_NAMES], seek->whole))
        return SEEK_EXACT;
    for (size_t i = 0; i < seek->word_count && rank < SEEK_RANKS; i++) {
        enum seek_rank word = word_rank(doc, seek->words[i]);
        rank = word > rank ? word : rank;
    }
    return rank;
}

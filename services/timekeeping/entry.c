// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/entry.h"

#include <string.h>

#include "common/base/civil.h"
#include "common/base/placeholder.h"
#include "services/timekeeping/rounding.h"

#define CORRECTIONS_MAX 20
#define MOVES_MAX       30
#define TEXT_MAX        1000
#define WORDS           4

// --- texts
static struct placeholders placeholders_of(const struct entry *entry, const char *date,
                                           struct placeholder items[WORDS])
{
    const struct placeholder all[WORDS] = {
        { "person", entry->contact_name ? entry->contact_name : "unbekannt" },
        { "number", entry->number ? entry->number : "ohne Nummer" },
        { "file", entry->file_number ? entry->file_number : "" },
        { "date", date },
    };

    memcpy(items, all, sizeof all);
    return (struct placeholders){ items, WORDS, TEXT_KIND_WORD };
}

bool entry_text_check(const char *text, struct err *err)
{
    struct placeholder items[WORDS];
    struct placeholders known = placeholders_of(&(struct entry){ .version = 1 }, "", items);

    return placeholder_check("text", text, &known, err);
}

const char *entry_text(const struct service_kind *kind, const struct entry *entry, const char *zone,
                       struct arena *arena)
{
    struct placeholder items[WORDS];
    const char *date = "";

    if (!kind->text)
        return NULL;
    // "28.11.2026 10:41:07": the day. Few texts name it, and zones are slow.
    if (strstr(kind->text, "{date}"))
        date = arena_format(arena, "%.10s", civil_local(entry->began_at, zone).text);
    if (!date)
        return NULL;
    struct placeholders known = placeholders_of(entry, date, items);
    char *text = placeholder_fill(kind->text, &known, TEXT_MAX, arena);
    for (size_t size = text ? strlen(text) : 0; size > 0 && text[size - 1] == ' '; size--)
        text[size - 1] = '\0';
    return text && *text ? text : NULL;
}

// --- time
int64_t entry_rounded(const struct entry *entry)
{
    return rounding_up(entry->rounding, entry->actual_s);
}

bool entry_correct_time(struct entry *entry, int64_t actual_s, const char *reason,
                        const struct entry_editor *editor, struct err *err)
{
    size_t count = entry->corrections_count;

    if (actual_s == entry->actual_s)
        return true;
    if (count >= CORRECTIONS_MAX)
        return fail(err, ERR_CONFLICT, NULL, TEXT_ENTRY_CORRECTIONS, int_text(CORRECTIONS_MAX).text,
                    NULL);
    struct time_correction *list = arena_array(editor->arena, count + 1, sizeof *list);
    if (!list)
        return fail(err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    if (count > 0)
        memcpy(list, entry->corrections, count * sizeof *list);
    list[count] = (struct time_correction){ .at = editor->now_us,
                                            .by = editor->actor,
                                            .from_s = entry->actual_s,
                                            .to_s = actual_s,
                                            .reason = reason };
    entry->corrections = list;
    entry->corrections_count = count + 1;
    entry->actual_s = actual_s;
    return true;
}

struct err entry_move_said(enum text_id text)
{
    struct err what = { 0 };

    (void)fail(&what, ERR_INVALID, NULL, text, NULL);
    return what;
}

bool entry_add_move(struct entry *entry, const struct err *what, const char *reason,
                    const struct entry_editor *editor, struct err *err)
{
    size_t count = entry->moves_count, skip = count >= MOVES_MAX ? count - MOVES_MAX + 1 : 0;
    struct entry_move *list = arena_array(editor->arena, count - skip + 1, sizeof *list);

    const char *text = arena_text(editor->arena, what->german, strlen(what->german));
    const char *english = arena_text(editor->arena, what->english, strlen(what->english));

    if (!list || !text || !english)
        return fail(err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    if (count > skip)
        memcpy(list, entry->moves + skip, (count - skip) * sizeof *list);
    list[count - skip] = (struct entry_move){ .at = editor->now_us,
                                              .by = editor->actor,
                                              .text = text,
                                              .text_en = english,
                                              .reason = reason };
    entry->moves = list;
    entry->moves_count = count - skip + 1;
    return true;
}

void entry_divide(struct entry *entry, struct entry *part, int64_t part_s)
{
    int64_t whole_s = entry->actual_s > 0 ? entry->actual_s : 1;
    int64_t raw_s = entry->raw_s / whole_s * part_s + entry->raw_s % whole_s * part_s / whole_s;

    part->raw_s = raw_s;
    part->actual_s = part_s;
    entry->raw_s -= raw_s;
    entry->actual_s -= part_s;
    // What was given away before it was counted is not known.
    bool counts = entry->has_split_raw_s || !entry->has_split;
    entry->has_split_raw_s = entry->has_split_s = counts;
    entry->split_raw_s = counts ? entry->split_raw_s + raw_s : 0;
    entry->split_s = counts ? entry->split_s + part_s : 0;
    entry->has_split = entry->split = true;
}

bool entry_meets_consumer(const struct contact *payer)
{
    return payer->kind == contact_kind_PERSON && !payer->organisation;
}

bool entry_is_free(const struct entry *entry, struct err *err)
{
    switch (entry->state) {
    case entry_state_BILLED:
        return fail(err, ERR_CONFLICT, "id", TEXT_ENTRY_BILLED,
                    entry->voucher ? entry->voucher : "?", NULL);
    case entry_state_LOCKED:
        return fail(err, ERR_CONFLICT, "id", TEXT_ENTRY_LOCKED, id_text(entry->run).text, NULL);
    case entry_state_DELETED: return fail(err, ERR_CONFLICT, "id", TEXT_ENTRY_DELETED, NULL);
    default: return true;
    }
}

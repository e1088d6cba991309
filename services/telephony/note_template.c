// SPDX-License-Identifier: Apache-2.0
// One table of placeholders.
#include "services/telephony/note_template.h"

#include <string.h>

#include "common/base/placeholder.h"
#include "common/wire/change.h"
#include "common/wire/codec.h"

#define WORDS 9

static const char *known(const char *value, const char *otherwise)
{
    return value ? value : otherwise;
}

// What the texts say where we do not know is part of the table.
static struct placeholders placeholders_of(const struct template_facts *facts,
                                           struct placeholder items[WORDS])
{
    const struct placeholder all[WORDS] = {
        { "caller", known(facts->caller, "unbekannt") },
        { "organisation", known(facts->organisation, "") },
        { "number", known(facts->number, "ohne Nummer") },
        { "called", known(facts->called, "") },
        { "client", known(facts->client, "") },
        { "agent", known(facts->agent, "") },
        { "date", known(facts->date, "") },
        { "time", known(facts->time, "") },
        { "duration", known(facts->duration, "") },
    };
    memcpy(items, all, sizeof all);
    return (struct placeholders){ items, WORDS, TEXT_TEMPLATE_WORD };
}

bool template_check(const char *field, const char *text, struct err *err)
{
    struct placeholder items[WORDS];
    struct placeholders placeholders =
        placeholders_of(&(struct template_facts){ .caller = NULL }, items);
    return placeholder_check(field, text, &placeholders, err);
}

char *template_fill(const char *text, const struct template_facts *facts, size_t most,
                    struct arena *arena)
{
    struct placeholder items[WORDS];
    struct placeholders placeholders = placeholders_of(facts, items);
    return placeholder_fill(text, &placeholders, most, arena);
}

// --- rows
static bool check(const struct template *row, struct err *err)
{
    return record_check(template_record(), row, err) &&
           template_check("subject", row->subject, err) && template_check("text", row->text, err);
}

bool template_make(const struct template_new *in, const struct template_editor *editor,
                   struct id id, struct template *out, struct err *err)
{
    *out = (struct template){ .id = id,
                              .version = 1,
                              .kind = template_kind_TEMPLATE,
                              .edited_at = editor->now_us,
                              .edited_by = editor->actor };
    row_take(template_record(), out, (struct given){ template_new_record(), in });
    return row_trim(template_record(), out, editor->arena, err) && check(out, err);
}

bool template_apply(const struct template *row, const struct template_change *change,
                    const struct template_editor *editor, struct template *out, struct err *err)
{
    struct given given = { template_change_record(), change };
    *out = *row;
    row_take(template_record(), out, given);
    if (!row_clear(template_record(), out, given, change->clear, change->clear_count, err) ||
        !row_trim(template_record(), out, editor->arena, err))
        return false;
    if (row_equal(template_record(), row, out))
        return true;
    out->version++;
    out->edited_at = editor->now_us;
    out->edited_by = editor->actor;
    return check(out, err);
}

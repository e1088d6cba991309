// SPDX-License-Identifier: Apache-2.0
// One table of placeholders. A brace that begins none stays a brace.
#include "services/telephony/note_template.h"

#include <stddef.h>
#include <string.h>

#include "common/base/compiler.h"
#include "common/wire/change.h"
#include "common/wire/codec.h"

#define WORD_MAX 20

static const struct placeholder {
    const char *word;
    size_t offset;
    const char *unknown; // what the text says when we do not know
} placeholders[] = {
    { "caller", offsetof(struct template_facts, caller), "unbekannt" },
    { "organisation", offsetof(struct template_facts, organisation), "" },
    { "number", offsetof(struct template_facts, number), "ohne Nummer" },
    { "called", offsetof(struct template_facts, called), "" },
    { "client", offsetof(struct template_facts, client), "" },
    { "agent", offsetof(struct template_facts, agent), "" },
    { "date", offsetof(struct template_facts, date), "" },
    { "time", offsetof(struct template_facts, time), "" },
    { "duration", offsetof(struct template_facts, duration), "" },
};

// The word in braces at `text`, NULL-terminated in `word`; its length with the braces, 0: none.
static size_t word_at(const char *text, char word[WORD_MAX + 1])
{
    size_t size = *text == '{' ? strspn(text + 1, "abcdefghijklmnopqrstuvwxyz_") : 0;
    if (size == 0 || size > WORD_MAX || text[size + 1] != '}')
        return 0;
    memcpy(word, text + 1, size);
    word[size] = '\0';
    return size + 2;
}

static const struct placeholder *placeholder_of(const char *word)
{
    for (size_t i = 0; i < COUNT_OF(placeholders); i++) {
        if (strcmp(placeholders[i].word, word) == 0)
            return &placeholders[i];
    }
    return NULL;
}

bool template_check(const char *field, const char *text, struct err *err)
{
    char word[WORD_MAX + 1];
    for (; text && *text; text++) {
        if (word_at(text, word) > 0 && !placeholder_of(word))
            return fail(err, ERR_INVALID, field, TEXT_TEMPLATE_WORD, word, NULL);
    }
    return true;
}

static const char *value_of(const struct placeholder *placeholder,
                            const struct template_facts *facts)
{
    const char *value;
    memcpy(&value, (const char *)facts + placeholder->offset, sizeof value);
    return value ? value : placeholder->unknown;
}

// Writes (or with `out` NULL counts) the filled text; bytes.
static size_t fill(const char *text, const struct template_facts *facts, char *out)
{
    size_t used = 0;
    while (*text) {
        char word[WORD_MAX + 1];
        size_t taken = word_at(text, word);
        const struct placeholder *placeholder = taken ? placeholder_of(word) : NULL;
        const char *piece = placeholder ? value_of(placeholder, facts) : text;
        size_t size = placeholder ? strlen(piece) : 1;
        if (out)
            memcpy(out + used, piece, size);
        used += size;
        text += placeholder ? taken : 1;
    }
    return used;
}

// Behind so many characters (not bytes) the text ends.
static void cut(char *text, size_t most)
{
    size_t characters = 0;
    for (; *text; text++) {
        bool begins = ((unsigned char)*text & 0xC0) != 0x80;
        if (begins && characters++ == most) {
            *text = '\0';
            return;
        }
    }
}

char *template_fill(const char *text, const struct template_facts *facts, size_t most,
                    struct arena *arena)
{
    size_t size = fill(text, facts, NULL);
    char *out = arena_alloc(arena, size + 1);
    if (!out)
        return NULL;
    (void)fill(text, facts, out);
    out[size] = '\0';
    cut(out, most);
    return out;
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

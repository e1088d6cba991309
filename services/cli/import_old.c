// SPDX-License-Identifier: Apache-2.0
// The fields of inquiry_old are the meanings; how a cell is read follows from the field's type.
#include "services/cli/import_old.h"

#include <string.h>

#include "common/base/compiler.h"
#include "common/base/text.h"
#include "common/wire/codec.h"
#include "services/contacts/columns_text.h"

static const struct {
    const char *field, *title, *words;
} meanings[] = {
#define COLUMN(field, title, words) { #field, title, words },
#include "services/cli/import_old.def"
};

// --- headings
static int meaning_of(const char *field)
{
    for (size_t i = 0; i < COUNT_OF(meanings); i++) {
        if (strcmp(meanings[i].field, field) == 0)
            return (int)i + 1;
    }
    return 0;
}

static bool has(const struct columns *columns, int meaning)
{
    for (size_t i = 0; i < columns->count; i++) {
        if (columns->list[i].meaning == meaning)
            return true;
    }
    return false;
}

static bool read_heading(const char *heading, struct arena *arena, struct column *out)
{
    struct heading_words words;
    const char *folded = text_fold(arena, heading), *text;
    *out = (struct column){ .heading = heading };
    if (!folded || !heading_split(folded, arena, &words) ||
        !(text = heading_joined(&words, 0, words.count, arena)))
        return false;
    for (size_t i = 0; *text && i < COUNT_OF(meanings) && !out->meaning; i++)
        out->meaning = in_bars(meanings[i].words, text, strlen(text)) ? (int)i + 1 : 0;
    return true;
}

bool old_columns_read(const struct column_cell *cells, size_t count, struct arena *arena,
                      struct columns *out)
{
    *out = (struct columns){ .count = 0 };
    for (size_t i = 0; i < count; i++) {
        struct column column;
        if (cells[i].column >= COLUMNS_MAX)
            continue;
        if (!read_heading(cells[i].text, arena, &column))
            return false;
        // Of two that say the same the first one says it.
        if (has(out, column.meaning))
            column.meaning = 0;
        out->list[cells[i].column] = column;
        if (cells[i].column >= out->count)
            out->count = cells[i].column + 1;
    }
    columns_count(out);
    return true;
}

bool old_columns_are_heading(const struct columns *columns)
{
    size_t titled = 0;
    for (size_t i = 0; i < columns->count; i++)
        titled += columns->list[i].heading != NULL;
    return has(columns, meaning_of("source")) && has(columns, meaning_of("subject")) &&
           columns->known * 4 >= titled;
}

bool old_columns_set(struct columns *columns, const char *heading, const char *word,
                     struct arena *arena)
{
    struct column *column = column_headed(columns, heading, arena);
    bool nothing = strcmp(word, "-") == 0;
    int meaning = meaning_of(word);
    if (!column || (!meaning && !nothing))
        return false;
    // A person knows better: whichever column was taken for it is not.
    for (size_t i = 0; meaning && i < columns->count; i++) {
        if (columns->list[i].meaning == meaning)
            columns->list[i].meaning = 0;
    }
    column->meaning = meaning;
    columns_count(columns);
    return true;
}

const char *old_column_title(const struct column *column, struct arena *arena)
{
    (void)arena;
    return column->meaning ? meanings[column->meaning - 1].title : "-";
}

// --- cells
struct reading {
    const struct columns *columns;
    struct arena *arena;
    char *out; // of inquiry_old
};

static void put_has(const struct reading *reading, const struct field *field)
{
    if (field->has_offset)
        *(bool *)(reading->out + field->has_offset) = true;
}

// Other programs' words for where an inquiry is.
static int state_of(const char *text, struct arena *arena)
{
    static const struct {
        enum inquiry_state state;
        const char *words;
    } known[] = {
        { inquiry_state_OPEN,
          "|neu|in bearbeitung|in arbeit|zugewiesen|new|in progress|assigned|" },
        { inquiry_state_WAITING,
          "|wartend|wartet auf kunde|wartet auf antwort|rueckfrage|pending|on hold|waiting|" },
        { inquiry_state_SOLVED, "|geloest|resolved|" },
        { inquiry_state_CLOSED, "|erledigt|geschlossen|fertig|done|closed|" },
    };
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (cell_is_word(text, known[i].words, arena))
            return (int)known[i].state;
    }
    return 0;
}

// A word of ours in whatever capitals, German or English, or one that others use.
static int pick_of(const struct field *field, const char *text, struct arena *arena)
{
    static const char *const priorities[] = { "", "|niedrig|gering|4|", "|mittel|standard|3|",
                                              "|wichtig|2|", "|kritisch|sofort|eilig|critical|1|" };
    const struct picks *picks = field->picks();
    const char *folded = text_fold(arena, text);
    for (size_t i = 1; folded && i < picks->count; i++) {
        const char *german = text_fold(arena, picks->values[i].german);
        if (strcmp(folded, picks->values[i].word) == 0 || (german && strcmp(folded, german) == 0) ||
            (picks == priority_picks() && cell_is_word(text, priorities[i], arena)))
            return (int)i;
    }
    return picks == inquiry_state_picks() ? state_of(text, arena) : 0;
}

// Until when is until the end of that day, unless it says a time.
static const char *time_text(const struct field *field, const char *text, struct arena *arena)
{
    bool whole = strcmp(field->name, "due_at") == 0 && !strchr(text, ':');
    const char *end = whole ? arena_format(arena, "%s 23:59:59", text) : text;
    return end ? end : text;
}

static bool put_cell(const struct reading *reading, const struct column *column, const char *text,
                     struct err *err)
{
    const struct field *field =
        record_field(inquiry_old_record(), meanings[column->meaning - 1].field);
    void *at = reading->out + field->offset;
    switch (field->type) {
    case FIELD_TIME:
        if (!cell_time(time_text(field, text, reading->arena), reading->columns->zone,
                       reading->arena, at))
            return fail(err, ERR_INVALID, column->heading, TEXT_COLUMN_DATE, text, NULL);
        break;
    case FIELD_BOOL:
        if (!cell_yes(text, at, reading->arena))
            return fail(err, ERR_INVALID, column->heading, TEXT_COLUMN_YES, text, NULL);
        break;
    case FIELD_PICK: {
        int value = pick_of(field, text, reading->arena);
        if (!value)
            return fail(err, ERR_INVALID, column->heading, TEXT_PAST_WORD, text, NULL);
        memcpy(at, &value, sizeof value);
        break;
    }
    default: memcpy(at, &text, sizeof text); break;
    }
    put_has(reading, field);
    return true;
}

bool old_columns_row(const struct columns *columns, const struct column_cell *cells, size_t count,
                     struct arena *arena, struct inquiry_old *out, struct err *err)
{
    struct reading reading = { columns, arena, (char *)out };
    *out = (struct inquiry_old){ .row = 1 };
    for (size_t i = 0; i < count; i++) {
        const struct column *column =
            cells[i].column < columns->count ? &columns->list[cells[i].column] : NULL;
        const char *text = column && column->meaning ? cell_tidy(cells[i].text, arena) : NULL;
        if (text && !put_cell(&reading, column, text, err))
            return false;
    }
    if (!out->source)
        return fail(err, ERR_INVALID, "source", TEXT_PAST_SOURCE, NULL);
    return record_check(inquiry_old_record(), out, err);
}

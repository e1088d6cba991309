// SPDX-License-Identifier: Apache-2.0
// Headings are recognised by words, never by place.
#include "services/contacts/columns.h"

#include <string.h>

#include "common/base/text.h"
#include "services/contacts/columns_text.h"

static const struct {
    const char *word, *title;
    int width;
} meanings[] = {
#define MEANING(name, word, title, width) { word, title, width },
#define HEADING(meaning, words)
#define QUALIFIER(label, words)
#include "services/contacts/columns.def"
#undef MEANING
#undef HEADING
#undef QUALIFIER
};

static const struct {
    enum meaning meaning;
    const char *words;
} headings[] = {
#define MEANING(name, word, title, width)
#define HEADING(meaning, words) { COLUMN_##meaning, words },
#define QUALIFIER(label, words)
#include "services/contacts/columns.def"
#undef MEANING
#undef HEADING
#undef QUALIFIER
};

static const struct {
    const char *label, *words;
} qualifiers[] = {
#define MEANING(name, word, title, width)
#define HEADING(meaning, words)
#define QUALIFIER(label, words) { label, words },
#include "services/contacts/columns.def"
#undef MEANING
#undef HEADING
#undef QUALIFIER
};

const char *column_word(enum meaning meaning)
{
    return meanings[meaning].word;
}

const char *column_title(enum meaning meaning)
{
    return meanings[meaning].title;
}

int column_width(enum meaning meaning)
{
    return meanings[meaning].width;
}

// --- one heading
static enum meaning meaning_of(const char *text)
{
    for (size_t i = 0; *text && i < COUNT_OF(headings); i++) {
        if (in_bars(headings[i].words, text, strlen(text)))
            return headings[i].meaning;
    }
    return COLUMN_NOTHING;
}

// "telefon art", "phone type": of a number or address; "e mail value": the thing itself.
static bool take_label(struct heading_words *words)
{
    if (words->count < 2)
        return false;
    const char *last = words->list[words->count - 1];
    if (in_bars("|wert|value|", last, strlen(last))) {
        words->count--;
        return false;
    }
    if (!in_bars("|art|typ|type|label|", last, strlen(last)))
        return false;
    words->count--;
    return true;
}

static bool is_reached(int meaning)
{
    return meaning == COLUMN_PHONE || meaning == COLUMN_EMAIL ||
           (meaning >= COLUMN_STREET && meaning <= COLUMN_POSTCODE_TOWN);
}

// False: the column is about somebody else.
static bool take_qualifiers(struct heading_words *words, struct column *column, enum meaning whole)
{
    for (size_t i = 0; i < words->count;) {
        size_t q = 0, size = strlen(words->list[i]);
        while (q < COUNT_OF(qualifiers) && !in_bars(qualifiers[q].words, words->list[i], size))
            q++;
        if (q == COUNT_OF(qualifiers)) {
            i++;
            continue;
        }
        if (!qualifiers[q].label)
            return false;
        if (*qualifiers[q].label)
            column->label = qualifiers[q].label;
        if (words->count == 1 || whole != COLUMN_NOTHING)
            i++; // "handy" is both: a phone, and which one
        else
            heading_drop(words, i);
    }
    return true;
}

static bool read_heading(const char *heading, struct arena *arena, struct column *out)
{
    struct heading_words words;
    const char *folded = text_fold(arena, heading);
    *out = (struct column){ .heading = heading };
    if (!folded || !heading_split(folded, arena, &words))
        return false;
    out->instance = heading_number(&words);
    bool label = take_label(&words);
    const char *text = heading_joined(&words, 0, words.count, arena);
    if (!text)
        return false;
    enum meaning meaning = meaning_of(text);
    if (!take_qualifiers(&words, out, meaning))
        return true;
    text = heading_joined(&words, 0, words.count, arena);
    if (!text)
        return false;
    if (meaning == COLUMN_NOTHING)
        meaning = meaning_of(text);
    if (label)
        meaning = meaning == COLUMN_PHONE || strcmp(text, "telefon") == 0 ? COLUMN_PHONE_LABEL
                  : meaning == COLUMN_STREET                              ? COLUMN_ADDRESS_LABEL
                                                                          : COLUMN_NOTHING;
    if (!is_reached(meaning))
        out->label = NULL;
    out->meaning = meaning;
    return true;
}

// --- a whole heading
static bool has(const struct columns *columns, int meaning)
{
    for (size_t i = 0; i < columns->count; i++) {
        if (columns->list[i].meaning == meaning)
            return true;
    }
    return false;
}

// Beside "Vorname", "Name" is the family name.
static void settle_name(struct columns *columns)
{
    if (!has(columns, COLUMN_GIVEN_NAME) || has(columns, COLUMN_FAMILY_NAME))
        return;
    for (size_t i = 0; i < columns->count; i++) {
        if (columns->list[i].meaning == COLUMN_NAME)
            columns->list[i].meaning = COLUMN_FAMILY_NAME;
    }
}

// What can be said once only is said by the first column.
static void settle_once(struct columns *columns)
{
    bool seen[COLUMN_MEANINGS] = { false };
    for (size_t i = 0; i < columns->count; i++) {
        int *meaning = &columns->list[i].meaning;
        bool many = is_reached(*meaning) || *meaning == COLUMN_PHONE_LABEL ||
                    *meaning == COLUMN_ADDRESS_LABEL || *meaning == COLUMN_CATEGORIES ||
                    *meaning == COLUMN_HANDLING_NOTE;
        if (!many && seen[*meaning])
            *meaning = COLUMN_NOTHING;
        seen[*meaning] = true;
    }
}

void columns_count(struct columns *columns)
{
    columns->known = 0;
    for (size_t i = 0; i < columns->count; i++)
        columns->known += columns->list[i].meaning != COLUMN_NOTHING;
}

bool columns_read(const struct column_cell *cells, size_t count, struct arena *arena,
                  struct columns *out)
{
    *out = (struct columns){ .count = 0 };
    for (size_t i = 0; i < count; i++) {
        if (cells[i].column >= COLUMNS_MAX)
            continue;
        if (!read_heading(cells[i].text, arena, &out->list[cells[i].column]))
            return false;
        if (cells[i].column >= out->count)
            out->count = cells[i].column + 1;
    }
    settle_name(out);
    settle_once(out);
    columns_count(out);
    return true;
}

bool columns_are_heading(const struct columns *columns)
{
    size_t titled = 0;
    for (size_t i = 0; i < columns->count; i++)
        titled += columns->list[i].heading != NULL;
    bool somebody = has(columns, COLUMN_NAME) || has(columns, COLUMN_FAMILY_NAME) ||
                    has(columns, COLUMN_GIVEN_NAME) || has(columns, COLUMN_ORGANISATION) ||
                    has(columns, COLUMN_PHONE) || has(columns, COLUMN_EMAIL);
    return somebody && columns->known * 4 >= titled;
}

struct column *column_headed(struct columns *columns, const char *heading, struct arena *arena)
{
    const char *wanted = text_fold(arena, heading);
    for (size_t i = 0; wanted && i < columns->count; i++) {
        const char *is = columns->list[i].heading ? text_fold(arena, columns->list[i].heading) : "";
        if (is && *is && strcmp(is, wanted) == 0)
            return &columns->list[i];
    }
    return NULL;
}

bool columns_set(struct columns *columns, const char *heading, const char *word,
                 struct arena *arena)
{
    struct column *column = column_headed(columns, heading, arena);
    int meaning = 0;
    while (meaning < COLUMN_MEANINGS && strcmp(meanings[meaning].word, word) != 0)
        meaning++;
    if (!column || meaning == COLUMN_MEANINGS)
        return false;
    column->meaning = meaning;
    columns_count(columns);
    return true;
}

// SPDX-License-Identifier: Apache-2.0
// Headings are recognised by words: one of the file's own, or a party's with what of it.
#include "services/contacts/file_columns.h"

#include <string.h>

#include "common/base/text.h"
#include "services/contacts/columns_text.h"

#define PARTY_WIDTH 24

static const struct {
    const char *word, *title;
    int width;
} meanings[] = {
#define MEANING(name, word, title, width) { word, title, width },
#include "services/contacts/file_columns.def"
};

static const struct {
    int meaning;
    const char *words;
} headings[] = {
#define HEADING(meaning, words) { FILE_COLUMN_##meaning, words },
#include "services/contacts/file_columns.def"
};

static const struct {
    const char *word, *title, *words;
} parts[] = {
#define PART(name, word, title, words) { word, title, words },
#include "services/contacts/file_columns.def"
};

static const struct {
    enum party_role role;
    const char *words;
} parties[] = {
#define PARTY(role, words) { party_role_##role, words },
#include "services/contacts/file_columns.def"
};

static const struct {
    enum party_role role;
    int meaning;
    const char *words;
} whole[] = {
#define PARTY_PART(role, part, words) { party_role_##role, FILE_PART_##part, words },
#include "services/contacts/file_columns.def"
};

// --- one heading
static bool names_part(const char *text, int *ret_meaning)
{
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        if (!in_bars(parts[i].words, text, strlen(text)))
            continue;
        *ret_meaning = FILE_PART_NAME + (int)i;
        return true;
    }
    return false;
}

static bool names_party(const char *text, enum party_role *ret_role)
{
    for (size_t i = 0; *text && i < COUNT_OF(parties); i++) {
        if (!in_bars(parties[i].words, text, strlen(text)))
            continue;
        *ret_role = parties[i].role;
        return true;
    }
    return false;
}

static bool read_whole(const char *text, struct column *out)
{
    for (size_t i = 0; *text && i < COUNT_OF(headings); i++) {
        if (in_bars(headings[i].words, text, strlen(text))) {
            out->meaning = headings[i].meaning;
            return true;
        }
    }
    for (size_t i = 0; *text && i < COUNT_OF(whole); i++) {
        if (in_bars(whole[i].words, text, strlen(text))) {
            out->meaning = whole[i].meaning;
            out->role = whole[i].role;
            return true;
        }
    }
    return false;
}

// "gegner telefon", "aktenzeichen gericht": the party in front or behind. False: the arena is full.
static bool read_party(const struct heading_words *words, struct arena *arena, struct column *out)
{
    for (size_t i = 0; i <= words->count; i++) {
        const char *front = heading_joined(words, 0, i, arena);
        const char *behind = heading_joined(words, i, words->count, arena);
        if (!front || !behind)
            return false;
        int meaning;
        enum party_role role;
        if ((names_party(front, &role) && names_part(behind, &meaning)) ||
            (names_party(behind, &role) && names_part(front, &meaning))) {
            out->role = role;
            out->meaning = meaning;
            return true;
        }
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
    int number = heading_number(&words);
    const char *text = heading_joined(&words, 0, words.count, arena);
    if (!text)
        return false;
    if (!read_whole(text, out) && !read_party(&words, arena, out))
        return false;
    out->instance = out->meaning >= FILE_PART_NAME && number ? number : 1;
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

static bool is_before(const struct columns *columns, size_t i, int instance)
{
    const struct column *column = &columns->list[i];
    for (size_t k = 0; k < i; k++) {
        const struct column *other = &columns->list[k];
        if (other->meaning == column->meaning && other->role == column->role &&
            other->instance == instance)
            return true;
    }
    return false;
}

// What can be said once is said by the first column; of two "Gegner" the second is another one.
static void settle(struct columns *columns)
{
    for (size_t i = 0; i < columns->count; i++) {
        struct column *column = &columns->list[i];
        bool is_party = column->meaning >= FILE_PART_NAME;
        while (is_party && is_before(columns, i, column->instance))
            column->instance += 100;
        if (!is_party && column->meaning != FILE_COLUMN_NOTE && is_before(columns, i, 1))
            column->meaning = FILE_COLUMN_NOTHING;
    }
}

bool file_columns_read(const struct column_cell *cells, size_t count, struct arena *arena,
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
    settle(out);
    columns_count(out);
    return true;
}

bool file_columns_are_heading(const struct columns *columns)
{
    size_t titled = 0;
    for (size_t i = 0; i < columns->count; i++)
        titled += columns->list[i].heading != NULL;
    return has(columns, FILE_COLUMN_NUMBER) && columns->known > 1 && columns->known * 4 >= titled;
}

bool file_columns_set(struct columns *columns, const char *heading, const char *word,
                      struct arena *arena)
{
    struct column *column = column_headed(columns, heading, arena);
    size_t size = strcspn(word, ".");
    const char *part = word[size] ? word + size + 1 : "name";
    int meaning = 0, of_party = 0;
    while (meaning < FILE_PART_NAME && strcmp(meanings[meaning].word, word) != 0)
        meaning++;
    while (of_party < (int)COUNT_OF(parts) && strcmp(parts[of_party].word, part) != 0)
        of_party++;
    int role = pick_from_word(party_role_picks(), word, size);
    bool is_party = meaning == FILE_PART_NAME && role && of_party < (int)COUNT_OF(parts);
    if (!column || (meaning == FILE_PART_NAME && !is_party))
        return false;
    column->meaning = is_party ? FILE_PART_NAME + of_party : meaning;
    column->role = is_party ? (enum party_role)role : 0;
    columns_count(columns);
    return true;
}

// --- our own lists
const char *file_column_title(const struct column *column, struct arena *arena)
{
    if (column->meaning < FILE_PART_NAME)
        return meanings[column->meaning].title;
    const char *part = parts[column->meaning - FILE_PART_NAME].title;
    const char *role = party_role_picks()->values[column->role].german;
    if (column->instance > 1)
        return arena_format(arena, "%s %d%s%s", role, column->instance, *part ? " " : "", part);
    return arena_format(arena, "%s%s%s", role, *part ? " " : "", part);
}

int file_column_width(const struct column *column)
{
    return column->meaning < FILE_PART_NAME ? meanings[column->meaning].width : PARTY_WIDTH;
}

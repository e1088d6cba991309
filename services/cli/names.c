// SPDX-License-Identifier: Apache-2.0
#include "services/cli/names.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "services/cli/near.h"

#define WORD_MAX 64

void names_add(struct names *names, const struct name *name, struct arena *arena)
{
    if (names->count == names->room) {
        names->room = names->room ? 2 * names->room : 256;
        names->rows = realloc(names->rows, names->room * sizeof *names->rows);
        if (!names->rows)
            abort();
    }
    struct name copy = *name;
    copy.text = arena_text(arena, name->text, strlen(name->text));
    copy.detail = name->detail ? arena_text(arena, name->detail, strlen(name->detail)) : NULL;
    copy.folded = text_fold(arena, name->text);
    if (copy.text && copy.folded)
        names->rows[names->count++] = copy;
}

void names_done(struct names *names)
{
    free(names->rows);
    *names = (struct names){ .count = 0 };
}

static int by_id(const void *a, const void *b)
{
    return memcmp(&((const struct name *)a)->id, &((const struct name *)b)->id, sizeof(struct id));
}

void names_sort(struct names *names)
{
    if (names->count)
        qsort(names->rows, names->count, sizeof *names->rows, by_id);
}

const char *names_text(const struct names *names, struct id id)
{
    struct name wanted = { .id = id };
    const struct name *found =
        names->count ? bsearch(&wanted, names->rows, names->count, sizeof *names->rows, by_id)
                     : NULL;
    return found ? found->text : NULL;
}

// --- what is meant
// The next word of a folded text into `word`; false at its end.
static bool next_word(const char **text, char word[WORD_MAX])
{
    *text += strspn(*text, " ");
    size_t size = strcspn(*text, " ");
    if (size == 0)
        return false;
    size_t kept = size < WORD_MAX ? size : WORD_MAX - 1;
    memcpy(word, *text, kept);
    word[kept] = '\0';
    *text += size;
    return true;
}

typedef bool fit(const char *typed, const char *word);

static bool begins(const char *typed, const char *word)
{
    return strncmp(typed, word, strlen(typed)) == 0;
}

static bool some_word(const char *name, const char *typed, fit *fits)
{
    char word[WORD_MAX];
    while (next_word(&name, word)) {
        if (fits(typed, word))
            return true;
    }
    return false;
}

static bool each_word(const char *name, const char *folded, fit *fits)
{
    char typed[WORD_MAX];
    while (next_word(&folded, typed)) {
        if (!some_word(name, typed, fits))
            return false;
    }
    return true;
}

enum degree { DEGREE_WHOLE, DEGREE_PART, DEGREE_NEAR, DEGREES };

static bool fits(const struct name *name, const char *folded, enum degree degree)
{
    size_t size = strlen(folded);
    switch (degree) {
    case DEGREE_WHOLE: return strcmp(name->folded, folded) == 0;
    case DEGREE_PART:
        // 12 is 12/2026 and never 121/2026: a part of a number is another number.
        if (name->kind == NAME_FILE)
            return strncmp(name->folded, folded, size) == 0 && name->folded[size] == ' ';
        return each_word(name->folded, folded, begins);
    default: return each_word(name->folded, folded, near);
    }
}

struct names_meant names_meant(const struct names *names, enum name_kind kind, const char *folded)
{
    struct names_meant meant = { .count = 0 };
    // A single letter begins too much to be sure of it.
    size_t degrees = strlen(folded) > 1 ? DEGREES : DEGREE_PART;
    for (enum degree degree = 0; degree < degrees && meant.count == 0; degree++) {
        for (size_t i = 0; i < names->count; i++) {
            if (names->rows[i].kind != kind || !fits(&names->rows[i], folded, degree))
                continue;
            if (meant.count < NAMES_SHOWN)
                meant.shown[meant.count] = &names->rows[i];
            meant.count++;
        }
        meant.certain = degree != DEGREE_NEAR;
    }
    return meant;
}

static bool has_namesake(const struct names_meant *meant, size_t shown, size_t at)
{
    for (size_t i = 0; i < shown; i++) {
        if (i != at && strcmp(meant->shown[i]->folded, meant->shown[at]->folded) == 0)
            return true;
    }
    return false;
}

const char *names_listed(const struct names_meant *meant, struct arena *arena)
{
    const char *text = "";
    size_t shown = meant->count < NAMES_SHOWN ? meant->count : NAMES_SHOWN;
    for (size_t i = 0; text && i < shown; i++) {
        const struct name *name = meant->shown[i];
        const char *detail = name->detail;
        if (has_namesake(meant, shown, i))
            detail = arena_format(arena, "%s%s%s", detail ? detail : "", detail ? ", " : "",
                                  id_text(name->id).text);
        text = arena_format(arena, "%s%s%s%s%s%s", text, i ? ", " : "", name->text,
                            detail ? " (" : "", detail ? detail : "", detail ? ")" : "");
    }
    if (text && meant->count > shown)
        text = arena_format(arena, "%s, …", text);
    return text ? text : "";
}

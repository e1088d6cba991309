// SPDX-License-Identifier: Apache-2.0
// One row of a list of case files.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "common/wire/codec.h"
#include "services/contacts/columns_text.h"
#include "services/contacts/file_columns.h"

#define PARTIES_MAX 50 // as in the records
#define TEXTS_MAX   5
#define SEEN_BY_MAX 50
#define PLACE_MAX   40 // characters of a heading in an entry

// A party being built, and the column that began it.
struct building_party {
    const struct column *column;
    const char *phones[TEXTS_MAX], *emails[TEXTS_MAX];
};

struct building {
    const struct columns *columns;
    struct arena *arena;
    struct file_entry *out;
    struct entry_party *parties;
    struct building_party *about; // of the party in the same place
    const char **seen_by;
    struct err *err;
};

static bool full(struct building *building)
{
    return fail(building->err, ERR_TOO_LARGE, NULL, TEXT_ROW_TOO_LARGE, NULL);
}

static bool refused(struct building *building, const struct column *column, enum text_id text,
                    const char *value)
{
    return fail(building->err, ERR_INVALID, column->heading, text, value, NULL);
}

// --- times
static bool add_time(struct building *building, const struct column *column, const char *text)
{
    struct file_entry *out = building->out;
    bool opened = column->meaning == FILE_COLUMN_OPENED_AT;
    if (!cell_time(text, building->columns->zone, building->arena,
                   opened ? &out->opened_at : &out->closed_at))
        return refused(building, column, TEXT_COLUMN_DATE, text);
    *(opened ? &out->has_opened_at : &out->has_closed_at) = true;
    if (!opened && !out->state)
        out->state = file_state_CLOSED;
    return true;
}

// --- words
static bool add_kind(struct building *building, const struct column *column, const char *text)
{
    struct arena *arena = building->arena;
    if (cell_is_word(text, "|akt|akte|file|case|fall|case file|", arena))
        building->out->kind = file_kind_FILE;
    else if (cell_is_word(text, "|projekt|project|", arena))
        building->out->kind = file_kind_PROJECT;
    else
        return refused(building, column, TEXT_COLUMN_FILE_KIND, text);
    return true;
}

static bool add_state(struct building *building, const struct column *column, const char *text)
{
    static const struct {
        enum file_state state;
        const char *words;
    } known[] = {
        { file_state_OPEN,
          "|offen|laufend|aktiv|in bearbeitung|anhaengig|open|active|pending|in progress|" },
        { file_state_CLOSED, "|abgeschlossen|erledigt|beendet|geschlossen|closed|done|settled|" },
        { file_state_ARCHIVED, "|abgelegt|archiviert|archiv|ablage|archived|archive|" },
    };
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (!cell_is_word(text, known[i].words, building->arena))
            continue;
        building->out->state = known[i].state;
        return true;
    }
    return refused(building, column, TEXT_COLUMN_FILE_STATE, text);
}

// "ja", or the day on which it was.
static bool add_archived(struct building *building, const struct column *column, const char *text)
{
    struct file_entry *out = building->out;
    bool yes;
    if (cell_yes(text, &yes, building->arena)) {
        if (yes)
            out->state = file_state_ARCHIVED;
        return true;
    }
    if (!cell_time(text, building->columns->zone, building->arena, &out->closed_at))
        return refused(building, column, TEXT_COLUMN_ARCHIVED, text);
    out->has_closed_at = true;
    out->state = file_state_ARCHIVED;
    return true;
}

static bool add_locked(struct building *building, const struct column *column, const char *text)
{
    struct file_entry *out = building->out;
    out->has_locked = cell_yes(text, &out->locked, building->arena);
    if (!out->has_locked && cell_is_word(text, "|gesperrt|locked|", building->arena))
        out->has_locked = out->locked = true;
    return out->has_locked || refused(building, column, TEXT_COLUMN_YES, text);
}

static bool add_note(struct building *building, const char *text)
{
    const char *before = building->out->note;
    building->out->note = before ? arena_format(building->arena, "%s\n%s", before, text) : text;
    return building->out->note ? true : full(building);
}

// --- lists

// The next text of a cell that holds several, one a line or apart by semicolons; NULL at its end.
static const char *next_text(struct building *building, const char **text, const char *apart)
{
    while (**text) {
        size_t size = strcspn(*text, apart);
        const char *part = arena_text(building->arena, *text, size);
        const char *one = part ? cell_tidy(part, building->arena) : NULL;
        *text += size + ((*text)[size] != '\0');
        if (one)
            return one;
    }
    return NULL;
}

static bool add_texts(struct building *building, const struct column *column, const char *text,
                      const char **texts, size_t *count)
{
    size_t most = texts == building->seen_by ? SEEN_BY_MAX : TEXTS_MAX;
    const char *one;
    while ((one = next_text(building, &text, "\n;")) != NULL) {
        if (*count == most)
            return refused(building, column, TEXT_LIST_TOO_LONG, int_text((int64_t)most).text);
        texts[(*count)++] = one;
    }
    return true;
}

// --- parties
static const char *place_of(struct building *building, const struct column *column)
{
    size_t size = 0;
    for (size_t seen = 0; column->heading[size] && seen < PLACE_MAX; seen++) {
        size++;
        while ((column->heading[size] & 0xC0) == 0x80)
            size++;
    }
    return arena_text(building->arena, column->heading, size);
}

static bool begin_party(struct building *building, const struct column *column, size_t *ret_place)
{
    size_t *count = &building->out->parties_count;
    if (*count == PARTIES_MAX)
        return refused(building, column, TEXT_LIST_TOO_LONG, int_text(PARTIES_MAX).text);
    building->about[*count].column = column;
    building->parties[*count] =
        (struct entry_party){ .role = column->role, .column = place_of(building, column) };
    *ret_place = (*count)++;
    return building->parties[*ret_place].column ? true : full(building);
}

// One party for each role and number of the headings.
static bool party_of(struct building *building, const struct column *column, size_t *ret_place)
{
    for (size_t i = 0; i < building->out->parties_count; i++) {
        const struct column *began = building->about[i].column;
        if (began->role == column->role && began->instance == column->instance) {
            *ret_place = i;
            return true;
        }
    }
    return begin_party(building, column, ret_place);
}

// A cell with several lines names several people.
static bool add_names(struct building *building, const struct column *column, const char *text)
{
    size_t place;
    const char *one = next_text(building, &text, "\n");
    if (!one || !party_of(building, column, &place))
        return !one;
    building->parties[place].name = one;
    while ((one = next_text(building, &text, "\n")) != NULL) {
        if (!begin_party(building, column, &place))
            return false;
        building->parties[place].name = one;
    }
    return true;
}

static bool add_party(struct building *building, const struct column *column, const char *text)
{
    size_t place;
    if (column->meaning == FILE_PART_NAME)
        return add_names(building, column, text);
    if (!party_of(building, column, &place))
        return false;
    struct entry_party *party = &building->parties[place];
    struct building_party *about = &building->about[place];
    switch (column->meaning) {
    case FILE_PART_CUSTOMER_NUMBER: party->customer_number = text; return true;
    case FILE_PART_REFERENCE: party->reference = text; return true;
    case FILE_PART_ROLE_NAME: party->role_name = text; return true;
    case FILE_PART_PHONE:
        party->phones = about->phones;
        return add_texts(building, column, text, about->phones, &party->phones_count);
    default:
        party->emails = about->emails;
        return add_texts(building, column, text, about->emails, &party->emails_count);
    }
}

// --- the row
static bool add_cell(struct building *building, const struct column *column, const char *text)
{
    struct file_entry *out = building->out;
    switch (column->meaning) {
    case FILE_COLUMN_NOTHING: return true;
    case FILE_COLUMN_NUMBER: out->number = text; return true;
    case FILE_COLUMN_TITLE: out->title = text; return true;
    case FILE_COLUMN_LAWYER: out->lawyer = text; return true;
    case FILE_COLUMN_CLERK: out->clerk = text; return true;
    case FILE_COLUMN_KIND: return add_kind(building, column, text);
    case FILE_COLUMN_STATE: return add_state(building, column, text);
    case FILE_COLUMN_ARCHIVED: return add_archived(building, column, text);
    case FILE_COLUMN_LOCKED: return add_locked(building, column, text);
    case FILE_COLUMN_SEEN_BY:
        return add_texts(building, column, text, building->seen_by, &out->seen_by_count);
    case FILE_COLUMN_NOTE: return add_note(building, text);
    case FILE_COLUMN_OPENED_AT:
    case FILE_COLUMN_CLOSED_AT: return add_time(building, column, text);
    default: return add_party(building, column, text);
    }
}

// A fault within a party is one of the column that began it.
static bool check(struct building *building)
{
    struct err *err = building->err;
    static const char path[] = "parties[";
    if (record_check(file_entry_record(), building->out, err))
        return true;
    if (strncmp(err->field, path, sizeof path - 1) == 0) {
        size_t place = strtoul(err->field + sizeof path - 1, NULL, 10);
        if (place < building->out->parties_count)
            (void)snprintf(err->field, sizeof err->field, "%s", building->parties[place].column);
    }
    return false;
}

bool file_columns_entry(const struct columns *columns, const struct column_cell *cells,
                        size_t count, struct arena *arena, struct file_entry *out, struct err *err)
{
    struct building building = {
        .columns = columns,
        .arena = arena,
        .out = out,
        .parties = arena_array(arena, PARTIES_MAX, sizeof *building.parties),
        .about = arena_array(arena, PARTIES_MAX, sizeof *building.about),
        .seen_by = arena_array(arena, SEEN_BY_MAX, sizeof *building.seen_by),
        .err = err,
    };
    *out = (struct file_entry){ .parties = building.parties, .seen_by = building.seen_by };
    if (!building.parties || !building.about || !building.seen_by)
        return full(&building);
    for (size_t i = 0; i < count; i++) {
        if (cells[i].column >= columns->count)
            continue;
        const char *text = cell_tidy(cells[i].text, arena);
        if (text && !add_cell(&building, &columns->list[cells[i].column], text))
            return false;
    }
    return check(&building);
}

// SPDX-License-Identifier: Apache-2.0
// The rows of one sheet as they stream by.
#include <stdlib.h>
#include <string.h>

#include "common/sheet/xlsx_internal.h"

#define NUMBER_BYTES 64 // of a number's or an index's digits

enum value_type {
    TYPE_NUMBER,
    TYPE_SHARED,
    TYPE_TEXT,
    TYPE_INLINE,
    TYPE_BOOL,
    TYPE_ERROR,
    TYPE_DATE
};

struct rows_state {
    const struct workbook *workbook;
    struct row_builder row;
    struct buffer value, inline_text;
    int64_t number; // of the present row
    uint32_t column;
    uint32_t next_column; // of a cell that does not say where it is
    size_t style;
    enum value_type type;
    bool hidden, in_cell, in_value, in_text, has_value, has_inline, has_formula;
    int phonetic;
    bool done; // no more is wanted
};

static void stop(struct xml *xml)
{
    xml_stop(xml);
}

static void damaged(struct xml *xml, const char *where)
{
    (void)sheet_damaged(xml->reading->err, where);
    stop(xml);
}

// --- places

// "AB12": the column from 0; UINT32_MAX when there are no letters or too many.
static uint32_t column_of(const char *place)
{
    uint32_t column = 0;
    size_t letters = 0;
    for (; (place[letters] | 0x20) >= 'a' && (place[letters] | 0x20) <= 'z'; letters++) {
        if (letters == 3)
            return UINT32_MAX;
        column = column * 26 + (uint32_t)((place[letters] | 0x20) - 'a') + 1;
    }
    return letters ? column - 1 : UINT32_MAX;
}

static void row_start(struct xml *xml, const char **attributes)
{
    struct rows_state *state = xml->context;
    const char *number = xml_attribute(attributes, "r");
    const char *hidden = xml_attribute(attributes, "hidden");
    int64_t told = number ? strtoll(number, NULL, 10) : state->number + 1;
    if (told <= state->number) {
        damaged(xml, "row");
        return;
    }
    state->number = told;
    state->hidden = hidden && (strcmp(hidden, "1") == 0 || strcmp(hidden, "true") == 0);
    state->next_column = 0;
    if (told > xml->reading->limits->rows) {
        (void)sheet_too_large(xml->reading->err, "Zeilen / rows", xml->reading->limits->rows);
        stop(xml);
    }
}

static enum value_type type_of(const char *word)
{
    static const struct {
        const char *word;
        enum value_type type;
    } types[] = { { "n", TYPE_NUMBER }, { "s", TYPE_SHARED },
                  { "str", TYPE_TEXT }, { "inlineStr", TYPE_INLINE },
                  { "b", TYPE_BOOL },   { "e", TYPE_ERROR },
                  { "d", TYPE_DATE } };
    for (size_t i = 0; word && i < COUNT_OF(types); i++) {
        if (strcmp(types[i].word, word) == 0)
            return types[i].type;
    }
    return TYPE_NUMBER;
}

static void cell_start(struct xml *xml, const char **attributes)
{
    struct rows_state *state = xml->context;
    const char *place = xml_attribute(attributes, "r"), *style = xml_attribute(attributes, "s");
    state->in_cell = true;
    state->has_value = state->has_inline = state->has_formula = false;
    state->type = type_of(xml_attribute(attributes, "t"));
    state->style = style ? (size_t)strtoul(style, NULL, 10) : 0;
    state->column = place ? column_of(place) : state->next_column;
    state->value.size = state->inline_text.size = 0;
    if (state->column == UINT32_MAX)
        damaged(xml, place);
    state->next_column = state->column + 1;
}

static void rows_start(struct xml *xml, const char *name, const char **attributes)
{
    struct rows_state *state = xml->context;
    if (strcmp(name, "row") == 0) {
        row_start(xml, attributes);
    } else if (strcmp(name, "c") == 0) {
        cell_start(xml, attributes);
    } else if (!state->in_cell) {
        return;
    } else if (strcmp(name, "v") == 0) {
        state->in_value = state->has_value = true;
    } else if (strcmp(name, "f") == 0) {
        state->has_formula = true;
    } else if (strcmp(name, "is") == 0) {
        state->has_inline = true;
    } else if (strcmp(name, "rPh") == 0) {
        state->phonetic++;
    } else if (strcmp(name, "t") == 0) {
        state->in_text = state->has_inline && state->phonetic == 0;
    }
}

// --- values
static const char *text_kept(struct rows_state *state, const struct buffer *text)
{
    struct buffer clean = { 0 };
    text_unescape(text->data ? text->data : "", text->size, &clean);
    const char *kept = arena_text(state->row.arena, clean.data, clean.size);
    buffer_done(&clean);
    return kept;
}

// Digits from 0 on only; SIZE_MAX for anything else.
static size_t index_of(const char *digits)
{
    char *end;
    if (digits[0] < '0' || digits[0] > '9')
        return SIZE_MAX;
    unsigned long long index = strtoull(digits, &end, 10);
    return *end ? SIZE_MAX : (size_t)index;
}

// "2026-11-24T10:41:07" as others are told; a bare time stays text.
static struct sheet_cell iso_cell(struct rows_state *state, const char *value)
{
    struct sheet_cell cell = { state->column, CELL_TEXT, value };
    if (strlen(value) < 10 || value[4] != '-' || value[7] != '-')
        return cell;
    cell.kind = CELL_DATE;
    char *copy = arena_text(state->row.arena, value, strlen(value));
    if (copy && copy[10] == 'T')
        copy[10] = strncmp(copy + 11, "00:00:00", 8) == 0 ? '\0' : ' ';
    cell.text = copy;
    return cell;
}

static struct sheet_cell number_cell(struct xml *xml, const char *value)
{
    struct rows_state *state = xml->context;
    const struct styles *styles = &state->workbook->styles;
    struct sheet_cell cell = { state->column, CELL_NUMBER, NULL };
    struct number_style style = { 0 };
    if (state->style < styles->count)
        style = styles->cells[state->style];
    if (state->value.size < NUMBER_BYTES)
        cell.text =
            number_text(value, style, state->workbook->date1904, state->row.arena, &cell.kind);
    if (!cell.text)
        damaged(xml, "v");
    return cell;
}

static struct sheet_cell cell_made(struct xml *xml)
{
    struct rows_state *state = xml->context;
    const char *value = state->value.data ? state->value.data : "";
    struct sheet_cell cell = { state->column, CELL_TEXT, NULL };
    switch (state->type) {
    case TYPE_SHARED:
        cell.text = shared_text(&state->workbook->shared, index_of(value));
        if (!cell.text)
            damaged(xml, "sharedStrings.xml");
        return cell;
    case TYPE_NUMBER: return number_cell(xml, value);
    case TYPE_BOOL: cell.kind = CELL_BOOL; break;
    case TYPE_ERROR: cell.kind = CELL_ERROR; break;
    case TYPE_DATE: return iso_cell(state, arena_text(state->row.arena, value, strlen(value)));
    default: break;
    }
    cell.text = text_kept(state, &state->value);
    return cell;
}

static void cell_end(struct xml *xml)
{
    struct rows_state *state = xml->context;
    struct sheet_cell cell = { state->column, CELL_TEXT, "" };
    state->in_cell = false;
    if (state->has_inline)
        cell.text = text_kept(state, &state->inline_text);
    else if (state->has_value && state->value.size > 0)
        cell = cell_made(xml);
    else if (state->has_formula && (!state->has_value || state->type != TYPE_TEXT))
        cell.kind = CELL_NO_RESULT; // an empty text is a result
    if (xml->reading->err->code != ERR_NONE)
        return;
    if (cell.text && !*cell.text && cell.kind != CELL_NO_RESULT)
        return;
    if (!row_add(&state->row, xml->reading, cell))
        stop(xml);
}

static void rows_end(struct xml *xml, const char *name)
{
    struct rows_state *state = xml->context;
    if (strcmp(name, "v") == 0) {
        state->in_value = false;
    } else if (strcmp(name, "t") == 0) {
        state->in_text = false;
    } else if (strcmp(name, "rPh") == 0 && state->phonetic > 0) {
        state->phonetic--;
    } else if (strcmp(name, "c") == 0 && state->in_cell) {
        cell_end(xml);
    } else if (strcmp(name, "row") == 0 && xml->reading->err->code == ERR_NONE &&
               !row_give(&state->row, xml->reading, state->number, state->hidden)) {
        state->done = true;
        stop(xml);
    }
}

static void rows_text(struct xml *xml, const char *bytes, size_t size)
{
    struct rows_state *state = xml->context;
    struct buffer *buffer = state->in_value                    ? &state->value
                            : state->in_text && state->in_cell ? &state->inline_text
                                                               : NULL;
    if (!buffer)
        return;
    buffer_add(buffer, bytes, size);
    if (buffer->size > xml->reading->limits->cell_bytes) {
        (void)sheet_too_large(xml->reading->err, "Bytes in einer Zelle / bytes in a cell",
                              (int64_t)xml->reading->limits->cell_bytes);
        stop(xml);
    }
}

bool rows_read(struct reading *reading, zip_t *zip, const char *name,
               const struct workbook *workbook)
{
    static const struct xml_reader reader = { rows_start, rows_end, rows_text };
    struct rows_state state = { .workbook = workbook };
    row_init(&state.row);
    bool good = xml_part(reading, zip, name, &reader, &state) || state.done;
    row_done(&state.row);
    buffer_done(&state.value);
    buffer_done(&state.inline_text);
    return good && reading->err->code == ERR_NONE;
}

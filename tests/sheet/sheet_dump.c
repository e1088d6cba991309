// SPDX-License-Identifier: Apache-2.0
// sheet_dump FILE [SHEET]: each row as one line of JSON, [number, hidden, [[column, kind, text]]].
// For comparing the reader with others; the last line says what the file is, or why it is refused.
#include <jansson.h>
#include <stdlib.h>

#include "common/sheet/sheet.h"

static const char *const kinds[] = {
    [CELL_TEXT] = "text", [CELL_NUMBER] = "number", [CELL_DATE] = "date",
    [CELL_BOOL] = "bool", [CELL_ERROR] = "error",   [CELL_NO_RESULT] = "no_result",
};

static void print(json_t *value)
{
    if (!value || json_dumpf(value, stdout, JSON_COMPACT) != 0)
        abort(); // also when a text is not valid UTF-8
    putchar('\n');
    json_decref(value);
}

static bool print_row(void *context, const struct sheet_row *row)
{
    json_t *cells = json_array();
    (void)context;
    for (size_t i = 0; i < row->count; i++)
        json_array_append_new(cells, json_pack("[I, s, s]", (json_int_t)row->cells[i].column,
                                               kinds[row->cells[i].kind], row->cells[i].text));
    print(json_pack("[I, b, o]", (json_int_t)row->number, row->hidden, cells));
    return true;
}

int main(int argc, char **argv)
{
    struct err err = { 0 };
    struct sheet_about about;
    struct sheet_options options = { .sheet = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 0 };
    FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
    if (!file) {
        fprintf(stderr, "sheet_dump FILE [SHEET]\n");
        return 2;
    }
    bool good = sheet_read(file, &options, print_row, NULL, &about, &err);
    (void)fclose(file);
    if (good)
        print(json_pack("{s:s, s:s, s:s, s:s%}", "form", about.form, "sheet", about.sheet,
                        "encoding", about.encoding, "separator", &about.separator, (size_t)1));
    else
        print(json_pack("{s:s, s:s}", "refused", err_word(err.code), "german", err.german));
    return good ? 0 : 1;
}

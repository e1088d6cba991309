// SPDX-License-Identifier: Apache-2.0
// What must hold for every table that is read, whatever its bytes.
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "common/sheet/sheet.h"

struct sheet_seen {
    int64_t number;
    size_t rows;
};

static bool check_row(void *context, const struct sheet_row *row)
{
    struct sheet_seen *seen = context;
    if (row->number <= seen->number || row->count == 0)
        abort();
    for (size_t i = 0; i < row->count; i++) {
        const struct sheet_cell *cell = &row->cells[i];
        if (!text_valid(cell->text, strlen(cell->text)) || cell->kind > CELL_NO_RESULT ||
            (i > 0 && cell->column < row->cells[i - 1].column))
            abort();
    }
    seen->number = row->number;
    return ++seen->rows < 100000;
}

// Small limits, so that the fuzzer finds what lies behind them.
static inline void check_table(const void *data, size_t size)
{
    static const struct sheet_limits limits = { .part_bytes = 4 << 20,
                                                .text_bytes = 1 << 20,
                                                .cell_bytes = 4096,
                                                .rows = 100000,
                                                .columns = 1000 };
    struct sheet_options options = { .limits = &limits };
    struct sheet_seen seen = { .rows = 0 };
    struct sheet_about about;
    struct err err = { 0 };
    FILE *file = size ? fmemopen((void *)(uintptr_t)data, size, "rb") : tmpfile();
    if (!file)
        abort();
    bool good = sheet_read(file, &options, check_row, &seen, &about, &err);
    if (good != (err.code == ERR_NONE))
        abort();
    fclose(file);
}

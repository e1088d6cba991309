// SPDX-License-Identifier: Apache-2.0
// Any text as a contact's JSON: what is accepted is written and read again to the same bytes.
#include <stdlib.h>
#include <string.h>

#include "common/wire/json.h"
#include "proto/proto.h"
#include "tests/fuzz/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct record *record = contact_new_record();
    struct arena *arena = arena_new(8 << 20);
    struct contact_new row = { 0 }, again = { 0 };
    struct err err = { 0 }, second = { 0 };
    if (json_read(record, (const char *)data, size, arena, &row, &err)) {
        char *text = json_write(record, &row, JSON_LINE, arena);
        if (!text || !json_read(record, text, strlen(text), arena, &again, &second))
            abort();
        char *more = json_write(record, &again, JSON_LINE, arena);
        if (!more || strcmp(text, more) != 0)
            abort();
    } else if (err.code == ERR_NONE) {
        abort();
    }
    arena_free(arena);
    return 0;
}

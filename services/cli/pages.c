// SPDX-License-Identifier: Apache-2.0
#include "services/cli/pages.h"

#include <stdlib.h>
#include <string.h>

struct listing_page listing_page(const struct method *method, const void *out)
{
    const struct record *record = method->out();
    const struct field *list = NULL, *more = record_field(record, "more");
    struct listing_page page;
    for (size_t i = 0; i < record->count && !list; i++)
        list = record->fields[i].type == FIELD_LIST ? &record->fields[i] : NULL;
    if (!list || !more)
        abort(); // the method is no list
    page.record = list->record();
    memcpy(&page.count, (const char *)out + list->count_offset, sizeof page.count);
    memcpy(&page.rows, (const char *)out + list->offset, sizeof page.rows);
    page.more = page.count > 0 && *(const bool *)((const char *)out + more->offset);
    return page;
}

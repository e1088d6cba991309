// SPDX-License-Identifier: Apache-2.0
// Any text as weekly hours: what is read is shown in a form that fits and reads back equal.
#include <stdlib.h>
#include <string.h>

#include "common/base/hours.h"
#include "common/base/text.h"
#include "tests/fuzz/target.h"

#define SHOWN_MAX 800 // characters, as proto/contacts.def says of `hours`

static void check_spans(const struct hours *hours)
{
    for (size_t i = 0; i < hours->count; i++) {
        const struct hours_span *span = &hours->spans[i];
        const struct hours_span *last = i ? &hours->spans[i - 1] : NULL;
        if (span->weekday < 1 || span->weekday > 7 || span->from_minute < 0 ||
            span->until_minute > DAY_MINUTES || span->from_minute >= span->until_minute)
            abort();
        if (last && last->weekday == span->weekday && last->until_minute >= span->from_minute)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *typed = malloc(size + 1), shown[HOURS_TEXT_MAX], again[HOURS_TEXT_MAX];
    if (!typed)
        abort();
    memcpy(typed, data, size);
    typed[size] = '\0';
    struct hours hours, second;
    struct err err = { 0 };
    if (hours_read(typed, &hours, &err)) {
        check_spans(&hours);
        hours_show(&hours, shown);
        if (hours.count == 0 || text_length(shown) > SHOWN_MAX || !hours_read(shown, &second, &err))
            abort();
        hours_show(&second, again);
        if (strcmp(shown, again) != 0)
            abort();
    } else if (err.code == ERR_NONE) {
        abort();
    }
    free(typed);
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
// Any text as a phone number: what is read is E.164 and reads as itself.
#include <stdlib.h>
#include <string.h>

#include "common/base/phone.h"
#include "tests/fuzz/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct phone_home home = { "49", "30" };
    char *typed = malloc(size + 1);
    if (!typed)
        abort();
    memcpy(typed, data, size);
    typed[size] = '\0';
    struct phone phone, again;
    struct err err = { 0 }, second = { 0 };
    if (phone_read(typed, &home, &phone, &err)) {
        if (phone.e164[0] && (!phone_read(phone.e164, &home, &again, &second) ||
                              strcmp(again.e164, phone.e164) != 0))
            abort();
        char shown[PHONE_SHOWN_MAX + 1];
        if (phone.e164[0])
            phone_show(phone.e164, &home, shown);
    } else if (err.code == ERR_NONE) {
        abort();
    }
    free(typed);
    return 0;
}

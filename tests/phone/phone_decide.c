// SPDX-License-Identifier: Apache-2.0
// Lines "country TAB typed" to lines "E.164 TAB kind", or "-": our decision, for the oracle.
#include <stdio.h>
#include <string.h>

#include "common/base/phone.h"

int main(void)
{
    char line[256];
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        char *typed = strchr(line, '\t');
        if (!typed)
            return 2;
        *typed++ = '\0';
        struct phone_home home = { .country = line };
        struct phone phone;
        struct err err = { .code = ERR_NONE };
        if (phone_read(typed, &home, &phone, &err))
            printf("%s\t%d\t%d\n", phone.e164, (int)phone.kind, phone.mended);
        else
            printf("-\t%s\t0\n", text_english(err.text));
    }
    return 0;
}

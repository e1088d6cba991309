// SPDX-License-Identifier: Apache-2.0
// Only the form; whether anybody reads there, the mail server tells.
#include "common/base/email.h"

#include <string.h>

bool email_valid(const char *address)
{
    const char *at = strchr(address, '@');
    if (!at || at == address || !at[1] || strchr(at + 1, '@') || strpbrk(address, " ,;<>\"\\"))
        return false;
    for (; *address; address++) {
        if ((unsigned char)*address < ' ' || *address == 0x7F)
            return false;
    }
    return true;
}

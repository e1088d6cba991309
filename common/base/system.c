// SPDX-License-Identifier: Apache-2.0
#include "common/base/system.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct {
    int error;
    enum text_id text;
} known[] = {
    { EACCES, TEXT_SYSTEM_DENIED },
    { EPERM, TEXT_SYSTEM_DENIED },
    { ENOENT, TEXT_SYSTEM_MISSING },
    { EEXIST, TEXT_SYSTEM_EXISTS },
    { ENOTDIR, TEXT_SYSTEM_NO_FOLDER },
    { EISDIR, TEXT_SYSTEM_FOLDER },
    { ENAMETOOLONG, TEXT_SYSTEM_LONG },
    { ENOSPC, TEXT_SYSTEM_FULL },
    { EDQUOT, TEXT_SYSTEM_FULL },
    { EROFS, TEXT_SYSTEM_READ_ONLY },
    { EIO, TEXT_SYSTEM_DISK },
    { EMFILE, TEXT_SYSTEM_FILES },
    { ENFILE, TEXT_SYSTEM_FILES },
    { ENOMEM, TEXT_SYSTEM_MEMORY },
    { ECONNREFUSED, TEXT_SYSTEM_REFUSED },
    { ECONNRESET, TEXT_SYSTEM_RESET },
    { EPIPE, TEXT_SYSTEM_RESET },
    { ETIMEDOUT, TEXT_SYSTEM_SILENT },
    { EHOSTUNREACH, TEXT_SYSTEM_NO_WAY },
    { ENETUNREACH, TEXT_SYSTEM_NO_WAY },
    { EHOSTDOWN, TEXT_SYSTEM_NO_WAY },
    { EADDRINUSE, TEXT_SYSTEM_ADDRESS_USED },
    { EADDRNOTAVAIL, TEXT_SYSTEM_ADDRESS },
    { ENODEV, TEXT_SYSTEM_ADDRESS },
};

struct system_text system_text(int error)
{
    struct system_text out;

    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (known[i].error == error) {
            snprintf(out.text, sizeof out.text, "%s", text_word(known[i].text).text);
            return out;
        }
    }
    snprintf(out.text, sizeof out.text, "%s", strerror(error));
    return out;
}

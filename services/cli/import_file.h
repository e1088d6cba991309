// SPDX-License-Identifier: Apache-2.0
// A foreign file of contacts: .xlsx, .csv or vCards, whatever its name says. Read here, in the
// caller's own process, so that no service ever sees such a file.
#pragma once

#include "common/sheet/sheet.h"
#include "services/cli/cli.h"
#include "services/contacts/columns.h"

struct import_file {
    FILE *file;
    const char *path;
    const char *name; // without folders
    char digest[65];  // SHA-256, hexadecimal
    bool is_vcard;
    unsigned sheet; // from 1; 0: the first that is not hidden
    struct sheet_about about;
    struct columns columns; // of a table
    int64_t heading;        // the row of its headings
};

// Finds out what it is and where its headings are. ERR_INVALID says why it cannot be read.
MUST_USE bool import_file_open(struct import_file *file, const char *path, unsigned sheet,
                               struct arena *arena, struct err *err);
void import_file_close(struct import_file *file);

// One contact of the file (row, or number of the card), or (`contact` NULL) why it is none. False:
// no more is wanted.
typedef bool import_take(void *context, int64_t row, const struct contact_new *contact,
                         const struct err *err);
// From the first to the last. `err`: the file itself is damaged further on.
MUST_USE bool import_file_read(struct import_file *file, import_take *take, void *context,
                               struct err *err);

// SPDX-License-Identifier: Apache-2.0
// A foreign file of contacts or case files: .xlsx, .csv or vCards, whatever its name says. Read
// here, in the caller's own process, so that no service ever sees such a file.
#pragma once

#include "common/sheet/sheet.h"
#include "services/cli/cli.h"
#include "services/cli/import_noun.h"

struct import_file {
    const struct import_noun *noun; // what is sought in it
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
// `noun` and `sheet` are set, all else is empty.
MUST_USE bool import_file_open(struct import_file *file, const char *path, struct arena *arena,
                               struct err *err);
void import_file_close(struct import_file *file);

// One row of the file as the noun's record (row, or number of the card), or (`said` NULL) why it is
// none. False: no more is wanted.
typedef bool import_take(void *context, int64_t row, const void *said, const struct err *err);
// From the first to the last. `err`: the file itself is damaged further on.
MUST_USE bool import_file_read(struct import_file *file, import_take *take, void *context,
                               struct err *err);

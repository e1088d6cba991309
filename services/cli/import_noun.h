// SPDX-License-Identifier: Apache-2.0
// What can be taken over from foreign files: contacts, case files, inquiries. One mechanism reads,
// shows and sends them; here is in what they differ.
#pragma once

#include "common/base/text.h"
#include "proto/stubs.h"
#include "services/contacts/columns.h"

struct cli;
struct importing;

struct import_noun {
    const char *word;      // behind "import" on the command line
    enum import_kind kind; // of contacts' imports; absent: `send` takes a batch by itself
    const struct record *(*record)(void); // of a row
    bool cards;                           // vCards too
    enum text_id usage, bad_column, no_heading;
    const char *shown; // fields of the preview's rows
    bool (*read)(const struct column_cell *cells, size_t count, struct arena *arena,
                 struct columns *out);
    bool (*are_heading)(const struct columns *columns);
    bool (*set)(struct columns *columns, const char *heading, const char *word,
                struct arena *arena);
    bool (*row)(const struct columns *columns, const struct column_cell *cells, size_t count,
                struct arena *arena, void *out, struct err *err);
    const char *(*title)(const struct column *column, struct arena *arena);
    void (*put)(struct import_row *row, const void *said);
    // The batch, only looked at while importing->import is zero.
    enum call_result (*send)(struct importing *importing, struct import_result *out);
    const struct method *method;        // that it calls
    size_t (*weight)(const void *said); // rows that it may write
};

extern const struct import_noun import_contacts_noun, import_files_noun, import_inquiries_noun;

// The command `import WORD`, with its words; its exit code.
int import_from(struct cli *cli, const struct import_noun *noun);

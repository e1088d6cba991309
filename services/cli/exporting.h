// SPDX-License-Identifier: Apache-2.0
// One export on the command line, and in what contacts and case files differ.
#pragma once

#include "common/sheet/write.h"
#include "proto/stubs.h"
#include "services/cli/transfer.h"

#define EXPORT_PAGE 200

struct exporting {
    const struct export_noun *noun;
    struct cli *cli;
    struct client *client;
    struct arena *arena;
    const char *path;
    struct id client_id;
    bool everywhere;
    FILE *spool;  // sizes and rows, encoded
    void *widths; // what columns the table needs: noun->widths_size bytes
    int64_t count;
    struct transfer_progress progress;
};

// Rows behind each other in memory.
struct export_page {
    const void *rows;
    size_t count;
    struct id last;
    bool more;
};

struct export_noun {
    const char *word;
    const struct record *(*record)(void); // of a row
    const struct method *method;          // that gives them
    bool cards;                           // vCards too
    enum text_id usage, done;
    size_t widths_size;
    enum call_result (*page)(struct exporting *exporting, struct id after, struct export_page *out);
    bool (*wanted)(const struct exporting *exporting, const void *row);
    void (*widen)(void *widths, const void *row);
    bool (*write)(struct exporting *exporting, enum sheet_form form, struct err *err);
};
extern const struct export_noun export_contacts_noun, export_files_noun;

// The next row out of the spool. False at the end, or with `err` filled.
MUST_USE bool export_next(struct exporting *exporting, void *out, struct err *err);

// SPDX-License-Identifier: Apache-2.0
// One take-over on the command line: what is read, sent, met with, and shown.
#pragma once

#include "proto/stubs.h"
#include "services/cli/import_file.h"
#include "services/cli/transfer.h"

#define IMPORT_BATCH_ROWS 200
#define IMPORT_SHOWN_ROWS 5

struct import_fault {
    bool remark; // the row was taken all the same
    int64_t row;
    const char *field, *german, *english;
};

struct importing {
    struct cli *cli;
    struct client *client;
    struct import_file file;
    struct zone zone; // of the times in it
    struct id client_id;
    enum import_match match;
    enum import_known known;
    enum import_unknown unknown;
    bool again, yes, preview;
    const char *rejects_path;
    const char *archive; // of inquiries: the name of the other program
    struct id import;    // zero: only looked at
    // the batch
    struct arena *arena;
    struct import_row rows[IMPORT_BATCH_ROWS];
    const void *said[IMPORT_BATCH_ROWS]; // the same, as the noun's record
    size_t count, bytes, weight;
    // what came of it
    struct import_result sums;
    struct import_fault *faults;
    size_t fault_count, fault_room;
    void *shown; // the first rows, of the noun's record
    size_t shown_count;
    int64_t read, rejected;
    struct transfer_progress progress;
    int code; // EXIT_DONE while all goes well
};

// --- rows with a fault: kept up to a bound, counted beyond it
void import_fault_add(struct importing *importing, const struct import_fault *fault);
size_t import_faults_kept(const struct importing *importing);
void import_faults_sort(struct importing *importing); // rejected ones first
void import_faults_clear(struct importing *importing);

// --- what people see
void import_print_preview(const struct importing *importing);
void import_print_sums(const struct importing *importing);
void import_print_json(const struct importing *importing, const struct import *import);
// The rows that were not taken, as a table with reasons; false after having said why not.
MUST_USE bool import_write_rejects(const struct importing *importing);

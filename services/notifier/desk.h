// SPDX-License-Identifier: Apache-2.0
// The boards of what timekeeping tells: clocks, inquiries, callbacks, resubmissions. One engine;
// what differs is what a thing means on its board (desk_rows.c).
#pragma once

#include "common/step/job.h"
#include "common/step/request.h"

// One board. A row is its record's columns of board_head, and the thing itself under `inner`.
struct desk {
    enum board board;
    const char *fact;
    const struct table *table; // with the indexes of desk_index
    const char *inner;         // the row's field that holds the thing
    // What the columns say; false: it is not on the board (any more). Names and colour are the
    // engine's. Cuts long texts out of the thing.
    bool (*head)(void *thing, struct board_head *out);
};

enum desk_index { DESK_BY_RECOLOUR, DESK_BY_FILE, DESK_BY_ORDER, DESK_INDEXES };

#define DESKS 4
extern const struct desk desks[DESKS];
extern const struct table board_clock_table, board_inquiry_table, board_callback_table,
    board_resubmission_table;
extern const struct table board_aside_table, free_file_table, colour_mark_table,
    shown_stand_in_table;
extern const struct index board_aside_by_file;

// How the board is sorted: urgent ones first, among equals what is due first, then the oldest.
struct key desk_order(const struct desk *desk, const struct board_head *head);
// NULL: none of these boards.
const struct desk *desk_of(enum board board);

// --- facts (follow.c): of timekeeping, and what is known of the others
bool desk_clock_take(struct request *rq, const struct fact *fact, const void *row);
bool desk_inquiry_take(struct request *rq, const struct fact *fact, const void *row);
bool desk_callback_take(struct request *rq, const struct fact *fact, const void *row);
bool desk_resubmission_take(struct request *rq, const struct fact *fact, const void *row);
bool desk_stand_in_take(struct request *rq, const struct fact *fact, const void *row);
// A file was locked, freed, renumbered or is gone (NULL): rows that name it leave or come back.
MUST_USE bool desk_file(struct request *rq, struct id id, const struct file *told);
// A name has changed that rows show: a job makes all of them again, once, however many ask.
MUST_USE bool desk_all_again(struct request *rq);
bool desk_again_chunk(struct request *rq, struct job *job, size_t rows, bool *ret_last);
#define DESK_JOB "desk_again"

// --- time
// Colours that change now, at most 50 rows of each board; and all of them when the rules are other
// ones than before. True while there are more.
bool desk_tick(struct request *rq);

// The rows that fit the query, for board_get: in the board's order, or in that of their ids.
struct desk_rows {
    void *rows;
    size_t count;
    bool more;
};
MUST_USE bool desk_page(struct request *rq, const struct desk *desk,
                        const struct board_query *query, struct desk_rows *out);

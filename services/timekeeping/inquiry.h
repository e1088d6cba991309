// SPDX-License-Identifier: Apache-2.0
// What an inquiry [Vorgang] is made of, and its moves as a table. Values in, values out.
#pragma once

#include "common/base/arena.h"
#include "common/base/err.h"
#include "proto/proto.h"

struct inquiry_editor {
    struct arena *arena;
    int64_t now_us;
    const char *actor;
};

// --- states
// Neither solved nor closed.
bool inquiry_is_open(enum inquiry_state state);
// The table of permitted moves. OPEN to OPEN is taking it from somebody else.
bool inquiry_may_move(enum inquiry_state from, enum inquiry_state to);

struct inquiry_moving {
    enum inquiry_state to;
    const char *reason;     // may be NULL
    const char *solution;   // may be NULL
    const char *department; // forwarding; may be NULL
    struct id staff, team;  // who has it then; both zero: it stays as it is, but for forwarding
    bool has_at, has_until; // of a resubmission
    int64_t at, until;
};
// `out` is the row after the move and `move` its record, but for ids, places and versions. A move
// that changes nothing leaves move->to absent. ERR_CONFLICT on "state" when the table forbids it,
// ERR_INVALID naming what is missing.
MUST_USE bool inquiry_moved(const struct inquiry *row, const struct inquiry_moving *moving,
                            const struct inquiry_editor *editor, struct inquiry *out,
                            struct inquiry_move *move, struct err *err);
// It comes back by itself from its resubmission.
void inquiry_returned(const struct inquiry *row, int64_t now_us, struct inquiry *out,
                      struct inquiry_move *move);

// --- rows
// Trims and checks what was given. ERR_INVALID naming the field.
MUST_USE bool inquiry_check(struct inquiry *row, const struct inquiry_editor *editor,
                            struct err *err);
// `out` is the row with what was given; equal to it when nothing changes.
MUST_USE bool inquiry_changed(const struct inquiry *row, const struct inquiry_change *change,
                              const struct inquiry_editor *editor, struct inquiry *out,
                              struct err *err);
// Adds a call; false when it has it already, or is full.
bool inquiry_take_call(struct inquiry *row, struct id call, struct arena *arena);

// --- times
// When it is due: as given, else by agreement; INT64_MAX: never.
int64_t inquiry_due_at(const struct inquiry *row);
bool inquiry_overdue(const struct inquiry *row, int64_t now_us);
// When the next thing happens by itself: it comes back, or misses a time; INT64_MAX: never.
int64_t inquiry_wakes_at(const struct inquiry *row);
// What of it has happened by now; false: nothing.
bool inquiry_note_missed(struct inquiry *row, int64_t now_us);

// --- numbers
#define INQUIRY_NUMBER_MAX 20
struct inquiry_number {
    char text[INQUIRY_NUMBER_MAX + 1];
};
struct inquiry_number inquiry_number_text(int year, int64_t running);
// "2026-000123", "2026-123", or "123" of `this_year`. False when it is none.
MUST_USE bool inquiry_number_read(const char *typed, int this_year, struct inquiry_number *out);
// "2026-000123/2" into both; false when it is none.
MUST_USE bool measure_number_read(const char *typed, int this_year, struct inquiry_number *out,
                                  int64_t *ret_place);

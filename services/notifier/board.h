// SPDX-License-Identifier: Apache-2.0
// The calls' board: how its rows are made of a call and of what is known of the people in it. Pure.
#pragma once

#include "common/base/arena.h"
#include "common/base/err.h"
#include "proto/proto.h"

#define BOARD_CALLERS_MAX 10
#define BOARD_PHONES_MAX  70
#define BOARD_FILES_MAX   5
// A row must fit into a fact; what lies beyond is left out, the least needed first.
#define BOARD_ROW_BYTES 65536

// The files in which one caller takes part; made by board_parts_add().
struct board_part {
    const struct file *file;
    enum party_role role;
    const struct staff *responsible; // NULL: not known
};
struct board_parts {
    struct board_part list[BOARD_FILES_MAX];
    size_t count;
};

// What the calls' owner and the contacts' owner have told last; in the order of board_matches() and
// board_phones().
struct board_known {
    const struct contact *contacts[BOARD_CALLERS_MAX]; // NULL: not known (yet, or any more)
    const struct client_row *client;                   // NULL likewise
    const struct staff *staff[BOARD_PHONES_MAX];       // NULL: nobody's phone
    struct board_parts parts[BOARD_CALLERS_MAX];
};

// An ended call is not on the board.
bool board_holds(const struct call *call);
// Who it is, as somebody said in the call; else who may be calling, as it was at the ring: exact
// ones first, each contact once. Somebody who did not fit at the ring has no name here.
size_t board_matches(const struct call *call, struct caller_match out[BOARD_CALLERS_MAX]);
// The extensions that talk, then those that ring, each once.
size_t board_phones(const struct call *call, const char *out[BOARD_PHONES_MAX]);

// A file whose parties may be shown: it is open, and not locked.
bool board_shows_file(const struct file *file);
// What a board and its queries need of such a file; its parties lie in the arena.
MUST_USE bool board_file_kept(const struct file *file, struct arena *arena, struct file *out);
// Its lawyer, else its clerk; zero when it has neither.
struct id board_responsible(const struct file *file);
// Keeps what comes first: those on whose other side the caller is, then the youngest; each file
// once.
void board_parts_add(struct board_parts *parts, const struct board_part *part);
// As the row shows them.
MUST_USE bool board_files_make(const struct board_parts *parts, struct arena *arena,
                               struct board_caller *caller);

// The row, with version 0; it points into `call` and `known`. ERR_TOO_LARGE when the arena is full
// or the call alone passes BOARD_ROW_BYTES.
MUST_USE bool board_make(const struct call *call, const struct board_known *known,
                         struct arena *arena, struct board_call *out, struct err *err);

// True when both show the same, whatever their versions.
bool board_same(const struct board_call *a, const struct board_call *b);
// True when somebody who sees `before` may not see `after`: it lost a client, member of staff,
// team.
bool board_shrinks(const struct board_call *before, const struct board_call *after);
// The narrowing of a query: ids that are not zero must be the row's.
bool board_fits(const struct board_call *row, const struct board_query *query);

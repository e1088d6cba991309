// SPDX-License-Identifier: Apache-2.0
// A call note or an answer as a mail: what it says, and how it looks on the wire (RFC 5322, UTF-8).
// Pure.
#pragma once

#include "common/base/arena.h"
#include "proto/proto.h"

// The names behind a note's ids; NULL: not known.
struct letter_people {
    const char *writer;    // who took the call
    const char *client;    // the client's name
    const char *const *to; // of the staff whom it is for
    size_t to_count;
    const char *zone; // "Europe/Berlin"
};

// The subject names caller and client. NULL when the arena is full.
MUST_USE char *letter_subject(const struct call_note *note, const struct letter_people *people,
                              struct arena *arena);
// Lines apart by line feeds. NULL when the arena is full.
MUST_USE char *letter_text(const struct call_note *note, const struct letter_people *people,
                           struct arena *arena);

struct letter_head {
    const char *from, *from_name; // the name may be NULL
    const char *to, *to_name;     // likewise
    const char *subject;
    const char *message_id;  // with its brackets
    const char *reply_to;    // may be NULL
    const char *in_reply_to; // a Message-ID; may be NULL
    const char *const *references;
    size_t reference_count;
    const char *boundary; // attachments follow (letter_files.h), apart by it; NULL: none
    bool by_hand;         // somebody wrote it: no mark of a machine
    int64_t date_us;
};

// Head and body with CRLF, 7-bit, no line over 76 characters but for addresses; no text can add a
// line to the head. With a boundary it ends behind the first part, the text. NULL when the arena is
// full.
MUST_USE char *letter_render(const struct letter_head *head, const char *text, struct arena *arena);

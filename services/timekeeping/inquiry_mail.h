// SPDX-License-Identifier: Apache-2.0
// What a mail of an inquiry is made of. Values in, values out.
#pragma once

#include "common/base/arena.h"
#include "common/base/err.h"
#include "proto/proto.h"
#include "services/timekeeping/inquiry.h"

#define INQUIRY_MESSAGES     50 // Message-IDs that an inquiry keeps
#define MAIL_REFERENCES      20 // and a mail
#define MAIL_SUBJECT_MOST    300
#define INQUIRY_SUBJECT_MOST 200

// The first "[2026-000123]" in a subject; false when there is none.
MUST_USE bool subject_number(const char *subject, struct inquiry_number *out);
// Without "Re:", "AW:", "Fwd:", "WG:" and the like before it, and without "[number]" of ours.
const char *subject_bare(const char *subject);
// "[2026-000123] Re: …". NULL when the arena is full.
char *subject_of_reply(const char *number, const char *subject, struct arena *arena);
// At most so many characters, whole ones. NULL when the arena is full.
char *text_of_at_most(const char *text, size_t characters, struct arena *arena);

// The inquiry's thread has this Message-ID too; the oldest is forgotten. False when it had it.
bool inquiry_take_message(struct inquiry *row, const char *message_id, struct arena *arena);
// What a reply to `last` refers to: its references and itself. NULL when the arena is full.
MUST_USE bool mail_references(const struct inquiry_mail *last, struct arena *arena,
                              struct inquiry_mail *out);
// "weiss.example" of "kanzlei@weiss.example"; "rufbus.invalid" of none.
const char *mail_domain(const char *address);
bool address_equal(const char *a, const char *b); // however capitals are written

// What the mail room tells of its delivery, into the row; false when it is known.
bool inquiry_mail_moved(struct inquiry_mail *row, const struct mail_row *told);

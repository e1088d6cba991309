// SPDX-License-Identifier: Apache-2.0
// The table of inquiries' mails.
#pragma once

#include "common/store/store.h"
#include "proto/proto.h"

extern const struct table mailbox_cursor_table;
extern const struct table mailbox_waiting_table; // mailbox_waiting_key
extern const struct table inquiry_mail_table;
extern const struct index *const inquiry_mail_by_inquiry; // (inquiry, taken_at)
extern const struct index *const inquiry_mail_by_message; // inquiry_mail_message_key

struct key inquiry_mail_message_key(const char *message_id);
struct key inquiry_mail_place_key(struct id inquiry, int64_t taken_at);
struct key mailbox_waiting_key(struct id box, int64_t validity, int64_t uid);

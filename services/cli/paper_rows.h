// SPDX-License-Identifier: Apache-2.0
// Inquiries and callbacks as rows on paper: for the lists of all of them and for the day sheet.
#pragma once

#include "proto/proto.h"
#include "services/cli/paper_list.h"

void printed_inquiries_table(struct printing *printing, const char *title);
// Counts the overdue ones.
struct paper_row printed_inquiry(struct printing *printing, const struct inquiry *inquiry);
// The inquiry within what inquiry_list answers.
const struct inquiry *inquiry_within(const struct record *record, const void *row);

void printed_callbacks_table(struct printing *printing, const char *title);
struct paper_row printed_callback(struct printing *printing, const struct callback *callback);

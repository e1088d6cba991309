// SPDX-License-Identifier: Apache-2.0
// Rows of the boards of work as lines: clocks, inquiries, callbacks, resubmissions.
#pragma once

#include "services/cli/cli.h"

// The record of that board's rows; NULL: none of these boards.
const struct record *watch_desk_record(enum board board);
// One line of cli->out; in the row's colour where `colour` is set.
void watch_desk_print(const struct cli *cli, const struct stream_event *event, const void *row,
                      bool colour);

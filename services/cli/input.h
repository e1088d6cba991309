// SPDX-License-Identifier: Apache-2.0
// From words on the command line to a request.
#pragma once

#include "services/cli/cli.h"

// Fills `in` from "field=value" words and words by position. `positions`: field names apart by
// spaces, "a|b" chooses a where the word looks like a phone number, else b. ERR_INVALID names what
// is wrong. With cli->input the JSON is read first.
MUST_USE bool input_fill(const struct cli *cli, const struct method *method, const char *positions,
                         void *in, struct err *err);

// What the table says a field is when the person has said nothing: "field=value/other" sets it when
// neither field is given.
MUST_USE bool input_otherwise(const struct cli *cli, const struct method *method,
                              const char *otherwise, void *in, struct err *err);

// "24.12.2026 10:30" and "2026-12-24 10:30", or the date alone, by the reader's zone: as RFC 3339.
// Anything else as it is.
const char *input_time(const struct cli *cli, const char *value);

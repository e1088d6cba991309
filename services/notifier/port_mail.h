// SPDX-License-Identifier: Apache-2.0
// Where the notifier meets a mail server: one mail after the other, in a thread of its own, so that
// a slow server never holds up a board.
#pragma once

#include "common/run/app.h"
#include "common/run/options.h"

extern const struct port mail_port;

#define MAIL_OPTIONS 14
extern const struct option mail_options[MAIL_OPTIONS];

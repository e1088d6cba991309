// SPDX-License-Identifier: Apache-2.0
// E-mail addresses.
#pragma once

#include <stdbool.h>

// Something, one @, something; no blanks, controls, commas or brackets: safe in a mail's head and
// in a mail server's command.
bool email_valid(const char *address);

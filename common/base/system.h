// SPDX-License-Identifier: Apache-2.0
// What the operating system refuses, in the catalogue's words.
#pragma once

#include "common/base/err.h"

// An argument for fail(): "no space left" of an errno, in the language of the text around it; of a
// rare one the system's own (English) words. `system_text(errno).text` lives until the end of the
// full expression.
struct system_text {
    char text[80];
};
struct system_text system_text(int error);

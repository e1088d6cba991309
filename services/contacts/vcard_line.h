// SPDX-License-Identifier: Apache-2.0
// One content line of a vCard: group, name, parameters, value.
#pragma once

#include <stdbool.h>

#include "common/base/arena.h"

#define VCARD_PARAMS_MAX 30
#define VCARD_PARTS_MAX  40

struct vcard_param {
    const char *name, *value; // name in capitals; a bare one of 2.1 is a TYPE or an ENCODING
};

struct vcard_line {
    const char *group; // "item1"; "" when there is none
    const char *name;  // in capitals
    struct vcard_param params[VCARD_PARAMS_MAX];
    size_t param_count;
    const char *value; // as in the file, in UTF-8; quoted-printable is undone
};

// `text`: a whole, unfolded line. False: it is none. NULL texts never.
bool vcard_line_read(const char *text, struct arena *arena, struct vcard_line *out);
const char *vcard_param(const struct vcard_line *line, const char *name); // the first; NULL
// True when one of the TYPEs is this word, whatever its case.
bool vcard_is_type(const struct vcard_line *line, const char *word);

// The value's parts between unescaped separators (';' or ','), each unescaped.
size_t vcard_parts(const char *value, char separator, struct arena *arena,
                   const char *parts[VCARD_PARTS_MAX]);
// The value as one text, unescaped.
const char *vcard_text(const char *value, struct arena *arena);

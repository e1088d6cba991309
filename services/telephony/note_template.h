// SPDX-License-Identifier: Apache-2.0
// Templates and text blocks: {caller}, {number}... are filled in. Pure.
#pragma once

#include "common/base/arena.h"
#include "common/base/err.h"
#include "proto/proto.h"

// What placeholders stand for; NULL: not known, which the text then says.
struct template_facts {
    const char *caller, *organisation, *number, *called, *client, *agent;
    const char *date, *time; // of the call, in local time
    const char *duration;    // minutes and seconds
};

// ERR_INVALID on `field` when the text holds a placeholder that does not exist; says which do.
MUST_USE bool template_check(const char *field, const char *text, struct err *err);
// The text filled in, cut to so many characters; NULL when the arena is full.
MUST_USE char *template_fill(const char *text, const struct template_facts *facts, size_t most,
                             struct arena *arena);

struct template_editor {
    struct arena *arena;
    int64_t now_us;
    const char *actor;
};
MUST_USE bool template_make(const struct template_new *in, const struct template_editor *editor,
                            struct id id, struct template *out, struct err *err);
// out->version is row->version when nothing differs.
MUST_USE bool template_apply(const struct template *row, const struct template_change *change,
                             const struct template_editor *editor, struct template *out,
                             struct err *err);

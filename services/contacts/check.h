// SPDX-License-Identifier: Apache-2.0
// Rules that the records' limits cannot say: the forms of languages, addresses, lists.
#pragma once

#include "proto/proto.h"
#include "services/contacts/editor.h"

// No two texts of the list may be equal when folded. ERR_INVALID on "field[i]".
MUST_USE bool check_distinct(const char *field, const char *const *texts, size_t count,
                             struct arena *arena, struct err *err);
// "de", "gsw", "de-CH"; NULL is fine.
MUST_USE bool check_language(const char *language, struct err *err);
MUST_USE bool check_languages(const char *const *languages, size_t count, struct err *err);
// Something, one @, something, without blanks; NULL is fine.
MUST_USE bool check_email(const char *email, struct err *err);
MUST_USE bool check_emails(const char *const *emails, size_t count, struct err *err);
MUST_USE bool check_addresses(const struct address *addresses, size_t count, struct err *err);

// Numbers as they were typed, with what reading them gives (`e164`, `extension`), whatever the
// sender put there. An array in the arena; NULL with `err` filled.
// People note odd things: what cannot be read stays as it was typed, without `e164`.
MUST_USE const struct number *numbers_noted(const struct number *typed, size_t count,
                                            const struct editor *editor, struct err *err);
// Each must be readable and one that can be dialled from anywhere: ERR_INVALID on
// "numbers[i].typed".
MUST_USE const struct number *numbers_matched(const struct number *typed, size_t count,
                                              const struct editor *editor, struct err *err);

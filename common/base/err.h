// SPDX-License-Identifier: Apache-2.0
// Why something was refused: one object, filled by the first cause, returned to whoever asked.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/compiler.h"

// The stable codes of a problem (RFC 9457), see err.def.
enum err_code {
#define ERR(name, word, http_status, doc) ERR_##name,
#include "common/base/err.def"
#undef ERR
    ERR_COUNT
};

// What people read, German first: the one catalogue, see texts.def.
enum text_id {
#define TEXT(name, german, english) TEXT_##name,
#include "common/base/texts.def"
#undef TEXT
    TEXT_COUNT
};

struct err {
    enum err_code code; // ERR_NONE: nothing was refused
    enum text_id text;
    char field[96]; // path of the field, e.g. "phones[2].typed"; "" when no field is meant
    char german[320];
    char english[320];
    int64_t retry_after_ms; // with ERR_BUSY and ERR_UNAVAILABLE; otherwise 0
};

// Fills `err` unless it already holds a cause, and returns false, so that a refusal reads
// `return fail(err, ERR_INVALID, "phone", TEXT_PHONE_LETTERS, typed, NULL);`. The strings before
// the closing NULL replace {1}, {2}... of the catalogue's text. `field` may be NULL.
bool fail(struct err *err, enum err_code code, const char *field, enum text_id text, ...) SENTINEL;

// Puts `outer` before the field's path: "typed" within "phones" [2] becomes "phones[2].typed".
// `index` < 0: no index. Does nothing when no field is named.
void err_within(struct err *err, const char *outer, int64_t index);

// The stable word of a code ("not_found") and back; ERR_COUNT for an unknown word.
const char *err_word(enum err_code code);
enum err_code err_from_word(const char *word);
int err_http_status(enum err_code code);

// The catalogue's text in German or English, with its {1} still in it.
const char *text_german(enum text_id text);
const char *text_english(enum text_id text);

// A text of the catalogue as an argument of fail(), told in the language of the text around it:
// `text_word(TEXT_X).text` lives until the end of the full expression.
struct text_word {
    char text[24];
};
struct text_word text_word(enum text_id text);

// A number as text for fail(): `int_text(n).text` lives until the end of the full expression.
struct int_text {
    char text[24];
};
struct int_text int_text(int64_t number);

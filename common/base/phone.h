// SPDX-License-Identifier: Apache-2.0
// Phone numbers: cleaned strictly, decided by the numbering table (ITU-T E.164), never invented.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/compiler.h"
#include "common/base/err.h"

// The kinds of the numbering table (proto: phone_kind).
enum phone_kind {
    PHONE_FIXED,    // F Festnetz
    PHONE_MOBILE,   // M Mobilfunk
    PHONE_FREE,     // 0 Freephone
    PHONE_SHARED,   // S geteilte Kosten (0180)
    PHONE_PREMIUM,  // P Mehrwert (0900, 118xx, 0137)
    PHONE_NOMADIC,  // V ortsunabhängig, VoIP (032)
    PHONE_PERSONAL, // N persönlich (0700)
    PHONE_COMPANY,  // U unternehmensweit
    PHONE_PAGER,    // X Funkruf
    PHONE_MAILBOX,  // B Sprachbox
    PHONE_FOREIGN,  // outside +49 +43 +41 +423: 8 to 15 digits, not checked further
    PHONE_SHORT,    // 110, 116117, 115: a short number, callable here only; `e164` stays empty
};

#define PHONE_E164_MAX      16 // plus, 15 digits
#define PHONE_EXTENSION_MAX 8

struct phone {
    char e164[PHONE_E164_MAX + 1];           // "+49301234567"
    char extension[PHONE_EXTENSION_MAX + 1]; // digits after Durchwahl/DW/App./Nst./ext.; usually ""
    enum phone_kind kind;
    bool mended; // a lost leading zero or plus was put back
};

// Where a number is read: what a number without country or area code means.
struct phone_home {
    const char *country; // "49", "43", "41", "423"
    const char *area;    // "30" for Berlin; NULL: a number without area code is refused
};

// Reads what a person typed or a PBX sent: spaces (also no-break), dashes (also en dash), slashes,
// dots, brackets, "(0)", "00" and "+", a tel: prefix. Letters are refused but for an extension's
// words; exponents, two numbers in one field, and words never become digits.
// Errors: ERR_INVALID with what would be right; `out` is untouched then.
MUST_USE bool phone_read(const char *typed, const struct phone_home *home, struct phone *out,
                         struct err *err);

// As people write it in the country: "030 1234567" at home, "+41 44 668 18 00" else; at least
// country code, a space, and the national number. `out` holds PHONE_SHOWN_MAX + 1 bytes.
#define PHONE_SHOWN_MAX 31
void phone_show(const char *e164, const struct phone_home *home, char *out);

// The main numbers under which `e164` may be an extension: it without its last `drop` digits. False
// when what stays would be shorter than a subscriber's main number can be (country code, area and
// three digits). `out` holds PHONE_E164_MAX + 1 bytes.
bool phone_stem(const char *e164, size_t drop, char *out);

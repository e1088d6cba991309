// SPDX-License-Identifier: Apache-2.0
// A mail as it lies in a file (RFC 5322, MIME), understood as far as an inquiry needs it. Whatever
// is broken in it is mended or left out: only what is no mail at all is refused. Foreign bytes: for
// a process that has nothing to lose.
#pragma once

#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/err.h"

#define EML_BYTES_MAX      ((size_t)100 << 20)
#define EML_PARTS_MAX      200
#define EML_ADDRESSES_MAX  20
#define EML_REFERENCES_MAX 20
#define EML_ID_MAX         200
#define EML_SUBJECT_MAX    300   // characters
#define EML_NAME_MAX       120   // likewise
#define EML_TEXT_MAX       12000 // likewise

struct eml_part {
    const char *name;         // without folders; "" when it has none
    const char *content_type; // "application/pdf"
    const uint8_t *bytes;     // decoded
    size_t size;
};

// All texts are valid UTF-8 and keep the limits above. Absent ones are NULL.
struct eml {
    const char *message_id;  // with brackets; made of the bytes when the mail has none
    const char *in_reply_to; // likewise, or NULL
    const char *references[EML_REFERENCES_MAX];
    size_t reference_count; // the last ones
    const char *from, *from_name;
    const char *reply_to;              // where answers are wanted, when that is elsewhere
    const char *to[EML_ADDRESSES_MAX]; // To, Cc, then where it was delivered
    size_t to_count;
    const char *subject;
    const char *text; // the plain text, else made of HTML
    bool cut;         // the text was longer, or there were more parts
    bool automatic;   // nobody wrote it
    bool has_at;
    int64_t at_us;
    struct eml_part parts[EML_PARTS_MAX]; // all but the text
    size_t part_count;
    struct arena *arena;
};

// NULL: ERR_INVALID or ERR_TOO_LARGE. Free with eml_free.
MUST_USE struct eml *eml_read(const void *bytes, size_t size, struct err *err);
void eml_free(struct eml *eml); // takes NULL

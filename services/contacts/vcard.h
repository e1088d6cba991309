// SPDX-License-Identifier: Apache-2.0
// vCards 2.1, 3.0 and 4.0 (RFC 2426, RFC 6350) in, 3.0 and 4.0 out. Pure: lines in, contacts out.
//
// Debian 12 has no C library for them that could be used here: libical 3 knows calendars only,
// libebook-contacts brings GLib and half a desktop, libvformat and libvc know 3.0 at best and are
// no longer kept, belcard is C++ under the GPL.
#pragma once

#include "common/base/arena.h"
#include "common/base/err.h"
#include "proto/proto.h"

struct vcard_reader;

// Cards live in the reader until the next line is fed.
struct vcard_reader *vcard_reader_new(void);
void vcard_reader_free(struct vcard_reader *reader); // takes NULL

enum vcard_step {
    VCARD_MORE,  // go on
    VCARD_CARD,  // `out` is a card, with the record's limits checked
    VCARD_FAULT, // a card was not read: `err` says why; go on with the next
};
// One line of the file, without its end.
enum vcard_step vcard_feed(struct vcard_reader *reader, const char *line, size_t size,
                           struct contact_new *out, struct err *err);
// Behind the last line; a card that is still open is a fault.
enum vcard_step vcard_end(struct vcard_reader *reader, struct contact_new *out, struct err *err);
// Of the last card that was told, from 1.
int64_t vcard_number(const struct vcard_reader *reader);

// --- writing
enum vcard_version { VCARD_3, VCARD_4 };
typedef void vcard_put(void *context, const char *bytes, size_t size);
void vcard_write(const struct contact *contact, enum vcard_version version, vcard_put *put,
                 void *context);

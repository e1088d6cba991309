// SPDX-License-Identifier: Apache-2.0
// Bytes of Asterisk's manager interface in, cut anywhere; messages out. Memory is bounded: what is
// too long is skipped and counted, and reading goes on behind it.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/base/compiler.h"

#define AMI_LINE_MAX    8192  // bytes of one line
#define AMI_FIELDS_MAX  256   // fields of one message
#define AMI_MESSAGE_MAX 65536 // bytes of one message

// A header of a message; valid UTF-8 without control characters, NUL-terminated.
struct ami_field {
    const char *key;
    const char *value;
};

// Lent to the sink during its call only. The fields stand in the order received. The banner of a
// connection comes as a message with the single field "Banner".
struct ami_message {
    const struct ami_field *fields;
    size_t count;
};

// The first value of `key` (any case), NULL when there is none: a later one may be forged by a
// caller, whose number is printed raw.
const char *ami_value(const struct ami_message *message, const char *key);
// The last value of `key`: what follows a forged part is the PBX's own again.
const char *ami_last_value(const struct ami_message *message, const char *key);
// The first value without "<unknown>" and empty ones: NULL then.
const char *ami_known(const struct ami_message *message, const char *key);

typedef void (*ami_sink)(void *context, const struct ami_message *message);

struct ami_reader;

// Never NULL; free with ami_reader_free, which takes NULL.
struct ami_reader *ami_reader_new(void);
void ami_reader_free(struct ami_reader *reader);

// A new connection: what was half read is forgotten, a banner may come; the counts go on.
void ami_reader_reset(struct ami_reader *reader);

// Calls `sink` for every message that `bytes` complete.
void ami_reader_feed(struct ami_reader *reader, const void *bytes, size_t size, ami_sink sink,
                     void *context);

// Messages given out, and lines or messages skipped because they broke the limits, since `new`.
int64_t ami_reader_messages(const struct ami_reader *reader);
int64_t ami_reader_skipped(const struct ami_reader *reader);

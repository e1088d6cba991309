// SPDX-License-Identifier: Apache-2.0
// What an IMAP server (RFC 3501) says, byte by byte: lines, and the literals that they announce.
// Foreign bytes: whatever they are, memory stays bounded. Knows no socket.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/compiler.h"

#define IMAP_LINE_MAX    ((size_t)4 << 20)
#define IMAP_LITERAL_MAX ((size_t)80 << 20)

struct imap_reader {
    char *line; // the last whole one, without its end; "" before the first
    size_t size, room;
    uint8_t *literal; // announced by the last line that announced one; NULL: none was
    size_t literal_size, literal_got;
    bool in_literal, is_whole;
};

enum imap_read {
    IMAP_READ_MORE,   // more bytes are wanted
    IMAP_READ_LINE,   // a line is whole, with its literal when it has one
    IMAP_READ_BROKEN, // too long: nothing that follows can be understood
};

void imap_reader_init(struct imap_reader *reader);
void imap_reader_done(struct imap_reader *reader);
// Takes bytes up to the end of a line; how many in *ret_used.
enum imap_read imap_reader_take(struct imap_reader *reader, const char *bytes, size_t size,
                                size_t *ret_used);
void imap_reader_forget(struct imap_reader *reader);   // the literal
uint8_t *imap_reader_keep(struct imap_reader *reader); // hands it over: free it. NULL: none

// --- what a line says
enum imap_status { IMAP_UNTAGGED, IMAP_OK, IMAP_REFUSED };
// Of the answer to the command with this tag ("R7").
enum imap_status imap_line_status(const char *line, const char *tag);
int64_t imap_line_validity(const char *line); // of the opened folder; 0: it does not say
int64_t imap_line_size(const char *line);     // of the mail; 0: it does not say
// The least UID above `above` in a line of "* SEARCH"; 0: none, or another line.
int64_t imap_line_first(const char *line, int64_t above);

// SPDX-License-Identifier: Apache-2.0
// A capture of short calls, taken apart by call, and put together again as new calls.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define CAPTURE_CALLS_MAX 512
#define CAPTURE_COPIES    7000 // under so many numbers a call can be told anew

struct capture_call {
    char linkedid[40];
    const char **messages; // each with its empty line
    size_t *sizes, count;
    size_t ring; // the message that says that a phone rings; count: none does
};

struct capture {
    char *bytes;
    size_t size, messages; // messages: of the whole file
    struct capture_call calls[CAPTURE_CALLS_MAX];
    size_t count;
};
// tests/data/ami/NAME.ami
void capture_read(struct capture *capture, const char *name);
void capture_free(struct capture *capture);

// In place: ids of calls, channels and bridges become those of copy `number` (from 0).
void capture_renew(char *bytes, size_t size, unsigned number);
// The copy that a linked id belongs to; -1: none.
int capture_copy(const char *linkedid, size_t size);
// Messages from..until of a call as one renewed block; freed by the caller.
char *capture_take(const struct capture_call *call, size_t from, size_t until, unsigned number,
                   size_t *ret_size);

// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/capture.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/bench.h"

#define COPY_FIRST 2000 // the first four digits of a renewed id; those captured begin with 1
#define ID_SECONDS 10   // digits before the dot

static char *read_file(const char *name, size_t *ret_size)
{
    char path[600];
    snprintf(path, sizeof path, "%s/%s.ami", BENCH_CAPTURES, name);
    FILE *file = fopen(path, "re");
    if (!file || fseek(file, 0, SEEK_END) != 0)
        bench_stop("%s cannot be read", path);
    long size = ftell(file);
    char *bytes = malloc((size_t)size + 1);
    rewind(file);
    if (!bytes || fread(bytes, 1, (size_t)size, file) != (size_t)size)
        bench_stop("%s cannot be read", path);
    fclose(file);
    bytes[size] = '\0';
    *ret_size = (size_t)size;
    return bytes;
}

// What stands behind a key within the message; its length, 0 when it is not there.
static size_t value_of(const char *message, size_t size, const char *key, const char **ret)
{
    const char *at = memmem(message, size, key, strlen(key));
    if (!at)
        return 0;
    *ret = at + strlen(key);
    return strcspn(*ret, "\r\n");
}

static struct capture_call *call_of(struct capture *capture, const char *id, size_t size)
{
    for (size_t i = 0; i < capture->count; i++) {
        if (strlen(capture->calls[i].linkedid) == size &&
            memcmp(capture->calls[i].linkedid, id, size) == 0)
            return &capture->calls[i];
    }
    if (capture->count == CAPTURE_CALLS_MAX || size >= sizeof capture->calls[0].linkedid)
        return NULL;
    struct capture_call *call = &capture->calls[capture->count++];
    memcpy(call->linkedid, id, size);
    return call;
}

static void add(struct capture_call *call, const char *message, size_t size)
{
    call->messages = realloc(call->messages, (call->count + 1) * sizeof *call->messages);
    call->sizes = realloc(call->sizes, (call->count + 1) * sizeof *call->sizes);
    if (!call->messages || !call->sizes)
        abort();
    call->messages[call->count] = message;
    call->sizes[call->count++] = size;
}

static bool rings(const char *message, size_t size)
{
    return memmem(message, size, "Event: Newstate\r\n", 17) &&
           memmem(message, size, "ChannelStateDesc: Ringing\r\n", 27);
}

static void take_message(struct capture *capture, const char *message, size_t size)
{
    const char *id;
    size_t length = value_of(message, size, "\nLinkedid: ", &id);
    capture->messages++;
    if (length == 0) // a Cdr names its call so
        length = value_of(message, size, "\nUniqueID: ", &id);
    struct capture_call *call = length ? call_of(capture, id, length) : NULL;
    if (call)
        add(call, message, size);
}

void capture_read(struct capture *capture, const char *name)
{
    *capture = (struct capture){ 0 };
    capture->bytes = read_file(name, &capture->size);
    const char *at = capture->bytes, *end = capture->bytes + capture->size;
    while (at < end) {
        const char *behind = memmem(at, (size_t)(end - at), "\r\n\r\n", 4);
        behind = behind ? behind + 4 : end;
        take_message(capture, at, (size_t)(behind - at));
        at = behind;
    }
    for (size_t i = 0; i < capture->count; i++) {
        struct capture_call *call = &capture->calls[i];
        while (call->ring < call->count &&
               !rings(call->messages[call->ring], call->sizes[call->ring]))
            call->ring++;
    }
}

void capture_free(struct capture *capture)
{
    for (size_t i = 0; i < capture->count; i++) {
        free(capture->calls[i].messages);
        free(capture->calls[i].sizes);
    }
    free(capture->bytes);
}

// "1795399247.12" where no digit stands before.
static bool is_id(const char *bytes, size_t size, size_t at)
{
    if (at + ID_SECONDS + 1 >= size || bytes[at] != '1' || (at > 0 && isalnum(bytes[at - 1])))
        return false;
    for (size_t i = 0; i < ID_SECONDS; i++) {
        if (!isdigit((unsigned char)bytes[at + i]))
            return false;
    }
    return bytes[at + ID_SECONDS] == '.' && isdigit((unsigned char)bytes[at + ID_SECONDS + 1]);
}

// "-0000001f" behind a channel's technology and peer.
static bool is_channel_number(const char *bytes, size_t size, size_t at)
{
    if (at + 8 >= size || memcmp(bytes + at, "-0000", 5) != 0)
        return false;
    for (size_t i = 5; i <= 8; i++) {
        if (!isxdigit((unsigned char)bytes[at + i]))
            return false;
    }
    return true;
}

static void put_digits(char *at, const char *format, unsigned number)
{
    char digits[16];
    snprintf(digits, sizeof digits, format, number);
    memcpy(at, digits, 4);
}

void capture_renew(char *bytes, size_t size, unsigned number)
{
    static const char bridge[] = "BridgeUniqueid: ";
    for (size_t i = 0; i + 4 < size; i++) {
        if (is_id(bytes, size, i))
            put_digits(bytes + i, "%04u", COPY_FIRST + number);
        else if (is_channel_number(bytes, size, i))
            put_digits(bytes + i + 1, "%04x", number);
        else if (i + sizeof bridge + 4 < size && memcmp(bytes + i, bridge, sizeof bridge - 1) == 0)
            put_digits(bytes + i + sizeof bridge - 1, "%04x", number);
    }
}

int capture_copy(const char *linkedid, size_t size)
{
    int number = 0;
    for (size_t i = 0; i < 4; i++) {
        if (i >= size || !isdigit((unsigned char)linkedid[i]))
            return -1;
        number = number * 10 + (linkedid[i] - '0');
    }
    return number >= COPY_FIRST ? number - COPY_FIRST : -1;
}

char *capture_take(const struct capture_call *call, size_t from, size_t until, unsigned number,
                   size_t *ret_size)
{
    size_t size = 0;
    for (size_t i = from; i < until; i++)
        size += call->sizes[i];
    char *bytes = malloc(size + 1), *at = bytes;
    if (!bytes)
        abort();
    for (size_t i = from; i < until; i++) {
        memcpy(at, call->messages[i], call->sizes[i]);
        at += call->sizes[i];
    }
    capture_renew(bytes, size, number);
    *ret_size = size;
    return bytes;
}

// SPDX-License-Identifier: Apache-2.0
// Any bytes as an IMAP server's answers: the same lines and literals however they are cut, and
// numbers within their range.
#include "services/timekeeping/imap_read.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/target.h"

#define HASHED UINT64_C(1099511628211)

static uint64_t hashed(uint64_t sum, const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        sum = (sum ^ ((const uint8_t *)bytes)[i]) * HASHED;
    return (sum ^ size) * HASHED;
}

static void check_line(const char *line)
{
    int64_t numbers[] = { imap_line_validity(line), imap_line_size(line),
                          imap_line_first(line, 7) };

    for (size_t i = 0; i < 3; i++) {
        if (numbers[i] < 0 || numbers[i] > UINT32_MAX || (i == 2 && numbers[i] && numbers[i] <= 7))
            abort();
    }
    if (imap_line_status(line, "R1") == IMAP_OK && strncmp(line, "R1 ", 3) != 0)
        abort();
}

// What is heard, `step` bytes at a time.
static uint64_t heard(const uint8_t *data, size_t size, size_t step)
{
    struct imap_reader reader;
    uint64_t sum = 0;
    enum imap_read read = IMAP_READ_MORE;

    imap_reader_init(&reader);
    for (size_t at = 0, used; at < size && read != IMAP_READ_BROKEN; at += used) {
        size_t part = size - at < step ? size - at : step;
        read = imap_reader_take(&reader, (const char *)data + at, part, &used);
        if (used == 0 || used > part || (read == IMAP_READ_MORE && used != part))
            abort();
        if (read != IMAP_READ_LINE)
            continue;
        if (strlen(reader.line) != reader.size || strchr(reader.line, '\n'))
            abort();
        check_line(reader.line);
        sum = hashed(sum, reader.line, reader.size);
        if (reader.literal)
            sum = hashed(sum, reader.literal, reader.literal_size);
    }
    sum = hashed(sum, &read, sizeof read);
    imap_reader_done(&reader);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t whole = heard(data, size, size + 1);

    if (heard(data, size, 1) != whole || heard(data, size, 7) != whole)
        abort();
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
// libzip's own source over a stream closes it, and wants a descriptor; this one does neither.
#include <errno.h>
#include <string.h>

#include "common/sheet/xlsx_internal.h"

static zip_int64_t size_of(FILE *file)
{
    long place = ftell(file);
    if (place < 0 || fseek(file, 0, SEEK_END) != 0)
        return -1;
    long size = ftell(file);
    return fseek(file, place, SEEK_SET) == 0 ? size : -1;
}

static zip_int64_t stat_source(FILE *file, void *data)
{
    zip_stat_t *stat = data;
    zip_int64_t size = size_of(file);
    if (size < 0)
        return -1;
    zip_stat_init(stat);
    stat->size = (zip_uint64_t)size;
    stat->valid |= ZIP_STAT_SIZE;
    return sizeof *stat;
}

static zip_int64_t seek_source(FILE *file, void *data, zip_uint64_t size)
{
    zip_error_t fault;
    zip_int64_t place = ftell(file), all = size_of(file);
    if (place < 0 || all < 0)
        return -1;
    zip_error_init(&fault);
    zip_int64_t to =
        zip_source_seek_compute_offset((zip_uint64_t)place, (zip_uint64_t)all, data, size, &fault);
    zip_error_fini(&fault);
    return to >= 0 && fseek(file, (long)to, SEEK_SET) == 0 ? 0 : -1;
}

static zip_int64_t error_source(void *data, zip_uint64_t size)
{
    const int codes[2] = { ZIP_ER_READ, EIO };
    if (size < sizeof codes)
        return -1;
    memcpy(data, codes, sizeof codes);
    return sizeof codes;
}

zip_int64_t file_source(void *file, void *data, zip_uint64_t size, zip_source_cmd_t command)
{
    switch (command) {
    case ZIP_SOURCE_OPEN: return fseek(file, 0, SEEK_SET);
    case ZIP_SOURCE_READ: {
        size_t count = fread(data, 1, size, file);
        return count == 0 && ferror((FILE *)file) ? -1 : (zip_int64_t)count;
    }
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_FREE: return 0;
    case ZIP_SOURCE_STAT: return stat_source(file, data);
    case ZIP_SOURCE_ERROR: return error_source(data, size);
    case ZIP_SOURCE_SEEK: return seek_source(file, data, size);
    case ZIP_SOURCE_TELL: return ftell(file);
    case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(
            ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR,
            ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, ZIP_SOURCE_SUPPORTS, -1);
    default: return -1;
    }
}

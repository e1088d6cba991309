// SPDX-License-Identifier: Apache-2.0
// Reading a file named on the command line.
#include "services/cli/file.h"

#include <errno.h>
#include <string.h>

#include "common/base/system.h"

static const char *read_all(const struct cli *cli, FILE *file, const char *path, size_t *ret_size,
                            struct err *err)
{
    size_t room = 65536, size = 0;
    char *data = arena_alloc(cli->arena, room + 1);
    while (data) {
        size += fread(data + size, 1, room - size, file);
        if (size < room)
            break;
        char *larger = room < FILE_BYTES_MAX ? arena_alloc(cli->arena, room * 2 + 1) : NULL;
        if (larger)
            memcpy(larger, data, size);
        data = larger;
        room *= 2;
    }
    if (!data) {
        (void)fail(err, ERR_TOO_LARGE, NULL, TEXT_CLI_FILE_TOO_LARGE, path, NULL);
        return NULL;
    }
    if (ferror(file)) {
        (void)fail(err, ERR_INVALID, NULL, TEXT_CLI_FILE_UNREADABLE, path, system_text(errno).text,
                   NULL);
        return NULL;
    }
    *ret_size = size;
    return data;
}

const char *file_read(const struct cli *cli, const char *path, size_t *ret_size, struct err *err)
{
    if (strcmp(path, "-") == 0)
        return read_all(cli, stdin, path, ret_size, err);
    FILE *file = fopen(path, "rb");
    if (!file) {
        (void)fail(err, ERR_INVALID, NULL, TEXT_CLI_FILE_UNREADABLE, path, system_text(errno).text,
                   NULL);
        return NULL;
    }
    const char *text = read_all(cli, file, path, ret_size, err);
    (void)fclose(file);
    return text;
}

// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target over every file of a folder, whole and cut short: the ordinary test.
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/target.h"

#define SEED_MAX (1 << 20)

static int run_file(const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file)
        return 0;
    uint8_t *bytes = malloc(SEED_MAX);
    if (!bytes)
        abort();
    size_t size = fread(bytes, 1, SEED_MAX, file);
    fclose(file);
    size_t step = size / 50 + 1;
    for (size_t cut = 0; cut <= size; cut += step) {
        // A copy of exactly this size, so that AddressSanitizer sees a read behind its end.
        uint8_t *copy = malloc(cut ? cut : 1);
        if (!copy)
            abort();
        memcpy(copy, bytes, cut);
        LLVMFuzzerTestOneInput(copy, cut);
        free(copy);
    }
    LLVMFuzzerTestOneInput(bytes, size);
    free(bytes);
    return 1;
}

int main(int argc, char **argv)
{
    int count = 0;
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    struct dirent *entry;
    while (folder && (entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] != '.')
            count += run_file(argv[1], entry->d_name);
    }
    if (folder)
        closedir(folder);
    printf("%d seeds\n", count);
    return count > 0 ? 0 : 1;
}

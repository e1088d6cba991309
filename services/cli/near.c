// SPDX-License-Identifier: Apache-2.0
// Damerau's distance over bytes, with three rows of the table.
#include "services/cli/near.h"

#include <stddef.h>
#include <string.h>

#define WORD_MAX 40

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static unsigned distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    unsigned rows[3][WORD_MAX + 1];
    for (size_t j = 0; j <= b_size; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= a_size; i++) {
        unsigned *row = rows[i % 3];
        const unsigned *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_size; j++) {
            unsigned changed = above[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = least(changed, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], two_above[j - 2] + 1);
        }
    }
    return rows[a_size % 3][b_size];
}

unsigned near_slips(const char *typed, const char *word)
{
    size_t typed_size = strlen(typed), word_size = strlen(word);
    if (typed_size > WORD_MAX || word_size > WORD_MAX || typed_size < 2)
        return 0;
    unsigned slips = distance(typed, typed_size, word, word_size);
    return slips <= (word_size < 5 ? 1 : 2) ? slips : 0;
}

bool near(const char *typed, const char *word)
{
    return strcmp(typed, word) == 0 || near_slips(typed, word) > 0;
}

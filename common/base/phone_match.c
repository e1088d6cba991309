// SPDX-License-Identifier: Apache-2.0
// From the longest number to the shortest.
#include "common/base/phone_match.h"

#include <stdio.h>
#include <string.h>

#define DROPPED_MAX 5

enum phone_match phone_match(const char *e164, phone_match_find *find, void *context)
{
    size_t found = find(context, e164);
    if (found > 0)
        return found == 1 ? PHONE_MATCH_EXACT : PHONE_MATCH_POSSIBLE;
    char stem[PHONE_E164_MAX + 2];
    for (size_t drop = 1; drop <= DROPPED_MAX; drop++) {
        if (!phone_stem(e164, drop, stem))
            return PHONE_MATCH_NONE;
        if (find(context, stem) > 0)
            return PHONE_MATCH_POSSIBLE;
        size_t size = strlen(stem);
        memcpy(stem + size, "0", 2);
        if (strcmp(stem, e164) != 0 && find(context, stem) > 0)
            return PHONE_MATCH_POSSIBLE;
    }
    return PHONE_MATCH_NONE;
}

static size_t join(const char *e164, size_t size, const char *extension, char *out)
{
    if (size + strlen(extension) > PHONE_E164_MAX)
        return 0;
    (void)snprintf(out, PHONE_E164_MAX + 1, "%.*s%s", (int)size, e164, extension);
    return 1;
}

size_t phone_whole(const char *e164, const char *extension,
                   char out[PHONE_WHOLE_MAX][PHONE_E164_MAX + 1])
{
    size_t size = strlen(e164);
    if (!extension || !extension[0])
        return join(e164, size, "", out[0]);
    size_t count = 0;
    if (size > 1 && e164[size - 1] == '0')
        count += join(e164, size - 1, extension, out[count]);
    count += join(e164, size, extension, out[count]);
    return count;
}

// SPDX-License-Identifier: Apache-2.0
// The canary: a planted bug behind a msgpack map with the key "canary". If fuzzing does not find
// it, fuzzing finds nothing, and tests/fuzz/run fails.
#include <stdlib.h>
#include <string.h>

#include "common/wire/mp.h"
#include "tests/fuzz/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mp_reader reader;
    struct mp_value map, key, value;
    struct err err = { 0 };
    mp_reader_init(&reader, (struct bytes){ data, size }, false, &err);
    if (!mp_next(&reader, &map) || map.type != MP_MAP || map.count == 0)
        return 0;
    if (!mp_next(&reader, &key) || key.type != MP_STR || key.bytes.size != 6)
        return 0;
    if (memcmp(key.bytes.data, "canary", 6) != 0)
        return 0;
    if (mp_next(&reader, &value) && value.type == MP_BOOL && value.boolean)
        abort();
    return 0;
}

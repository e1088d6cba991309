// SPDX-License-Identifier: Apache-2.0
// Any bytes as a table: .csv in any encoding, .xlsx as a container.
#include "tests/fuzz/sheet_check.h"
#include "tests/fuzz/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_table(data, size);
    return 0;
}

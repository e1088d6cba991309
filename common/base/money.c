// SPDX-License-Identifier: Apache-2.0
// Money's few rules.
#include "common/base/money.h"

bool money_currency_valid(const char *currency)
{
    for (int i = 0; i < 3; i++) {
        if (currency[i] < 'A' || currency[i] > 'Z')
            return false;
    }
    return currency[3] == '\0';
}

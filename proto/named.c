// SPDX-License-Identifier: Apache-2.0
#include "proto/named.h"

#include "common/base/text.h"

void named_went(struct named_contact *named, const struct contact_merged *merged)
{
    named->own = named->own || !named->name || text_equal(named->name, merged->from_name);
    named->merged = true;
    named->id = merged->to;
    if (named->own)
        named->name = merged->to_name;
}

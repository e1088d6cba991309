// SPDX-License-Identifier: Apache-2.0
// Which channels are phones of the house: told by the name the PBX gives its endpoint, as nothing a
// caller can write stands there.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/compiler.h"

#define AMI_RULES_MAX   64
#define AMI_PATTERN_MAX 80

enum ami_channel_kind {
    AMI_PHONE,   // a phone of the house
    AMI_TRUNK,   // to the outside, or anything that is not known to be a phone
    AMI_LOCAL,   // a pair within the PBX: nobody is at its end
    AMI_SERVICE, // announcer, recorder: no party of a call; never kept
};

struct ami_rule {
    char pattern[AMI_PATTERN_MAX + 1]; // "PJSIP/desk*", at most one '*'
    char extension[41];                // "": what '*' stands for, else the whole endpoint's name
    bool phone;                        // else a trunk
};

// The first rule that fits decides. Without one: an endpoint named by two to six digits (or one) is
// the phone with that extension, anything else leads outside, as all DAHDI lines do.
struct ami_endpoints {
    struct ami_rule rules[AMI_RULES_MAX];
    size_t count;
};

// "PATTERN" or "PATTERN=EXTENSION". False when it is malformed or there are too many.
MUST_USE bool ami_endpoints_add(struct ami_endpoints *endpoints, bool phone, const char *spec);

// `name` as the PBX prints it, "PJSIP/101-0000003e". `extension` is filled for phones, else "".
enum ami_channel_kind ami_endpoint_kind(const struct ami_endpoints *endpoints, const char *name,
                                        char extension[41]);

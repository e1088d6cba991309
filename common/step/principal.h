// SPDX-License-Identifier: Apache-2.0
// Who stands at the other end of a connection, as its key says. Checked on every message.
#pragma once

#include "common/wire/scope.h"

#define PRINCIPAL_NAME_MAX 60

struct principal {
    char name[PRINCIPAL_NAME_MAX + 1]; // "contacts", "desk-anna", "wallboard-1"
    uint32_t roles;                    // mask of ROLE_BIT
    struct scope scope;
    int64_t not_before_us, not_after_us; // 0: no bound
    bool revoked;
};

// ERR_UNAUTHENTICATED when revoked or outside its time.
MUST_USE bool principal_valid(const struct principal *principal, int64_t now_us, struct err *err);

// Where a reply goes: an opaque return path, never an identity.
struct route {
    uint8_t size;
    uint8_t bytes[255];
};

// SPDX-License-Identifier: Apache-2.0
// Whether a key counts now.
#include "common/step/principal.h"

bool principal_valid(const struct principal *principal, int64_t now_us, struct err *err)
{
    if (principal->revoked)
        return fail(err, ERR_UNAUTHENTICATED, NULL, TEXT_KEY_REVOKED, principal->name, NULL);
    if (principal->not_before_us && now_us < principal->not_before_us)
        return fail(err, ERR_UNAUTHENTICATED, NULL, TEXT_KEY_NOT_YET, principal->name, NULL);
    if (principal->not_after_us && now_us > principal->not_after_us)
        return fail(err, ERR_UNAUTHENTICATED, NULL, TEXT_KEY_EXPIRED, principal->name, NULL);
    return true;
}

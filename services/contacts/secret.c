// SPDX-License-Identifier: Apache-2.0
// BLAKE2b, keyed by chance that the process drew at its start.
#include "services/contacts/secret.h"

#include <sodium.h>
#include <string.h>

void secret_make(const uint8_t house[SECRET_SIZE], struct id request, struct id owner,
                 char out[2 * SECRET_SIZE + 1])
{
    uint8_t said[2 * sizeof(struct id)], hash[SECRET_SIZE];
    memcpy(said, request.bytes, sizeof request.bytes);
    memcpy(said + sizeof request.bytes, owner.bytes, sizeof owner.bytes);
    crypto_generichash(hash, sizeof hash, said, sizeof said, house, SECRET_SIZE);
    sodium_bin2hex(out, 2 * SECRET_SIZE + 1, hash, sizeof hash);
}

void secret_hash(const char *secret, uint8_t out[SECRET_SIZE])
{
    crypto_generichash(out, SECRET_SIZE, (const uint8_t *)secret, strlen(secret), NULL, 0);
}

// SPDX-License-Identifier: Apache-2.0
// The key folder [Schlüsselordner]: who may speak with a service, and as what.
//
// KEYS/NAME.key           two lines, `public Z85` and `secret Z85`; mode 0400; only for its owner
// KEYS/trusted/PRINCIPAL  `public Z85`, `roles admin,agent`, `scope house`; optional `not_before`,
//                         `not_after` (RFC 3339), `revoked`. A line may begin with # for a comment.
#pragma once

#include <stddef.h>

#include "common/base/arena.h"
#include "common/step/principal.h"

#define KEY_TEXT 41 // a Z85 key with its NUL

struct key_pair {
    char public_key[KEY_TEXT], secret_key[KEY_TEXT];
};

// Reads KEYS/NAME.key. ERR_UNAVAILABLE says what is missing.
MUST_USE bool key_read(const char *folder, const char *name, struct key_pair *out, struct err *err);
// Makes both files; ERR_CONFLICT when there is one of that name. `roles`: words apart by commas.
MUST_USE bool key_make(const char *folder, const char *name, const char *roles, const char *scope,
                       struct err *err);
// From now on refused; takes effect in running services with the next message.
MUST_USE bool key_revoke(const char *folder, const char *name, struct err *err);

// --- all trusted keys of a folder, read again when something changes
struct keyring;
// Never NULL; free with keyring_free, which takes NULL.
struct keyring *keyring_new(const char *folder);
void keyring_free(struct keyring *keyring);
// Reads the folder again if a file in it has changed. A file that breaks the rules trusts nobody;
// `fault` (may be NULL) hears of it, with file and line.
typedef void keyring_fault(void *context, const char *what);
void keyring_refresh(struct keyring *keyring, keyring_fault *fault, void *context);
MUST_USE bool keyring_by_public(const struct keyring *keyring, const char *public_key,
                                struct principal *out);
MUST_USE bool keyring_by_name(const struct keyring *keyring, const char *name,
                              struct principal *out);
// Whom a connection belongs to, by its User-Id: the name and the key with which it was let in.
// False also when that name has another key by now: who replaces a key has taken the old one away.
MUST_USE bool keyring_by_user(const struct keyring *keyring, const char *user,
                              struct principal *out);
struct user_id {
    char text[PRINCIPAL_NAME_MAX + 1 + KEY_TEXT];
};
struct user_id user_id_of(const char *name, const char *public_key);
// The public key of a principal; NULL when there is none. Valid until the next refresh.
const char *keyring_public(const struct keyring *keyring, const char *name);
size_t keyring_count(const struct keyring *keyring);
const struct principal *keyring_at(const struct keyring *keyring, size_t nth); // by name

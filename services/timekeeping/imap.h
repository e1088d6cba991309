// SPDX-License-Identifier: Apache-2.0
// As much of IMAP (RFC 3501) as picking mails up takes. libcurl connects, encrypts and logs in.
// Blocks: for a thread of its own.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/compiler.h"

enum imap_tls { IMAP_TLS_YES, IMAP_TLS_STARTTLS, IMAP_TLS_NO };

struct imap_place {
    char user[120], password[200], host[200], folder[120], ca[200];
    int port;
    enum imap_tls tls;
};

struct imap;
// Connected, logged in, the folder opened. NULL: `why` (of `size`) says why. Free with imap_close.
MUST_USE struct imap *imap_open(const struct imap_place *place, const atomic_bool *stop, char *why,
                                size_t size);
void imap_close(struct imap *imap); // takes NULL
int64_t imap_validity(const struct imap *imap);
// The first UID above `above` that the search (RFC 3501 6.4.4) finds; 0: none.
MUST_USE bool imap_first(struct imap *imap, const char *search, int64_t above, int64_t *ret);
MUST_USE bool imap_size(struct imap *imap, int64_t uid, int64_t *ret); // 0: it is gone
// Without marking it. *ret in malloc'ed memory; NULL: it is gone.
MUST_USE bool imap_fetch(struct imap *imap, int64_t uid, uint8_t **ret, size_t *ret_size);
MUST_USE bool imap_mark_seen(struct imap *imap, int64_t uid);

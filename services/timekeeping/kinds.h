// SPDX-License-Identifier: Apache-2.0
// Kinds of service and rounding rules, as they are kept; which rule holds for an entry.
#pragma once

#include "common/step/request.h"

MUST_USE bool kinds_add(struct request *rq, const struct kind_new *in, struct service_kind *out);
MUST_USE bool kinds_edit(struct request *rq, const struct kind_change *in,
                         struct service_kind *out);
MUST_USE bool rules_set(struct request *rq, const struct rule_new *in, struct rounding_rule *out);

// By id, or by key however capitals are written. ERR_NOT_FOUND on "kind" or "key"; ERR_INVALID
// when neither is given. A kind that is out of use is found only by its id.
MUST_USE bool kind_find(struct request *rq, struct id id, const char *key,
                        struct service_kind *ret);

// Sets entry->rounding and entry->rule: fixed, else the first of file, client, kind, house.
void kind_rule(struct request *rq, const struct service_kind *kind, struct entry *entry);

// The file by its id or its number (the client's own first): into *ret. ERR_NOT_FOUND,
// ERR_CONFLICT when several files that the request may see have the number. Both absent: *ret has
// no id.
MUST_USE bool file_find_by(struct request *rq, struct id id, const char *number, struct file *ret);

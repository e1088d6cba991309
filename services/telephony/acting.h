// SPDX-License-Identifier: Apache-2.0
// Carries out what was asked of PBXs: after the commit, once, and hears what became of it.
#pragma once

#include "common/run/app.h"
#include "services/telephony/source.h"

struct acting;

// `sources` and `*count` are the port's and may grow later. Never NULL.
struct acting *acting_new(const struct source_place *place, struct source *const *sources,
                          const size_t *count);
void acting_free(struct acting *acting); // takes NULL
// What an earlier life of this process had begun is unknown from now on.
void acting_recover(struct acting *acting);
// The PBX's word on one: see ami_session.h. `detail` may be NULL.
void acting_heard(struct acting *acting, struct id act, enum intent_state state, enum text_id text,
                  const char *detail);
// The source's link is gone: what it has not answered is unknown.
void acting_lost(struct acting *acting, const struct source *source);

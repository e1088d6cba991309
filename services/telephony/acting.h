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
// For the sources that send; lives as long as `acting`.
const struct source_ear *acting_ear(const struct acting *acting);

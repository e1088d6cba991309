// SPDX-License-Identifier: Apache-2.0
// The short info [Kurzinfo] of a file: what one must know of it at a glance.
#pragma once

#include "common/step/request.h"

MUST_USE bool file_info_read(struct request *rq, const struct file_info_in *in,
                             struct file_info *out);

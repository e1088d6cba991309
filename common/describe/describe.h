// SPDX-License-Identifier: Apache-2.0
// The contract for readers outside: made from the same descriptors that the services check by.
#pragma once

#include "common/base/arena.h"

// AsyncAPI 3.0 as JSON: every method as an operation with its reply, every fact as a message, every
// record as a schema. NULL when the arena is full.
MUST_USE char *describe_asyncapi(struct arena *arena);

// The same for reading: Markdown, by service. NULL when the arena is full.
MUST_USE char *describe_markdown(struct arena *arena);

// SPDX-License-Identifier: Apache-2.0
// The announcement of a deletion, for whoever gives a contact a reason to stay.
#pragma once

#include "common/step/request.h"

// An announcement for this contact, if there is one, holds no more.
MUST_USE bool purge_withdraw(struct request *rq, struct id contact);

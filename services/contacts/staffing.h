// SPDX-License-Identifier: Apache-2.0
// The staff and their absences as this service's store knows them.
#pragma once

#include "common/step/request.h"
#include "services/contacts/presence.h"

struct staff_book staff_book_of(struct request *rq);

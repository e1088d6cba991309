// SPDX-License-Identifier: Apache-2.0
// Callers [Anrufer] whom a call note brings: telephony tells the note, and they become contacts.
#pragma once

#include "common/step/service.h"

// Applies the fact `call_note`. The contact's id is the note's own word for it, so that it is made
// once, however often it is told, also when it was deleted meanwhile; telephony stops telling once
// it has seen the contact.
bool caller_take_note(struct request *rq, const struct fact *fact, const void *row);

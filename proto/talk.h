// SPDX-License-Identifier: Apache-2.0
// What a call means for whoever waits for one: whether they were spoken with, and who they are.
// Pure.
#pragma once

#include "proto/proto.h"

// Somebody outside was spoken with. In a call that the house makes by click to dial, a phone of the
// house is answered first: its end decides.
bool call_spoken(const struct call *call);
// A call that the house made has ended, and nobody was spoken with.
bool call_in_vain(const struct call *call);
// The other party's number; NULL: withheld or none.
const char *call_number(const struct call *call);
// Who it was, as somebody said, else as it was shown; zero: nobody knows.
struct id call_partner(const struct call *call);

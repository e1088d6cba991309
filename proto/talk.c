// SPDX-License-Identifier: Apache-2.0
#include "proto/talk.h"

bool call_spoken(const struct call *call)
{
    bool ended = call->state == call_state_ENDED;
    if (call->direction == call_direction_CLICK_TO_DIAL || ended)
        return ended && (call->outcome == call_outcome_ANSWERED ||
                         call->outcome == call_outcome_TRANSFERRED);
    return call->has_answered_at && call->direction != call_direction_INTERNAL;
}

bool call_in_vain(const struct call *call)
{
    return call->state == call_state_ENDED && !call_spoken(call) &&
           (call->direction == call_direction_OUTBOUND ||
            call->direction == call_direction_CLICK_TO_DIAL);
}

const char *call_number(const struct call *call)
{
    return call->direction == call_direction_INBOUND ? call->caller : call->called;
}

struct id call_partner(const struct call *call)
{
    if (call->contact)
        return call->contact->contact;
    return call->shown_contact ? call->shown_contact->contact : (struct id){ 0 };
}

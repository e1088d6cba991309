// SPDX-License-Identifier: Apache-2.0
// The channel that an action is to name.
#include <string.h>

#include "services/telephony/ami_state.h"

const char *ami_model_channel(const struct ami_model *model, const char *ref, const char *extension)
{
    const struct ami_call *call = ami_call_find(model, ref);
    const struct ami_channel *found = NULL;
    for (size_t i = 0; call && i < AMI_BUCKETS; i++) {
        for (const struct ami_channel *at = model->buckets[i]; at; at = at->next) {
            if (at->current != call || !ami_is_party(at))
                continue;
            bool fits = extension ? at->bridge[0] && !strcmp(at->extension, extension)
                                  : !strcmp(at->uniqueid, call->root);
            // Without its first channel a call is whoever came next.
            if (fits || (!extension && (!found || at->order < found->order)))
                found = at;
            if (fits)
                return found->alias[0] ? found->alias : found->name;
        }
    }
    return found ? found->alias[0] ? found->alias : found->name : NULL;
}

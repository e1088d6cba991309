// SPDX-License-Identifier: Apache-2.0
// Which rows a stream may show: within the request's scope, and within what was ordered.
#include "common/step/stream_state.h"

bool stream_sees(const struct stream *stream, const void *row)
{
    const struct record *record = stream->source->table->record();

    for (size_t i = 0; i < stream->narrow_count; i++)
        if (!scope_sees(&stream->narrow[i], record, row))
            return false;
    return scope_sees(&stream->scope, record, row);
}

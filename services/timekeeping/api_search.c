// SPDX-License-Identifier: Apache-2.0
// Searching what was recorded, past inquiries, and taking them over.
#include "services/timekeeping/past.h"
#include "services/timekeeping/records.h"
#include "services/timekeeping/similar.h"

#define SERVICE_FILE "proto/timekeeping_search.def"
#include "proto/handlers.inc"

bool record_search(struct request *rq, const struct record_query *in, struct record_hits *out)
{
    return records_find(rq, in, out);
}

bool inquiry_similar(struct request *rq, const struct inquiry_similar_query *in,
                     struct inquiry_similar_hits *out)
{
    return similar_find(rq, in, out);
}

bool inquiry_import(struct request *rq, const struct inquiry_import_in *in,
                    struct inquiry_import_result *out)
{
    return past_import(rq, in, out);
}

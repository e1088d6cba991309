// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/fill.h"

#include <string.h>

#include "common/run/loop.h"
#include "common/wire/codec.h"
#include "common/wire/envelope.h"
#include "proto/proto.h"
#include "services/contacts/api.h"
#include "tests/bench/bench.h"
#include "tests/bench/people.h"

#define MAP_BYTES ((size_t)1 << 34)
#define BATCH     1000

void filled_open(struct filled *filled, const char *folder)
{
    struct err err = { 0 };
    struct store_options options = {
        .folder = folder,
        .tables = contacts_service.tables,
        .table_count = contacts_service.table_count,
        .map_bytes = MAP_BYTES,
        .epoch_if_new = 1,
    };
    *filled = (struct filled){
        .desk = { .name = "desk", .roles = ROLE_BIT(AGENT), .scope = scope_house }
    };
    filled->store = store_open(&options, &err);
    if (!filled->store)
        bench_stop("fill: %s", err.english);
    struct server_options server = {
        .service = &contacts_service,
        .store = filled->store,
        .seed = 1,
        .in_flight_actor = BATCH,
    };
    filled->server = server_new(&server);
}

void filled_close(struct filled *filled)
{
    server_free(filled->server);
    store_close(filled->store);
}

static void hand_in(struct filled *filled, const struct method *method, const void *in,
                    struct rng *rng)
{
    struct mp_writer head, body;
    struct route route = { .size = 1 };
    struct envelope envelope = {
        .version = ENVELOPE_VERSION,
        .kind = ENVELOPE_REQUEST,
        .method = method->name,
        .request = id_new(loop_now_us(), rng),
    };
    mp_writer_init(&head);
    mp_writer_init(&body);
    encode(envelope_record(), &envelope, &head);
    encode(method->in(), in, &body);
    struct bytes frames[] = { mp_writer_bytes(&head), mp_writer_bytes(&body) };
    server_take_request(filled->server, &filled->desk, &route, frames, 2, loop_now_us());
    mp_writer_done(&head);
    mp_writer_done(&body);
}

static void run(struct filled *filled, struct outbox *out)
{
    if (server_run(filled->server, loop_now_us(), out) != COMMIT_DONE)
        bench_stop("fill: %s", store_last_fault(filled->store));
    while (server_log_line(filled->server))
        continue;
}

void filled_add(struct filled *filled, uint64_t count)
{
    struct rng rng;
    struct outbox out;
    rng_seed(&rng, filled->next + 1);
    while (filled->next < count) {
        for (int i = 0; i < BATCH && filled->next < count; i++) {
            struct person person;
            person_make(filled->next++, &person);
            struct contact_new in = person_new(&person);
            hand_in(filled, &method_contact_add, &in, &rng);
        }
        run(filled, &out);
    }
    if (server_figure(filled->server, "refused") > 0)
        bench_stop("fill: contacts were refused");
}

void filled_ask(struct filled *filled, const struct method *method, const void *in,
                struct outbox *out)
{
    struct rng rng;
    rng_seed(&rng, (uint64_t)bench_ns());
    hand_in(filled, method, in, &rng);
    run(filled, out);
}

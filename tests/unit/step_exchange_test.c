// SPDX-License-Identifier: Apache-2.0
// The machine of one call: pauses, its deadline, whose answers it takes.
#include "common/base/civil.h"
#include "common/wire/envelope.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"

#define START SECONDS(1000)

struct asker {
    struct exchange exchange;
    struct client client;
    struct rng rng;
    struct mp_writer head, body;
};

static void asker_init(struct asker *asker, int64_t wait_ms)
{
    *asker = (struct asker){ .exchange = { .correlation = 41 } };
    rng_seed(&asker->rng, test_seed());
    asker->client.arena = arena_new((size_t)1 << 20);
    asker->client.service = "contacts";
    mp_writer_init(&asker->head);
    mp_writer_init(&asker->body);
    exchange_begin(&asker->exchange, &method_ping, id_new(START, &asker->rng), START, wait_ms);
}

static void asker_done(struct asker *asker)
{
    arena_free(asker->client.arena);
    mp_writer_done(&asker->head);
    mp_writer_done(&asker->body);
}

static void reply(struct asker *asker, int64_t correlation, const char *status)
{
    struct reply_head head = { .version = ENVELOPE_VERSION,
                               .kind = ENVELOPE_REPLY,
                               .correlation = correlation,
                               .status = status,
                               .epoch = 3,
                               .seq = 9,
                               .at = START };

    mp_writer_reset(&asker->head);
    mp_writer_reset(&asker->body);
    encode(reply_head_record(), &head, &asker->head);
}

static void reply_pong(struct asker *asker, int64_t correlation)
{
    struct pong pong = { "contacts", "1", 3, 9, START };

    reply(asker, correlation, "ok");
    encode(pong_record(), &pong, &asker->body);
}

static void reply_problem(struct asker *asker, const char *code, int64_t retry_after_ms)
{
    struct problem problem = { .code = code,
                               .field = "name",
                               .detail = "nein",
                               .detail_en = "no",
                               .has_retry_after_ms = retry_after_ms > 0,
                               .retry_after_ms = retry_after_ms };

    reply(asker, 41, code);
    encode(problem_record(), &problem, &asker->body);
}

static bool taken(struct asker *asker, int64_t now_us, struct pong *out,
                  enum call_result *ret_result)
{
    return exchange_take(&asker->exchange, &asker->client, mp_writer_bytes(&asker->head),
                         mp_writer_bytes(&asker->body), now_us, out, ret_result);
}

TEST(pauses_double_with_jitter_until_the_deadline)
{
    struct asker asker;
    int64_t now_us = START, wanted_us = MILLISECONDS(200);
    int sends = 0;
    enum exchange_need need;

    asker_init(&asker, 60000);
    while ((need = exchange_step(&asker.exchange, now_us, &asker.rng)) != EXCHANGE_LOST) {
        if (need == EXCHANGE_WAIT) {
            now_us = asker.exchange.next_us;
            continue;
        }
        int64_t pause_us = asker.exchange.next_us - now_us;
        sends++;
        if (asker.exchange.next_us < asker.exchange.deadline_us) {
            CHECK(pause_us >= wanted_us * 3 / 4);
            CHECK(pause_us <= wanted_us * 5 / 4);
        }
        wanted_us = wanted_us * 2 < SECONDS(5) ? wanted_us * 2 : SECONDS(5);
    }
    CHECK_INT(now_us, START + SECONDS(60));
    CHECK(sends >= 13);
    CHECK(sends <= 20);
    asker_done(&asker);
}

TEST(each_attempt_tells_what_is_left_and_bears_the_same_id)
{
    struct asker asker;
    struct envelope first, second;
    struct err err = { 0 };

    asker_init(&asker, 10000);
    exchange_envelope(&asker.exchange, &asker.client, START, &asker.head);
    CHECK(decode(envelope_record(), mp_writer_bytes(&asker.head), DECODE_STRICT, asker.client.arena,
                 &first, &err));
    mp_writer_reset(&asker.head);
    exchange_envelope(&asker.exchange, &asker.client, START + SECONDS(4), &asker.head);
    CHECK(decode(envelope_record(), mp_writer_bytes(&asker.head), DECODE_STRICT, asker.client.arena,
                 &second, &err));
    CHECK_INT(first.wait_ms, 10000);
    CHECK_INT(second.wait_ms, 6000);
    CHECK(id_equal(first.request, second.request));
    CHECK_STR(second.method, "ping");
    CHECK_INT(second.correlation, 41);
    asker_done(&asker);
}

TEST(only_its_own_answer_is_taken)
{
    struct asker asker;
    struct pong out;
    enum call_result result;

    asker_init(&asker, 10000);
    CHECK(exchange_step(&asker.exchange, START, &asker.rng) == EXCHANGE_SEND);
    reply_pong(&asker, 40);
    CHECK(!taken(&asker, START, &out, &result));
    reply_pong(&asker, 41);
    CHECK(taken(&asker, START, &out, &result));
    CHECK(result == CALL_DONE);
    CHECK_STR(out.service, "contacts");
    CHECK_STR(asker.client.seen.service, "contacts");
    CHECK_INT(asker.client.seen.epoch, 3);
    CHECK_INT(asker.client.seen.seq, 9);
    asker_done(&asker);
}

TEST(a_refusal_says_why)
{
    struct asker asker;
    struct pong out;
    enum call_result result;

    asker_init(&asker, 10000);
    CHECK(exchange_step(&asker.exchange, START, &asker.rng) == EXCHANGE_SEND);
    reply_problem(&asker, "conflict", 0);
    CHECK(taken(&asker, START, &out, &result));
    CHECK(result == CALL_REFUSED);
    CHECK_REFUSED(&asker.client.refused, ERR_CONFLICT, "name");
    CHECK_STR(asker.client.refused.german, "nein");
    asker_done(&asker);
}

TEST(busy_is_tried_again_not_before_it_is_asked_for)
{
    struct asker asker;
    struct pong out;
    enum call_result result;

    asker_init(&asker, 10000);
    CHECK(exchange_step(&asker.exchange, START, &asker.rng) == EXCHANGE_SEND);
    reply_problem(&asker, "busy", 3000);
    CHECK(!taken(&asker, START, &out, &result));
    CHECK(exchange_step(&asker.exchange, START + SECONDS(2), &asker.rng) == EXCHANGE_WAIT);
    CHECK_INT(asker.exchange.next_us, START + SECONDS(3));
    CHECK(exchange_step(&asker.exchange, START + SECONDS(3), &asker.rng) == EXCHANGE_SEND);
    // Beyond the deadline there is no other try: it is refused, and nothing was done.
    reply_problem(&asker, "unavailable", 9000);
    CHECK(taken(&asker, START + SECONDS(3), &out, &result));
    CHECK(result == CALL_REFUSED);
    CHECK_REFUSED(&asker.client.refused, ERR_UNAVAILABLE, "name");
    asker_done(&asker);
}

// SPDX-License-Identifier: Apache-2.0
// One call, the same id on every try, three results.
#include "common/step/client.h"

#include <string.h>

#include "common/base/civil.h"
#include "common/wire/envelope.h"

#define PAUSE_FIRST_US MILLISECONDS(200)
#define PAUSE_LAST_US  SECONDS(5)
#define ATTEMPTS_GROW  5

enum call_result client_call(struct client *client, const struct method *method, const void *in,
                             void *out)
{
    client->refused = (struct err){ 0 };
    client->current = (struct bytes){ 0 };
    return client->call(client, method, in, out);
}

void exchange_begin(struct exchange *exchange, const struct method *method, struct id request,
                    int64_t now_us, int64_t wait_ms)
{
    struct bytes body = exchange->body;
    int64_t correlation = exchange->correlation;
    *exchange = (struct exchange){
        .method = method,
        .request = request,
        .correlation = correlation,
        .deadline_us = now_us + MILLISECONDS(wait_ms),
        .next_us = now_us,
        .body = body,
    };
}

static int64_t pause_us(const struct exchange *exchange, struct rng *rng)
{
    int64_t pause = PAUSE_FIRST_US;
    for (int i = 1; i < exchange->attempts && i <= ATTEMPTS_GROW; i++)
        pause *= 2;
    if (pause > PAUSE_LAST_US)
        pause = PAUSE_LAST_US;
    // A quarter more or less, so that those who failed together do not try again together.
    return pause * 3 / 4 + (int64_t)rng_below(rng, (uint64_t)pause / 2);
}

enum exchange_need exchange_step(struct exchange *exchange, int64_t now_us, struct rng *rng)
{
    if (now_us >= exchange->deadline_us)
        return EXCHANGE_LOST;
    if (now_us < exchange->next_us)
        return EXCHANGE_WAIT;
    exchange->attempts++;
    exchange->next_us = now_us + pause_us(exchange, rng);
    if (exchange->next_us > exchange->deadline_us)
        exchange->next_us = exchange->deadline_us;
    return EXCHANGE_SEND;
}

void exchange_envelope(const struct exchange *exchange, const struct client *client, int64_t now_us,
                       struct mp_writer *out)
{
    int64_t left_ms = (exchange->deadline_us - now_us) / 1000;
    struct envelope envelope = {
        .version = ENVELOPE_VERSION,
        .kind = ENVELOPE_REQUEST,
        .method = exchange->method->name,
        .has_correlation = true,
        .correlation = exchange->correlation,
        .request = exchange->request,
        .has_wait_ms = true,
        .wait_ms = left_ms < 1 ? 1 : left_ms,
        .after = client->after,
        .after_count = client->after_count,
    };
    encode(envelope_record(), &envelope, out);
}

static enum err_code code_of(const char *word)
{
    enum err_code code = err_from_word(word);
    return code == ERR_COUNT ? ERR_INTERNAL : code;
}

static void keep_text(char *out, size_t size, const char *text)
{
    size_t length = text ? strlen(text) : 0;
    if (length >= size)
        length = size - 1;
    memcpy(out, text ? text : "", length);
    out[length] = '\0';
}

static bool tried_again(struct exchange *exchange, const struct problem *problem,
                        enum err_code code, int64_t now_us)
{
    if (code != ERR_BUSY && code != ERR_UNAVAILABLE)
        return false;
    int64_t after_us =
        now_us + MILLISECONDS(problem->has_retry_after_ms ? problem->retry_after_ms : 0);
    if (after_us > exchange->next_us)
        exchange->next_us = after_us;
    return exchange->next_us < exchange->deadline_us;
}

static bool take_problem(struct exchange *exchange, struct client *client, struct bytes body,
                         const char *status, int64_t now_us)
{
    struct problem problem = { 0 };
    struct err err = { 0 };
    enum err_code code = code_of(status);
    if (!decode(problem_record(), body, DECODE_LENIENT, client->arena, &problem, &err))
        problem = (struct problem){ .detail = err.german, .detail_en = err.english };
    if (tried_again(exchange, &problem, code, now_us))
        return false;
    client->refused = (struct err){ .code = code, .retry_after_ms = problem.retry_after_ms };
    keep_text(client->refused.field, sizeof client->refused.field, problem.field);
    keep_text(client->refused.german, sizeof client->refused.german, problem.detail);
    keep_text(client->refused.english, sizeof client->refused.english, problem.detail_en);
    client->current = problem.current;
    return true;
}

bool exchange_take(struct exchange *exchange, struct client *client, struct bytes head,
                   struct bytes body, int64_t now_us, void *out, enum call_result *ret_result)
{
    struct reply_head reply;
    struct err err = { 0 };
    if (envelope_kind(head) != ENVELOPE_REPLY ||
        !decode(reply_head_record(), head, DECODE_LENIENT, client->arena, &reply, &err) ||
        reply.correlation != exchange->correlation)
        return false;
    client->request = exchange->request;
    bool common = strcmp(exchange->method->service, "common") == 0;
    client->seen = (struct seen){ common ? client->service : exchange->method->service, reply.epoch,
                                  reply.seq };
    if (strcmp(reply.status, err_word(ERR_NONE)) != 0) {
        *ret_result = CALL_REFUSED;
        return take_problem(exchange, client, body, reply.status, now_us);
    }
    *ret_result = CALL_DONE;
    if (decode(exchange->method->out(), body, DECODE_LENIENT, client->arena, out, &client->refused))
        return true;
    *ret_result = CALL_REFUSED;
    return true;
}

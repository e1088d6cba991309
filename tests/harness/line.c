// SPDX-License-Identifier: Apache-2.0
// A caller's connection in a house: calls that wait for their answer, and streams.
#include <stdlib.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/wire/envelope.h"
#include "tests/harness/house.h"

static void keep(struct arrived **list, size_t *count, size_t *room, struct bytes head,
                 struct bytes body)
{
    if (*count == *room) {
        *room = *room ? 2 * *room : 16;
        *list = realloc(*list, *room * sizeof **list);
        if (!*list)
            abort();
    }
    (*list)[(*count)++] = (struct arrived){ bytes_copy(head), bytes_copy(body) };
}

static void forget(struct arrived *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free((void *)list[i].head.data);
        free((void *)list[i].body.data);
    }
}

static int64_t stream_of(struct bytes body, struct arena *arena)
{
    struct stream_event event;
    struct err err = { 0 };

    return decode(stream_event_record(), body, DECODE_LENIENT, arena, &event, &err) ? event.stream
                                                                                    : 0;
}

static void take(void *context, struct bytes head, struct bytes body)
{
    struct line *line = context;

    if (envelope_kind(head) != ENVELOPE_STREAM) {
        keep(&line->arrived, &line->count, &line->room, head, body);
        return;
    }
    for (struct watch *watch = line->watches; watch; watch = watch->next) {
        if (watch->stream != 0 && watch->stream != stream_of(body, watch->fixture->parts->arena))
            continue;
        keep(&watch->events, &watch->count, &watch->room, head, body);
        return;
    }
}

struct line *line_new(struct fixture *fx, const struct principal *principal)
{
    struct house *house = fx->house;
    struct line *line = calloc(1, sizeof *line);
    struct caller caller = { .principal = *principal, .take = take, .context = line };
    uint64_t number = house->caller_count + 1;

    if (!line)
        abort();
    caller.route.bytes[0] = 'C';
    memcpy(caller.route.bytes + 1, &number, sizeof number);
    caller.route.size = 1 + sizeof number;
    line->house = house;
    line->caller = house_caller(house, &caller);
    line->next = house->lines;
    house->lines = line;
    return line;
}

static void line_clear(struct line *line)
{
    forget(line->arrived, line->count);
    line->count = 0;
}

void lines_free(struct house *house)
{
    while (house->lines) {
        struct line *line = house->lines;

        house->lines = line->next;
        while (line->watches) {
            struct watch *watch = line->watches;

            line->watches = watch->next;
            forget(watch->events, watch->count);
            free(watch->events);
            free(watch);
        }
        line_clear(line);
        free(line->arrived);
        free(line);
    }
}

// --- one call
static struct fixture *called(struct fixture *fx, const struct method *method)
{
    struct fixture *to = house_find(fx->house, method->service);

    return to ? to : fx;
}

static bool look_for_answer(struct fixture *fx, struct line *line, struct exchange *exchange,
                            void *out, enum call_result *ret_result)
{
    bool found = false;

    for (size_t i = 0; i < line->count && !found; i++)
        found = exchange_take(exchange, &fx->client, line->arrived[i].head, line->arrived[i].body,
                              fx->house->now_us, out, ret_result);
    line_clear(line);
    return found;
}

static enum call_result talk(struct fixture *fx, struct line *line, struct exchange *exchange,
                             void *out)
{
    struct house *house = fx->house;
    struct mp_writer head;
    enum call_result result = CALL_UNKNOWN;
    enum exchange_need need;

    mp_writer_init(&head);
    while ((need = exchange_step(exchange, house->now_us, &house->rng)) != EXCHANGE_LOST) {
        if (need == EXCHANGE_SEND) {
            mp_writer_reset(&head);
            exchange_envelope(exchange, &fx->client, house->now_us, &head);
            house_send(house, called(fx, exchange->method), line->caller, mp_writer_bytes(&head),
                       exchange->body);
        } else {
            house_move(house, exchange->next_us);
        }
        house_settle(house);
        if (look_for_answer(fx, line, exchange, out, &result))
            break;
    }
    mp_writer_done(&head);
    return result;
}

enum call_result line_call(struct fixture *fx, struct line *line, const struct method *method,
                           const void *in, void *out)
{
    struct fixture_parts *parts = fx->parts;
    struct exchange exchange = { .correlation = ++parts->correlation };
    struct mp_writer body;
    struct id request = parts->next_id;

    if (id_is_zero(request))
        request = id_new(fx->house->now_us, &fx->house->rng);
    parts->next_id = (struct id){ { 0 } };
    mp_writer_init(&body);
    encode(method->in(), in, &body);
    exchange.body = mp_writer_bytes(&body);
    exchange_begin(&exchange, method, request, fx->house->now_us, fx->client.wait_ms);
    line_clear(line);
    fx->client.request = request;
    enum call_result result = talk(fx, line, &exchange, out);
    mp_writer_done(&body);
    return result;
}

// --- streams
static struct watch *watch_on(struct fixture *fx, struct line *line,
                              const struct stream_order *order)
{
    struct watch *watch = calloc(1, sizeof *watch);
    struct stream_opened opened;

    if (!watch)
        abort();
    watch->fixture = fx;
    watch->line = line;
    // Its first messages come in the same run as the answer that tells its number.
    struct watch **last = &line->watches;
    while (*last)
        last = &(*last)->next;
    *last = watch;
    fx->client.refused = (struct err){ 0 };
    if (line_call(fx, line, &method_stream_open, order, &opened) == CALL_DONE) {
        watch->stream = opened.stream;
        house_settle(fx->house);
        return watch;
    }
    *last = NULL;
    forget(watch->events, watch->count);
    free(watch->events);
    free(watch);
    return NULL;
}

struct watch *fixture_watch(struct fixture *fx, const struct stream_order *order)
{
    return watch_on(fx, line_new(fx, &fx->parts->line->caller->principal), order);
}

struct watch *watch_another(struct watch *watch, const struct stream_order *order)
{
    return watch_on(watch->fixture, watch->line, order);
}

const struct stream_event *watch_next(struct watch *watch)
{
    struct err err = { 0 };

    if (watch->read == watch->count)
        return NULL;
    if (!decode(stream_event_record(), watch->events[watch->read++].body, DECODE_LENIENT,
                watch->fixture->parts->arena, &watch->event, &err))
        abort();
    return &watch->event;
}

const struct stream_event *watch_row(struct watch *watch, const struct record *record, void *row)
{
    const struct stream_event *event = watch_next(watch);
    struct err err = { 0 };

    if (!event || !event->row.data ||
        !decode(record, event->row, DECODE_LENIENT, watch->fixture->parts->arena, row, &err))
        return event;
    return event;
}

size_t watch_waiting(const struct watch *watch)
{
    return watch->count - watch->read;
}

bool watch_credit(struct watch *watch, int64_t credit)
{
    struct stream_credit_in in = { .stream = watch->stream, .credit = credit };
    struct nothing out;
    bool done =
        line_call(watch->fixture, watch->line, &method_stream_credit, &in, &out) == CALL_DONE;

    house_settle(watch->fixture->house);
    return done;
}

bool watch_close(struct watch *watch)
{
    struct stream_place in = { .stream = watch->stream };
    struct nothing out;

    return line_call(watch->fixture, watch->line, &method_stream_close, &in, &out) == CALL_DONE;
}

// The server learns it when it next sends to the route.
void watch_lost(struct watch *watch)
{
    watch->line->caller->take = NULL;
}

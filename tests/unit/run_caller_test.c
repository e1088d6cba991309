// SPDX-License-Identifier: Apache-2.0
// The asking side against a service that does what it is told: is silent, late, busy, talkative.
#include <pthread.h>

#include "tests/unit/run_world.h"

#define REQUESTS_MAX 100

// Answers on the socket of contacts, in a thread of its own. Everybody may connect.
struct puppet {
    // --- what it is to do
    int silent;         // so many requests are not answered
    int busy;           // so many of the next are answered with busy
    const char *status; // of all others; NULL: ok
    int chatter;        // so many stream messages before the answer
    bool junk;          // and what is no answer to this
    // --- what came, to be read after puppet_end
    int requests, routes;
    struct id ids[REQUESTS_MAX];
    int64_t waits_ms[REQUESTS_MAX];

    struct route routes_seen[REQUESTS_MAX];
    void *context, *router;
    struct arena *arena;
    pthread_t thread;
};

static void puppet_send(struct puppet *puppet, zmq_msg_t *route, const struct record *head_record,
                        const void *head, const struct record *body_record, const void *body)
{
    struct mp_writer writer;
    zmq_msg_t copy;
    zmq_msg_init(&copy);
    zmq_msg_copy(&copy, route);
    (void)zmq_msg_send(&copy, puppet->router, ZMQ_SNDMORE);
    mp_writer_init(&writer);
    encode(head_record, head, &writer);
    (void)zmq_send(puppet->router, writer.data, writer.size, ZMQ_SNDMORE);
    mp_writer_reset(&writer);
    encode(body_record, body, &writer);
    (void)zmq_send(puppet->router, writer.data, writer.size, 0);
    mp_writer_done(&writer);
}

static void puppet_junk(struct puppet *puppet, zmq_msg_t *route, const struct envelope *request)
{
    struct team team = { .name = "falsch", .version = 1, .edited_by = "x", .id = request->request };
    struct reply_head other = { 1, ENVELOPE_REPLY, request->correlation - 1, "ok", 1, 0, 0 };
    puppet_send(puppet, route, reply_head_record(), &other, team_record(), &team);
    static const char *const frames[] = { "", "\xc1", "\x97\x01\x02", "text" };
    for (size_t i = 0; i < COUNT_OF(frames); i++) {
        for (size_t count = 0; count < 4; count++) {
            zmq_msg_t copy;
            zmq_msg_init(&copy);
            zmq_msg_copy(&copy, route);
            (void)zmq_msg_send(&copy, puppet->router, ZMQ_SNDMORE);
            for (size_t nth = 0; nth <= count; nth++)
                (void)zmq_send(puppet->router, frames[i], strlen(frames[i]),
                               nth < count ? ZMQ_SNDMORE : 0);
        }
    }
}

static void puppet_answer(struct puppet *puppet, zmq_msg_t *route, const struct envelope *request,
                          const char *status)
{
    struct reply_head head = { 1, ENVELOPE_REPLY, request->correlation, status, 1, 0, 1000 };
    struct team team = { .name = "Puppe", .version = 1, .edited_by = "x", .id = request->request };
    struct problem problem = { .code = status,
                               .field = "name",
                               .detail = "So nicht.",
                               .detail_en = "not so",
                               .has_retry_after_ms = true,
                               .retry_after_ms = 50 };
    for (int i = 0; i < puppet->chatter; i++) {
        struct envelope stream = {
            .version = 1, .kind = ENVELOPE_STREAM, .has_correlation = true, .correlation = i
        };
        struct nothing nothing = { 0 };
        puppet_send(puppet, route, envelope_record(), &stream, nothing_record(), &nothing);
    }
    if (puppet->junk)
        puppet_junk(puppet, route, request);
    if (strcmp(status, "ok") == 0)
        puppet_send(puppet, route, reply_head_record(), &head, team_record(), &team);
    else
        puppet_send(puppet, route, reply_head_record(), &head, problem_record(), &problem);
}

static void puppet_note(struct puppet *puppet, zmq_msg_t *route, const struct envelope *request)
{
    struct route seen = { .size = (uint8_t)zmq_msg_size(route) };
    memcpy(seen.bytes, zmq_msg_data(route), seen.size);
    bool known = false;
    for (int i = 0; i < puppet->routes; i++)
        known = known || memcmp(&puppet->routes_seen[i], &seen, sizeof seen) == 0;
    if (!known)
        puppet->routes_seen[puppet->routes++] = seen;
    puppet->ids[puppet->requests] = request->request;
    puppet->waits_ms[puppet->requests] = request->wait_ms;
    puppet->requests++;
}

static void *puppet_run(void *argument)
{
    struct puppet *puppet = argument;
    while (puppet->requests < REQUESTS_MAX) {
        zmq_msg_t parts[3];
        struct envelope request;
        struct err err = { 0 };
        for (int i = 0; i < 3; i++) {
            zmq_msg_init(&parts[i]);
            if (zmq_msg_recv(&parts[i], puppet->router, 0) < 0)
                return NULL; // the context ends
        }
        struct bytes head = { zmq_msg_data(&parts[1]), zmq_msg_size(&parts[1]) };
        if (!decode(envelope_record(), head, DECODE_LENIENT, puppet->arena, &request, &err))
            abort();
        puppet_note(puppet, &parts[0], &request);
        int nth = puppet->requests - puppet->silent;
        if (nth > 0)
            puppet_answer(puppet, &parts[0], &request,
                          nth <= puppet->busy ? "busy"
                          : puppet->status    ? puppet->status
                                              : "ok");
        for (int i = 0; i < 3; i++)
            zmq_msg_close(&parts[i]);
    }
    return NULL;
}

static void puppet_begin(struct puppet *puppet, const struct world *world)
{
    struct key_pair own;
    struct err err = { 0 };
    char endpoint[360];
    CHECK(key_read(world->keys, "contacts", &own, &err));
    CHECK(mkdir(world->run, 0700) == 0 || errno == EEXIST);
    snprintf(endpoint, sizeof endpoint, "ipc://%s/contacts.sock", world->run);
    puppet->context = context_open();
    puppet->arena = arena_new(1 << 20);
    puppet->router = socket_open(puppet->context, ZMQ_ROUTER);
    CHECK(socket_set(puppet->router, ZMQ_CURVE_SERVER, 1));
    CHECK(zmq_setsockopt(puppet->router, ZMQ_CURVE_SECRETKEY, own.secret_key, KEY_TEXT - 1) == 0);
    CHECK(zmq_bind(puppet->router, endpoint) == 0);
    CHECK(pthread_create(&puppet->thread, NULL, puppet_run, puppet) == 0);
}

static void puppet_end(struct puppet *puppet)
{
    zmq_ctx_shutdown(puppet->context);
    CHECK(pthread_join(puppet->thread, NULL) == 0);
    zmq_close(puppet->router);
    zmq_ctx_term(puppet->context);
    arena_free(puppet->arena);
}

TEST(a_request_without_an_answer_is_sent_again_under_the_same_id)
{
    struct world *world = world_new();
    struct puppet puppet = { .silent = 2 };
    struct team team;
    puppet_begin(&puppet, world);
    struct caller *caller = world_caller(world, "admin", WORLD_WAIT_MS);
    CHECK_INT(world_add_team(caller, "Nachtdienst", &team), CALL_DONE);
    caller_free(caller);
    puppet_end(&puppet);
    CHECK_STR(team.name, "Puppe");
    CHECK_INT(puppet.requests, 3);
    CHECK_INT(puppet.routes, 1);
    CHECK(memcmp(&puppet.ids[0], &puppet.ids[1], sizeof(struct id)) == 0);
    CHECK(memcmp(&puppet.ids[0], &puppet.ids[2], sizeof(struct id)) == 0);
    CHECK(puppet.waits_ms[0] <= WORLD_WAIT_MS && puppet.waits_ms[2] < puppet.waits_ms[0]);
    world_free(world);
}

TEST(after_three_silences_a_new_socket_asks)
{
    struct world *world = world_new();
    struct puppet puppet = { .silent = 3 };
    struct team team;
    puppet_begin(&puppet, world);
    struct caller *caller = world_caller(world, "admin", WORLD_WAIT_MS);
    CHECK_INT(world_add_team(caller, "Nachtdienst", &team), CALL_DONE);
    caller_free(caller);
    puppet_end(&puppet);
    CHECK_INT(puppet.requests, 4);
    CHECK_INT(puppet.routes, 2);
    CHECK(memcmp(&puppet.ids[0], &puppet.ids[3], sizeof(struct id)) == 0);
    world_free(world);
}

TEST(without_an_answer_by_the_deadline_the_result_is_unknown)
{
    struct world *world = world_new();
    struct puppet puppet = { .silent = REQUESTS_MAX };
    struct team team;
    puppet_begin(&puppet, world);
    struct caller *caller = world_caller(world, "admin", 500);
    int64_t began_us = loop_now_us();
    CHECK_INT(world_add_team(caller, "Nachtdienst", &team), CALL_UNKNOWN);
    CHECK(loop_now_us() - began_us >= MILLISECONDS(500));
    caller_free(caller);
    puppet_end(&puppet);
    CHECK(puppet.requests >= 1);
    CHECK(puppet.waits_ms[0] <= 500);
    world_free(world);
}

// What nobody waits for any more must not arrive later.
TEST(nothing_is_kept_for_a_service_that_is_away)
{
    struct world *world = world_new();
    struct puppet puppet = { 0 };
    struct team team;
    struct caller *caller = world_caller(world, "admin", 400);
    CHECK_INT(world_add_team(caller, "vergebens", &team), CALL_UNKNOWN);
    puppet_begin(&puppet, world);
    caller_client(caller)->wait_ms = WORLD_WAIT_MS;
    CHECK_INT(world_add_team(caller, "Nachtdienst", &team), CALL_DONE);
    caller_free(caller);
    puppet_end(&puppet);
    for (int i = 1; i < puppet.requests; i++)
        CHECK(memcmp(&puppet.ids[0], &puppet.ids[i], sizeof(struct id)) == 0);
    world_free(world);
}

TEST(a_refusal_names_code_field_and_texts)
{
    struct world *world = world_new();
    struct puppet puppet = { .status = "conflict" };
    struct team team;
    puppet_begin(&puppet, world);
    struct caller *caller = world_caller(world, "admin", WORLD_WAIT_MS);
    CHECK_INT(world_add_team(caller, "Nachtdienst", &team), CALL_REFUSED);
    CHECK_REFUSED(&caller_client(caller)->refused, ERR_CONFLICT, "name");
    CHECK_STR(caller_client(caller)->refused.german, "So nicht.");
    caller_free(caller);
    puppet_end(&puppet);
    CHECK_INT(puppet.requests, 1);
    world_free(world);
}

TEST(busy_is_asked_again)
{
    struct world *world = world_new();
    struct puppet puppet = { .busy = 2 };
    struct team team;
    puppet_begin(&puppet, world);
    struct caller *caller = world_caller(world, "admin", WORLD_WAIT_MS);
    CHECK_INT(world_add_team(caller, "Nachtdienst", &team), CALL_DONE);
    caller_free(caller);
    puppet_end(&puppet);
    CHECK_INT(puppet.requests, 3);
    CHECK(memcmp(&puppet.ids[0], &puppet.ids[2], sizeof(struct id)) == 0);
    world_free(world);
}

TEST(what_is_no_answer_to_this_is_passed_over_and_streams_are_kept_in_order)
{
    struct world *world = world_new();
    struct puppet puppet = { .junk = true, .chatter = 5 };
    struct team team;
    struct bytes head, body;
    struct envelope stream;
    struct err err = { 0 };
    puppet_begin(&puppet, world);
    struct caller *caller = world_caller(world, "admin", WORLD_WAIT_MS);
    CHECK_INT(world_add_team(caller, "Nachtdienst", &team), CALL_DONE);
    CHECK_STR(team.name, "Puppe");
    CHECK_INT(world_add_team(caller, "Tagdienst", &team), CALL_DONE);
    for (int i = 0; i < 10; i++) {
        CHECK(caller_next(caller, "contacts", WORLD_WAIT_MS, &head, &body));
        CHECK(decode(envelope_record(), head, DECODE_LENIENT, world->arena, &stream, &err));
        CHECK_INT(stream.correlation, i % 5);
    }
    int64_t began_us = loop_now_us();
    CHECK(!caller_next(caller, "contacts", 200, &head, &body));
    CHECK(loop_now_us() - began_us >= MILLISECONDS(200));
    caller_free(caller);
    puppet_end(&puppet);
    world_free(world);
}

TEST(a_service_nobody_trusts_is_not_asked)
{
    struct world *world = world_new();
    char path[400];
    struct team team;
    snprintf(path, sizeof path, "%s/trusted/contacts", world->keys);
    CHECK(unlink(path) == 0);
    struct caller *caller = world_caller(world, "admin", WORLD_WAIT_MS);
    CHECK_INT(world_add_team(caller, "Nachtdienst", &team), CALL_REFUSED);
    CHECK_REFUSED(&caller_client(caller)->refused, ERR_UNAVAILABLE, "");
    CHECK(strstr(caller_client(caller)->refused.english, "contacts") != NULL);
    caller_free(caller);
    struct caller_options options = { .keys = world->keys, .run = world->run, .name = "nobody" };
    struct err err = { 0 };
    CHECK(caller_new(&options, &err) == NULL);
    CHECK(err.text == TEXT_KEY_UNREADABLE);
    caller_free(NULL);
    world_free(world);
}

TEST(a_service_with_a_new_key_is_found_again)
{
    struct world *world = world_new();
    struct puppet before = { 0 }, after = { 0 };
    struct team team;
    struct err err = { 0 };
    char path[400];
    puppet_begin(&before, world);
    struct caller *caller = world_caller(world, "admin", WORLD_WAIT_MS);
    CHECK_INT(world_add_team(caller, "Nachtdienst", &team), CALL_DONE);
    puppet_end(&before);
    snprintf(path, sizeof path, "%s/contacts.key", world->keys);
    CHECK(unlink(path) == 0);
    snprintf(path, sizeof path, "%s/trusted/contacts", world->keys);
    CHECK(unlink(path) == 0);
    CHECK(key_make(world->keys, "contacts", "service", "house", &err));
    puppet_begin(&after, world);
    CHECK_INT(world_add_team(caller, "Tagdienst", &team), CALL_DONE);
    caller_free(caller);
    puppet_end(&after);
    CHECK_INT(after.requests, 1);
    world_free(world);
}

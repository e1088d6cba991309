// SPDX-License-Identifier: Apache-2.0
// Who may connect: the handler asked by hand, as libzmq asks it.
#include <stdio.h>
#include <string.h>

#include <zmq.h>

#include "common/base/civil.h"
#include "common/run/loop.h"
#include "common/run/socket.h"
#include "common/run/zap.h"
#include "tests/harness/test.h"

#define DOMAIN "rufbus/contacts"

struct gate {
    void *context, *asker;
    struct keyring *keyring;
    struct zap *zap;
    struct key_pair admin;
    char keys[300];
    int looks;
};

static void look(void *context)
{
    struct gate *gate = context;
    gate->looks++;
    keyring_refresh(gate->keyring, NULL, NULL);
}

static struct gate *gate_open(struct gate *gate)
{
    struct err err = { 0 };
    *gate = (struct gate){ .context = context_open() };
    snprintf(gate->keys, sizeof gate->keys, "%s/keys", test_folder());
    (void)!(key_make(gate->keys, "admin", "admin", "house", &err) &&
            key_make(gate->keys, "contacts", "service", "house", &err) &&
            key_read(gate->keys, "admin", &gate->admin, &err));
    CHECK_OK(&err);
    gate->keyring = keyring_new(gate->keys);
    keyring_refresh(gate->keyring, NULL, NULL);
    gate->zap = zap_new(gate->context, gate->keyring, DOMAIN, look, gate);
    gate->asker = socket_open(gate->context, ZMQ_DEALER);
    CHECK(zmq_connect(gate->asker, "inproc://zeromq.zap.01") == 0);
    return gate;
}

static void gate_close(struct gate *gate)
{
    zmq_close(gate->asker);
    zap_free(gate->zap);
    zmq_ctx_term(gate->context);
    keyring_free(gate->keyring);
}

struct question {
    const char *version, *domain, *mechanism;
    const void *key;
    size_t key_size, further; // frames behind the key
    bool keyless;
};

static struct question with_key(const uint8_t *key, size_t size)
{
    return (struct question){ "1.0", DOMAIN, "CURVE", key, size, 0, false };
}

// "200" or "400"; the user id.
static const char *ask(struct gate *gate, const struct question *question, char user[128])
{
    static char code[8];
    char frame[128];
    const struct {
        const void *data;
        size_t size;
    } frames[] = { { "", 0 },
                   { question->version, strlen(question->version) },
                   { "r7", 2 },
                   { question->domain, strlen(question->domain) },
                   { "192.0.2.1", 9 },
                   { "peer", 4 },
                   { question->mechanism, strlen(question->mechanism) },
                   { question->key, question->key_size } };
    size_t count = question->keyless ? 7 : 8;
    for (size_t i = 0; i < count + question->further; i++) {
        size_t at = i < count ? i : 7;
        int more = i + 1 < count + question->further ? ZMQ_SNDMORE : 0;
        CHECK(zmq_send(gate->asker, frames[at].data, frames[at].size, more) >= 0);
    }
    zap_answer(gate->zap);
    for (int i = 0; i < 7; i++) {
        int size = zmq_recv(gate->asker, frame, sizeof frame, ZMQ_DONTWAIT);
        CHECK(size >= 0 && (size_t)size < sizeof frame);
        frame[size] = '\0';
        if (i == 2)
            CHECK_STR(frame, "r7"); // or libzmq would not know which question it is
        if (i == 3)
            snprintf(code, sizeof code, "%.7s", frame);
        if (i == 5)
            snprintf(user, 128, "%s", frame);
    }
    return code;
}

TEST(only_trusted_curve_keys_of_this_domain_pass)
{
    struct gate gate;
    uint8_t key[32], foreign[32] = { 1 };
    char user[128];
    zmq_z85_decode(key, gate_open(&gate)->admin.public_key);
    struct question good = with_key(key, sizeof key), asked = good;
    CHECK_STR(ask(&gate, &good, user), "200");
    CHECK_STR(user, user_id_of("admin", gate.admin.public_key).text);

    asked.key = foreign;
    CHECK_STR(ask(&gate, &asked, user), "400");
    CHECK_STR(user, "");
    static const char *const domains[] = { "", "rufbus", "rufbus/contact", "rufbus/contacts2",
                                           "rufbus/telephony" };
    for (size_t i = 0; i < COUNT_OF(domains); i++) {
        asked = good;
        asked.domain = domains[i];
        CHECK_STR(ask(&gate, &asked, user), "400");
    }
    static const char *const mechanisms[] = { "", "NULL", "PLAIN", "GSSAPI", "curve", "CURVE2" };
    for (size_t i = 0; i < COUNT_OF(mechanisms); i++) {
        asked = good;
        asked.mechanism = mechanisms[i];
        CHECK_STR(ask(&gate, &asked, user), "400");
        asked.keyless = true; // as NULL really asks
        CHECK_STR(ask(&gate, &asked, user), "400");
        asked.keyless = false;
        asked.further = 1; // as PLAIN really asks
        CHECK_STR(ask(&gate, &asked, user), "400");
    }
    CHECK_STR(ask(&gate, &good, user), "200");
    CHECK(zap_refused(gate.zap) == 1 + 5 + 18);
    gate_close(&gate);
}

TEST(odd_questions_are_refused_and_the_next_is_answered)
{
    struct gate gate;
    uint8_t key[300] = { 0 };
    char user[128];
    zmq_z85_decode(key, gate_open(&gate)->admin.public_key);
    struct question good = with_key(key, 32), asked;
    static const size_t sizes[] = { 0, 31, 33, 300 };
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        asked = with_key(key, sizes[i]);
        CHECK_STR(ask(&gate, &asked, user), "400");
    }
    asked = good;
    asked.further = 40;
    CHECK_STR(ask(&gate, &asked, user), "400");
    asked = good;
    asked.version = "2.0";
    CHECK_STR(ask(&gate, &asked, user), "400");
    CHECK_STR(ask(&gate, &good, user), "200");
    gate_close(&gate);
}

TEST(a_key_made_a_moment_ago_is_accepted_at_once)
{
    struct gate gate;
    struct key_pair pair;
    struct err err = { 0 };
    uint8_t key[32];
    char user[128];
    gate_open(&gate);
    CHECK(key_make(gate.keys, "wallboard-1", "board", "house", &err));
    CHECK(key_read(gate.keys, "wallboard-1", &pair, &err));
    zmq_z85_decode(key, pair.public_key);
    struct question asked = with_key(key, sizeof key);
    CHECK_STR(ask(&gate, &asked, user), "200");
    CHECK_STR(user, user_id_of("wallboard-1", pair.public_key).text);
    gate_close(&gate);
}

TEST(a_flood_of_strangers_does_not_read_the_folder_each_time)
{
    struct gate gate;
    char user[128];
    gate_open(&gate);
    int64_t began_us = loop_now_us();
    for (int i = 0; i < 500; i++) {
        uint8_t key[32] = { (uint8_t)i, (uint8_t)(i >> 8), 7 };
        struct question asked = with_key(key, sizeof key);
        CHECK_STR(ask(&gate, &asked, user), "400");
    }
    int64_t tenths = (loop_now_us() - began_us) / MILLISECONDS(100) + 1;
    CHECK(gate.looks >= 1 && gate.looks <= tenths);
    gate_close(&gate);
}

// A key that is revoked, or not valid yet, connects: its owner is told so by the server.
TEST(a_revoked_key_is_let_in_to_be_told_so)
{
    struct gate gate;
    struct err err = { 0 };
    uint8_t key[32];
    char user[128];
    zmq_z85_decode(key, gate_open(&gate)->admin.public_key);
    CHECK(key_revoke(gate.keys, "admin", &err));
    keyring_refresh(gate.keyring, NULL, NULL);
    struct question asked = with_key(key, sizeof key);
    CHECK_STR(ask(&gate, &asked, user), "200");
    gate_close(&gate);
}

// Does the self-test find this door shut?
static bool shut(struct gate *gate, void *router)
{
    struct key_pair own;
    struct err err = { 0 };
    char endpoint[360];
    snprintf(endpoint, sizeof endpoint, "ipc://%s/door", test_folder());
    CHECK(key_read(gate->keys, "contacts", &own, &err));
    CHECK(zmq_bind(router, endpoint) == 0);
    bool refused = zap_refuses_strangers(gate->zap, gate->context, endpoint, own.public_key);
    zmq_close(router);
    return refused;
}

TEST(landmine_4_the_self_test_knows_an_open_door_from_a_shut_one)
{
    struct gate gate;
    struct key_pair own;
    struct err err = { 0 };
    gate_open(&gate);
    CHECK(key_read(gate.keys, "contacts", &own, &err));
    void *router = socket_open(gate.context, ZMQ_ROUTER);
    CHECK(zap_guard(router, own.secret_key, DOMAIN));
    CHECK(shut(&gate, router));

    // Without a domain, enforcement lets everybody in without asking: libzmq 4.3.4.
    router = socket_open(gate.context, ZMQ_ROUTER);
    CHECK(socket_set(router, ZMQ_CURVE_SERVER, 1) && socket_set(router, 93, 1));
    CHECK(zmq_setsockopt(router, ZMQ_CURVE_SECRETKEY, own.secret_key, KEY_TEXT - 1) == 0);
    CHECK(!shut(&gate, router));

    // Nobody there at all is no proof either.
    CHECK(!zap_refuses_strangers(gate.zap, gate.context, "inproc://nobody", own.public_key));
    gate_close(&gate);
}

TEST(landmine_4_domain_and_enforcement_are_set_on_every_server_socket)
{
    struct gate gate;
    gate_open(&gate);
    void *router = socket_open(gate.context, ZMQ_ROUTER);
    char domain[64] = "";
    int enforced = 0, mechanism = 0;
    size_t size = sizeof domain, room = sizeof enforced;
    CHECK(zap_guard(router, gate.admin.secret_key, DOMAIN));
    CHECK(zmq_getsockopt(router, ZMQ_ZAP_DOMAIN, domain, &size) == 0);
    CHECK_STR(domain, DOMAIN);
    CHECK(zmq_getsockopt(router, 93, &enforced, &room) == 0 && enforced == 1);
    CHECK(zmq_getsockopt(router, ZMQ_MECHANISM, &mechanism, &room) == 0);
    CHECK_INT(mechanism, ZMQ_CURVE);
    zmq_close(router);
    gate_close(&gate);
}

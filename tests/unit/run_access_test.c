// SPDX-License-Identifier: Apache-2.0
// Keys that come, end and go while the service runs.
#include "tests/unit/run_world.h"

static void trust(const struct world *world, const char *name, const char *more)
{
    struct key_pair pair;
    struct err err = { 0 };
    char path[400];
    (void)!(key_make(world->keys, name, "agent", "house", &err) &&
            key_read(world->keys, name, &pair, &err));
    CHECK_OK(&err);
    snprintf(path, sizeof path, "%s/trusted/%s", world->keys, name);
    FILE *file = fopen(path, "a");
    CHECK(file != NULL);
    fputs(more, file);
    fclose(file);
}

static enum text_id told(struct caller *caller)
{
    struct nothing in = { 0 };
    struct pong pong;
    struct err err = { 0 };
    CHECK_INT(call_ping(caller_client(caller), &in, &pong), CALL_REFUSED);
    const struct err *refused = &caller_client(caller)->refused;
    CHECK(refused->code == ERR_UNAUTHENTICATED);
    static const enum text_id texts[] = { TEXT_KEY_REVOKED, TEXT_KEY_NOT_YET, TEXT_KEY_EXPIRED };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        err = (struct err){ 0 };
        (void)fail(&err, ERR_UNAUTHENTICATED, NULL, texts[i], "guest", NULL);
        if (strcmp(err.german, refused->german) == 0)
            return texts[i];
    }
    CHECK_STR(refused->german, "one of the three");
    return TEXT_KEY_REVOKED;
}

TEST(a_key_made_a_moment_ago_works_at_once_and_a_revoked_one_is_told_so)
{
    struct world *world = world_new();
    struct err err = { 0 };
    world_start(world, NULL);
    struct caller *admin = world_caller(world, "admin", WORLD_WAIT_MS);
    world_ping(admin); // it runs, and has read the folder
    trust(world, "guest", "");
    struct caller *guest = world_caller(world, "guest", WORLD_WAIT_MS);
    int64_t began_us = loop_now_us();
    world_ping(guest);
    CHECK(loop_now_us() - began_us < SECONDS(10)); // not refused once and found again by chance
    CHECK(key_revoke(world->keys, "guest", &err));
    struct nothing in = { 0 };
    struct pong pong;
    // The folder is read again once a second; until then it still counts.
    while (call_ping(caller_client(guest), &in, &pong) == CALL_DONE)
        CHECK(loop_now_us() - began_us < SECONDS(30));
    CHECK_INT(told(guest), TEXT_KEY_REVOKED);
    world_ping(admin);
    caller_free(guest);
    guest = world_caller(world, "guest", WORLD_WAIT_MS); // a new connection is told so too
    CHECK_INT(told(guest), TEXT_KEY_REVOKED);
    caller_free(guest);
    caller_free(admin);
    world_free(world);
}

TEST(a_key_outside_its_time_is_told_so)
{
    struct world *world = world_new();
    world_start(world, NULL);
    trust(world, "guest", "not_before 2190-01-01T00:00:00Z\n");
    struct caller *guest = world_caller(world, "guest", WORLD_WAIT_MS);
    CHECK_INT(told(guest), TEXT_KEY_NOT_YET);
    caller_free(guest);
    char path[400];
    snprintf(path, sizeof path, "%s/guest.key", world->keys);
    CHECK(unlink(path) == 0);
    snprintf(path, sizeof path, "%s/trusted/guest", world->keys);
    CHECK(unlink(path) == 0);
    trust(world, "guest", "not_after 2001-01-01T00:00:00Z\n");
    guest = world_caller(world, "guest", WORLD_WAIT_MS);
    CHECK_INT(told(guest), TEXT_KEY_EXPIRED);
    caller_free(guest);
    world_free(world);
}

TEST(a_broken_file_is_named_in_the_log_and_trusts_nobody)
{
    struct world *world = world_new();
    trust(world, "guest", "may everything\n");
    world_start(world, NULL);
    struct caller *admin = world_caller(world, "admin", WORLD_WAIT_MS);
    world_ping(admin);
    CHECK(strstr(world_said(world, ".log"), "event=key_fault what=\"") != NULL);
    CHECK(strstr(world_said(world, ".log"), "trusted/guest:4: ") != NULL);
    struct caller *guest = world_caller(world, "guest", 500);
    struct nothing in = { 0 };
    struct pong pong;
    CHECK_INT(call_ping(caller_client(guest), &in, &pong), CALL_UNKNOWN); // never connected
    caller_free(guest);
    caller_free(admin);
    world_free(world);
}

// Somebody has copied the key; a new one of the same name takes its place.
TEST(who_holds_the_old_key_of_a_name_is_not_known_any_more)
{
    struct world *world = world_new();
    struct nothing in = { 0 };
    struct pong pong;
    char path[400];
    trust(world, "guest", "");
    world_start(world, NULL);
    struct caller *thief = world_caller(world, "guest", WORLD_WAIT_MS);
    world_ping(thief);
    snprintf(path, sizeof path, "%s/guest.key", world->keys);
    CHECK(unlink(path) == 0);
    snprintf(path, sizeof path, "%s/trusted/guest", world->keys);
    CHECK(unlink(path) == 0);
    trust(world, "guest", "");
    struct caller *guest = world_caller(world, "guest", WORLD_WAIT_MS);
    int64_t began_us = loop_now_us();
    while (call_ping(caller_client(thief), &in, &pong) == CALL_DONE)
        CHECK(loop_now_us() - began_us < SECONDS(30));
    CHECK_REFUSED(&caller_client(thief)->refused, ERR_UNAUTHENTICATED, "");
    world_ping(guest);
    caller_free(thief);
    caller_free(guest);
    world_free(world);
}

TEST(a_key_taken_out_of_the_folder_is_not_known_any_more)
{
    struct world *world = world_new();
    struct nothing in = { 0 };
    struct pong pong;
    char path[400];
    trust(world, "guest", "");
    world_start(world, NULL);
    struct caller *guest = world_caller(world, "guest", WORLD_WAIT_MS);
    world_ping(guest);
    snprintf(path, sizeof path, "%s/trusted/guest", world->keys);
    CHECK(unlink(path) == 0);
    int64_t began_us = loop_now_us();
    while (call_ping(caller_client(guest), &in, &pong) == CALL_DONE)
        CHECK(loop_now_us() - began_us < SECONDS(30));
    CHECK_REFUSED(&caller_client(guest)->refused, ERR_UNAUTHENTICATED, "");
    caller_free(guest);
    world_free(world);
}

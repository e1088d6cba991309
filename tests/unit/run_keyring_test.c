// SPDX-License-Identifier: Apache-2.0
// The key folder: made, read, revoked; a file that breaks the rules trusts nobody.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/civil.h"
#include "common/run/keys.h"
#include "common/run/loop.h"
#include "tests/harness/test.h"

#define PUBLIC "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7" // RFC 26's example of a Z85 key

static const char *keys(void)
{
    static char folder[300];
    snprintf(folder, sizeof folder, "%s/keys", test_folder());
    return folder;
}

static void make(const char *name, const char *roles, const char *scope)
{
    struct err err = { 0 };
    (void)!key_make(keys(), name, roles, scope, &err);
    CHECK_OK(&err);
}

static void write_trusted(const char *name, const char *text)
{
    char path[400];
    snprintf(path, sizeof path, "%s/trusted/%s", keys(), name);
    FILE *file = fopen(path, "w");
    CHECK(file != NULL);
    fputs(text, file);
    fclose(file);
}

struct faults {
    int count;
    char last[600];
};

static void hear(void *context, const char *what)
{
    struct faults *faults = context;
    faults->count++;
    snprintf(faults->last, sizeof faults->last, "%s", what);
}

TEST(a_key_is_made_readable_only_for_its_owner_and_trusted)
{
    struct key_pair pair;
    struct principal principal;
    struct err err = { 0 };
    struct stat about;
    char path[400];
    make("desk-anna", "agent,leader", "house");
    snprintf(path, sizeof path, "%s/desk-anna.key", keys());
    CHECK(stat(path, &about) == 0);
    CHECK_INT(about.st_mode & 0777, 0400);
    CHECK(key_read(keys(), "desk-anna", &pair, &err));
    struct keyring *keyring = keyring_new(keys());
    keyring_refresh(keyring, NULL, NULL);
    CHECK_STR(keyring_public(keyring, "desk-anna"), pair.public_key);
    CHECK(keyring_by_public(keyring, pair.public_key, &principal));
    CHECK_STR(principal.name, "desk-anna");
    CHECK_INT(principal.roles, ROLE_BIT(AGENT) | ROLE_BIT(LEADER));
    CHECK(!keyring_by_public(keyring, PUBLIC, &principal));
    CHECK(keyring_by_user(keyring, user_id_of("desk-anna", pair.public_key).text, &principal));
    CHECK(!keyring_by_user(keyring, user_id_of("desk-anna", PUBLIC).text, &principal));
    CHECK(!keyring_by_user(keyring, user_id_of("desk-otto", pair.public_key).text, &principal));
    CHECK(!keyring_by_user(keyring, "desk-anna", &principal));
    CHECK(!keyring_by_user(keyring, "", &principal));
    CHECK(!keyring_by_name(keyring, "desk-ann", &principal));
    CHECK(keyring_public(keyring, "desk-annaa") == NULL);
    CHECK_INT((int64_t)keyring_count(keyring), 1);
    CHECK(keyring_at(keyring, 1) == NULL);
    keyring_free(keyring);
}

TEST(a_key_is_never_made_twice_nor_under_a_name_that_leads_elsewhere)
{
    struct err err = { 0 };
    make("admin", "admin", "house");
    CHECK(!key_make(keys(), "admin", "admin", "house", &err));
    CHECK_REFUSED(&err, ERR_CONFLICT, "name");
    static const char *const names[] = { "", "../admin", "Anna", "a/b", "a.new", "a b", "ä" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        err = (struct err){ 0 };
        CHECK(!key_make(keys(), names[i], "admin", "house", &err));
        CHECK_REFUSED(&err, ERR_INVALID, "name");
    }
    err = (struct err){ 0 };
    CHECK(!key_make(keys(), "boss", "admin,chef", "house", &err));
    CHECK_REFUSED(&err, ERR_INVALID, "roles");
    err = (struct err){ 0 };
    CHECK(!key_make(keys(), "boss", "admin", "garden", &err));
    CHECK(err.code == ERR_INVALID);
}

TEST(a_key_file_that_others_may_read_is_refused)
{
    struct key_pair pair;
    struct err err = { 0 };
    char path[400];
    make("admin", "admin", "house");
    snprintf(path, sizeof path, "%s/admin.key", keys());
    CHECK(chmod(path, 0440) == 0);
    CHECK(!key_read(keys(), "admin", &pair, &err));
    CHECK(err.code == ERR_UNAVAILABLE && err.text == TEXT_KEY_OPEN);
    CHECK(chmod(path, 0600) == 0);
    CHECK(truncate(path, 50) == 0); // only the public half
    err = (struct err){ 0 };
    CHECK(!key_read(keys(), "admin", &pair, &err));
    CHECK(err.text == TEXT_KEY_BROKEN);
    err = (struct err){ 0 };
    CHECK(!key_read(keys(), "nobody", &pair, &err));
    CHECK(err.text == TEXT_KEY_UNREADABLE && strstr(err.english, "keys/nobody.key"));
}

// The file trusts nobody, and the fault names this place.
static void check_broken(const char *text, const char *place)
{
    struct faults faults = { 0 };
    write_trusted("broken", text);
    struct keyring *keyring = keyring_new(keys());
    keyring_refresh(keyring, hear, &faults);
    CHECK_INT((int64_t)keyring_count(keyring), 1); // the sound one beside it still counts
    CHECK_STR(keyring_at(keyring, 0)->name, "sound");
    CHECK_INT(faults.count, 1);
    if (!strstr(faults.last, place))
        CHECK_STR(faults.last, place);
    keyring_free(keyring);
}

TEST(a_broken_file_trusts_nobody_and_is_named_with_its_line)
{
    make("sound", "agent", "house");
    check_broken("", "trusted/broken:0: ");
    check_broken("public " PUBLIC "\nroles agent\n", "trusted/broken:2: ");
    check_broken("public " PUBLIC "\nscope house\n", "trusted/broken:2: ");
    check_broken("roles agent\nscope house\n", "trusted/broken:2: ");
    check_broken("public short\nroles agent\nscope house\n", "trusted/broken:1: ");
    check_broken("# Anna\n\npublic " PUBLIC "\nroles boss\nscope house\n", "trusted/broken:4: ");
    check_broken("public " PUBLIC "\nroles \nscope house\n", "trusted/broken:2: ");
    check_broken("public " PUBLIC "\nroles agent\nscope garden\n", "trusted/broken:3: ");
    check_broken("public " PUBLIC "\nroles agent\nscope house\nnot_after soon\n", "broken:4: ");
    check_broken("public " PUBLIC "\nroles agent\nscope house\nrevokd\n", "broken:4: ");
    check_broken("public " PUBLIC "\nroles agent\nscope house\nmay all\n", "broken:4: ");
}

TEST(a_key_counts_from_its_beginning_to_its_end)
{
    struct principal principal;
    struct err err = { 0 };
    make("other", "agent", "house");
    write_trusted("guest", "public " PUBLIC "\r\nroles agent\r\nscope house\r\n"
                           "not_before 2026-03-01T00:00:00Z\r\nnot_after 2026-03-31T22:00:00Z\r\n");
    struct keyring *keyring = keyring_new(keys());
    keyring_refresh(keyring, NULL, NULL);
    CHECK(keyring_by_public(keyring, PUBLIC, &principal));
    CHECK_STR(principal.name, "guest");
    int64_t first_us = principal.not_before_us, last_us = principal.not_after_us;
    CHECK(last_us - first_us == DAYS(31) - SECONDS(2 * 3600));
    CHECK(!principal_valid(&principal, first_us - 1, &err));
    CHECK(err.text == TEXT_KEY_NOT_YET);
    err = (struct err){ 0 };
    CHECK(principal_valid(&principal, first_us, &err) &&
          principal_valid(&principal, last_us, &err));
    CHECK(!principal_valid(&principal, last_us + 1, &err));
    CHECK(err.text == TEXT_KEY_EXPIRED);
    keyring_free(keyring);
}

TEST(a_change_is_seen_by_the_next_refresh_and_only_then_read)
{
    struct faults faults = { 0 };
    struct principal principal;
    struct err err = { 0 };
    make("admin", "admin", "house");
    write_trusted("broken", "nonsense");
    struct keyring *keyring = keyring_new(keys());
    keyring_refresh(keyring, hear, &faults);
    keyring_refresh(keyring, hear, &faults);
    CHECK_INT(faults.count, 1); // nothing has changed: not read again
    CHECK(keyring_by_name(keyring, "admin", &principal) && !principal.revoked);
    CHECK(key_revoke(keys(), "admin", &err));
    keyring_refresh(keyring, NULL, NULL);
    CHECK(keyring_by_name(keyring, "admin", &principal) && principal.revoked);
    CHECK(!principal_valid(&principal, loop_now_us(), &err));
    CHECK(err.code == ERR_UNAUTHENTICATED && err.text == TEXT_KEY_REVOKED);
    make("later", "agent", "house");
    keyring_refresh(keyring, NULL, NULL);
    CHECK(keyring_by_name(keyring, "later", &principal));
    char path[400];
    snprintf(path, sizeof path, "%s/trusted/later", keys());
    CHECK(unlink(path) == 0);
    keyring_refresh(keyring, NULL, NULL);
    CHECK(!keyring_by_name(keyring, "later", &principal));
    err = (struct err){ 0 };
    CHECK(!key_revoke(keys(), "later", &err));
    CHECK_REFUSED(&err, ERR_NOT_FOUND, "name");
    keyring_free(keyring);
}

TEST(a_folder_that_is_not_there_trusts_nobody)
{
    struct keyring *keyring = keyring_new("/no/such/folder");
    keyring_refresh(keyring, NULL, NULL);
    CHECK_INT((int64_t)keyring_count(keyring), 0);
    keyring_free(keyring);
    keyring_free(NULL);
}

// SPDX-License-Identifier: Apache-2.0
// What a file is made of, who sees a locked one, which part somebody has in it.
#include "services/contacts/file.h"

#include <string.h>

#include "tests/harness/test.h"

#define NOW 1000000000

static struct arena *arena;
static const struct phone_home home = { .country = "49", .area = "30" };

static struct editor editor(int64_t now_us)
{
    return (struct editor){ arena, &home, now_us, "tester" };
}

static struct id id_of(uint8_t number)
{
    return (struct id){ { 1, [15] = number } };
}

static struct file made(const struct file_new *in)
{
    struct editor by = editor(NOW);
    struct err err = { 0 };
    struct file out;
    CHECK(file_make(in, &by, id_of(1), &out, &err));
    CHECK_OK(&err);
    return out;
}

static void make_refused(const struct file_new *in, const char *field)
{
    struct editor by = editor(NOW);
    struct err err = { 0 };
    struct file out;
    CHECK(!file_make(in, &by, id_of(1), &out, &err));
    CHECK_REFUSED(&err, ERR_INVALID, field);
}

TEST(a_file_is_made_of_what_is_given)
{
    arena = arena_new(100000);
    struct number phone = { .typed = " 030 1234567 ", .e164 = "+1" };
    struct party party = {
        .name = " Amtsgericht ", .role = party_role_COURT, .phones = &phone, .phones_count = 1
    };
    struct file file =
        made(&(struct file_new){ .number = " 1/26 ", .parties = &party, .parties_count = 1 });
    CHECK_STR(file.number, "1/26");
    CHECK_INT(file.kind, file_kind_FILE);
    CHECK_INT(file.state, file_state_OPEN);
    CHECK_INT(file.opened_at, NOW);
    CHECK_STR(file.parties[0].name, "Amtsgericht");
    CHECK_STR(file.parties[0].phones[0].e164, "+49301234567");
    file = made(&(struct file_new){ .number = "1", .state = file_state_ARCHIVED });
    CHECK(file.has_closed_at && file.closed_at == NOW);
    arena_free(arena);
}

TEST(dates_and_states_must_fit)
{
    arena = arena_new(100000);
    make_refused(&(struct file_new){ .number = "1", .has_closed_at = true, .closed_at = NOW },
                 "closed_at");
    make_refused(&(struct file_new){ .number = "1",
                                     .state = file_state_CLOSED,
                                     .has_opened_at = true,
                                     .opened_at = NOW,
                                     .has_closed_at = true,
                                     .closed_at = NOW - 1 },
                 "closed_at");
    make_refused(&(struct file_new){ .number = "--" }, "number");
    make_refused(&(struct file_new){ .number = "1", .has_locked = true, .locked = true }, "locked");
    struct party party = { .role = party_role_COURT };
    make_refused(&(struct file_new){ .number = "1", .parties = &party, .parties_count = 1 },
                 "parties[0].name");
    const char *email = "keine";
    party = (struct party){
        .name = "X", .role = party_role_COURT, .emails = &email, .emails_count = 1
    };
    make_refused(&(struct file_new){ .number = "1", .parties = &party, .parties_count = 1 },
                 "parties[0].emails[0]");
    arena_free(arena);
}

TEST(nothing_new_is_no_new_version)
{
    arena = arena_new(100000);
    struct file file = made(&(struct file_new){ .number = "1", .title = "Alt" }), out;
    struct editor by = editor(NOW + 5);
    struct err err = { 0 };
    struct file_change same = { .title = "Alt" }, other = { .title = "Neu" };
    CHECK(file_apply(&file, &same, &by, &out, &err));
    CHECK_INT(out.version, 1);
    CHECK(file_apply(&file, &other, &by, &out, &err));
    CHECK_INT(out.version, 2);
    CHECK_INT(out.edited_at, NOW + 5);
    const char *clear = "title";
    struct file_change empty = { .clear = &clear, .clear_count = 1 };
    CHECK(file_apply(&file, &empty, &by, &out, &err));
    CHECK_STR(out.title, NULL);
    arena_free(arena);
}

TEST(a_locked_file_shows_to_those_named)
{
    struct id others[] = { id_of(3), id_of(4) };
    struct file file = { .lawyer = id_of(1),
                         .clerk = id_of(2),
                         .seen_by = others,
                         .seen_by_count = 2,
                         .has_locked = true,
                         .locked = true };
    for (uint8_t i = 1; i <= 4; i++)
        CHECK(file_shows(&file, id_text(id_of(i)).text));
    CHECK(!file_shows(&file, id_text(id_of(5)).text));
    CHECK(!file_shows(&file, "admin"));
    CHECK(!file_shows(&file, ""));
    struct file without = { .has_locked = true, .locked = true };
    CHECK(!file_shows(&without, id_text((struct id){ { 0 } }).text));
    file.locked = false;
    CHECK(file_shows(&file, "admin"));
}

TEST(the_gravest_part_counts)
{
    struct party parties[] = { { .contact = id_of(1), .role = party_role_WITNESS },
                               { .contact = id_of(1), .role = party_role_OPPONENT },
                               { .contact = id_of(2), .role = party_role_CLIENT },
                               { .contact = id_of(1), .role = party_role_CLIENT } };
    struct file file = { .parties = parties, .parties_count = COUNT_OF(parties) };
    CHECK_INT(file_role_of(&file, id_of(1)), party_role_OPPONENT);
    CHECK_INT(file_role_of(&file, id_of(2)), party_role_CLIENT);
    CHECK_INT(file_role_of(&file, id_of(3)), party_role_ABSENT);
    CHECK_INT(party_side_of(party_role_OPPOSING_COUNSEL), party_side_OPPOSING);
    CHECK_INT(party_side_of(party_role_INSURER), party_side_NEUTRAL);
}

// SPDX-License-Identifier: Apache-2.0
// Which of several things is meant by what somebody types.
#include <string.h>

#include "common/base/text.h"
#include "services/cli/names.h"
#include "services/cli/near.h"
#include "tests/harness/test.h"

struct world {
    struct arena *arena;
    struct names names;
};

static struct id id_of(uint8_t number)
{
    return (struct id){ { 1, [15] = number } };
}

static void add(struct world *world, enum name_kind kind, const char *text, const char *detail)
{
    struct name name = {
        .id = id_of((uint8_t)(world->names.count + 1)), .kind = kind, .text = text, .detail = detail
    };
    names_add(&world->names, &name, world->arena);
}

static struct world begin(void)
{
    struct world world = { .arena = arena_new(1 << 20) };
    add(&world, NAME_STAFF, "Anna Lindner", NULL);
    add(&world, NAME_STAFF, "Anna-Maria Weiß", NULL);
    add(&world, NAME_STAFF, "Jörg Weiß", NULL);
    add(&world, NAME_STAFF, "Ann", NULL);
    add(&world, NAME_CLIENT, "Weiß & Söhne", NULL);
    add(&world, NAME_FILE, "12/2026-S", "Petersen");
    add(&world, NAME_FILE, "112/2026-S", "Hansen");
    add(&world, NAME_FILE, "12/2025", NULL);
    add(&world, NAME_CONTACT, "Ida Jansen", "Jansen & Jansen");
    add(&world, NAME_CONTACT, "Ida Jansen", NULL);
    return world;
}

static void end(struct world *world)
{
    names_done(&world->names);
    arena_free(world->arena);
}

// The texts of all that may be meant.
static const char *meant(struct world *world, enum name_kind kind, const char *typed)
{
    const char *folded = text_fold(world->arena, typed);
    struct names_meant found = names_meant(&world->names, kind, folded);
    const char *text = found.count && !found.certain ? "? " : "";
    for (size_t i = 0; i < found.count && i < NAMES_SHOWN; i++)
        text = arena_format(world->arena, "%s%s%s", text, i ? "|" : "", found.shown[i]->text);
    return text;
}

TEST(a_name_is_meant_by_itself_or_the_beginnings_of_its_words)
{
    struct world world = begin();
    CHECK_STR(meant(&world, NAME_STAFF, "ann"), "Ann");
    CHECK_STR(meant(&world, NAME_STAFF, "anna"), "Anna Lindner|Anna-Maria Weiß");
    CHECK_STR(meant(&world, NAME_STAFF, "LIND"), "Anna Lindner");
    CHECK_STR(meant(&world, NAME_STAFF, "weiss anna"), "Anna-Maria Weiß");
    CHECK_STR(meant(&world, NAME_STAFF, "jörg"), "Jörg Weiß");
    CHECK_STR(meant(&world, NAME_CLIENT, "Weiss"), "Weiß & Söhne");
    CHECK_STR(meant(&world, NAME_TEAM, "anna"), "");
    // Not in the middle of a word; a letter alone is no name; nor is nothing.
    CHECK_STR(meant(&world, NAME_STAFF, "indner"), "? Anna Lindner");
    CHECK_STR(meant(&world, NAME_STAFF, "l"), "");
    CHECK_STR(meant(&world, NAME_STAFF, "-"), "");
    end(&world);
}

TEST(a_slip_of_the_keyboard_is_never_certain)
{
    struct world world = begin();
    CHECK_STR(meant(&world, NAME_STAFF, "jorg"), "? Jörg Weiß");
    CHECK_STR(meant(&world, NAME_STAFF, "lidnner"), "? Anna Lindner");
    CHECK_STR(meant(&world, NAME_STAFF, "xyz"), "");
    end(&world);
}

TEST(a_part_of_a_files_number_is_no_other_file)
{
    struct world world = begin();
    CHECK_STR(meant(&world, NAME_FILE, "12/2026-S"), "12/2026-S");
    CHECK_STR(meant(&world, NAME_FILE, "12 / 2026 s"), "12/2026-S");
    CHECK_STR(meant(&world, NAME_FILE, "12/2026"), "12/2026-S");
    CHECK_STR(meant(&world, NAME_FILE, "12"), "12/2026-S|12/2025");
    CHECK_STR(meant(&world, NAME_FILE, "112"), "112/2026-S");
    CHECK(strncmp(meant(&world, NAME_FILE, "11"), "112", 3) != 0);
    CHECK(strncmp(meant(&world, NAME_FILE, "2026"), "12", 2) != 0);
    end(&world);
}

TEST(namesakes_are_listed_with_what_tells_them_apart)
{
    struct world world = begin();
    struct names_meant found = names_meant(&world.names, NAME_CONTACT, "jansen");
    const char *listed = names_listed(&found, world.arena);
    CHECK(found.count == 2 && found.certain);
    CHECK(strstr(listed, "Ida Jansen (Jansen & Jansen, 01"));
    CHECK(strstr(listed, id_text(id_of(10)).text));
    found = names_meant(&world.names, NAME_FILE, "12");
    CHECK_STR(names_listed(&found, world.arena), "12/2026-S (Petersen), 12/2025");
    for (int i = 0; i < 9; i++)
        add(&world, NAME_TEAM, arena_format(world.arena, "Team %d", i), NULL);
    found = names_meant(&world.names, NAME_TEAM, "team");
    CHECK(found.count == 9);
    CHECK_STR(names_listed(&found, world.arena), "Team 0, Team 1, Team 2, Team 3, Team 4, …");
    end(&world);
}

TEST(names_are_found_behind_their_ids)
{
    struct world world = begin();
    names_sort(&world.names);
    CHECK_STR(names_text(&world.names, id_of(3)), "Jörg Weiß");
    CHECK(names_text(&world.names, id_of(77)) == NULL);
    end(&world);
}

TEST(near_is_one_slip_or_two_in_a_longer_word)
{
    CHECK(near("clock", "clock") && near_slips("clock", "clock") == 0);
    CHECK(near_slips("clokc", "clock") == 1 && near_slips("clok", "clock") == 1);
    CHECK(near_slips("cllock", "clock") == 1 && near_slips("cluck", "clock") == 1);
    CHECK(near_slips("strat", "start") == 1 && near_slips("searhc", "search") == 1);
    CHECK(near_slips("mesuer", "measure") == 2);
    CHECK(!near("bok", "book") == false && !near("bk", "book"));
    CHECK(!near("stop", "start") && !near("x", "xy") && !near("", "a"));
    char longer[80] = "";
    memset(longer, 'a', sizeof longer - 1);
    CHECK(!near(longer, longer + 1));
}

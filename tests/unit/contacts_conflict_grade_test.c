// SPDX-License-Identifier: Apache-2.0
// Which names are the same or similar, and what a party means for a new matter.
#include "services/contacts/conflict.h"

#include "tests/harness/test.h"

static enum conflict_match compared(const char *asked, const char *name)
{
    struct arena *arena = arena_new(20000);
    struct conflict_name read;
    CHECK(conflict_name_read(asked, arena, &read));
    enum conflict_match match = conflict_compare(&read, name, arena);
    arena_free(arena);
    return match;
}

TEST(the_same_words_are_the_same_name)
{
    CHECK_INT(compared("Anna Meier", "Meier, Anna"), conflict_match_NAME);
    CHECK_INT(compared("Dr. Anna Meier", "Frau Anna MEIER"), conflict_match_NAME);
    CHECK_INT(compared("Müller GmbH", "Mueller"), conflict_match_NAME);
    CHECK_INT(compared("Straßenbau Süd AG", "Strassenbau Sued GmbH & Co. KG"), conflict_match_NAME);
}

TEST(words_that_sound_alike_are_similar)
{
    CHECK_INT(compared("Anna Meier", "Ana Mayr"), conflict_match_SIMILAR);
    CHECK_INT(compared("Meier", "Anna Meyer"), conflict_match_SIMILAR);
    CHECK_INT(compared("Anna Meyer", "Meier KG"), conflict_match_SIMILAR);
    CHECK_INT(compared("Anna Meier", "Peter Meier"), conflict_match_ABSENT);
    CHECK_INT(compared("Anna Meier", "Anna Bauer"), conflict_match_ABSENT);
    CHECK_INT(compared("Meier Maier", "Meyer"), conflict_match_SIMILAR);
    CHECK_INT(compared("Meier", "   "), conflict_match_ABSENT);
}

TEST(the_side_the_state_and_the_match_decide)
{
    const enum party_role ours = party_role_CLIENT, theirs = party_role_OPPONENT;
    const enum file_state open = file_state_OPEN, closed = file_state_CLOSED;
    CHECK_INT(conflict_grade(ours, theirs, open, conflict_match_NAME), conflict_severity_CONFLICT);
    CHECK_INT(conflict_grade(theirs, ours, open, conflict_match_NUMBER),
              conflict_severity_CONFLICT);
    CHECK_INT(conflict_grade(ours, theirs, closed, conflict_match_NAME), conflict_severity_CHECK);
    CHECK_INT(conflict_grade(ours, theirs, open, conflict_match_SIMILAR), conflict_severity_CHECK);
    CHECK_INT(conflict_grade(ours, ours, open, conflict_match_NAME), conflict_severity_KNOWN);
    CHECK_INT(conflict_grade(theirs, theirs, open, conflict_match_NAME), conflict_severity_KNOWN);
    CHECK_INT(conflict_grade(ours, party_role_WITNESS, open, conflict_match_NAME),
              conflict_severity_KNOWN);
    CHECK_INT(conflict_grade(party_role_WITNESS, theirs, open, conflict_match_NAME),
              conflict_severity_KNOWN);
    CHECK_INT(conflict_grade(ours, party_role_OPPOSING_COUNSEL, open, conflict_match_NAME),
              conflict_severity_CONFLICT);
}

TEST(the_gravest_and_surest_come_first)
{
    struct conflict_hit a = { .severity = conflict_severity_CONFLICT,
                              .matched = conflict_match_NAME,
                              .state = file_state_OPEN,
                              .opened_at = 5 };
    struct conflict_hit b = a;
    CHECK_INT(conflict_order(&a, &b), 0);
    b.opened_at = 9;
    CHECK(conflict_order(&a, &b) > 0); // the younger first
    b.state = file_state_CLOSED;
    CHECK(conflict_order(&a, &b) < 0);
    b.matched = conflict_match_SIMILAR;
    CHECK(conflict_order(&a, &b) < 0);
    b = a;
    b.severity = conflict_severity_KNOWN;
    CHECK(conflict_order(&a, &b) < 0);
}

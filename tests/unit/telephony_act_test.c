// SPDX-License-Identifier: Apache-2.0
// E11, A1, A10: which numbers may be dialled, and what Asterisk is told.
#include <string.h>

#include "services/telephony/act.h"
#include "tests/harness/test.h"

static struct dialling berlin(void)
{
    return (struct dialling){
        .home = { "49", "30" }, .outside = "", .context = "from-internal", .channel = "PJSIP/{}"
    };
}

TEST(numbers_become_what_the_pbx_is_given)
{
    static const struct {
        const char *typed, *number, *outside, *digits;
    } cases[] = {
        { "030 1234567", "+49301234567", "", "0301234567" },
        { "1234567", "+49301234567", "0", "00301234567" },
        { "0171 3920011", "+491713920011", "", "01713920011" },
        { "+41 44 668 18 00", "+41446681800", "", "0041446681800" },
        { "+41 44 668 18 00", "+41446681800", "0", "00041446681800" },
        { "102", "102", "0", "102" }, // an extension needs no prefix
        { "115", "115", "", "115" },
    };
    struct arena *arena = arena_new(1 << 16);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct dialling dialling = berlin();
        const char *number = NULL;
        struct err err = { 0 };
        dialling.outside = cases[i].outside;
        CHECK(act_number(&dialling, cases[i].typed, "number", arena, &number, &err));
        CHECK_STR(number ? number : "", cases[i].number);
        CHECK_STR(number ? act_digits(&dialling, number, arena) : "", cases[i].digits);
    }
    arena_free(arena);
}

TEST(what_costs_much_or_calls_for_help_is_refused_unless_allowed)
{
    static const struct {
        const char *typed;
        bool premium, emergency;
    } cases[] = {
        { "0900 1234567", true, false }, { "0137 7 123456", true, false }, { "11880", true, false },
        { "118000", true, false },       { "110", false, true },           { "112", false, true },
    };
    struct arena *arena = arena_new(1 << 16);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct dialling dialling = berlin();
        const char *number = NULL;
        struct err err = { 0 };
        CHECK(!act_number(&dialling, cases[i].typed, "number", arena, &number, &err));
        CHECK_REFUSED(&err, ERR_FORBIDDEN, "number");
        dialling.premium = cases[i].premium;
        dialling.emergency = cases[i].emergency;
        err = (struct err){ 0 };
        CHECK(act_number(&dialling, cases[i].typed, "number", arena, &number, &err));
    }
    arena_free(arena);
}

TEST(what_is_no_number_is_refused_with_what_would_be_right)
{
    static const char *const typed[] = {
        "", "Anna", "1,23E+10", "030 12 oder 13", "102\r\nAction: Logoff", "*31#030 1234567"
    };
    struct arena *arena = arena_new(1 << 16);
    for (size_t i = 0; i < COUNT_OF(typed); i++) {
        struct dialling dialling = berlin();
        const char *number = NULL;
        struct err err = { 0 };
        CHECK(!act_number(&dialling, typed[i], "number", arena, &number, &err));
        CHECK_REFUSED(&err, ERR_INVALID, "number");
        CHECK(err.german[0] != '\0');
    }
    arena_free(arena);
}

static const char *lines_of(struct act *act, const char *channel, struct arena *arena,
                            const char **ret_action)
{
    struct dialling dialling = berlin();
    const char *lines = act_lines(&dialling, act, channel, arena, ret_action);
    return lines ? lines : "";
}

TEST(actions_are_written_as_a_real_pbx_took_them)
{
    struct arena *arena = arena_new(1 << 16);
    const char *action = "";
    struct act act = {
        .id = { { 1 } }, .kind = act_kind_DIAL, .extension = "101", .number = "+491713920011"
    };
    CHECK_STR(lines_of(&act, NULL, arena, &action),
              "Channel: PJSIP/101\r\nContext: from-internal\r\nExten: 01713920011\r\n"
              "Priority: 1\r\nTimeout: 30000\r\nCallerID: \"01713920011\" <01713920011>\r\n"
              "ChannelId: 01000000-0000-0000-0000-000000000000\r\nAsync: true\r\n");
    CHECK_STR(action, "Originate");
    act.kind = act_kind_FORWARD_BLIND;
    act.number = "102";
    CHECK_STR(lines_of(&act, "PJSIP/101-00000124", arena, &action),
              "Channel: PJSIP/101-00000124\r\nExten: 102\r\nContext: from-internal\r\n");
    CHECK_STR(action, "BlindTransfer");
    act.kind = act_kind_PICK_UP;
    act.extension = "103";
    CHECK_STR(lines_of(&act, "PJSIP/trunk-0000011d", arena, &action),
              "Channel: PJSIP/trunk-0000011d\r\nExten: 103\r\nContext: from-internal\r\n"
              "Priority: 1\r\n");
    CHECK_STR(action, "Redirect");
    act.kind = act_kind_HANG_UP;
    CHECK_STR(lines_of(&act, "PJSIP/trunk-00000111", arena, &action),
              "Channel: PJSIP/trunk-00000111\r\nCause: 16\r\n");
    CHECK_STR(action, "Hangup");
    arena_free(arena);
}

// A channel's name comes from the PBX, which prints what callers send.
TEST(nothing_in_a_line_can_end_it)
{
    struct arena *arena = arena_new(1 << 16);
    const char *action = "";
    struct act act = { .kind = act_kind_HANG_UP };
    const char *lines = lines_of(&act, "PJSIP/x\r\nAction: Logoff", arena, &action);
    CHECK_STR(lines, "Channel: PJSIP/x  Action: Logoff\r\nCause: 16\r\n");
    arena_free(arena);
}

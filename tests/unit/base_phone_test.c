// SPDX-License-Identifier: Apache-2.0
// Phone numbers: what is typed, and what is made of it or why it is refused.
#include "common/base/phone.h"

#include <string.h>

#include "tests/harness/test.h"

static const struct phone_home berlin = { "49", "30" };
static const struct phone_home germany = { "49", NULL };
static const struct phone_home austria = { "43", NULL };
static const struct phone_home swiss = { "41", NULL };
static const struct phone_home vaduz = { "423", NULL };

struct good {
    const struct phone_home *home;
    const char *typed, *e164, *extension;
    enum phone_kind kind;
    bool mended;
};

TEST(numbers_are_read)
{
    static const struct good cases[] = {
        { &germany, "030 1234567", "+49301234567", "", PHONE_FIXED, false },
        { &germany, "0049(0)30 1234567", "+49301234567", "", PHONE_FIXED, false },
        { &germany, "+49 (0) 30 1234567", "+49301234567", "", PHONE_FIXED, false },
        { &swiss, "+49 030 1234567", "+49301234567", "", PHONE_FIXED, false },
        { &germany, "(0)30/1234-56", "+4930123456", "", PHONE_FIXED, false },
        { &germany, "030/123 45-67", "+49301234567", "", PHONE_FIXED, false },
        { &germany, "(030) 123.45.67", "+49301234567", "", PHONE_FIXED, false },
        { &germany, "tel:+49-30-1234567", "+49301234567", "", PHONE_FIXED, false },
        { &germany, "tel:+49-30-123456;ext=12", "+4930123456", "12", PHONE_FIXED, false },
        { &germany, "030\u00A0123\u201345\u202F67", "+49301234567", "", PHONE_FIXED, false },
        { &germany, "\u202A+49 30 1234567\u202C", "+49301234567", "", PHONE_FIXED, false },
        { &germany, " 030 1234567\r\n", "+49301234567", "", PHONE_FIXED, false },
        { &germany, "030 123456 DW 12", "+4930123456", "12", PHONE_FIXED, false },
        { &germany, "030 123456 Durchwahl: 007", "+4930123456", "007", PHONE_FIXED, false },
        { &germany, "030 123456 (App. 12)", "+4930123456", "12", PHONE_FIXED, false },
        { &germany, "030 123456 Nst.12", "+4930123456", "12", PHONE_FIXED, false },
        { &germany, "030 123456 ext. 1 2", "+4930123456", "12", PHONE_FIXED, false },
        { &germany, "0151 12345678", "+4915112345678", "", PHONE_MOBILE, false },
        { &germany, "0800 1234567", "+498001234567", "", PHONE_FREE, false },
        { &germany, "301234567", "+49301234567", "", PHONE_FIXED, true },
        { &germany, "4915112345678", "+4915112345678", "", PHONE_MOBILE, true },
        { &germany, "4930123456", "+4930123456", "", PHONE_FIXED, true },
        { &berlin, "1234567", "+49301234567", "", PHONE_FIXED, false },
        { &germany, "110", "", "", PHONE_SHORT, false },
        { &germany, "116117", "", "", PHONE_SHORT, false },
        { &germany, "115", "", "", PHONE_SHORT, false },
        { &austria, "0664 1234567", "+436641234567", "", PHONE_MOBILE, false },
        { &austria, "01 5880000", "+4315880000", "", PHONE_FIXED, false },
        { &austria, "144", "", "", PHONE_SHORT, false },
        { &swiss, "044 668 18 00", "+41446681800", "", PHONE_FIXED, false },
        { &swiss, "446681800", "+41446681800", "", PHONE_FIXED, true },
        { &germany, "0041 79 123 45 67", "+41791234567", "", PHONE_MOBILE, false },
        { &vaduz, "237 12 34", "+4232371234", "", PHONE_FIXED, false },
        { &germany, "+423 237 12 34", "+4232371234", "", PHONE_FIXED, false },
        { &germany, "+1 212 555 0100", "+12125550100", "", PHONE_FOREIGN, false },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct good *want = &cases[i];
        struct phone got = { .mended = !want->mended };
        struct err err = { .code = ERR_NONE };
        CHECK(phone_read(want->typed, want->home, &got, &err));
        CHECK_OK(&err);
        CHECK_STR(got.e164, want->e164);
        CHECK_STR(got.extension, want->extension);
        CHECK_INT(got.kind, want->kind);
        CHECK_INT(got.mended, want->mended);
    }
}

TEST(what_is_no_number_is_refused_with_its_reason)
{
    static const struct {
        const char *typed;
        enum text_id text;
    } cases[] = {
        { "", TEXT_PHONE_EMPTY },
        { " - ", TEXT_PHONE_EMPTY },
        { "+", TEXT_PHONE_EMPTY },
        { "030 123456 (privat)", TEXT_PHONE_LETTERS },
        { "Tel. 030 123456", TEXT_PHONE_LETTERS },
        { "0800 FLOWERS", TEXT_PHONE_LETTERS },
        { "DW 12", TEXT_PHONE_LETTERS },
        { "030 123456 DW 12 Frau Roth", TEXT_PHONE_LETTERS },
        { "030 123456 oder 030 654321", TEXT_PHONE_LETTERS },
        { "030 123456 DW", TEXT_PHONE_EXTENSION },
        { "030 123456 DW 123456789", TEXT_PHONE_EXTENSION },
        { "3.0123456E7", TEXT_PHONE_CALCULATED },
        { "4,93012E+11", TEXT_PHONE_CALCULATED },
        { "493012345E3", TEXT_PHONE_CALCULATED },
        { "301234567.0", TEXT_PHONE_CALCULATED },
        { "301234567,00", TEXT_PHONE_CALCULATED },
        { "030 1234567 / 0171 1234567", TEXT_PHONE_TWO },
        { "030 1234567 0171 1234567", TEXT_PHONE_TWO },
        { "030 1234567/8", TEXT_PHONE_TWO },
        { "030 1234567, 030 7654321", TEXT_PHONE_TWO },
        { "030 1234567\n030 7654321", TEXT_PHONE_TWO },
        { "+49 30 1234567 +49 30 7654321", TEXT_PHONE_TWO },
        { "*31#030123456", TEXT_PHONE_SIGN },
        { "030 123456\u00BD", TEXT_PHONE_SIGN },
        { "030123456789012345678901234", TEXT_PHONE_LONG },
        { "4921123456", TEXT_PHONE_AMBIGUOUS },
        { "+49 0", TEXT_PHONE_UNKNOWN },
        { "+49 110", TEXT_PHONE_UNKNOWN },
        { "+41 44 668 18", TEXT_PHONE_UNKNOWN },
        { "+1 212", TEXT_PHONE_UNKNOWN },
        { "+0301234567", TEXT_PHONE_UNKNOWN },
        { "000301234567", TEXT_PHONE_UNKNOWN },
        { "12345", TEXT_PHONE_UNKNOWN },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct phone got = { .e164 = "untouched" };
        struct err err = { .code = ERR_NONE };
        CHECK(!phone_read(cases[i].typed, &germany, &got, &err));
        CHECK_REFUSED(&err, ERR_INVALID, "");
        CHECK_INT(err.text, cases[i].text);
        CHECK_STR(got.e164, "untouched");
    }
}

TEST(numbers_are_shown_as_people_write_them)
{
    static const struct {
        const struct phone_home *home;
        const char *e164, *shown;
    } cases[] = {
        { &berlin, "+49301234567", "030 1234567" },
        { &swiss, "+49301234567", "+49 30 1234567" },
        { &germany, "+4915112345678", "0151 12345678" },
        { &germany, "+41446681800", "+41 44 668 18 00" },
        { &swiss, "+41446681800", "044 668 18 00" },
        { &germany, "+4232371234", "+423 237 12 34" },
        { &vaduz, "+4232371234", "237 12 34" },
        { &germany, "+12125550100", "+1 2125550100" },
        { &germany, "+35312345678", "+353 12345678" },
        { &germany, "", "" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char shown[PHONE_SHOWN_MAX + 1];
        phone_show(cases[i].e164, cases[i].home, shown);
        CHECK_STR(shown, cases[i].shown);
    }
}

TEST(a_stem_keeps_room_for_a_main_number)
{
    char stem[PHONE_E164_MAX + 1];
    CHECK(phone_stem("+4930123456", 0, stem));
    CHECK_STR(stem, "+4930123456");
    CHECK(phone_stem("+4930123456", 3, stem));
    CHECK_STR(stem, "+4930123");
    CHECK(!phone_stem("+4930123456", 4, stem));
    CHECK(!phone_stem("+4930123456", 400, stem));
    CHECK(!phone_stem("", 0, stem));
    CHECK(!phone_stem("4930123456", 1, stem));
}

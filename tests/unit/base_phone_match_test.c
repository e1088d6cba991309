// SPDX-License-Identifier: Apache-2.0
// Which numbers are tried for a caller, and in which order.
#include "common/base/phone_match.h"

#include <stdio.h>
#include <string.h>

#include "tests/harness/test.h"

struct book {
    const char *numbers[4]; // each line is one contact's number
    char tried[400];
};

static size_t look_up(void *context, const char *e164)
{
    struct book *book = context;
    size_t count = 0, used = strlen(book->tried);
    (void)snprintf(book->tried + used, sizeof book->tried - used, "%s%s", used ? " " : "", e164);
    for (size_t i = 0; i < COUNT_OF(book->numbers); i++)
        count += book->numbers[i] && strcmp(book->numbers[i], e164) == 0;
    return count;
}

TEST(the_whole_number_of_one_is_exact)
{
    struct book book = { .numbers = { "+493012345678", "+49301234560" } };
    CHECK_INT(phone_match("+493012345678", look_up, &book), PHONE_MATCH_EXACT);
    CHECK_STR(book.tried, "+493012345678");
}

TEST(a_number_that_several_share_is_possible)
{
    struct book book = { .numbers = { "+493012345678", "+493012345678" } };
    CHECK_INT(phone_match("+493012345678", look_up, &book), PHONE_MATCH_POSSIBLE);
    CHECK_STR(book.tried, "+493012345678");
}

TEST(a_main_number_is_possible_with_and_without_its_zero)
{
    struct book plain = { .numbers = { "+4930123456" } };
    struct book zero = { .numbers = { "+49301234560" } };
    CHECK_INT(phone_match("+493012345678", look_up, &plain), PHONE_MATCH_POSSIBLE);
    CHECK_STR(plain.tried, "+493012345678 +49301234567 +493012345670 +4930123456");
    CHECK_INT(phone_match("+493012345678", look_up, &zero), PHONE_MATCH_POSSIBLE);
    CHECK_STR(zero.tried, "+493012345678 +49301234567 +493012345670 +4930123456 +49301234560");
}

TEST(the_longest_main_number_wins)
{
    struct book book = { .numbers = { "+4930123", "+49301234567" } };
    CHECK_INT(phone_match("+493012345678", look_up, &book), PHONE_MATCH_POSSIBLE);
    CHECK_STR(book.tried, "+493012345678 +49301234567");
}

TEST(at_most_five_digits_are_dropped)
{
    struct book book = { .numbers = { "+49301234" } };
    CHECK_INT(phone_match("+4930123456789", look_up, &book), PHONE_MATCH_POSSIBLE);
    book = (struct book){ .numbers = { "+49301234" } };
    CHECK_INT(phone_match("+49301234567890", look_up, &book), PHONE_MATCH_NONE);
}

TEST(an_unknown_number_is_nobodys)
{
    struct book book = { .numbers = { "+493099999999" } };
    CHECK_INT(phone_match("+493012345678", look_up, &book), PHONE_MATCH_NONE);
    CHECK(strstr(book.tried, "+4930 ") == NULL);
}

TEST(an_extension_of_its_own_makes_the_whole_number)
{
    char whole[PHONE_WHOLE_MAX][PHONE_E164_MAX + 1];
    CHECK_INT((int64_t)phone_whole("+49301234", "12", whole), 1);
    CHECK_STR(whole[0], "+4930123412");
    CHECK_INT((int64_t)phone_whole("+493012340", "12", whole), 2);
    CHECK_STR(whole[0], "+4930123412");
    CHECK_STR(whole[1], "+49301234012");
    CHECK_INT((int64_t)phone_whole("+49301234", NULL, whole), 1);
    CHECK_STR(whole[0], "+49301234");
    CHECK_INT((int64_t)phone_whole("+49301234", "", whole), 1);
    CHECK_INT((int64_t)phone_whole("+49123456789010", "12", whole), 1);
    CHECK_STR(whole[0], "+491234567890112");
    // 16 digits are no number any more.
    CHECK_INT((int64_t)phone_whole("+491234567890120", "123", whole), 0);
}

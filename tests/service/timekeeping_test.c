// SPDX-License-Identifier: Apache-2.0
// timekeeping over a fixture: whole, and it keeps what others tell.
#include "services/timekeeping/api.h"
#include "services/timekeeping/kept.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"

TEST(timekeeping_is_whole)
{
    CHECK_STR(fixture_incomplete(&timekeeping_service), "");
}

TEST(what_others_tell_is_kept_and_goes_with_them)
{
    struct fixture *fx = fixture_new(&timekeeping_service);
    struct staff staff = { .id = { { 1 } }, .version = 1, .name = "Anna", .edited_by = "tester" };
    const char *phones[] = { "101" };

    staff.extensions = phones;
    staff.extensions_count = 1;
    fixture_fact(fx, "contacts", "staff", &staff, false);
    CHECK_INT(fixture_rows(fx, &kept_staff_table), 1);
    staff.version = 2;
    fixture_fact(fx, "contacts", "staff", &staff, true);
    CHECK_INT(fixture_rows(fx, &kept_staff_table), 0);
    fixture_free(fx);
}

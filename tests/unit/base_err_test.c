// SPDX-License-Identifier: Apache-2.0
// Problems: what is put into the catalogue's texts.
#include <errno.h>
#include <string.h>

#include "common/base/system.h"
#include "tests/harness/test.h"

static struct err refused(const char *argument)
{
    struct err err = { 0 };

    CHECK(!fail(&err, ERR_UNAVAILABLE, NULL, TEXT_CLI_FILE_UNREADABLE, "a.csv", argument, NULL));
    return err;
}

TEST(arguments_are_put_where_they_belong)
{
    struct err err = refused("weil");

    CHECK_STR(err.german, "Die Datei „a.csv“ kann nicht gelesen werden: weil.");
    CHECK_STR(err.english, "the file \"a.csv\" cannot be read: weil");
}

TEST(what_the_system_says_is_told_in_both_languages)
{
    struct err err = refused(system_text(ENOENT).text);

    CHECK_STR(err.german, "Die Datei „a.csv“ kann nicht gelesen werden: nicht vorhanden.");
    CHECK_STR(err.english, "the file \"a.csv\" cannot be read: no such file or folder");
    CHECK_STR(refused(system_text(EUCLEAN).text).german,
              "Die Datei „a.csv“ kann nicht gelesen werden: Structure needs cleaning.");
}

TEST(a_number_of_no_text_stays_as_it_is)
{
    CHECK(strstr(refused("\xFF"
                         "999999")
                     .german,
                 "\xFF"
                 "999999"));
    CHECK(strstr(refused("\xFF"
                         "-1")
                     .german,
                 "\xFF"
                 "-1"));
}

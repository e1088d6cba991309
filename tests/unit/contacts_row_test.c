// SPDX-License-Identifier: Apache-2.0
// Contacts, clients and staff as values: made, changed, emptied, refused.
#include <string.h>

#include "common/wire/codec.h"
#include "services/contacts/client.h"
#include "services/contacts/contact.h"
#include "services/contacts/staff.h"
#include "tests/harness/test.h"

static const struct phone_home berlin = { .country = "49", .area = "30" };
static const struct id some_id = { { 1 } };

static struct editor editor_new(int64_t now_us)
{
    return (struct editor){ arena_new((size_t)1 << 20), &berlin, now_us, "anna" };
}

static struct contact made(const struct contact_new *in, const struct editor *editor)
{
    struct contact contact = { 0 };
    struct err err = { 0 };
    CHECK(contact_make(in, editor, some_id, &contact, &err));
    CHECK_OK(&err);
    return contact;
}

TEST(a_person_is_named_by_the_parts)
{
    struct editor editor = editor_new(7);
    struct contact_new in = { .given_name = " Jörg", .family_name = "Müller ", .message = "hi" };
    struct contact contact = made(&in, &editor);
    CHECK_STR(contact.name, "Jörg Müller");
    CHECK_STR(contact.given_name, "Jörg");
    CHECK_INT(contact.kind, contact_kind_PERSON);
    CHECK_INT(contact.version, 1);
    CHECK_INT(contact.created_at, 7);
    CHECK_STR(contact.edited_by, "anna");
    CHECK_STR(contact.message->text, "hi");
    CHECK_STR(contact.message->set_by, "anna");
    CHECK_INT(contact.message->set_at, 7);
    in = (struct contact_new){ .family_name = "Müller" };
    contact = made(&in, &editor);
    CHECK_STR(contact.name, "Müller");
    arena_free(editor.arena);
}

TEST(numbers_are_kept_as_typed_and_read)
{
    struct editor editor = editor_new(7);
    const struct number phones[] = {
        { .typed = "030 1234567", .label = "Büro", .e164 = "+1" },
        { .typed = "0171/5551234 DW 12" },
        { .typed = "bei der Schwester", .e164 = "+4930999", .extension = "9" },
        { .typed = "110" },
    };
    struct contact_new in = { .name = "A", .phones = phones, .phones_count = 4 };
    struct contact contact = made(&in, &editor);
    CHECK_STR(contact.phones[0].typed, "030 1234567");
    CHECK_STR(contact.phones[0].e164, "+49301234567");
    CHECK_STR(contact.phones[0].label, "Büro");
    CHECK_STR(contact.phones[1].extension, "12");
    CHECK_STR(contact.phones[2].typed, "bei der Schwester");
    CHECK_STR(contact.phones[2].e164, NULL);
    CHECK_STR(contact.phones[2].extension, NULL);
    CHECK_STR(contact.phones[3].e164, NULL);
    arena_free(editor.arena);
}

static void refuse_contact(const struct contact_new *in, const char *field)
{
    struct editor editor = editor_new(7);
    struct contact contact;
    struct err err = { 0 };
    CHECK(!contact_make(in, &editor, some_id, &contact, &err));
    CHECK_REFUSED(&err, ERR_INVALID, field);
    arena_free(editor.arena);
}

TEST(what_a_contact_may_not_be)
{
    const char *const categories[] = { "Kunde", "Lieferant", " KUNDE " };
    const char *const emails[] = { "a@b.de", "a b@c.de" };
    const struct address addresses[] = { { .town = "Wien", .country = "AT" }, { .country = "at" } };
    refuse_contact(&(struct contact_new){ .organisation = "X" }, "name");
    refuse_contact(&(struct contact_new){ .name = "  " }, "name");
    refuse_contact(
        &(struct contact_new){ .name = "A", .categories = categories, .categories_count = 3 },
        "categories[2]");
    refuse_contact(&(struct contact_new){ .name = "A", .emails = emails, .emails_count = 2 },
                   "emails[1]");
    refuse_contact(
        &(struct contact_new){ .name = "A", .addresses = addresses, .addresses_count = 2 },
        "addresses[1].country");
    refuse_contact(&(struct contact_new){ .name = "A", .language = "DE" }, "language");
    refuse_contact(&(struct contact_new){ .name = "A", .language = "de-c" }, "language");
    refuse_contact(&(struct contact_new){ .name = "A", .handling_note = " " }, "handling_note");
}

static struct contact changed(const struct contact *row, const struct contact_change *change,
                              const struct editor *editor)
{
    struct contact contact = { 0 };
    struct err err = { 0 };
    CHECK(contact_apply(row, change, editor, &contact, &err));
    CHECK_OK(&err);
    return contact;
}

TEST(a_change_sets_what_is_given_only)
{
    struct editor editor = editor_new(7), later = { editor.arena, &berlin, 9, "bert" };
    struct contact_new in = { .given_name = "Eva", .family_name = "Alt", .language = "de" };
    struct contact row = made(&in, &editor);
    struct contact after = changed(
        &row, &(struct contact_change){ .family_name = "Neu", .has_keep = true, .keep = true },
        &later);
    CHECK_STR(after.name, "Eva Neu"); // it was made of the parts
    CHECK_STR(after.language, "de");
    CHECK(after.has_keep && after.keep);
    CHECK_INT(after.version, 2);
    CHECK_INT(after.created_at, 7);
    CHECK_INT(after.edited_at, 9);
    CHECK_STR(after.edited_by, "bert");
    after = changed(&after, &(struct contact_change){ .name = "Frau Neu" }, &later);
    after = changed(&after, &(struct contact_change){ .family_name = "Alt" }, &later);
    CHECK_STR(after.name, "Frau Neu"); // somebody wrote it
    arena_free(editor.arena);
}

TEST(a_change_of_nothing_is_none)
{
    struct editor editor = editor_new(7), later = { editor.arena, &berlin, 9, "bert" };
    const struct number phones[] = { { .typed = "030 1234567" } };
    struct contact_new in = { .name = "Eva", .message = "m", .phones = phones, .phones_count = 1 };
    struct contact row = made(&in, &editor);
    struct contact after = changed(&row, &(struct contact_change){ .version = 1 }, &later);
    CHECK_INT(after.version, 1);
    struct contact_change same = {
        .name = " Eva ", .message = "m", .phones = phones, .phones_count = 1
    };
    after = changed(&row, &same, &later);
    CHECK_INT(after.version, 1);
    CHECK_INT(after.edited_at, 7);
    CHECK_INT(after.message->set_at, 7);
    arena_free(editor.arena);
}

TEST(fields_are_emptied_by_name)
{
    struct editor editor = editor_new(7);
    const struct number phones[] = { { .typed = "030 1234567" } };
    const char *const names[] = { "message", "phones", "keep", "language" };
    struct contact_new in = { .name = "Eva",
                              .message = "m",
                              .phones = phones,
                              .phones_count = 1,
                              .language = "de",
                              .has_keep = true,
                              .keep = true };
    struct contact row = made(&in, &editor);
    struct contact after =
        changed(&row, &(struct contact_change){ .clear = names, .clear_count = 4 }, &editor);
    CHECK(!after.message && !after.has_keep && !after.language);
    CHECK_INT((int64_t)after.phones_count, 0);
    arena_free(editor.arena);
}

static void refuse_clear(const char *name, const char *language, const char *hint)
{
    struct editor editor = editor_new(7);
    struct contact_new in = { .name = "Eva" };
    struct contact row = made(&in, &editor), after;
    struct err err = { 0 };
    const char *const names[] = { "message", name };
    struct contact_change change = { .clear = names, .clear_count = 2, .language = language };
    CHECK(!contact_apply(&row, &change, &editor, &after, &err));
    CHECK_REFUSED(&err, ERR_INVALID, "clear[1]");
    CHECK(strstr(err.german, hint) != NULL);
    arena_free(editor.arena);
}

TEST(what_cannot_be_emptied_is_refused)
{
    refuse_clear("massage", NULL, "given_name, family_name, organisation");
    refuse_clear("name", NULL, "handling_note");
    refuse_clear("client", NULL, "keep"); // the client never changes
    refuse_clear("version", NULL, "phones");
    refuse_clear("language", "de", "language");
}

TEST(a_clients_numbers_must_be_readable)
{
    struct editor editor = editor_new(7);
    const struct number good[] = { { .typed = "030 / 1234-0" } };
    const struct number bad[] = { { .typed = "030 12340" }, { .typed = "Zentrale" } };
    const struct number brief[] = { { .typed = "110" } };
    struct client_new in = { .name = "Kanzlei", .numbers = good, .numbers_count = 1 };
    struct client_row client = { 0 };
    struct err err = { 0 };
    CHECK(client_make(&in, &editor, some_id, &client, &err));
    CHECK_STR(client.numbers[0].e164, "+493012340");
    CHECK_STR(client.numbers[0].typed, "030 / 1234-0");
    struct client_change change = { .numbers = bad, .numbers_count = 2 };
    struct client_row after;
    CHECK(!client_apply(&client, &change, &editor, &after, &err));
    CHECK_REFUSED(&err, ERR_INVALID, "numbers[1].typed");
    CHECK(strstr(err.german, "Zentrale") != NULL);
    memset(&err, 0, sizeof err);
    in = (struct client_new){ .name = "K", .numbers = brief, .numbers_count = 1 };
    CHECK(!client_make(&in, &editor, some_id, &client, &err));
    CHECK_REFUSED(&err, ERR_INVALID, "numbers[0].typed");
    memset(&err, 0, sizeof err);
    in = (struct client_new){ .name = "K", .language = "deutsch" };
    CHECK(!client_make(&in, &editor, some_id, &client, &err));
    CHECK_REFUSED(&err, ERR_INVALID, "language");
    arena_free(editor.arena);
}

static void refuse_staff(const struct staff_new *in, const char *field)
{
    struct editor editor = editor_new(7);
    struct staff staff;
    struct err err = { 0 };
    CHECK(!staff_make(in, &editor, some_id, &staff, &err));
    CHECK_REFUSED(&err, ERR_INVALID, field);
    arena_free(editor.arena);
}

TEST(what_staff_may_not_be)
{
    const char *const twice[] = { "101", "101 " };
    const char *const languages[] = { "de", "Englisch" };
    refuse_staff(&(struct staff_new){ .name = "A", .extensions = twice, .extensions_count = 2 },
                 "extensions[1]");
    refuse_staff(&(struct staff_new){ .name = "A", .skills = twice, .skills_count = 2 },
                 "skills[1]");
    refuse_staff(&(struct staff_new){ .name = "A", .languages = languages, .languages_count = 2 },
                 "languages[1]");
    refuse_staff(&(struct staff_new){ .name = "A", .email = "anna" }, "email");
    refuse_staff(&(struct staff_new){ .name = "" }, "name");
}

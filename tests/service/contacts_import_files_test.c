// SPDX-License-Identifier: Apache-2.0
// Taking over case files over a fixture: whom a row means, each row once, nothing half written.
#include <stdlib.h>

#include "common/wire/change.h"
#include "services/contacts/store_file.h"
#include "tests/service/contacts_world.h"

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct id house = { { 0 } };

static struct import_begin_in files(enum import_known known, enum import_unknown unknown)
{
    return (struct import_begin_in){ .name = "akten.csv",
                                     .digest = DIGEST,
                                     .kind = import_kind_FILES,
                                     .match = import_match_EITHER,
                                     .known = known,
                                     .unknown = unknown };
}

static struct import begun(struct fixture *fx, const struct import_begin_in *in)
{
    struct import out = { 0 };
    CHECK_INT(call_import_begin(&fx->client, in, &out), CALL_DONE);
    return out;
}

// One row more of the import.
static struct import_result sent(struct fixture *fx, const struct import *import, int64_t row,
                                 const struct file_entry *entry)
{
    struct import_row rows = { .row = row, .file = entry };
    struct import_rows_in in = { import->id, &rows, 1 };
    struct import_result out = { 0 };
    CHECK_INT(call_import_rows(&fx->client, &in, &out), CALL_DONE);
    return out;
}

static struct import_result checked(struct fixture *fx, const struct import_begin_in *how,
                                    const struct file_entry *entry)
{
    struct import_row row = { .row = 2, .file = entry };
    struct import_check_in in = { .client = how->client,
                                  .match = how->match,
                                  .known = how->known,
                                  .kind = how->kind,
                                  .unknown = how->unknown,
                                  .rows = &row,
                                  .rows_count = 1 };
    struct import_result out = { 0 };
    CHECK_INT(call_import_check(&fx->client, &in, &out), CALL_DONE);
    return out;
}

static struct staff staff_with(struct fixture *fx, const char *name, const char *extension,
                               const char *email)
{
    struct staff_new in = { .name = name,
                            .extensions = &extension,
                            .extensions_count = extension ? 1 : 0,
                            .email = email };
    struct staff out = { 0 };
    CHECK_INT(call_staff_add(&fx->client, &in, &out), CALL_DONE);
    return out;
}

// The only file of that number.
static struct file found_file(struct fixture *fx, const char *number)
{
    struct file_query in = { .part = number };
    struct file_matches out = { 0 };
    CHECK_INT(call_file_find(&fx->client, &in, &out), CALL_DONE);
    CHECK_INT(out.matches_count, 1);
    return *out.matches[0].file;
}

static struct contact customer(struct fixture *fx, const char *number, const char *name,
                               const char *typed, const char *email)
{
    struct number phone = { .typed = typed };
    struct contact_new in = { .name = name,
                              .customer_number = number,
                              .phones = &phone,
                              .phones_count = typed ? 1 : 0,
                              .emails = &email,
                              .emails_count = email ? 1 : 0 };
    struct contact out = { 0 };
    CHECK_INT(call_contact_add(&fx->client, &in, &out), CALL_DONE);
    return out;
}

// What a row with just this party becomes: the contact's id, zero for none; the reason in *problem.
static struct id meant(struct fixture *fx, struct entry_party party, const char **problem)
{
    static int rows;
    char number[20];
    struct import_begin_in how = files(import_known_UPDATE, import_unknown_REJECT);
    struct file_entry entry = { .number = number, .parties = &party, .parties_count = 1 };
    struct import import = begun(fx, &how);
    party.role = party_role_CLIENT;
    snprintf(number, sizeof number, "M-%d-Z", ++rows);
    struct import_result out = sent(fx, &import, 1000 + rows, &entry);
    *problem = out.rejects_count ? out.rejects[0].problem : "";
    if (out.rejects_count)
        return house;
    return found_file(fx, number).parties[0].contact;
}

TEST(parties_are_found_by_number_address_or_name)
{
    struct fixture *fx = world_new();
    struct contact anna = customer(fx, "4711", "Anna Müller", "030 1234567", "anna@m.example");
    struct contact other = customer(fx, "4712", "Anna Müller", NULL, NULL);
    struct contact kern = customer(fx, NULL, "Kern GmbH", "030 7654321", NULL);
    const char *no = "";
    const char *const phones[] = { "+49 30 123 45 67" }, *const kerns[] = { "030/7654321" };
    const char *const emails[] = { "Anna@M.example" };
#define MEANS(who, ...)                                                                            \
    CHECK(id_equal(meant(fx, (struct entry_party){ __VA_ARGS__ }, &no), (who).id))
    MEANS(anna, .customer_number = "4711");
    MEANS(other, .customer_number = "4712", .name = "Müller, Anna");
    MEANS(anna, .phones = phones, .phones_count = 1);
    MEANS(anna, .emails = emails, .emails_count = 1);
    MEANS(kern, .name = "KERN GmbH");
    // Whatever stands alone.
    MEANS(anna, .name = "4711");
    MEANS(anna, .name = "(030) 1234567");
    MEANS(anna, .name = "anna@m.example");
    // Who has another number than the one said is not meant; of two the one with the name is.
    MEANS(kern, .customer_number = "99", .phones = kerns, .phones_count = 1);
    CHECK(id_is_zero(
        meant(fx, (struct entry_party){ .customer_number = "99", .name = "Anna Müller" }, &no)));
    CHECK(strstr(no, "Anna Müller"));
    CHECK(strstr(no, "--unknown"));
    CHECK(id_is_zero(meant(fx, (struct entry_party){ .name = "Müller, Anna" }, &no)));
    CHECK(strstr(no, "Mehrere"));
    CHECK(id_is_zero(meant(fx, (struct entry_party){ .name = "Niemand" }, &no)));
    CHECK(strstr(no, "Niemand"));
    struct contact sister = customer(fx, NULL, "Berta Müller", "030 1234567", NULL);
    MEANS(sister, .name = "Berta Müller", .phones = phones, .phones_count = 1);
    CHECK(id_is_zero(meant(fx, (struct entry_party){ .phones = phones, .phones_count = 1 }, &no)));
    fixture_free(fx);
}

TEST(a_number_with_another_name_is_taken_and_told)
{
    struct fixture *fx = world_new();
    (void)customer(fx, "4711", "Anna Müller", NULL, NULL);
    struct import_begin_in how = files(import_known_UPDATE, import_unknown_REJECT);
    struct entry_party party = { .role = party_role_CLIENT,
                                 .customer_number = "4711",
                                 .name = "Otto Kern",
                                 .column = "Mandant" };
    struct file_entry entry = { .number = "1/26", .parties = &party, .parties_count = 1 };
    struct import_result out = checked(fx, &how, &entry);
    CHECK_INT(out.added, 1);
    CHECK_INT(out.remarks_count, 1);
    CHECK_STR(out.remarks[0].field, "Mandant");
    CHECK(strstr(out.remarks[0].problem, "Anna Müller"));
    party.name = "Müller-Lüdenscheidt, A.";
    CHECK_INT(checked(fx, &how, &entry).remarks_count, 0);
    fixture_free(fx);
}

TEST(whoever_is_unknown_is_rejected_made_or_named)
{
    struct fixture *fx = world_new();
    const char *const phones[] = { "030 1234567" };
    struct entry_party parties[] = {
        { .role = party_role_CLIENT,
          .name = "Otto Kern",
          .customer_number = "7",
          .phones = phones,
          .phones_count = 1 },
        { .role = party_role_WITNESS, .name = "Kern, Otto", .customer_number = "7" },
        { .role = party_role_COURT,
          .name = "Landgericht Berlin",
          .reference = "3 O 12/26",
          .column = "Gericht" },
    };
    struct file_entry entry = { .number = "1/26", .parties = parties, .parties_count = 3 };
    struct import_begin_in how = files(import_known_UPDATE, import_unknown_REJECT);
    struct import import = begun(fx, &how), done;
    struct import_result out = sent(fx, &import, 2, &entry);
    CHECK_INT(out.rejects_count, 1);
    CHECK_STR(out.rejects[0].field, "parties[0]");
    CHECK_INT(fixture_rows(fx, &contact_table), 0);
    CHECK_INT(call_import_finish(&fx->client, &(struct by_id){ import.id }, &done), CALL_DONE);

    how.unknown = import_unknown_CREATE;
    how.has_again = how.again = true;
    CHECK_INT(checked(fx, &how, &entry).created, 2); // a client who is a witness is one person
    CHECK_INT(fixture_rows(fx, &contact_table), 0);
    import = begun(fx, &how);
    out = sent(fx, &import, 2, &entry);
    CHECK_INT(out.added, 1);
    CHECK_INT(out.created, 2);
    CHECK_INT(fixture_rows(fx, &contact_table), 2);
    struct file file = found_file(fx, "1/26");
    CHECK_INT(file.parties_count, 3);
    CHECK(id_equal(file.parties[0].contact, file.parties[1].contact));
    struct contact court;
    CHECK_INT(call_contact_get(&fx->client, &(struct by_id){ file.parties[2].contact }, &court),
              CALL_DONE);
    CHECK_INT(court.kind, contact_kind_ORGANISATION);
    // The next row means those who were made.
    entry.number = "2/26";
    CHECK_INT(sent(fx, &import, 3, &entry).created, 0);
    CHECK_INT(fixture_rows(fx, &contact_table), 2);
    CHECK_INT(call_import_finish(&fx->client, &(struct by_id){ import.id }, &done), CALL_DONE);
    CHECK_INT(done.created, 2);

    how.unknown = import_unknown_NAME;
    import = begun(fx, &how);
    parties[0] = (struct entry_party){
        .role = party_role_OPPONENT, .name = "Eva Neu", .phones = phones, .phones_count = 1
    };
    entry.number = "3/26";
    entry.parties_count = 1;
    CHECK_INT(sent(fx, &import, 4, &entry).added, 1);
    const char *const fresh[] = { "0171 3920061" };
    parties[0].phones = fresh;
    entry.number = "4/26";
    CHECK_INT(sent(fx, &import, 5, &entry).added, 1);
    file = found_file(fx, "4/26");
    CHECK(id_is_zero(file.parties[0].contact));
    CHECK_STR(file.parties[0].name, "Eva Neu");
    CHECK_STR(file.parties[0].phones[0].e164, "+491713920061");
    CHECK_INT(fixture_rows(fx, &contact_table), 2);
    fixture_free(fx);
}

TEST(a_rejected_row_leaves_nothing_behind)
{
    struct fixture *fx = world_new();
    struct import_begin_in how = files(import_known_UPDATE, import_unknown_CREATE);
    struct import import = begun(fx, &how);
    struct entry_party party = { .role = party_role_CLIENT, .name = "Otto Kern" };
    struct file_entry entry = {
        .number = "1/26", .parties = &party, .parties_count = 1, .lawyer = "Niemand"
    };
    struct import_result out = sent(fx, &import, 2, &entry);
    CHECK_INT(out.rejects_count, 1);
    CHECK_STR(out.rejects[0].field, "lawyer");
    CHECK_INT(out.created, 0);
    entry.lawyer = NULL;
    entry.state = file_state_OPEN;
    entry.has_closed_at = true;
    entry.closed_at = SECONDS(1700000000);
    out = sent(fx, &import, 3, &entry);
    CHECK_STR(out.rejects[0].field, "closed_at");
    entry.has_closed_at = false;
    party.name = "4711"; // no name that a contact could be given
    out = sent(fx, &import, 4, &entry);
    CHECK(strstr(out.rejects[0].problem, "ohne Namen"));
    CHECK_INT(fixture_rows(fx, &contact_table), 0);
    CHECK_INT(fixture_rows(fx, &file_table), 0);
    CHECK_INT(fixture_facts(fx, "contact"), 0);
    fixture_free(fx);
}

TEST(staff_are_meant_by_name_extension_or_address)
{
    struct fixture *fx = world_new();
    struct staff kern = staff_with(fx, "Dr. Eva Kern", "12", "ek@kanzlei.example");
    struct staff otto = staff_with(fx, "Otto Kern", "13", NULL);
    struct import_begin_in how = files(import_known_UPDATE, import_unknown_REJECT);
    struct import import = begun(fx, &how);
    const char *const words[] = { "Kern, Dr. Eva", "12", "EK@kanzlei.example", "ek" };
    char number[8];
    for (int i = 0; i < 4; i++) {
        struct file_entry entry = { .number = number, .lawyer = words[i], .clerk = "otto kern" };
        snprintf(number, sizeof number, "S%d/26", i);
        CHECK_INT(sent(fx, &import, 2 + i, &entry).added, 1);
        CHECK(id_equal(found_file(fx, number).lawyer, kern.id));
        CHECK(id_equal(found_file(fx, number).clerk, otto.id));
    }
    struct file_entry entry = { .number = "9/26", .lawyer = "Kern" };
    struct import_result out = checked(fx, &how, &entry);
    CHECK_STR(out.rejects[0].field, "lawyer");
    (void)staff_with(fx, "Otto Kern", "14", NULL);
    entry.lawyer = "Otto Kern";
    out = checked(fx, &how, &entry);
    CHECK(strstr(out.rejects[0].problem, "mehrere"));
    entry.lawyer = "13";
    CHECK_INT(checked(fx, &how, &entry).added, 1);
    fixture_free(fx);
}

TEST(a_file_that_is_there_is_added_to)
{
    struct fixture *fx = world_new();
    struct contact anna = customer(fx, "1", "Anna", NULL, NULL);
    struct party party = { .contact = anna.id, .role = party_role_CLIENT };
    struct file_new in = { .number = "12/2026-K",
                           .title = "alt",
                           .note = "bleibt",
                           .parties = &party,
                           .parties_count = 1 };
    struct file file;
    CHECK_INT(call_file_add(&fx->client, &in, &file), CALL_DONE);
    struct import_begin_in how = files(import_known_UPDATE, import_unknown_NAME);
    struct import import = begun(fx, &how);
    struct entry_party parties[] = {
        { .role = party_role_CLIENT, .customer_number = "1", .reference = "A 7" },
        { .role = party_role_OPPONENT, .name = "Otto" }
    };
    struct file_entry entry = { .number = "12 / 2026 K", // the same number, written otherwise
                                .title = "neu",
                                .has_opened_at = true,
                                .opened_at = file.opened_at / SECONDS(1) * SECONDS(1),
                                .parties = parties,
                                .parties_count = 2 };
    CHECK_INT(sent(fx, &import, 2, &entry).updated, 1);
    struct file now = found_file(fx, "12/2026");
    CHECK_INT(now.version, 2);
    CHECK_STR(now.number, "12/2026-K");
    CHECK_STR(now.title, "neu");
    CHECK_STR(now.note, "bleibt");
    CHECK(now.opened_at == file.opened_at);
    CHECK_INT(now.parties_count, 2);
    CHECK_STR(now.parties[0].reference, "A 7");
    CHECK_INT(sent(fx, &import, 3, &entry).same, 1);
    // Somebody of the file is known by the name in it, though there are two of that name.
    (void)customer(fx, NULL, "Otto", NULL, NULL);
    (void)customer(fx, NULL, "Otto", NULL, NULL);
    CHECK_INT(sent(fx, &import, 4, &entry).same, 1);
    how.known = import_known_SKIP;
    CHECK_INT(checked(fx, &how, &entry).skipped, 1);
    how.known = import_known_ADD;
    struct import_check_in check = { .kind = import_kind_FILES,
                                     .match = how.match,
                                     .known = how.known };
    struct import_result out;
    refused(fx, call_import_check(&fx->client, &check, &out), ERR_INVALID, "known");
    fixture_free(fx);
}

TEST(a_locked_file_is_not_told_of)
{
    struct fixture *fx = world_new();
    struct staff kern = staff_with(fx, "Eva Kern", "12", NULL);
    struct import_begin_in how = files(import_known_UPDATE, import_unknown_NAME);
    struct import import = begun(fx, &how);
    struct file_entry entry = {
        .number = "1/26", .title = "geheim", .has_locked = true, .locked = true
    };
    CHECK_STR(sent(fx, &import, 2, &entry).rejects[0].field, "locked"); // nobody would see it
    entry.lawyer = "Eva Kern";
    CHECK_INT(sent(fx, &import, 3, &entry).added, 1);
    // Whoever took it over does not see it; to them its number is taken, whatever they say.
    CHECK_STR(sent(fx, &import, 4, &entry).rejects[0].field, "number");
    struct file_entry_query query = { .has_everywhere = true, .everywhere = true };
    struct file_entry_page page = { 0 };
    CHECK_INT(call_file_entries(&fx->client, &query, &page), CALL_DONE);
    CHECK_INT(page.entries_count, 0);
    how.known = import_known_SKIP;
    CHECK_INT(checked(fx, &how, &entry).skipped, 1);
    how.known = import_known_UPDATE;
    fixture_as(fx, ROLE_BIT(ADMIN), scope_house, id_text(kern.id).text);
    CHECK_INT(checked(fx, &how, &entry).same, 1);
    CHECK_INT(call_file_entries(&fx->client, &query, &page), CALL_DONE);
    CHECK_INT(page.entries_count, 1);
    fixture_free(fx);
}

TEST(each_client_has_files_of_its_own)
{
    struct fixture *fx = world_new();
    struct client_row a = client_with(fx, "A", NULL), b = client_with(fx, "B", NULL);
    (void)contact_with(fx, a.id, "Anna", "030 1234567");
    struct entry_party party = { .role = party_role_CLIENT, .name = "Anna" };
    struct file_entry entry = { .number = "1/26", .parties = &party, .parties_count = 1 };
    struct import_begin_in how = files(import_known_UPDATE, import_unknown_REJECT);
    how.client = a.id;
    struct import import = begun(fx, &how);
    CHECK_INT(sent(fx, &import, 2, &entry).added, 1);
    how.client = b.id; // its number is free there, and A's Anna is nobody
    CHECK_INT(checked(fx, &how, &entry).rejects_count, 1);
    entry.parties_count = 0;
    import = begun(fx, &how);
    CHECK_INT(sent(fx, &import, 2, &entry).added, 1);
    how.client = house;
    CHECK_INT(checked(fx, &how, &entry).added, 1);
    entry.client = a.id;
    CHECK_STR(checked(fx, &how, &entry).rejects[0].field, "client");

    struct file_entry_page page = { 0 };
    struct file_entry_query query = { .has_everywhere = true, .everywhere = true };
    fixture_as(fx, ROLE_BIT(LEADER), scope_of_client(b.id), "leader");
    CHECK_INT(call_file_entries(&fx->client, &query, &page), CALL_DONE);
    CHECK_INT(page.entries_count, 1);
    CHECK(id_equal(page.entries[0].client, b.id));
    query = (struct file_entry_query){ .client = a.id };
    refused(fx, call_file_entries(&fx->client, &query, &page), ERR_NOT_FOUND, "client");
    fixture_free(fx);
}

TEST(one_list_may_hold_contacts_and_files)
{
    struct fixture *fx = world_new();
    struct import_begin_in how = files(import_known_UPDATE, import_unknown_REJECT);
    struct import import = begun(fx, &how), other;
    how.kind = import_kind_CONTACTS;
    other = begun(fx, &how);
    CHECK(!id_equal(import.id, other.id));
    how.kind = import_kind_FILES;
    CHECK(id_equal(begun(fx, &how).id, import.id));
    how.unknown = import_unknown_CREATE;
    struct import out;
    refused(fx, call_import_begin(&fx->client, &how, &out), ERR_CONFLICT, "known");
    // A row of the other kind is a fault of the sender, not of the list.
    struct contact_new contact = { .name = "Eva" };
    struct import_row row = { .row = 2, .contact = &contact };
    struct import_rows_in in = { import.id, &row, 1 };
    struct import_result result;
    refused(fx, call_import_rows(&fx->client, &in, &result), ERR_INVALID, "rows");
    fixture_free(fx);
}

TEST(each_row_counts_once)
{
    struct fixture *fx = world_new();
    struct import_begin_in how = files(import_known_UPDATE, import_unknown_CREATE);
    struct import import = begun(fx, &how);
    struct entry_party parties[200];
    struct file_entry entries[200];
    struct import_row rows[200];
    char numbers[200][12], names[200][12];
    for (int i = 0; i < 200; i++) {
        snprintf(numbers[i], 12, "%d/26", i);
        snprintf(names[i], 12, "Kunde %d", i / 2);
        parties[i] = (struct entry_party){ .role = party_role_CLIENT, .name = names[i] };
        entries[i] =
            (struct file_entry){ .number = numbers[i], .parties = &parties[i], .parties_count = 1 };
        rows[i] = (struct import_row){ .row = i + 2, .file = &entries[i] };
    }
    struct import_rows_in in = { import.id, rows, 200 };
    struct import_result out = { 0 };
    CHECK_INT(call_import_rows(&fx->client, &in, &out), CALL_DONE);
    CHECK_INT(out.added, 200);
    CHECK_INT(out.created, 100);
    fixture_restart(fx);
    CHECK_INT(call_import_rows(&fx->client, &in, &out), CALL_DONE);
    CHECK_INT(out.earlier, 200);
    CHECK_INT(fixture_rows(fx, &file_table), 200);
    CHECK_INT(fixture_rows(fx, &contact_table), 100);
    // More than a step may write is refused as a whole.
    for (int i = 0; i < 200; i++)
        entries[i].parties_count = 1;
    struct entry_party two[] = { parties[0], parties[2] };
    entries[7].parties = two;
    entries[7].parties_count = 2;
    refused(fx, call_import_rows(&fx->client, &in, &out), ERR_TOO_LARGE, "rows");
    fixture_free(fx);
}

// Everything a file can hold, told as a row and taken over in an empty house: the same row again.
TEST(export_and_import_are_inverse)
{
    struct fixture *fx = world_new();
    struct staff eva = staff_with(fx, "Eva Kern", "12", NULL),
                 otto = staff_with(fx, "Otto", "13", NULL);
    struct contact anna = customer(fx, "4711", "Anna Müller", NULL, NULL);
    struct contact berta = customer(fx, NULL, "Berta", "030 1234567", "b@m.example");
    struct number phone = { .typed = "0171 3920061" };
    const char *email = "zeuge@x.example";
    struct party parties[] = {
        { .contact = anna.id, .role = party_role_CLIENT, .name = "Müller, A." },
        { .contact = berta.id, .role = party_role_OPPONENT, .reference = "B 7" },
        { .role = party_role_WITNESS,
          .name = "Zeuge",
          .role_name = "Streithelfer",
          .phones = &phone,
          .phones_count = 1,
          .emails = &email,
          .emails_count = 1 }
    };
    struct file_new in = { .number = "12/2026-K",
                           .title = "Müller ./. Berta",
                           .kind = file_kind_PROJECT,
                           .state = file_state_ARCHIVED,
                           .parties = parties,
                           .parties_count = 3,
                           .lawyer = eva.id,
                           .clerk = otto.id,
                           .has_locked = true,
                           .locked = true,
                           .seen_by = &otto.id,
                           .seen_by_count = 1,
                           .note = "zwei\nZeilen",
                           .has_opened_at = true,
                           .opened_at = SECONDS(1700000000),
                           .has_closed_at = true,
                           .closed_at = SECONDS(1700000001) };
    struct file file;
    fixture_as(fx, ROLE_BIT(ADMIN), scope_house, id_text(eva.id).text);
    CHECK_INT(call_file_add(&fx->client, &in, &file), CALL_DONE);
    struct file_entry_query query = { .has_limit = true, .limit = 1 };
    struct file_entry_page first = { 0 }, second = { 0 };
    CHECK_INT(call_file_entries(&fx->client, &query, &first), CALL_DONE);
    CHECK_INT(first.entries_count, 1);
    // Here it says nothing new.
    struct import_begin_in how = files(import_known_UPDATE, import_unknown_NAME);
    CHECK_INT(checked(fx, &how, &first.entries[0]).same, 1);

    struct fixture *there = world_new();
    (void)staff_with(there, "Otto", "13", NULL);
    struct staff eva_there = staff_with(there, "Eva Kern", "12", NULL);
    (void)customer(there, NULL, "Berta", "030 1234567", "b@m.example");
    (void)customer(there, "4711", "Anna Müller", NULL, NULL);
    struct import import = begun(there, &how);
    CHECK_INT(sent(there, &import, 2, &first.entries[0]).added, 1);
    fixture_as(there, ROLE_BIT(ADMIN), scope_house, id_text(eva_there.id).text);
    CHECK_INT(call_file_entries(&there->client, &query, &second), CALL_DONE);
    CHECK_INT(second.entries_count, 1);
    CHECK(row_equal(file_entry_record(), &first.entries[0], &second.entries[0]));
    struct file got = found_file(there, "12/2026");
    CHECK(id_equal(got.lawyer, eva_there.id));
    CHECK(!id_is_zero(got.parties[0].contact) && !id_is_zero(got.parties[1].contact));
    CHECK(id_is_zero(got.parties[2].contact));
    fixture_free(there);
    fixture_free(fx);
}

TEST(pages_of_entries_miss_nothing)
{
    struct fixture *fx = world_new();
    char number[12];
    int seen[23] = { 0 }, count = 0;
    for (int i = 0; i < 23; i++) {
        struct file_new in = { .number = number };
        struct file out;
        snprintf(number, sizeof number, "%d/26", i);
        CHECK_INT(call_file_add(&fx->client, &in, &out), CALL_DONE);
    }
    struct file_entry_query query = { .has_limit = true, .limit = 5 };
    struct file_entry_page page = { .more = true };
    while (page.more) {
        page = (struct file_entry_page){ 0 };
        CHECK_INT(call_file_entries(&fx->client, &query, &page), CALL_DONE);
        for (size_t i = 0; i < page.entries_count; i++, count++)
            CHECK_INT(seen[strtol(page.entries[i].number, NULL, 10)]++, 0);
        query.after = page.last;
    }
    CHECK_INT(count, 23);
    fixture_free(fx);
}

// SPDX-License-Identifier: Apache-2.0
// Taking over contacts over a fixture: each row once, whatever is sent again and whoever crashes.
#include "tests/service/contacts_world.h"

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct id house = { { 0 } };

static struct import_begin_in file(enum import_known known)
{
    return (struct import_begin_in){
        .name = "liste.csv", .digest = DIGEST, .match = import_match_EITHER, .known = known
    };
}

static struct import begun(struct fixture *fx, const struct import_begin_in *in)
{
    struct import out = { 0 };
    CHECK_INT(call_import_begin(&fx->client, in, &out), CALL_DONE);
    return out;
}

static struct import_result sent(struct fixture *fx, struct id id, const struct import_row *rows,
                                 size_t count)
{
    struct import_rows_in in = { id, rows, count };
    struct import_result out = { 0 };
    CHECK_INT(call_import_rows(&fx->client, &in, &out), CALL_DONE);
    return out;
}

// Rows from `first` on, each a contact "P<row>" with customer number "K<row>".
struct batch {
    struct import_row rows[200];
    struct contact_new contacts[200];
    char names[200][12], numbers[200][12];
};

static void fill(struct batch *batch, int64_t first, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        snprintf(batch->names[i], 12, "P%lld", (long long)(first + (int64_t)i));
        snprintf(batch->numbers[i], 12, "K%lld", (long long)(first + (int64_t)i));
        batch->contacts[i] =
            (struct contact_new){ .name = batch->names[i], .customer_number = batch->numbers[i] };
        batch->rows[i] =
            (struct import_row){ .row = first + (int64_t)i, .contact = &batch->contacts[i] };
    }
}

TEST(each_row_counts_once)
{
    struct fixture *fx = world_new();
    struct batch batch;
    struct import_begin_in in = file(import_known_ADD);
    struct import import = begun(fx, &in), out;
    fill(&batch, 2, 200);
    CHECK_INT(sent(fx, import.id, batch.rows, 200).added, 200);
    CHECK_INT(fixture_rows(fx, &contact_table), 200);
    CHECK_INT(fixture_facts(fx, "contact"), 200);
    // The same again, as a caller does that has heard nothing; then half old, half new.
    struct import_result again = sent(fx, import.id, batch.rows, 200);
    CHECK_INT(again.added, 0);
    CHECK_INT(again.earlier, 200);
    fill(&batch, 102, 200);
    again = sent(fx, import.id, batch.rows, 200);
    CHECK_INT(again.added, 100);
    CHECK_INT(again.earlier, 100);
    // The process ends; whoever begins the same file goes on with the same import.
    fixture_restart(fx);
    CHECK(id_equal(begun(fx, &in).id, import.id));
    CHECK_INT(begun(fx, &in).place, 301);
    again = sent(fx, import.id, batch.rows, 200);
    CHECK_INT(again.earlier, 200);
    CHECK_INT(call_import_finish(&fx->client, &(struct by_id){ import.id }, &out), CALL_DONE);
    CHECK_INT(out.added, 300);
    CHECK(out.finished);
    CHECK_INT(fixture_rows(fx, &contact_table), 300);
    fixture_free(fx);
}

TEST(a_batch_that_is_not_committed_is_as_if_never_sent)
{
    struct fixture *fx = world_new();
    struct batch batch;
    struct import_begin_in in = file(import_known_ADD);
    struct import import = begun(fx, &in);
    struct import_result out;
    fill(&batch, 2, 3);
    batch.rows[2].row = 2; // out of order: refused as a whole
    refused(
        fx,
        call_import_rows(&fx->client, &(struct import_rows_in){ import.id, batch.rows, 3 }, &out),
        ERR_INVALID, "rows");
    CHECK_INT(fixture_rows(fx, &contact_table), 0);
    CHECK_INT(begun(fx, &in).place, 0);
    batch.rows[2].row = 4;
    CHECK_INT(sent(fx, import.id, batch.rows, 3).added, 3);
    fixture_free(fx);
}

TEST(bad_rows_are_rejected_one_by_one)
{
    struct fixture *fx = world_new();
    struct import_begin_in in = file(import_known_UPDATE);
    struct import import = begun(fx, &in);
    const char *const bad_mail[] = { "kein at" };
    struct number odd = { .typed = "siehe Akte" };
    struct contact_new contacts[] = { { .name = "Gut" },
                                      { .organisation = "ohne Namen" },
                                      { .name = "Mail", .emails = bad_mail, .emails_count = 1 },
                                      { .name = "Telefon", .phones = &odd, .phones_count = 1 },
                                      { .name = "fremd", .client = { { 7 } } } };
    struct import_row rows[5];
    for (int i = 0; i < 5; i++)
        rows[i] = (struct import_row){ .row = i + 2, .contact = &contacts[i] };
    struct import_result out = sent(fx, import.id, rows, 5);
    CHECK_INT(out.added, 2);
    CHECK_INT(out.rejects_count, 3);
    CHECK_INT(out.rejects[0].row, 3);
    CHECK_STR(out.rejects[0].field, "name");
    CHECK_STR(out.rejects[1].field, "emails[0]");
    CHECK(strstr(out.rejects[1].problem, "keine E-Mail-Adresse"));
    CHECK_STR(out.rejects[2].field, "client");
    CHECK_INT(out.remarks_count, 1);
    CHECK_INT(out.remarks[0].row, 5);
    CHECK_INT(fixture_rows(fx, &contact_table), 2);
    CHECK_INT(begun(fx, &in).rejected, 3);
    fixture_free(fx);
}

static struct import_result checked(struct fixture *fx, const struct import_begin_in *how,
                                    const struct contact_new *contact)
{
    struct import_row row = { .row = 2, .contact = contact };
    struct import_check_in in = { .client = how->client,
                                  .match = how->match,
                                  .known = how->known,
                                  .rows = &row,
                                  .rows_count = 1 };
    struct import_result out = { 0 };
    CHECK_INT(call_import_check(&fx->client, &in, &out), CALL_DONE);
    return out;
}

TEST(who_is_there_already_is_known)
{
    struct fixture *fx = world_new();
    struct number phone = { .typed = "030 1234567" }, other = { .typed = "0171 3920061" };
    struct contact_new first = {
        .name = "Anna", .customer_number = "4711", .phones = &phone, .phones_count = 1
    };
    struct contact anna, out;
    CHECK_INT(call_contact_add(&fx->client, &first, &anna), CALL_DONE);
    struct import_begin_in how = file(import_known_UPDATE);
    struct contact_new row = { .name = "Anna Meier",
                               .customer_number = "4711",
                               .language = "de",
                               .phones = &other,
                               .phones_count = 1 };
    CHECK_INT(checked(fx, &how, &row).updated, 1);
    CHECK_INT(fixture_facts(fx, "contact"), 1); // only looked at
    struct import import = begun(fx, &how);
    CHECK_INT(sent(fx, import.id, &(struct import_row){ .row = 2, .contact = &row }, 1).updated, 1);
    CHECK_INT(call_contact_get(&fx->client, &(struct by_id){ anna.id }, &out), CALL_DONE);
    CHECK_STR(out.name, "Anna Meier");
    CHECK_STR(out.language, "de");
    CHECK_INT(out.phones_count, 2); // united, nothing removed
    CHECK_INT(sent(fx, import.id, &(struct import_row){ .row = 3, .contact = &row }, 1).same, 1);
    // By number, when the row has no customer number; in any spelling.
    struct number spelled = { .typed = "+49 171 / 392 00 61" };
    struct contact_new by_number = { .name = "Anna M.", .phones = &spelled, .phones_count = 1 };
    CHECK_INT(checked(fx, &how, &by_number).updated, 1);
    how.match = import_match_CUSTOMER_NUMBER;
    CHECK_INT(checked(fx, &how, &by_number).added, 1);
    how.match = import_match_NUMBER;
    by_number.customer_number = "0815";
    CHECK_INT(checked(fx, &how, &by_number).updated, 1);
    how.match = import_match_EITHER;
    CHECK_INT(checked(fx, &how, &by_number).added, 1);
    how.known = import_known_SKIP;
    CHECK_INT(checked(fx, &how, &row).skipped, 1);
    how.known = import_known_ADD;
    CHECK_INT(checked(fx, &how, &row).added, 1);
    // Two fit: said, never guessed.
    (void)contact_with(fx, house, "Berta", "0171 3920061");
    by_number.customer_number = NULL;
    how.known = import_known_UPDATE;
    struct import_result two = checked(fx, &how, &by_number);
    CHECK_INT(two.rejects_count, 1);
    CHECK(strstr(two.rejects[0].problem, "Anna Meier"));
    CHECK(strstr(two.rejects[0].problem, "Berta"));
    fixture_free(fx);
}

TEST(a_file_is_not_taken_twice_by_accident)
{
    struct fixture *fx = world_new();
    struct import_begin_in in = file(import_known_UPDATE);
    struct import import = begun(fx, &in), out;
    in.known = import_known_ADD;
    refused(fx, call_import_begin(&fx->client, &in, &out), ERR_CONFLICT, "known");
    in.known = import_known_UPDATE;
    CHECK_INT(call_import_finish(&fx->client, &(struct by_id){ import.id }, &out), CALL_DONE);
    CHECK_INT(call_import_finish(&fx->client, &(struct by_id){ import.id }, &out), CALL_DONE);
    refused(fx, call_import_begin(&fx->client, &in, &out), ERR_CONFLICT, "digest");
    struct import_result result;
    struct contact_new contact = { .name = "spät" };
    struct import_row row = { .row = 2, .contact = &contact };
    refused(fx,
            call_import_rows(&fx->client, &(struct import_rows_in){ import.id, &row, 1 }, &result),
            ERR_CONFLICT, "id");
    in.has_again = in.again = true;
    CHECK(!id_equal(begun(fx, &in).id, import.id));
    fixture_free(fx);
}

TEST(a_client_is_one_of_its_own)
{
    struct fixture *fx = world_new();
    struct client_row a = client_with(fx, "A", NULL), b = client_with(fx, "B", NULL);
    struct import_begin_in in = file(import_known_UPDATE);
    struct contact_new contact = { .name = "Eva", .customer_number = "1" };
    struct import_row row = { .row = 2, .contact = &contact };
    struct import import, out;
    struct import_result result;
    in.client = a.id;
    import = begun(fx, &in);
    CHECK_INT(sent(fx, import.id, &row, 1).added, 1);
    in.client = b.id; // the same number there is somebody else
    CHECK_INT(sent(fx, begun(fx, &in).id, &row, 1).added, 1);
    fixture_as(fx, ROLE_BIT(LEADER), scope_of_client(b.id), "leader");
    refused(fx,
            call_import_rows(&fx->client, &(struct import_rows_in){ import.id, &row, 1 }, &result),
            ERR_NOT_FOUND, "id");
    refused(fx, call_import_get(&fx->client, &(struct by_id){ import.id }, &out), ERR_NOT_FOUND,
            "id");
    in.client = a.id;
    refused(fx, call_import_begin(&fx->client, &in, &out), ERR_NOT_FOUND, "client");
    in.client = house;
    refused(fx, call_import_begin(&fx->client, &in, &out), ERR_FORBIDDEN, "client");
    struct import_page page = { 0 };
    CHECK_INT(call_import_list(&fx->client, &(struct page){ 0 }, &page), CALL_DONE);
    CHECK_INT(page.imports_count, 1);
    as_agent(fx, b.id);
    refused(fx, call_import_begin(&fx->client, &in, &out), ERR_FORBIDDEN, "");
    fixture_free(fx);
}

// SPDX-License-Identifier: Apache-2.0
// Whoever was merged is shown as who they are now, by the name of now; rows keep what they were
// told.
#include "services/timekeeping/store.h"
#include "services/timekeeping/store_inquiry.h"
#include "tests/service/timekeeping_todo_world.h"

#define OTHER number_id(31)

static void tell_named(struct fixture *fx, struct id id, int64_t version, const char *name)
{
    struct contact contact = { .id = id,
                               .version = version,
                               .client = CLIENT_A,
                               .kind = contact_kind_PERSON,
                               .name = name,
                               .created_at = 1,
                               .edited_at = 1,
                               .edited_by = "x" };
    fixture_fact(fx, "contacts", "contact", &contact, false);
}

static void tell_merged(struct fixture *fx, int64_t version, bool undone)
{
    struct contact_merged merged = { .id = MEIER,
                                     .version = version,
                                     .client = CLIENT_A,
                                     .to = OTHER,
                                     .from_name = "Karl Meier",
                                     .to_name = "Karl Maier",
                                     .merged_at = 1,
                                     .merged_by = "x",
                                     .has_undone = undone,
                                     .undone = undone };
    fixture_fact(fx, "contacts", "contact_merged", &merged, false);
}

struct rows {
    struct entry entry;
    struct inquiry inquiry, typed;
    struct callback callback;
    struct resubmission resubmission;
};

static void make_rows(struct fixture *fx, struct rows *rows)
{
    struct kind_new kind = { .key = "K", .name = "Kurz", .text = "Telefonat" };
    struct service_kind kind_row;
    struct entry_new entry = { .key = "K", .contact = MEIER, .has_minutes = true, .minutes = 5 };
    struct inquiry_new inquiry = { .client = CLIENT_A, .contact = MEIER, .subject = "Drucker" };
    struct callback_new callback = { .contact = MEIER, .reason = "Angebot" };
    struct resubmission_new resubmission = { .contact = MEIER,
                                             .subject = "Frist",
                                             .due_at = fixture_now(fx) + STRETCH };
    struct client_row client = {
        .id = CLIENT_A, .version = 1, .name = "Kanzlei A", .edited_at = 1, .edited_by = "x"
    };
    fixture_fact(fx, "contacts", "client", &client, false);
    fixture_as(fx, ROLE_BIT(ADMIN), scope_house, id_text(ANNA).text);
    CHECK_INT(call_kind_add(&fx->client, &kind, &kind_row), CALL_DONE);
    CHECK_INT(call_entry_book(&fx->client, &entry, &rows->entry), CALL_DONE);
    CHECK_INT(call_inquiry_add(&fx->client, &inquiry, &rows->inquiry), CALL_DONE);
    inquiry.contact_name = "Frau Schmidt";
    CHECK_INT(call_inquiry_add(&fx->client, &inquiry, &rows->typed), CALL_DONE);
    CHECK_INT(call_callback_add(&fx->client, &callback, &rows->callback), CALL_DONE);
    CHECK_INT(call_resubmission_add(&fx->client, &resubmission, &rows->resubmission), CALL_DONE);
}

static void shown(struct id contact, const char *contact_name, struct id id, const char *name)
{
    CHECK(id_equal(contact, id));
    CHECK_STR(contact_name, name);
}

// Lists and single rows agree, and nothing was written.
static void check_shown(struct fixture *fx, const struct rows *rows, struct id id, const char *name)
{
    struct entry entry;
    struct entry_page entries;
    struct inquiry_match match;
    struct inquiry_page inquiries;
    struct callback callback;
    struct callback_page callbacks;
    struct resubmission_page resubmissions;
    struct entry_query all_entries = { .limit = 0 };
    struct inquiry_query all_inquiries = { .limit = 0 };
    struct callback_query all = { .limit = 0 };

    CHECK_INT(call_entry_get(&fx->client, &(struct by_id){ rows->entry.id }, &entry), CALL_DONE);
    shown(entry.contact, entry.contact_name, id, name);
    CHECK_INT(call_entry_list(&fx->client, &all_entries, &entries), CALL_DONE);
    CHECK_INT((int64_t)entries.entries_count, 1);
    shown(entries.entries[0].contact, entries.entries[0].contact_name, id, name);
    CHECK_INT(
        call_inquiry_get(&fx->client, &(struct inquiry_ref){ .id = rows->inquiry.id }, &match),
        CALL_DONE);
    shown(match.inquiry->contact, match.inquiry->contact_name, id, name);
    CHECK_INT(call_inquiry_list(&fx->client, &all_inquiries, &inquiries), CALL_DONE);
    CHECK_INT((int64_t)inquiries.inquiries_count, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct inquiry *row = inquiries.inquiries[i].inquiry;
        bool typed = id_equal(row->id, rows->typed.id);
        shown(row->contact, row->contact_name, id, typed ? "Frau Schmidt" : name);
    }
    CHECK_INT(call_callback_get(&fx->client, &(struct by_id){ rows->callback.id }, &callback),
              CALL_DONE);
    shown(callback.contact, callback.contact_name, id, name);
    CHECK_INT(call_callback_list(&fx->client, &all, &callbacks), CALL_DONE);
    shown(callbacks.callbacks[0].contact, callbacks.callbacks[0].contact_name, id, name);
    CHECK_INT(call_resubmission_list(&fx->client, &all, &resubmissions), CALL_DONE);
    shown(resubmissions.resubmissions[0].contact, resubmissions.resubmissions[0].contact_name, id,
          name);
    CHECK(fixture_row(fx, &entry_table, rows->entry.id, &entry));
    shown(entry.contact, entry.contact_name, MEIER, "Karl Meier");
}

TEST(whoever_was_merged_is_shown_by_the_name_of_now)
{
    struct fixture *fx = todo_world();
    struct rows rows;
    struct contact gone = { .id = MEIER, .version = 2, .name = "Karl Meier", .client = CLIENT_A };

    tell_named(fx, OTHER, 1, "Karl Maier");
    make_rows(fx, &rows);
    check_shown(fx, &rows, MEIER, "Karl Meier");
    tell_merged(fx, 1, false);
    gone.kind = contact_kind_PERSON;
    gone.created_at = gone.edited_at = 1;
    gone.edited_by = "x";
    fixture_fact(fx, "contacts", "contact", &gone, true);
    check_shown(fx, &rows, OTHER, "Karl Maier");
    tell_named(fx, OTHER, 2, "Dr. Karl Maier");
    check_shown(fx, &rows, OTHER, "Dr. Karl Maier");
    // Taken back.
    tell_named(fx, MEIER, 3, "Karl Meier");
    tell_merged(fx, 2, true);
    check_shown(fx, &rows, MEIER, "Karl Meier");
    fixture_free(fx);
}

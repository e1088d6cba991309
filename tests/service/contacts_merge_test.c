// SPDX-License-Identifier: Apache-2.0
// Duplicates and merging over a fixture: rows, facts, refusals, scopes.
#include "tests/service/contacts_world.h"

static const struct id house = { { 0 } };

static struct contact_merge_out merged(struct fixture *fx, const struct contact *from,
                                       const struct contact *to)
{
    struct contact_merge_in in = { from->id, from->version, to->id, to->version };
    struct contact_merge_out out = { 0 };
    CHECK_INT(call_contact_merge(&fx->client, &in, &out), CALL_DONE);
    return out;
}

static struct contact got(struct fixture *fx, struct id id)
{
    struct contact out = { 0 };
    CHECK_INT(call_contact_get(&fx->client, &(struct by_id){ id }, &out), CALL_DONE);
    return out;
}

// A contact with number, e-mail and town; NULL: none.
static struct contact person(struct fixture *fx, struct id client, const char *const parts[4])
{
    struct number phone = { .typed = parts[1] };
    const char *const email[] = { parts[2] };
    struct address address = { .town = parts[3] };
    struct contact_new in = { .client = client,
                              .name = parts[0],
                              .phones = &phone,
                              .phones_count = parts[1] ? 1 : 0,
                              .emails = email,
                              .emails_count = parts[2] ? 1 : 0,
                              .addresses = &address,
                              .addresses_count = parts[3] ? 1 : 0 };
    struct contact out = { 0 };
    CHECK_INT(call_contact_add(&fx->client, &in, &out), CALL_DONE);
    fixture_wait(fx, 1000); // so that ids ascend
    return out;
}

TEST(a_merge_is_told_whole)
{
    struct fixture *fx = world_new();
    struct contact from = contact_with(fx, house, "Anna Meyer", "0171 3920061");
    struct contact to = contact_with(fx, house, "Anna Meier", "030 1234567"), told;
    struct contact_merge_out out = merged(fx, &from, &to);
    struct contact_merged fact_row;
    struct fact fact;
    CHECK_INT(out.contact->phones_count, 2);
    CHECK_STR(out.merged->conflicts[0].other, "Anna Meyer");
    CHECK(fixture_fact_at(fx, "contact_merged", -1, &fact, &fact_row));
    CHECK(id_equal(fact.entity, from.id));
    CHECK(id_equal(fact_row.to, to.id));
    CHECK_STR(fact_row.from_name, "Anna Meyer");
    CHECK(fixture_fact_at(fx, "contact", -1, &fact, &told));
    CHECK(id_equal(told.id, from.id));
    CHECK(fact.has_deleted && fact.deleted);
    CHECK_INT(fact.version, 2);
    CHECK(fixture_fact_at(fx, "contact", -2 + (int)fixture_facts(fx, "contact"), &fact, &told));
    CHECK(id_equal(told.id, to.id));
    CHECK_INT(told.phones_count, 2);
    CHECK_INT(fixture_rows(fx, &contact_table), 1);
    CHECK_STR(found(fx, &(struct contact_query){ .number = "0171 3920061" }), "Anna Meier!");
    fixture_free(fx);
}

TEST(an_old_id_says_where_it_went)
{
    struct fixture *fx = world_new();
    struct contact a = contact_with(fx, house, "A", NULL), b = contact_with(fx, house, "B", NULL);
    struct contact c = contact_with(fx, house, "C", NULL), out, present;
    struct contact_merged where;
    struct err err = { 0 };
    struct contact_merge_out first = merged(fx, &a, &b);
    (void)merged(fx, first.contact, &c);
    refused(fx, call_contact_get(&fx->client, &(struct by_id){ a.id }, &out), ERR_CONFLICT, "id");
    CHECK(strstr(fx->client.refused.german, "„C“"));
    CHECK(decode(contact_record(), fx->client.current, DECODE_STRICT, fx->client.arena, &present,
                 &err));
    CHECK(id_equal(present.id, c.id));
    refused(
        fx,
        call_contact_edit(&fx->client, &(struct contact_change){ .id = b.id, .version = 2 }, &out),
        ERR_CONFLICT, "id");
    CHECK_INT(call_merge_get(&fx->client, &(struct by_id){ a.id }, &where), CALL_DONE);
    CHECK(id_equal(where.to, b.id));
    CHECK_INT(fixture_rows(fx, &merged_table), 2);
    fixture_free(fx);
}

TEST(taking_back_brings_both_back)
{
    struct fixture *fx = world_new();
    struct contact from = contact_with(fx, house, "Anna Meyer", "0171 3920061");
    struct contact to = contact_with(fx, house, "Anna Meier", "030 1234567");
    struct contact_unmerge_out out;
    struct contact_merged told;
    struct fact fact;
    int64_t version = merged(fx, &from, &to).merged->version;
    struct contact_unmerge_in in = { from.id, version + 1 };
    refused(fx, call_contact_unmerge(&fx->client, &in, &out), ERR_CONFLICT, "version");
    in.version = version;
    CHECK_INT(call_contact_unmerge(&fx->client, &in, &out), CALL_DONE);
    CHECK_INT(out.from->version, 3);
    CHECK_INT(out.to->version, 3);
    CHECK_INT(out.to->phones_count, 1);
    CHECK_STR(got(fx, from.id).phones[0].typed, "0171 3920061");
    CHECK(fixture_fact_at(fx, "contact_merged", -1, &fact, &told));
    CHECK(told.undone && fact.version == version + 1);
    CHECK_INT(fixture_rows(fx, &merge_detail_table), 0);
    in.version++;
    refused(fx, call_contact_unmerge(&fx->client, &in, &out), ERR_CONFLICT, "id");
    // And merged again: the record goes on counting, so that followers see the newer one.
    struct contact one = got(fx, from.id), other = got(fx, to.id);
    CHECK_INT(merged(fx, &one, &other).merged->version, version + 2);
    in.version++;
    CHECK_INT(call_contact_unmerge(&fx->client, &in, &out), CALL_DONE);
    CHECK_STR(found(fx, &(struct contact_query){ .number = "0171 3920061" }), "Anna Meyer!");
    fixture_free(fx);
}

TEST(a_chain_is_taken_back_from_its_end)
{
    struct fixture *fx = world_new();
    struct contact a = contact_with(fx, house, "A", "0171 3920061");
    struct contact b = contact_with(fx, house, "B", NULL), c = contact_with(fx, house, "C", NULL);
    struct contact_unmerge_out out;
    struct contact_merge_out first = merged(fx, &a, &b);
    struct contact_unmerge_in of_a = { a.id, first.merged->version }, of_b = { .id = b.id };
    of_b.version = merged(fx, first.contact, &c).merged->version;
    refused(fx, call_contact_unmerge(&fx->client, &of_a, &out), ERR_CONFLICT, "id");
    CHECK(strstr(fx->client.refused.german, "„C“"));
    CHECK_INT(call_contact_unmerge(&fx->client, &of_b, &out), CALL_DONE);
    CHECK_INT(out.from->phones_count, 1);
    CHECK_INT(out.to->phones_count, 0);
    CHECK_INT(call_contact_unmerge(&fx->client, &of_a, &out), CALL_DONE);
    CHECK_INT(got(fx, b.id).phones_count, 0);
    CHECK_INT(got(fx, a.id).phones_count, 1);
    fixture_free(fx);
}

TEST(a_deleted_contact_takes_along_what_merging_kept)
{
    struct fixture *fx = world_new();
    struct contact a = contact_with(fx, house, "A", "0171 3920061");
    struct contact b = contact_with(fx, house, "B", NULL), c = contact_with(fx, house, "C", NULL);
    struct contact d = contact_with(fx, house, "D", NULL), out;
    struct contact_unmerge_out undone;
    struct contact_merged where;
    struct fact fact;
    struct contact_merge_out first = merged(fx, &a, &b);
    struct contact_merge_out last = merged(fx, first.contact, &c);
    last = merged(fx, &d, last.contact);
    struct contact_unmerge_in of_d = { d.id, last.merged->version };
    CHECK_INT(call_contact_unmerge(&fx->client, &of_d, &undone), CALL_DONE);
    CHECK_INT(fixture_rows(fx, &merged_table), 3);
    CHECK_INT(
        call_contact_delete(&fx->client, &(struct deletion){ c.id, undone.to->version }, &out),
        CALL_DONE);
    CHECK_INT(fixture_rows(fx, &merged_table), 0);
    CHECK_INT(fixture_rows(fx, &merge_detail_table), 0);
    CHECK_INT(fixture_facts(fx, "contact_merged"), 7);
    CHECK(fixture_fact_at(fx, "contact_merged", -1, &fact, &where));
    CHECK(fact.has_deleted && fact.deleted);
    CHECK_STR(got(fx, d.id).name, "D"); // lives on
    refused(fx, call_contact_get(&fx->client, &(struct by_id){ a.id }, &out), ERR_NOT_FOUND, "id");
    refused(fx, call_contact_unmerge(&fx->client, &(struct contact_unmerge_in){ a.id, 1 }, &undone),
            ERR_NOT_FOUND, "id");
    fixture_free(fx);
}

// Whoever followed the first time would take a lower version for old news.
TEST(a_merge_that_was_forgotten_counts_on)
{
    struct fixture *fx = world_new();
    struct contact a = contact_with(fx, house, "A", NULL), b = contact_with(fx, house, "B", NULL);
    struct contact c = contact_with(fx, house, "C", NULL), out;
    struct contact_unmerge_out undone;
    struct fact fact;
    int64_t first = merged(fx, &a, &b).merged->version;
    CHECK_INT(
        call_contact_unmerge(&fx->client, &(struct contact_unmerge_in){ a.id, first }, &undone),
        CALL_DONE);
    CHECK_INT(
        call_contact_delete(&fx->client, &(struct deletion){ b.id, undone.to->version }, &out),
        CALL_DONE);
    CHECK(fixture_fact_at(fx, "contact_merged", -1, &fact, NULL));
    CHECK(fact.has_deleted && fact.deleted);
    CHECK_INT(fact.version, first + 2);
    a = got(fx, a.id);
    CHECK(merged(fx, &a, &c).merged->version > first + 2);
    fixture_free(fx);
}

TEST(bad_merges_are_refused)
{
    struct fixture *fx = world_new();
    struct client_row client = client_with(fx, "Kanzlei", NULL);
    struct contact a = contact_with(fx, house, "A", NULL);
    struct contact b = contact_with(fx, client.id, "B", NULL);
    struct contact_merge_in in = { a.id, 1, a.id, 1 };
    struct contact_merge_out out;
    refused(fx, call_contact_merge(&fx->client, &in, &out), ERR_INVALID, "to");
    in.to = b.id;
    refused(fx, call_contact_merge(&fx->client, &in, &out), ERR_CONFLICT, "to");
    in.to_version = 2;
    refused(fx, call_contact_merge(&fx->client, &in, &out), ERR_CONFLICT, "to_version");
    in.from.bytes[3] ^= 1;
    refused(fx, call_contact_merge(&fx->client, &in, &out), ERR_NOT_FOUND, "from");
    CHECK_INT(fixture_rows(fx, &contact_table), 2);
    CHECK_INT(fixture_facts(fx, "contact_merged"), 0);
    fixture_free(fx);
}

// --- duplicates

// "A+B: number email probable|..."
static const char *groups(struct fixture *fx, const struct duplicate_query *query)
{
    static const char *const kinds[] = { "", "number", "email", "name_place", "customer_number" };
    static char text[4000];
    struct duplicate_query in = *query;
    struct duplicate_page page;
    size_t used = 0;
    text[0] = '\0';
    do {
        page = (struct duplicate_page){ 0 };
        CHECK_INT(call_duplicate_list(&fx->client, &in, &page), CALL_DONE);
        for (size_t i = 0; i < page.groups_count; i++) {
            const struct duplicate_group *group = &page.groups[i];
            for (size_t k = 0; k < group->contacts_count; k++)
                used += (size_t)snprintf(text + used, sizeof text - used, "%s%s",
                                         k ? "+" : (used ? "|" : ""), group->contacts[k].name);
            for (size_t k = 0; k < group->reasons_count; k++)
                used += (size_t)snprintf(text + used, sizeof text - used, " %s",
                                         kinds[group->reasons[k].likeness]);
            used += (size_t)snprintf(text + used, sizeof text - used,
                                     group->confidence == confidence_PROBABLE ? "!" : "?");
        }
        in.after = page.next;
    } while (page.more);
    return text;
}

TEST(duplicates_are_found_by_what_they_share)
{
    struct fixture *fx = world_new();
    struct client_row client = client_with(fx, "Kanzlei", NULL);
    (void)person(fx, house, (const char *const[]){ "Eva", "030 1234567", NULL, NULL });
    (void)person(fx, house, (const char *const[]){ "Max", "+49 30 1234567", NULL, NULL });
    (void)person(fx, house, (const char *const[]){ "Müller, Anna", NULL, NULL, "Köln" });
    struct contact anna =
        person(fx, house, (const char *const[]){ "Anna Mueller", NULL, "a@x.de", "KOELN" });
    (void)person(fx, house, (const char *const[]){ "A. Müller", NULL, "A@X.de", NULL });
    (void)person(fx, house, (const char *const[]){ "Allein", "030 7654321", "b@x.de", "Köln" });
    (void)person(fx, client.id, (const char *const[]){ "Eva", "030 1234567", "b@x.de", NULL });
    CHECK_STR(groups(fx, &(struct duplicate_query){ .limit = 20, .has_limit = true }),
              "Eva+Max number?|Müller, Anna+Anna Mueller+A. Müller name_place email?");
    CHECK_STR(groups(fx, &(struct duplicate_query){ .limit = 1, .has_limit = true }),
              "Eva+Max number?|Müller, Anna+Anna Mueller+A. Müller name_place email?");
    CHECK_STR(groups(fx, &(struct duplicate_query){ .client = client.id }), "");
    CHECK_STR(groups(fx, &(struct duplicate_query){ .contact = anna.id }),
              "Müller, Anna+Anna Mueller+A. Müller email name_place?");
    // Two things shared by one pair, or one and the name.
    (void)person(fx, client.id, (const char *const[]){ "Eva", "030 1234567", NULL, NULL });
    CHECK_STR(groups(fx, &(struct duplicate_query){ .client = client.id }), "Eva+Eva number!");
    fixture_free(fx);
}

TEST(a_switchboard_shared_by_many_is_one_group)
{
    struct fixture *fx = world_new();
    struct duplicate_page page;
    for (int i = 0; i < 50; i++)
        (void)contact_with(fx, house, "Jemand", "030 12340");
    CHECK_INT(call_duplicate_list(&fx->client, &(struct duplicate_query){ 0 }, &page), CALL_DONE);
    CHECK_INT(page.groups_count, 1);
    CHECK_INT(page.groups[0].contacts_count, 20);
    CHECK(!page.more);
    fixture_free(fx);
}

TEST(what_is_client_as_never_shows_for_b)
{
    struct fixture *fx = world_new();
    struct client_row a = client_with(fx, "A", NULL), b = client_with(fx, "B", NULL);
    struct contact one =
        person(fx, a.id, (const char *const[]){ "Eins", "030 1234567", NULL, NULL });
    struct contact two =
        person(fx, a.id, (const char *const[]){ "Zwei", "030 1234567", NULL, NULL });
    struct contact_merge_in in = { one.id, 1, two.id, 1 };
    struct contact_merge_out out;
    struct contact_unmerge_out undone;
    struct contact_merged where;
    struct merge_page page = { 0 };
    as_agent(fx, b.id);
    refused(fx, call_contact_merge(&fx->client, &in, &out), ERR_NOT_FOUND, "from");
    CHECK_STR(groups(fx, &(struct duplicate_query){ .client = a.id }), "");
    refused(fx,
            call_duplicate_list(&fx->client, &(struct duplicate_query){ .contact = one.id },
                                &(struct duplicate_page){ 0 }),
            ERR_NOT_FOUND, "contact");
    as_agent(fx, a.id);
    CHECK_STR(groups(fx, &(struct duplicate_query){ .client = a.id }), "Eins+Zwei number?");
    CHECK_INT(call_contact_merge(&fx->client, &in, &out), CALL_DONE);
    as_agent(fx, b.id);
    refused(fx, call_merge_get(&fx->client, &(struct by_id){ one.id }, &where), ERR_NOT_FOUND,
            "id");
    refused(fx,
            call_contact_unmerge(&fx->client, &(struct contact_unmerge_in){ one.id, 1 }, &undone),
            ERR_NOT_FOUND, "id");
    struct contact gone;
    refused(fx, call_contact_get(&fx->client, &(struct by_id){ one.id }, &gone), ERR_NOT_FOUND,
            "id");
    CHECK_INT(call_merge_list(&fx->client, &(struct merge_query){ 0 }, &page), CALL_DONE);
    CHECK_INT(page.merges_count, 0);
    as_agent(fx, a.id);
    CHECK_INT(call_merge_list(&fx->client, &(struct merge_query){ .to = two.id }, &page),
              CALL_DONE);
    CHECK_INT(page.merges_count, 1);
    fixture_free(fx);
}

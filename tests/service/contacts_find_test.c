// SPDX-License-Identifier: Apache-2.0
// Who has this number, who bears this name: never a guess, never another client's.
#include "tests/service/contacts_world.h"

static const char *by_number(struct fixture *fx, struct id client, const char *number)
{
    return found(fx, &(struct contact_query){ .number = number, .client = client });
}

static const char *by_name(struct fixture *fx, struct id client, const char *name)
{
    return found(fx, &(struct contact_query){ .name = name, .client = client });
}

static const struct id house = { { 0 } };

TEST(a_whole_number_is_exact_however_it_is_written)
{
    struct fixture *fx = world_new();
    contact_with(fx, house, "Anna", "030 / 123 45-67");
    CHECK_STR(by_number(fx, house, "+49301234567"), "Anna!");
    CHECK_STR(by_number(fx, house, "0049 30 1234567"), "Anna!");
    CHECK_STR(by_number(fx, house, "1234567"), "Anna!");
    CHECK_STR(by_number(fx, house, "030 7654321"), "");
    fixture_free(fx);
}

TEST(several_with_one_number_are_all_possible)
{
    struct fixture *fx = world_new();
    contact_with(fx, house, "Zoe", "030 1234567");
    contact_with(fx, house, "Anna", "030 1234567");
    CHECK_STR(by_number(fx, house, "030 1234567"), "Anna?|Zoe?");
    fixture_free(fx);
}

TEST(behind_a_main_number_somebody_is_possible)
{
    struct fixture *fx = world_new();
    contact_with(fx, house, "Firma", "030 123450");
    CHECK_STR(by_number(fx, house, "030 12345678"), "Firma?");
    CHECK_STR(by_number(fx, house, "030 123450"), "Firma!");
    contact_with(fx, house, "Frau Direkt", "030 12345678");
    CHECK_STR(by_number(fx, house, "030 12345678"), "Frau Direkt!");
    fixture_free(fx);
}

TEST(an_extension_that_was_noted_counts)
{
    struct fixture *fx = world_new();
    contact_with(fx, house, "Frau Zwölf", "030 123450 DW 12");
    CHECK_STR(by_number(fx, house, "030 1234512"), "Frau Zwölf!");
    CHECK_STR(by_number(fx, house, "030 123450 DW 12"), "Frau Zwölf!");
    CHECK_STR(by_number(fx, house, "030 123450"), "Frau Zwölf?"); // the switchboard calls
    CHECK_STR(by_number(fx, house, "030 1234599"), "Frau Zwölf?");
    fixture_free(fx);
}

TEST(only_the_right_clients_contacts_are_found)
{
    struct fixture *fx = world_new();
    struct id one = client_with(fx, "Eins", NULL).id, two = client_with(fx, "Zwei", NULL).id;
    contact_with(fx, one, "Anna Eins", "030 1234567");
    contact_with(fx, two, "Anna Zwei", "030 1234567");
    contact_with(fx, house, "Anna Haus", "030 1234567");
    CHECK_STR(by_number(fx, one, "030 1234567"), "Anna Eins!");
    CHECK_STR(by_number(fx, two, "030 1234567"), "Anna Zwei!");
    CHECK_STR(by_number(fx, house, "030 1234567"), "Anna Haus!");
    CHECK_STR(by_name(fx, one, "anna"), "Anna Eins?");
    CHECK_STR(by_name(fx, house, "anna"), "Anna Haus?");
    struct contact_query everywhere = { .name = "anna",
                                        .has_everywhere = true,
                                        .everywhere = true };
    CHECK_STR(found(fx, &everywhere), "Anna Eins?|Anna Haus?|Anna Zwei?");
    as_agent(fx, one);
    CHECK_STR(found(fx, &everywhere), "Anna Eins?");
    CHECK_STR(by_number(fx, two, "030 1234567"), "");
    CHECK_STR(by_number(fx, house, "030 1234567"), "");
    CHECK_STR(by_number(fx, one, "030 1234567"), "Anna Eins!");
    fixture_free(fx);
}

static const char *number_everywhere(struct fixture *fx, const char *number)
{
    return found(fx, &(struct contact_query){
                         .number = number, .has_everywhere = true, .everywhere = true });
}

TEST(a_number_everywhere_is_judged_within_each_client)
{
    struct fixture *fx = world_new();
    struct id one = client_with(fx, "Eins", NULL).id, two = client_with(fx, "Zwei", NULL).id;
    struct id three = client_with(fx, "Drei", NULL).id;
    contact_with(fx, two, "Anna Zwei", "030 1234567");
    CHECK_STR(number_everywhere(fx, "030 1234567"), "Anna Zwei!");
    // Another client's same number does not make it less certain, nor does a main number elsewhere.
    contact_with(fx, house, "Anna Haus", "030 1234567");
    contact_with(fx, one, "Firma Eins", "030 12340");
    CHECK_STR(number_everywhere(fx, "030 1234567"), "Anna Haus!|Anna Zwei!|Firma Eins?");
    contact_with(fx, three, "A Drei", "030 1234567");
    contact_with(fx, three, "B Drei", "030 1234567");
    CHECK_STR(number_everywhere(fx, "030 1234567"),
              "Anna Haus!|Anna Zwei!|A Drei?|B Drei?|Firma Eins?");
    CHECK_STR(by_number(fx, house, "030 1234567"), "Anna Haus!");
    struct contact_query query = {
        .number = "030 1234567", .name = "anna", .has_everywhere = true, .everywhere = true
    };
    struct contact_matches out;
    CHECK_INT(call_contact_find(&fx->client, &query, &out), CALL_DONE);
    CHECK_INT((int64_t)out.matches_count, 2);
    CHECK(!out.matches[0].client_name);
    CHECK_STR(out.matches[1].client_name, "Zwei");
    as_agent(fx, three);
    CHECK_STR(number_everywhere(fx, "030 1234567"), "A Drei?|B Drei?");
    as_agent(fx, one);
    CHECK_STR(number_everywhere(fx, "030 1234567"), "Firma Eins?");
    fixture_free(fx);
}

TEST(names_are_found_folded_by_the_beginnings_of_words)
{
    struct fixture *fx = world_new();
    struct contact_new in = { .name = "Jörg Müller",
                              .organisation = "Café Straße GmbH",
                              .customer_number = "K-4711" };
    struct contact out;
    CHECK_INT(call_contact_add(&fx->client, &in, &out), CALL_DONE);
    contact_with(fx, house, "Anton Mueller", NULL);
    contact_with(fx, house, "Beate Schulze", NULL);
    CHECK_STR(by_name(fx, house, "mueller"), "Anton Mueller?|Jörg Müller?");
    CHECK_STR(by_name(fx, house, "MÜL"), "Anton Mueller?|Jörg Müller?");
    CHECK_STR(by_name(fx, house, "müller jör"), "Jörg Müller?");
    CHECK_STR(by_name(fx, house, "strasse cafe"), "Jörg Müller?");
    CHECK_STR(by_name(fx, house, "k 4711"), "Jörg Müller!");
    CHECK_STR(by_name(fx, house, "4711"), "Jörg Müller?");
    CHECK_STR(by_name(fx, house, "Anton Müller"), "Anton Mueller!");
    CHECK_STR(by_name(fx, house, "ller"), "");
    CHECK_STR(by_name(fx, house, "mueller beate"), "");
    fixture_free(fx);
}

TEST(exact_names_come_first)
{
    struct fixture *fx = world_new();
    contact_with(fx, house, "Schmidt Anna", NULL);
    contact_with(fx, house, "Anna Schmidtbauer", NULL);
    contact_with(fx, house, "Schmidt", NULL);
    CHECK_STR(by_name(fx, house, "schmidt"), "Schmidt!|Anna Schmidtbauer?|Schmidt Anna?");
    fixture_free(fx);
}

TEST(number_and_name_must_both_fit)
{
    struct fixture *fx = world_new();
    contact_with(fx, house, "Anna", "030 1234567");
    contact_with(fx, house, "Bert", "030 1234567");
    struct contact_query query = { .number = "030 1234567", .name = "ber" };
    CHECK_STR(found(fx, &query), "Bert?"); // the number alone does not tell them apart
    fixture_free(fx);
}

TEST(a_limit_keeps_the_first_and_says_so)
{
    struct fixture *fx = world_new();
    const char *const names[] = { "Meier D", "Meier A", "Meier C", "Meier B" };
    for (size_t i = 0; i < COUNT_OF(names); i++)
        contact_with(fx, house, names[i], NULL);
    struct contact_query query = { .name = "meier", .has_limit = true, .limit = 2 };
    struct contact_matches out;
    CHECK_STR(found(fx, &query), "Meier A?|Meier B?");
    CHECK_INT(call_contact_find(&fx->client, &query, &out), CALL_DONE);
    CHECK(out.more);
    query.limit = 4;
    CHECK_INT(call_contact_find(&fx->client, &query, &out), CALL_DONE);
    CHECK(!out.more);
    CHECK_INT((int64_t)out.matches_count, 4);
    fixture_free(fx);
}

TEST(a_search_without_a_question_is_refused)
{
    struct fixture *fx = world_new();
    struct id client = client_with(fx, "Eins", NULL).id;
    struct contact_matches out;
    struct contact_query query = { 0 };
    refused(fx, call_contact_find(&fx->client, &query, &out), ERR_INVALID, "name");
    query.name = "--";
    refused(fx, call_contact_find(&fx->client, &query, &out), ERR_INVALID, "name");
    query = (struct contact_query){ .number = "Anna" };
    refused(fx, call_contact_find(&fx->client, &query, &out), ERR_INVALID, "number");
    query = (struct contact_query){
        .number = "030 1234567", .client = client, .has_everywhere = true, .everywhere = true
    };
    refused(fx, call_contact_find(&fx->client, &query, &out), ERR_INVALID, "everywhere");
    query = (struct contact_query){
        .name = "a", .client = client, .has_everywhere = true, .everywhere = true
    };
    refused(fx, call_contact_find(&fx->client, &query, &out), ERR_INVALID, "everywhere");
    query = (struct contact_query){ .name = "a", .has_limit = true, .limit = 201 };
    refused(fx, call_contact_find(&fx->client, &query, &out), ERR_INVALID, "limit");
    fixture_free(fx);
}

TEST(what_changes_is_found_by_what_it_is_now)
{
    struct fixture *fx = world_new();
    struct contact contact = contact_with(fx, house, "Anna Alt", "030 1234567"), out;
    struct number phone = { .typed = "040 7654321" };
    struct contact_change change = {
        .id = contact.id, .version = 1, .name = "Anna Neu", .phones = &phone, .phones_count = 1
    };
    CHECK_INT(call_contact_edit(&fx->client, &change, &out), CALL_DONE);
    CHECK_STR(by_name(fx, house, "alt"), "");
    CHECK_STR(by_name(fx, house, "neu"), "Anna Neu?");
    CHECK_STR(by_number(fx, house, "030 1234567"), "");
    CHECK_STR(by_number(fx, house, "040 7654321"), "Anna Neu!");
    struct deletion deletion = { .id = contact.id, .version = 2 };
    CHECK_INT(call_contact_delete(&fx->client, &deletion, &out), CALL_DONE);
    CHECK_STR(by_number(fx, house, "040 7654321"), "");
    CHECK_STR(by_name(fx, house, "neu"), "");
    fixture_free(fx);
}

static const char *long_text(struct fixture *fx, size_t size)
{
    char *text = arena_alloc(fx->client.arena, size + 1);
    CHECK(text != NULL);
    memset(text, 'x', size);
    return text;
}

TEST(long_rows_come_in_several_answers)
{
    struct fixture *fx = world_new();
    struct contact_new in = { .name = "Lang" };
    struct contact contact;
    struct contact_matches out;
    struct contact_page page;
    for (int i = 0; i < 200; i++) {
        const char *emails[10];
        for (size_t k = 0; k < COUNT_OF(emails); k++)
            emails[k] = arena_format(fx->client.arena, "%s@x.example", long_text(fx, 180));
        in.emails = emails;
        in.emails_count = COUNT_OF(emails);
        in.message = long_text(fx, 1000);
        in.handling_note = in.message;
        CHECK_INT(call_contact_add(&fx->client, &in, &contact), CALL_DONE);
        fixture_reset(fx);
    }
    struct contact_query query = { .name = "lang", .has_limit = true, .limit = 200 };
    CHECK_INT(call_contact_find(&fx->client, &query, &out), CALL_DONE);
    CHECK(out.more);
    CHECK(out.matches_count > 100 && out.matches_count < 200);
    struct page first = { .has_limit = true, .limit = 200 };
    CHECK_INT(call_contact_list(&fx->client, &first, &page), CALL_DONE);
    CHECK(page.more);
    CHECK(page.contacts_count > 100 && page.contacts_count < 200);
    fixture_free(fx);
}

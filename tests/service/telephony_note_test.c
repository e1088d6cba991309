// SPDX-License-Identifier: Apache-2.0
// Call notes (A9, G2, C1): written, edited with all editions kept, mailed, found, forgotten by age.
#include <stdio.h>

#include "common/wire/codec.h"
#include "services/telephony/notes.h"
#include "tests/service/telephony_lines_world.h"

static struct call_note write_note(struct fixture *fx, const struct note_new *in)
{
    struct call_note out = { 0 };
    CHECK_INT(call_note_add(&fx->client, in, &out), CALL_DONE);
    return out;
}

static struct call_note read_note(struct fixture *fx, struct id id)
{
    struct by_id in = { id };
    struct call_note out = { 0 };
    CHECK_INT(call_note_get(&fx->client, &in, &out), CALL_DONE);
    return out;
}

static struct id a_call(struct fixture *fx)
{
    struct hook_seen seen = ring(fx, "1", "030 123456", "030 1111111");
    answer(fx, "1");
    end(fx, "1");
    return seen.call;
}

TEST(a_note_takes_what_its_call_knows)
{
    struct world world;
    world_begin(&world);
    world_people(&world);
    struct id call = a_call(world.fx);
    struct id to = STAFF;
    struct note_new in = { .call = call,
                           .to_staff = &to,
                           .to_staff_count = 1,
                           .has_to_client = true,
                           .to_client = true,
                           .outcome = note_outcome_CALL_BACK,
                           .text = "  Bitte um Rückruf.  " };
    struct call_note note = write_note(world.fx, &in);
    CHECK(id_equal(note.client, CLIENT_A) && id_equal(note.contact, ANNA));
    CHECK_STR(note.client_name, "Kanzlei A");
    CHECK_STR(note.contact_name, "Anna Müller");
    CHECK_STR(note.number, "+4930123456");
    CHECK_STR(note.text, "Bitte um Rückruf.");
    CHECK(note.staff_count == 1 && id_equal(note.staff[0], STAFF));
    CHECK(note.teams_count == 1 && id_equal(note.teams[0], TEAM));
    // It is for somebody, so it is to be mailed at once.
    CHECK(note.has_mail_order && note.mail_order == 1);
    struct fact fact;
    struct call_note told;
    CHECK(fixture_fact_at(world.fx, "call_note", -1, &fact, &told));
    CHECK_STR(told.text, "Bitte um Rückruf.");
    world_end(&world);
}

TEST(every_edit_keeps_the_edition_before)
{
    struct world world;
    world_begin(&world);
    struct fixture *fx = world.fx;
    struct note_new in = { .text = "eins", .subject = "Betreff" };
    struct call_note note = write_note(fx, &in), out = { 0 };
    CHECK(!note.has_mail_order);
    static const char *const texts[] = { "zwei", "drei" };
    for (int i = 0; i < 2; i++) {
        struct note_change change = { .id = note.id, .edition = i + 1, .text = texts[i] };
        CHECK_INT(call_note_edit(&fx->client, &change, &out), CALL_DONE);
    }
    CHECK_INT(out.edition, 3);
    // Whoever saw the first edition is refused, and gets the present one.
    struct note_change stale = { .id = note.id, .edition = 1, .text = "vier" };
    refused(fx, call_note_edit(&fx->client, &stale, &out), ERR_CONFLICT, "edition");
    struct call_note present;
    struct err err = { 0 };
    CHECK(decode(call_note_record(), fx->client.current, DECODE_LENIENT, fx->client.arena, &present,
                 &err));
    CHECK_STR(present.text, "drei");
    // The same again is no edition.
    struct note_change same = { .id = note.id, .edition = 3, .text = "drei" };
    CHECK_INT(call_note_edit(&fx->client, &same, &out), CALL_DONE);
    CHECK_INT(out.edition, 3);
    const char *const clear[] = { "subject" };
    struct note_change cleared = { .id = note.id, .edition = 3, .clear = clear, .clear_count = 1 };
    CHECK_INT(call_note_edit(&fx->client, &cleared, &out), CALL_DONE);
    struct by_id get = { note.id };
    struct note_page history = { 0 };
    CHECK_INT(call_note_history(&fx->client, &get, &history), CALL_DONE);
    CHECK_INT((int64_t)history.notes_count, 4);
    static const char *const expected[] = { "drei", "drei", "zwei", "eins" };
    for (size_t i = 0; i < 4; i++) {
        CHECK_INT(history.notes[i].edition, 4 - (int64_t)i);
        CHECK_STR(history.notes[i].text, expected[i]);
    }
    CHECK_STR(history.notes[0].subject, NULL);
    world_end(&world);
}

TEST(what_is_wrong_with_a_note_is_said)
{
    struct world world;
    world_begin(&world);
    world_people(&world);
    struct fixture *fx = world.fx;
    struct call_note out;
    const char *address = "kein Ort";
    struct id nobody = id_number(999), staff = STAFF;
    struct new_caller caller = { .name = "Neu" };
    const struct {
        struct note_new in;
        enum err_code code;
        const char *field;
    } cases[] = {
        { { .text = NULL }, ERR_INVALID, "text" },
        { { .text = "  " }, ERR_INVALID, "text" },
        { { .text = "x", .call = nobody }, ERR_NOT_FOUND, "call" },
        { { .text = "x", .client = nobody }, ERR_NOT_FOUND, "client" },
        { { .text = "x", .contact = nobody }, ERR_NOT_FOUND, "contact" },
        { { .text = "x", .contact = ANNA, .client = CLIENT_B }, ERR_NOT_FOUND, "contact" },
        { { .text = "x", .to_staff = &nobody, .to_staff_count = 1 }, ERR_NOT_FOUND, "to_staff" },
        { { .text = "x", .has_to_client = true, .to_client = true }, ERR_INVALID, "to_client" },
        { { .text = "x", .mail_to = &address, .mail_to_count = 1 }, ERR_INVALID, "mail_to[0]" },
        { { .text = "x", .has_mail = true, .mail = true }, ERR_INVALID, "mail" },
        { { .text = "x", .client = CLIENT_A, .contact = ANNA, .new_caller = &caller },
          ERR_INVALID,
          "new_caller" },
    };
    (void)staff;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        refused(fx, call_note_add(&fx->client, &cases[i].in, &out), cases[i].code, cases[i].field);
    CHECK_INT(fixture_rows(fx, &note_table), 0);
    world_end(&world);
}

TEST(foreign_scopes_find_no_note)
{
    struct world world;
    world_begin(&world);
    world_people(&world);
    struct fixture *fx = world.fx;
    struct id to = STAFF, call = a_call(fx);
    struct note_new in = { .call = call, .to_staff = &to, .to_staff_count = 1, .text = "geheim" };
    struct call_note note = write_note(fx, &in), out;
    const struct scope foreign[] = { { SCOPE_CLIENT, CLIENT_B },
                                     { SCOPE_TEAM, id_number(302) },
                                     { SCOPE_OWN, id_number(202) } };
    for (size_t i = 0; i < 3; i++) {
        as_scope(fx, foreign[i].kind, foreign[i].id);
        struct by_id get = { note.id };
        struct note_page page = { 0 };
        struct note_change change = { .id = note.id, .edition = 1, .text = "x" };
        refused(fx, call_note_get(&fx->client, &get, &out), ERR_NOT_FOUND, "id");
        refused(fx, call_note_history(&fx->client, &get, &page), ERR_NOT_FOUND, "id");
        refused(fx, call_note_edit(&fx->client, &change, &out), ERR_NOT_FOUND, "id");
        refused(fx, call_note_add(&fx->client, &in, &out), ERR_NOT_FOUND, "call");
        const struct note_query queries[] = { { .outcome = 0 },
                                              { .call = call },
                                              { .client = CLIENT_A },
                                              { .contact = ANNA },
                                              { .staff = STAFF } };
        for (size_t k = 0; k < 5; k++) {
            CHECK_INT(call_note_list(&fx->client, &queries[k], &page), CALL_DONE);
            CHECK_INT((int64_t)page.notes_count, 0);
        }
    }
    const struct scope own[] = { { SCOPE_CLIENT, CLIENT_A },
                                 { SCOPE_TEAM, TEAM },
                                 { SCOPE_OWN, STAFF } };
    for (size_t i = 0; i < 3; i++) {
        as_scope(fx, own[i].kind, own[i].id);
        CHECK_STR(read_note(fx, note.id).text, "geheim");
    }
    world_end(&world);
}

TEST(notes_are_found_by_whatever_they_are_about)
{
    struct world world;
    world_begin(&world);
    world_people(&world);
    struct fixture *fx = world.fx;
    struct id call = a_call(fx), to = STAFF;
    for (int i = 0; i < 5; i++) {
        struct note_new in = { .text = "x", .outcome = note_outcome_DONE };
        if (i == 1)
            in.call = call;
        if (i == 2)
            in.file = id_number(900);
        if (i == 3) {
            in.to_staff = &to;
            in.to_staff_count = 1;
        }
        if (i == 4)
            in.outcome = note_outcome_CALL_BACK;
        (void)write_note(fx, &in);
        fixture_wait(fx, SECONDS(1));
    }
    const struct {
        struct note_query query;
        size_t count;
    } cases[] = { { { .outcome = 0 }, 5 },
                  { { .call = call }, 1 },
                  { { .file = id_number(900) }, 1 },
                  { { .staff = STAFF }, 1 },
                  { { .contact = ANNA }, 1 },
                  { { .client = CLIENT_A }, 1 },
                  { { .client = CLIENT_A, .outcome = note_outcome_CALL_BACK }, 0 },
                  { { .outcome = note_outcome_CALL_BACK }, 1 } };
    struct note_page page;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CHECK_INT(call_note_list(&fx->client, &cases[i].query, &page), CALL_DONE);
        CHECK_INT((int64_t)page.notes_count, (int64_t)cases[i].count);
    }
    struct note_query paged = { .has_limit = true, .limit = 2 };
    size_t seen = 0;
    do {
        CHECK_INT(call_note_list(&fx->client, &paged, &page), CALL_DONE);
        seen += page.notes_count;
        paged.after = page.notes[page.notes_count - 1].id;
    } while (page.more);
    CHECK_INT((int64_t)seen, 5);
    world_end(&world);
}

// --- lines that come by fact
struct line_of {
    struct id call, contact;
    struct note_line line;
};

static bool add_line(struct request *rq, void *argument)
{
    const struct line_of *of = argument;
    return note_add_line(rq, of->call, of->contact, &of->line);
}

TEST(a_line_is_added_once_to_the_calls_note_or_to_one_of_its_own)
{
    struct world world;
    world_begin(&world);
    world_people(&world);
    struct fixture *fx = world.fx;
    struct id call = a_call(fx);
    struct note_new in = { .call = call, .text = "x" };
    struct call_note note = write_note(fx, &in);
    struct line_of of = { call,
                          ANNA,
                          { id_number(1), fixture_now(fx), "anna", "Mitteilung ausgerichtet" } };
    for (int i = 0; i < 3; i++)
        CHECK(fixture_input(fx, add_line, &of));
    CHECK_INT((int64_t)read_note(fx, note.id).lines_count, 1);
    CHECK_INT(read_note(fx, note.id).edition, 1); // nobody's edit becomes stale
    CHECK_INT(fixture_rows(fx, &note_table), 1);
    // Without a note, or without a call.
    of = (struct line_of){ { { 0 } },
                           ANNA,
                           { id_number(2), fixture_now(fx), "anna", "ausgerichtet" } };
    for (int i = 0; i < 3; i++)
        CHECK(fixture_input(fx, add_line, &of));
    CHECK_INT(fixture_rows(fx, &note_table), 2);
    struct note_query query = { .contact = ANNA, .has_limit = true, .limit = 1 };
    struct note_page page;
    CHECK_INT(call_note_list(&fx->client, &query, &page), CALL_DONE);
    CHECK(id_equal(page.notes[0].client, CLIENT_A));
    CHECK_STR(page.notes[0].lines[0].text, "ausgerichtet");
    world_end(&world);
}

static void tell_mail(struct fixture *fx, const struct call_note *note, int64_t version,
                      enum mail_state state, const char *answer)
{
    struct mail_row mail = { .id = id_number(700),
                             .version = version,
                             .note = note->id,
                             .order = 1,
                             .to = "a@b.example",
                             .subject = "x",
                             .message_id = "<x@y>",
                             .state = state,
                             .answer = answer,
                             .wanted_at = 1,
                             .moved_at = fixture_now(fx) };
    fixture_fact(fx, "notifier", "mail", &mail, false);
}

TEST(the_fate_of_a_mail_is_shown_on_its_note)
{
    struct world world;
    world_begin(&world);
    struct fixture *fx = world.fx;
    const char *to = "a@b.example";
    struct note_new in = { .text = "x", .mail_to = &to, .mail_to_count = 1 };
    struct call_note note = write_note(fx, &in), out;
    tell_mail(fx, &note, 1, mail_state_WANTED, NULL);
    tell_mail(fx, &note, 2, mail_state_SENT, "250 Ok: queued as 42");
    note = read_note(fx, note.id);
    CHECK_INT((int64_t)note.mails_count, 1);
    CHECK_INT(note.mails[0].state, mail_state_SENT);
    CHECK_STR(note.mails[0].detail, "250 Ok: queued as 42");
    // Meanwhile somebody edits what they saw before.
    struct note_change change = { .id = note.id, .edition = 1, .text = "y" };
    CHECK_INT(call_note_edit(&fx->client, &change, &out), CALL_DONE);
    CHECK_INT((int64_t)out.mails_count, 1);
    CHECK_INT(out.mail_order, 1); // an edit mails nothing by itself
    struct note_change again = { .id = note.id, .edition = 2, .has_mail = true, .mail = true };
    CHECK_INT(call_note_edit(&fx->client, &again, &out), CALL_DONE);
    CHECK_INT(out.mail_order, 2);
    CHECK_INT(out.edition, 2);
    world_end(&world);
}

TEST(a_new_caller_is_wished_for_until_the_contact_exists)
{
    struct world world;
    world_begin(&world);
    world_people(&world);
    struct fixture *fx = world.fx;
    struct hook_seen seen = ring(fx, "1", "030 777777", "030 1111111");
    struct new_caller caller = { .name = "Neu Anrufer" };
    struct note_new in = { .call = seen.call, .text = "x", .new_caller = &caller };
    struct call_note note = write_note(fx, &in);
    CHECK(note.new_caller && !id_is_zero(note.contact));
    CHECK_STR(note.contact_name, "Neu Anrufer");
    tell_contact(fx, note.contact, CLIENT_A, "Neu Anrufer", "+4930777777");
    struct call_note after = read_note(fx, note.id);
    CHECK(!after.new_caller && id_equal(after.contact, note.contact));
    CHECK_INT(after.edition, 1);
    world_end(&world);
}

// --- templates
TEST(templates_are_filled_in_for_a_call_of_their_client)
{
    struct world world;
    world_begin(&world);
    world_people(&world);
    struct fixture *fx = world.fx;
    struct id call = a_call(fx);
    struct template_new in = { .client = CLIENT_A,
                               .name = "Rückruf",
                               .subject = "{caller} bittet um Rückruf",
                               .text =
                                   "{caller} ({organisation}), {number}, für {client} am {date}.",
                               .outcome = note_outcome_CALL_BACK };
    struct template template = { 0 };
    CHECK_INT(call_template_add(&fx->client, &in, &template), CALL_DONE);
    struct note_draft_in draft = { .template = template.id, .call = call };
    struct note_draft_out out = { 0 };
    CHECK_INT(call_note_draft(&fx->client, &draft, &out), CALL_DONE);
    CHECK_STR(out.subject, "Anna Müller bittet um Rückruf");
    CHECK_STR(out.text, "Anna Müller (Beispiel GmbH), +4930123456, für Kanzlei A am 02.03.2026.");
    CHECK_INT(out.outcome, note_outcome_CALL_BACK);
    // Another client's call, and another client's people.
    struct hook_seen other = ring(fx, "2", "030 123456", "030 2222222");
    draft.call = other.call;
    refused(fx, call_note_draft(&fx->client, &draft, &out), ERR_NOT_FOUND, "template");
    as_scope(fx, SCOPE_CLIENT, CLIENT_B);
    refused(fx, call_note_draft(&fx->client, &draft, &out), ERR_NOT_FOUND, "template");
    struct page page = { 0 };
    struct template_page templates = { 0 };
    CHECK_INT(call_template_list(&fx->client, &page, &templates), CALL_DONE);
    CHECK_INT((int64_t)templates.templates_count, 0);
    as_house(fx);
    struct template_change change = { .id = template.id, .version = 1, .text = "{wer}?" };
    refused(fx, call_template_edit(&fx->client, &change, &template), ERR_INVALID, "text");
    change.text = "kurz";
    CHECK_INT(call_template_edit(&fx->client, &change, &template), CALL_DONE);
    struct deletion stale = { template.id, 1 }, gone = { template.id, 2 };
    refused(fx, call_template_delete(&fx->client, &stale, &template), ERR_CONFLICT, "version");
    CHECK_INT(call_template_delete(&fx->client, &gone, &template), CALL_DONE);
    CHECK_INT(fixture_rows(fx, &template_table), 0);
    world_end(&world);
}

TEST(old_notes_go_with_all_their_editions)
{
    struct world world;
    world_begin(&world);
    struct fixture *fx = world.fx;
    struct note_new in = { .text = "0" };
    struct call_note note = write_note(fx, &in), out;
    for (int i = 1; i < 6; i++) {
        char text[8];
        snprintf(text, sizeof text, "%d", i);
        struct note_change change = { .id = note.id, .edition = i, .text = text };
        CHECK_INT(call_note_edit(&fx->client, &change, &out), CALL_DONE);
    }
    CHECK_INT(fixture_rows(fx, &note_edition_table), 5);
    fixture_wait(fx, SECONDS(1));
    struct call_note young = write_note(fx, &in);
    world.board.keep_notes_us = SECONDS(100);
    world.board.sweep_us = young.called_at + SECONDS(100);
    fixture_wait(fx, young.called_at + SECONDS(100) - fixture_now(fx));
    CHECK_INT(fixture_rows(fx, &note_table), 1);
    CHECK_INT(fixture_rows(fx, &note_edition_table), 0);
    struct fact fact;
    CHECK(fixture_fact_at(fx, "call_note", -1, &fact, NULL));
    CHECK(fact.deleted && id_equal(fact.entity, note.id));
    CHECK_STR(read_note(fx, young.id).text, "0");
    world_end(&world);
}

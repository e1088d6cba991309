// SPDX-License-Identifier: Apache-2.0
// Mere callers go by themselves: announced, to the second, logged, undone; nobody else ever does.
#include "common/base/civil.h"
#include "services/contacts/purge.h"
#include "tests/harness/house.h"
#include "tests/service/contacts_world.h"

static const struct id house = { { 0 } };
static const char *const caller_only[] = { "Anrufer" };

static int64_t at(const char *rfc3339)
{
    int64_t time_us = 0;
    CHECK(civil_parse_rfc3339(rfc3339, &time_us));
    return time_us;
}

// The clock shows that time now, later or earlier; what is due by then happens.
static void clock_at(struct fixture *fx, int64_t time_us)
{
    fx->house->now_us = time_us;
    fixture_restart(fx);
}

static struct contact caller_of(struct fixture *fx, struct id client, const char *name)
{
    struct contact_new in = {
        .client = client, .name = name, .categories = caller_only, .categories_count = 1
    };
    struct contact out = { 0 };
    CHECK_INT(call_contact_add(&fx->client, &in, &out), CALL_DONE);
    return out;
}

static bool is_there(struct fixture *fx, struct id id)
{
    struct contact row;
    return fixture_row(fx, &contact_table, id, &row);
}

static struct purge_preview_page preview(struct fixture *fx, int64_t days)
{
    struct purge_preview_page page = { 0 };
    CHECK_INT(call_purge_preview(&fx->client,
                                 &(struct purge_query){ .has_days = true, .days = days }, &page),
              CALL_DONE);
    return page;
}

// The world begins at 2026-03-02T08:00Z, 09:00 in Berlin; the clocks go forward on the 29th.
#define GONE      "2026-08-29T07:00:00Z"
#define ANNOUNCED "2026-08-22T07:00:00Z"

TEST(a_caller_is_announced_and_goes_to_the_second)
{
    struct fixture *fx = world_new();
    struct contact eva = caller_of(fx, house, "Eva"), told;
    int64_t begun = eva.edited_at - at("2026-03-02T08:00:00Z"); // a moment
    int64_t gone = at(GONE) + begun, announced = at(ANNOUNCED) + begun;
    struct fact fact;
    struct purge_notice notice;
    struct purge_entry entry;
    clock_at(fx, announced - SECONDS(1));
    CHECK_INT(fixture_facts(fx, "purge_notice"), 0);
    CHECK_INT((int64_t)preview(fx, 6).candidates_count, 0);
    struct purge_preview_page page = preview(fx, 7 + 1);
    CHECK_INT((int64_t)page.candidates_count, 1);
    CHECK_STR(page.candidates[0].name, "Eva");
    CHECK(!page.candidates[0].announced);
    CHECK_INT(page.candidates[0].delete_at, gone);
    clock_at(fx, announced + SECONDS(1));
    CHECK_INT(fixture_facts(fx, "purge_notice"), 1);
    CHECK(fixture_fact_at(fx, "purge_notice", 0, &fact, &notice));
    CHECK_INT(notice.delete_at, gone + SECONDS(1)); // late by a second, and so is the deletion
    fixture_free(fx);

    // On time it is announced for the very second.
    fx = world_new();
    eva = caller_of(fx, house, "Eva");
    clock_at(fx, announced);
    CHECK(fixture_fact_at(fx, "purge_notice", 0, &fact, &notice));
    CHECK_INT(notice.delete_at, gone);
    clock_at(fx, gone - SECONDS(1));
    CHECK(is_there(fx, eva.id));
    CHECK(preview(fx, 1).candidates[0].announced);
    clock_at(fx, gone + SECONDS(1));
    CHECK(!is_there(fx, eva.id));
    CHECK(fixture_fact_at(fx, "contact", -1, &fact, &told));
    CHECK(fact.deleted);
    CHECK_INT(fact.version, 2);
    CHECK(fixture_fact_at(fx, "purged", -1, &fact, &entry));
    CHECK(id_equal(entry.contact, eva.id));
    CHECK_INT(entry.idle_days, 180);
    CHECK_INT(entry.last_edit_at, eva.edited_at);
    CHECK(fixture_fact_at(fx, "purge_notice", -1, &fact, &notice));
    CHECK(fact.deleted);
    CHECK_INT((int64_t)preview(fx, 3660).candidates_count, 0);
    fixture_free(fx);
}

// Whoever followed the first announcement would take a lower version for old news.
TEST(an_announcement_that_was_withdrawn_counts_on)
{
    struct fixture *fx = world_new();
    struct contact eva = caller_of(fx, house, "Eva"), out;
    struct fact withdrawn, again;
    clock_at(fx, at(ANNOUNCED) + SECONDS(1));
    struct contact_change change = { .id = eva.id, .version = 1, .handling_note = "neu" };
    CHECK_INT(call_contact_edit(&fx->client, &change, &out), CALL_DONE);
    CHECK(fixture_fact_at(fx, "purge_notice", -1, &withdrawn, NULL));
    CHECK(withdrawn.deleted);
    clock_at(fx, at(ANNOUNCED) + DAYS(180));
    CHECK(fixture_fact_at(fx, "purge_notice", -1, &again, NULL));
    CHECK(!again.deleted && again.version > withdrawn.version);
    fixture_free(fx);
}

TEST(an_edit_a_category_or_keep_saves)
{
    static const char *const both[] = { "Anrufer", "Kunde" };
    struct fixture *fx = world_new();
    struct contact one = caller_of(fx, house, "A"), two = caller_of(fx, house, "B"),
                   three = caller_of(fx, house, "C"), four = caller_of(fx, house, "D"), out;
    clock_at(fx, at(ANNOUNCED) + SECONDS(1));
    CHECK_INT(fixture_rows(fx, &purge_notice_table), 4);
    struct contact_change change = { .id = one.id, .version = 1, .handling_note = "neu" };
    CHECK_INT(call_contact_edit(&fx->client, &change, &out), CALL_DONE);
    change = (struct contact_change){
        .id = two.id, .version = 1, .categories = both, .categories_count = 2
    };
    CHECK_INT(call_contact_edit(&fx->client, &change, &out), CALL_DONE);
    change =
        (struct contact_change){ .id = three.id, .version = 1, .has_keep = true, .keep = true };
    CHECK_INT(call_contact_edit(&fx->client, &change, &out), CALL_DONE);
    // The announcements are withdrawn at once, and their followers told.
    CHECK_INT(fixture_rows(fx, &purge_notice_table), 1);
    CHECK_INT(fixture_facts(fx, "purge_notice"), 7);
    clock_at(fx, at(GONE) + DAYS(1));
    CHECK(is_there(fx, one.id) && is_there(fx, two.id) && is_there(fx, three.id));
    CHECK(!is_there(fx, four.id));
    fixture_free(fx);
}

TEST(a_message_set_or_told_is_an_edit)
{
    struct fixture *fx = world_new();
    struct contact set = caller_of(fx, house, "A"), told = caller_of(fx, house, "B"), out;
    struct message_told done;
    struct contact_change change = { .id = set.id, .version = 1, .message = "ruft zurück" };
    fixture_wait(fx, SECONDS(60));
    CHECK_INT(call_contact_edit(&fx->client, &change, &out), CALL_DONE);
    change.id = told.id;
    CHECK_INT(call_contact_edit(&fx->client, &change, &out), CALL_DONE);
    clock_at(fx, at("2026-06-10T08:00:00Z"));
    CHECK_INT(
        call_message_tell(&fx->client, &(struct message_tell_in){ .contact = told.id }, &done),
        CALL_DONE);
    clock_at(fx, at(ANNOUNCED) + SECONDS(61));
    clock_at(fx, at(GONE) + SECONDS(50));
    CHECK(is_there(fx, set.id));
    clock_at(fx, at(GONE) + SECONDS(70));
    CHECK(!is_there(fx, set.id));
    clock_at(fx, at(GONE) + DAYS(90));
    CHECK(is_there(fx, told.id));
    fixture_free(fx);
}

TEST(a_deletion_is_undone_within_its_grace)
{
    struct fixture *fx = world_new();
    struct contact eva = caller_of(fx, house, "Eva"), bert = caller_of(fx, house, "Bert"), out;
    struct purge_page log;
    struct fact fact;
    clock_at(fx, at(ANNOUNCED) + SECONDS(1));
    clock_at(fx, at(GONE) + SECONDS(10));
    CHECK_INT(call_purge_list(&fx->client, &(struct page){ 0 }, &log), CALL_DONE);
    CHECK_INT((int64_t)log.entries_count, 2);
    struct id first = log.entries[0].id, second = log.entries[1].id;
    bool eva_first = id_equal(log.entries[0].contact, eva.id);
    clock_at(fx, at(GONE) + DAYS(13));
    CHECK_INT(call_purge_undo(&fx->client, &(struct by_id){ eva_first ? first : second }, &out),
              CALL_DONE);
    CHECK_STR(out.name, "Eva");
    CHECK_INT(out.version, 3);
    CHECK(fixture_fact_at(fx, "contact", -1, &fact, NULL));
    CHECK(!fact.deleted);
    CHECK(is_there(fx, eva.id));
    refused(fx, call_purge_undo(&fx->client, &(struct by_id){ eva_first ? first : second }, &out),
            ERR_CONFLICT, "id");
    // Behind the grace period nothing of the name is left.
    clock_at(fx, at(GONE) + DAYS(14) + SECONDS(20));
    refused(fx, call_purge_undo(&fx->client, &(struct by_id){ eva_first ? second : first }, &out),
            ERR_CONFLICT, "id");
    CHECK_INT(fixture_rows(fx, &purge_kept_table), 0);
    CHECK(!is_there(fx, bert.id));
    // Eva has 180 days before her again.
    clock_at(fx, at(GONE) + DAYS(13) + DAYS(170));
    CHECK(is_there(fx, eva.id));
    refused(fx, call_purge_undo(&fx->client, &(struct by_id){ eva.id }, &out), ERR_NOT_FOUND, "id");
    fixture_free(fx);
}

TEST(what_a_purged_contact_was_told_goes_with_it)
{
    struct fixture *fx = world_new();
    struct contact_new in = {
        .name = "Eva", .message = "geheim", .categories = caller_only, .categories_count = 1
    };
    struct contact eva;
    struct message_told told;
    CHECK_INT(call_contact_add(&fx->client, &in, &eva), CALL_DONE);
    CHECK_INT(call_message_tell(&fx->client, &(struct message_tell_in){ .contact = eva.id }, &told),
              CALL_DONE);
    clock_at(fx, at(ANNOUNCED) + SECONDS(1));
    clock_at(fx, at(GONE) + SECONDS(10));
    CHECK(!is_there(fx, eva.id));
    CHECK_INT(fixture_rows(fx, &told_table), 1); // an undo must find it
    clock_at(fx, at(GONE) + DAYS(14) + SECONDS(20));
    CHECK_INT(fixture_rows(fx, &told_table), 0);
    fixture_free(fx);
}

TEST(many_go_in_chunks_also_over_crashes)
{
    struct fixture *fx = world_new();
    char name[20];
    for (int i = 0; i < 150; i++) {
        (void)snprintf(name, sizeof name, "Anrufer %d", i);
        (void)caller_of(fx, house, name);
        fixture_reset(fx);
    }
    fixture_wait(fx, SECONDS(60));
    clock_at(fx, at(ANNOUNCED) + SECONDS(61));
    CHECK_INT(fixture_rows(fx, &purge_notice_table), 150);
    CHECK_INT(fixture_facts(fx, "purge_notice"), 150);
    fx->house->now_us += DAYS(7) + SECONDS(61);
    fixture_crash(fx);
    fixture_start(fx);
    for (int i = 0; i < 3; i++) {
        (void)house_step(fx->house);
        fixture_crash(fx);
        fixture_start(fx);
    }
    fixture_settle(fx);
    CHECK_INT(fixture_rows(fx, &contact_table), 0);
    CHECK_INT(fixture_rows(fx, &purge_log_table), 150);
    CHECK_INT(fixture_facts(fx, "purged"), 150);
    CHECK_INT(fixture_rows(fx, &purge_notice_table), 0);
    fixture_free(fx);
}

TEST(a_preview_pages_in_order_and_changes_nothing)
{
    struct fixture *fx = world_new();
    char name[20];
    for (int i = 0; i < 7; i++) {
        (void)snprintf(name, sizeof name, "%d", i);
        (void)caller_of(fx, house, name);
        fixture_wait(fx, SECONDS(1));
    }
    (void)contact_with(fx, house, "ohne Kategorie", NULL);
    struct purge_query query = { .has_days = true, .days = 181, .has_limit = true, .limit = 3 };
    struct purge_preview_page page;
    char seen[10] = "";
    int64_t facts = fixture_facts(fx, NULL);
    do {
        CHECK_INT(call_purge_preview(&fx->client, &query, &page), CALL_DONE);
        for (size_t i = 0; i < page.candidates_count; i++)
            seen[strlen(seen)] = page.candidates[i].name[0];
        query.after = page.candidates[page.candidates_count - 1].contact;
    } while (page.more && strlen(seen) < 9);
    CHECK_STR(seen, "0123456");
    CHECK_INT(fixture_facts(fx, NULL), facts);
    fixture_free(fx);
}

// --- by chance
#define PEOPLE 8

struct fate {
    struct id id;
    int64_t version, edited_at;
    bool mere; // only a caller, not kept
    bool gone;
};

static void change_one(struct fixture *fx, struct rng *rng, struct fate *fate, int step)
{
    static const char *const kinds[][2] = { { "Anrufer" }, { "Anrufer", "Kunde" }, { "Kunde" } };
    uint64_t kind = rng_below(rng, 5) < 3 ? 0 : 1 + rng_below(rng, 2);
    char note[20];
    bool keep = rng_below(rng, 5) == 0;
    struct contact_change change = { .id = fate->id,
                                     .version = fate->version,
                                     .categories = kinds[kind],
                                     .categories_count = kind == 1 ? 2 : 1,
                                     .has_keep = true,
                                     .keep = keep,
                                     .handling_note = note };
    struct contact out;
    (void)snprintf(note, sizeof note, "%d", step);
    enum call_result result = call_contact_edit(&fx->client, &change, &out);
    // Behind its clock's back a service takes no new orders: it could not tell them from old ones.
    if (result == CALL_REFUSED && fx->client.refused.code == ERR_STALE_PAST)
        return;
    CHECK_INT(result, CALL_DONE);
    fate->version = out.version;
    fate->edited_at = out.edited_at;
    fate->mere = kind == 0 && !keep;
}

// Whoever is gone was a mere caller whose days were over.
static void judge(struct fixture *fx, const struct purge_rules *rules, struct fate *fate)
{
    int64_t now = fixture_now(fx);
    if (fate->gone)
        return;
    fate->gone = !is_there(fx, fate->id);
    if (!fate->gone)
        return;
    CHECK(fate->mere);
    CHECK(now >= purge_delete_at(rules, fate->edited_at));
}

// Days pass, people edit, the machine crashes, its clock jumps back and forth: never too early, and
// never anybody else.
TEST(purging_never_takes_whom_it_must_not)
{
    static struct zone zone;
    struct purge_rules rules = { 180, 7, 14, &zone };
    struct rng rng;
    size_t gone = 0;
    CHECK(zone_load("Europe/Berlin", &zone));
    rng_seed(&rng, test_seed());
    for (int round = 0; round < 6; round++) {
        struct fixture *fx = world_new();
        struct fate fates[PEOPLE] = { 0 };
        for (int i = 0; i < PEOPLE; i++) {
            struct contact contact = caller_of(fx, house, "Eva");
            fates[i] = (struct fate){ contact.id, 1, contact.edited_at, true, false };
        }
        for (int step = 0; step < 100; step++) {
            int64_t days = (int64_t)rng_below(&rng, 14);
            if (rng_below(&rng, 8) == 0)
                days = -(int64_t)rng_below(&rng, 30);
            clock_at(fx, fixture_now(fx) + DAYS(days) + (int64_t)rng_below(&rng, DAYS(1)));
            for (int i = 0; i < PEOPLE; i++) {
                judge(fx, &rules, &fates[i]);
                // Mostly left alone, so that many come near their end.
                if (!fates[i].gone && rng_below(&rng, 24) == 0)
                    change_one(fx, &rng, &fates[i], step);
            }
            fixture_reset(fx);
        }
        for (int i = 0; i < PEOPLE; i++)
            gone += fates[i].gone;
        fixture_free(fx);
    }
    CHECK(gone > 10); // the test has seen deletions
}

// --- who is needed
static struct file file_of(struct fixture *fx, struct id contact, const char *number, bool locked)
{
    struct party party = { .contact = contact, .role = party_role_WITNESS };
    struct staff_new person = { .name = "Dr. Recht" };
    struct file_new in = { .number = number, .parties = &party, .parties_count = 1 };
    struct staff lawyer = { 0 };
    struct file out = { 0 };
    if (locked) {
        CHECK_INT(call_staff_add(&fx->client, &person, &lawyer), CALL_DONE);
        in.lawyer = lawyer.id;
        in.has_locked = in.locked = true;
    }
    CHECK_INT(call_file_add(&fx->client, &in, &out), CALL_DONE);
    return out;
}

static struct appointment meeting(struct fixture *fx, struct id contact, int64_t starts_at)
{
    struct appointment_new in = { .title = "Termin", .contact = contact, .starts_at = starts_at };
    struct appointment out = { 0 };
    CHECK_INT(call_appointment_add(&fx->client, &in, &out), CALL_DONE);
    return out;
}

TEST(parties_and_those_we_are_to_meet_do_not_go_by_themselves)
{
    struct fixture *fx = world_new();
    struct contact party = caller_of(fx, house, "Beteiligt"), later = caller_of(fx, house, "Zeuge"),
                   met = caller_of(fx, house, "Termin"), idle = caller_of(fx, house, "Weg"),
                   away = caller_of(fx, house, "Doppelt"), stays = caller_of(fx, house, "Bleibt");
    struct contact_merge_out merged;
    struct appointment coming = meeting(fx, met.id, at("2026-12-01T09:00:00Z")), out;
    file_of(fx, party.id, "1/26", true);
    file_of(fx, away.id, "2/26", false);
    meeting(fx, idle.id, at("2026-04-01T09:00:00Z"));
    struct contact_merge_in in = { away.id, 1, stays.id, 1 };
    CHECK_INT(call_contact_merge(&fx->client, &in, &merged), CALL_DONE);
    CHECK_INT((int64_t)preview(fx, 3660).candidates_count, 1);
    CHECK_STR(preview(fx, 3660).candidates[0].name, "Zeuge");
    fixture_wait(fx, SECONDS(1));
    clock_at(fx, at(ANNOUNCED) + SECONDS(60));
    CHECK_INT(fixture_rows(fx, &purge_notice_table), 2);
    file_of(fx, later.id, "3/26", false); // the announcement is void at once
    CHECK_INT(fixture_rows(fx, &purge_notice_table), 1);
    CHECK_INT((int64_t)preview(fx, 3660).candidates_count, 1);
    CHECK_STR(preview(fx, 3660).candidates[0].name, "Weg");
    clock_at(fx, at(GONE) + DAYS(30));
    CHECK(is_there(fx, party.id) && is_there(fx, later.id) && is_there(fx, met.id));
    CHECK(is_there(fx, stays.id));
    CHECK(!is_there(fx, idle.id));
    // Cancelled, it saves nobody; what was announced then goes in its time.
    struct appointment_change cancel = {
        .id = coming.id, .version = 1, .has_cancelled = true, .cancelled = true
    };
    CHECK_INT(call_appointment_edit(&fx->client, &cancel, &out), CALL_DONE);
    clock_at(fx, at(GONE) + DAYS(32));
    CHECK_INT(fixture_rows(fx, &purge_notice_table), 1);
    clock_at(fx, at(GONE) + DAYS(40));
    CHECK(!is_there(fx, met.id));
    CHECK(is_there(fx, party.id));
    fixture_free(fx);
}

TEST(what_was_told_goes_with_a_contact_deleted_by_hand)
{
    struct fixture *fx = world_new();
    struct contact other = contact_with(fx, house, "Bert", NULL), eva = other, row;
    struct contact_new in = { .name = "Eva", .message = "0" };
    struct message_told told;
    CHECK_INT(call_contact_add(&fx->client, &in, &eva), CALL_DONE);
    for (int i = 1; i <= 150; i++) {
        struct message_tell_in tell = { .contact = eva.id };
        CHECK_INT(call_message_tell(&fx->client, &tell, &told), CALL_DONE);
        struct contact_change change = { .id = eva.id, .version = 2 * i, .message = "geheim" };
        fixture_wait(fx, 1000);
        CHECK_INT(call_contact_edit(&fx->client, &change, &row), CALL_DONE);
        fixture_reset(fx);
    }
    // Those told to a contact that was merged into it go as well.
    struct contact_merge_in merge = { eva.id, 301, other.id, 1 };
    struct contact_merge_out merged;
    CHECK_INT(call_contact_merge(&fx->client, &merge, &merged), CALL_DONE);
    CHECK_INT(fixture_rows(fx, &told_table), 150);
    struct deletion deletion = { other.id, merged.contact->version };
    CHECK_INT(call_contact_delete(&fx->client, &deletion, &row), CALL_DONE);
    fixture_restart(fx);
    fixture_settle(fx);
    CHECK_INT(fixture_rows(fx, &told_table), 0);
    CHECK_INT(fixture_rows(fx, &purge_kept_table), 0);
    CHECK_INT(fixture_rows(fx, &merged_table), 0);
    CHECK_INT(fixture_rows(fx, &purge_log_table), 0);
    fixture_free(fx);
}

TEST(a_party_of_an_open_file_is_not_deleted_by_hand)
{
    struct fixture *fx = world_new();
    struct contact hidden = contact_with(fx, house, "A", NULL), row;
    struct contact away = contact_with(fx, house, "B", NULL),
                   stays = contact_with(fx, house, "C", NULL);
    struct file file = file_of(fx, away.id, "2/26", false), out;
    struct contact_merge_out merged;
    file_of(fx, hidden.id, "1/26", true);
    refused(fx, call_contact_delete(&fx->client, &(struct deletion){ hidden.id, 1 }, &row),
            ERR_CONFLICT, "id");
    CHECK(strstr(fx->client.refused.german, "noch gebraucht"));
    CHECK(!strstr(fx->client.refused.german, "1/26") && !strstr(fx->client.refused.german, "Akt"));
    struct contact_merge_in in = { away.id, 1, stays.id, 1 };
    CHECK_INT(call_contact_merge(&fx->client, &in, &merged), CALL_DONE);
    struct deletion deletion = { stays.id, merged.contact->version };
    refused(fx, call_contact_delete(&fx->client, &deletion, &row), ERR_CONFLICT, "id");
    CHECK(strstr(fx->client.refused.german, "2/26"));
    CHECK(is_there(fx, stays.id));
    // Once the file is closed the party's name stays there.
    struct file_change close = { .id = file.id, .version = 1, .state = file_state_CLOSED };
    CHECK_INT(call_file_edit(&fx->client, &close, &out), CALL_DONE);
    CHECK_INT(call_contact_delete(&fx->client, &deletion, &row), CALL_DONE);
    CHECK(!is_there(fx, stays.id));
    fixture_free(fx);
}

// SPDX-License-Identifier: Apache-2.0
// Teams: only known ones are given work, and what a deleted one had stays as it is.
#include "tests/service/timekeeping_todo_world.h"

#define NIGHT number_id(11)

// `name` NULL: it is deleted.
static void tell_team(struct fixture *fx, int64_t version, const char *name)
{
    struct team team = { .id = NIGHT,
                         .version = version,
                         .name = name ? name : "Bereitschaft",
                         .edited_at = 1,
                         .edited_by = "x" };
    fixture_fact(fx, "contacts", "team", &team, name == NULL);
}

static void unknown(struct fixture *fx, enum call_result result)
{
    CHECK_INT(result, CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, ERR_NOT_FOUND, "team");
    CHECK(strstr(fx->client.refused.german, "team list") != NULL);
}

static struct callback_new callback_for(struct id team)
{
    return (struct callback_new){ .contact = MEIER, .reason = "Angebot", .team = team };
}

static struct resubmission_new resubmission_for(struct fixture *fx, struct id team)
{
    return (struct resubmission_new){ .subject = "Frist",
                                      .due_at = fixture_now(fx) + STRETCH,
                                      .team = team };
}

static struct inquiry_new inquiry_for(struct id team)
{
    return (struct inquiry_new){ .subject = "Drucker", .contact_name = "Meier", .team = team };
}

TEST(an_unknown_team_is_given_nothing)
{
    struct fixture *fx = todo_world();
    struct callback callback, callback_row;
    struct resubmission resubmission, resubmission_row;
    struct inquiry inquiry, inquiry_row;
    struct callback_new new_callback = callback_for((struct id){ { 0 } });
    struct resubmission_new new_resubmission = resubmission_for(fx, (struct id){ { 0 } });
    struct inquiry_new new_inquiry = inquiry_for((struct id){ { 0 } });

    CHECK_INT(call_callback_add(&fx->client, &new_callback, &callback_row), CALL_DONE);
    CHECK_INT(call_resubmission_add(&fx->client, &new_resubmission, &resubmission_row), CALL_DONE);
    CHECK_INT(call_inquiry_add(&fx->client, &new_inquiry, &inquiry_row), CALL_DONE);
    struct callback_change other_callback = { .id = callback_row.id, .version = 1, .team = NIGHT };
    struct resubmission_change other_resubmission = { .id = resubmission_row.id,
                                                      .version = 1,
                                                      .team = NIGHT };
    struct inquiry_forwarding forwarding = { .id = inquiry_row.id, .team = NIGHT };
    new_callback.team = new_resubmission.team = new_inquiry.team = NIGHT;
    for (int known = 0; known < 2; known++) {
        const enum call_result results[] = {
            call_callback_add(&fx->client, &new_callback, &callback),
            call_callback_edit(&fx->client, &other_callback, &callback),
            call_resubmission_add(&fx->client, &new_resubmission, &resubmission),
            call_resubmission_edit(&fx->client, &other_resubmission, &resubmission),
            call_inquiry_add(&fx->client, &new_inquiry, &inquiry),
            call_inquiry_forward(&fx->client, &forwarding, &inquiry),
        };
        for (size_t i = 0; i < COUNT_OF(results); i++) {
            CHECK_INT(results[i], known ? CALL_DONE : CALL_REFUSED);
            if (!known)
                unknown(fx, results[i]);
        }
        tell_team(fx, 1, "Nachtdienst");
    }
    CHECK(id_equal(callback.team, NIGHT) && id_equal(resubmission.team, NIGHT) &&
          id_equal(inquiry.team, NIGHT));
    fixture_free(fx);
}

TEST(what_a_deleted_team_had_can_still_be_edited)
{
    struct fixture *fx = todo_world();
    struct callback row, out;
    struct callback_new in = callback_for(NIGHT);

    tell_team(fx, 1, "Nachtdienst");
    CHECK_INT(call_callback_add(&fx->client, &in, &row), CALL_DONE);
    tell_team(fx, 2, "Bereitschaft");
    CHECK_INT(call_callback_add(&fx->client, &in, &out), CALL_DONE);
    tell_team(fx, 3, NULL);
    unknown(fx, call_callback_add(&fx->client, &in, &out));
    struct callback_change change = { .id = row.id, .version = row.version, .reason = "Vertrag" };
    CHECK_INT(call_callback_edit(&fx->client, &change, &out), CALL_DONE);
    CHECK_STR(out.reason, "Vertrag");
    CHECK(id_equal(out.team, NIGHT));
    struct callback_query query = { .team = NIGHT };
    struct callback_page page = { 0 };
    CHECK_INT(call_callback_list(&fx->client, &query, &page), CALL_DONE);
    CHECK_INT((int64_t)page.callbacks_count, 2);
    // A colleague brings their team along, and that is not this one.
    change = (struct callback_change){ .id = row.id, .version = out.version, .staff = BERT };
    CHECK_INT(call_callback_edit(&fx->client, &change, &out), CALL_DONE);
    CHECK(id_equal(out.team, TEAM));
    fixture_free(fx);
}

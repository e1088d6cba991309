// SPDX-License-Identifier: Apache-2.0
// What is rounded as a whole (A8): a day's or a file's entries, whatever is done to them.
#include "services/timekeeping/rounding.h"
#include "tests/service/timekeeping_entry_world.h"

#define A_DAY_S 86400

// S is rounded to a quarter of an hour, for each day or file.
static struct fixture *quarter_world(enum rounding_scope scope)
{
    struct fixture *fx = world_new();
    struct rounding quarter = blocks_of(900, scope);

    (void)set_rule(fx, &(struct rule_new){ .rounding = &quarter });
    return fx;
}

static int64_t rounded(struct fixture *fx, const struct entry *entry)
{
    return entry_now(fx, entry->id).rounded_s;
}

TEST(a_days_sum_is_rounded_and_the_last_has_the_difference)
{
    struct fixture *fx = quarter_world(rounding_scope_DAY);
    struct entry first = book_at(fx, "S", FILE_A, 240, 0);
    CHECK_INT(first.rounded_s, 900);
    CHECK_INT(first.version, 1);
    struct entry second = book_at(fx, "S", FILE_A, 240, 3600);
    CHECK_INT(second.rounded_s, 660);
    CHECK_INT(rounded(fx, &first), 240);
    CHECK_INT(fixture_facts(fx, "entry"), 3); // the first one's change is told
    // Earlier work that is booked later does not become the last.
    struct entry before = book_at(fx, "S", FILE_A, 60, -600);
    CHECK_INT(before.rounded_s, 60);
    CHECK_INT(rounded(fx, &second), 600);
    // Others: another day, file, kind, or not charged.
    CHECK_INT(book_at(fx, "S", FILE_A, 240, A_DAY_S).rounded_s, 900);
    CHECK_INT(book_at(fx, "S", FILE_B, 240, 0).rounded_s, 900);
    CHECK_INT(book_at(fx, "K", FILE_A, 240, 0).rounded_s, 360);
    struct entry_new free = { .key = "S",
                              .file = FILE_A,
                              .has_seconds = true,
                              .seconds = 240,
                              .has_began_at = true,
                              .began_at = BEGAN,
                              .has_chargeable = true };
    CHECK_INT(book(fx, &free).rounded_s, 900);
    fixture_free(fx);
}

TEST(the_day_is_the_houses)
{
    struct fixture *fx = quarter_world(rounding_scope_DAY);
    // The clock begins at 09:00 in Berlin: 14.5 hours later is 23:30, 15.5 is the next day.
    struct entry evening = book_at(fx, "S", FILE_A, 60, 52200);
    struct entry night = book_at(fx, "S", FILE_A, 60, 55800);

    CHECK_INT(evening.day + 1, night.day);
    CHECK_INT(rounded(fx, &evening), 900);
    CHECK_INT(night.rounded_s, 900);
    fixture_free(fx);
}

TEST(corrections_moves_and_deletions_let_the_others_follow)
{
    struct fixture *fx = quarter_world(rounding_scope_DAY);
    struct entry first = book_at(fx, "S", FILE_A, 240, 0), out;
    struct entry second = book_at(fx, "S", FILE_A, 240, 60);
    struct entry third = book_at(fx, "S", FILE_A, 240, 120);

    CHECK_INT(rounded(fx, &third), 420);
    (void)correct(fx, first.id, 600); // 18 minutes: two quarters
    CHECK_INT(rounded(fx, &first), 600);
    CHECK_INT(rounded(fx, &third), 1800 - 840);
    struct entry_move_in move = { .id = third.id,
                                  .version = entry_now(fx, third.id).version,
                                  .file = FILE_B };
    CHECK_INT(call_entry_rebook(&fx->client, &move, &out), CALL_DONE);
    CHECK_INT(out.rounded_s, 900);
    CHECK_INT(rounded(fx, &second), 900 - 600);
    struct entry_delete_in delete = { .id = second.id,
                                      .version = entry_now(fx, second.id).version,
                                      .reason = "x" };
    CHECK_INT(call_entry_delete(&fx->client, &delete, &out), CALL_DONE);
    CHECK_INT(rounded(fx, &first), 900);
    // Split: the part goes to where B's other entry is.
    struct entry_parts parts;
    struct entry_split_in split = { .id = first.id,
                                    .version = entry_now(fx, first.id).version,
                                    .has_seconds = true,
                                    .seconds = 200,
                                    .file = FILE_B };
    CHECK_INT(call_entry_split(&fx->client, &split, &parts), CALL_DONE);
    CHECK_INT(parts.entry->rounded_s, 900);
    CHECK_INT(parts.part->rounded_s + rounded(fx, &third), 900);
    // And back into one: both parts are of one block again.
    move = (struct entry_move_in){ .id = parts.part->id,
                                   .version = entry_now(fx, parts.part->id).version,
                                   .file = FILE_A };
    CHECK_INT(call_entry_rebook(&fx->client, &move, &out), CALL_DONE);
    CHECK_INT(out.rounded_s + rounded(fx, &first), 900);
    CHECK_INT(rounded(fx, &third), 900);
    fixture_free(fx);
}

TEST(a_files_sum_goes_over_days_and_people)
{
    struct fixture *fx = quarter_world(rounding_scope_FILE);
    struct entry first = book_at(fx, "S", FILE_A, 240, 0);
    as_staff(fx, BERT);
    struct entry second = book_at(fx, "S", FILE_A, 240, 5 * A_DAY_S);

    CHECK_INT(rounded(fx, &first), 240);
    CHECK_INT(second.rounded_s, 660);
    // Without a file: the same payer, else the same contact.
    struct entry_new in = { .key = "S", .contact = HANSEN, .has_seconds = true, .seconds = 100 };
    struct entry third = book(fx, &in);
    CHECK_INT(third.rounded_s, 900);
    struct entry fourth = book(fx, &in);
    CHECK_INT(rounded(fx, &third) + rounded(fx, &fourth), 900);
    in.contact = PETERSEN;
    CHECK_INT(book(fx, &in).rounded_s, 900);
    fixture_free(fx);
}

TEST(another_rule_is_another_block)
{
    struct fixture *fx = quarter_world(rounding_scope_DAY);
    struct rounding six = blocks_of(360, rounding_scope_DAY);
    struct entry first = book_at(fx, "S", FILE_A, 240, 0);
    struct rule_new rule = { .rounding = &six, .has_version = true, .version = 1 };

    (void)set_rule(fx, &rule);
    CHECK_INT(book_at(fx, "S", FILE_A, 240, 60).rounded_s, 360);
    CHECK_INT(rounded(fx, &first), 900); // booked under the rule of then
    fixture_free(fx);
}

// --- whatever is done, each block's rounded seconds are its rounded sum
struct sums {
    int64_t actual_s, rounded_s;
};

static void check_blocks(struct fixture *fx, const struct id *ids, size_t count)
{
    struct rounding quarter = blocks_of(900, rounding_scope_DAY);
    struct sums sums[2][3] = { { { 0 } } };

    for (size_t i = 0; i < count; i++) {
        struct entry entry = entry_now(fx, ids[i]);
        if (entry.state != entry_state_OPEN)
            continue;
        CHECK(entry.rounded_s >= entry.actual_s);
        struct sums *sum = &sums[id_equal(entry.file, FILE_B)][entry.day - 20514];
        sum->actual_s += entry.actual_s;
        sum->rounded_s += entry.rounded_s;
    }
    for (int file = 0; file < 2; file++) {
        for (int day = 0; day < 3; day++)
            CHECK_INT(sums[file][day].rounded_s, rounding_up(&quarter, sums[file][day].actual_s));
    }
}

static void do_something(struct fixture *fx, struct rng *rng, struct id id)
{
    struct entry entry = entry_now(fx, id), out;
    struct entry_parts parts;
    struct id to = id_equal(entry.file, FILE_A) ? FILE_B : FILE_A;
    struct entry_move_in move = { .id = id, .version = entry.version, .file = to };
    struct entry_delete_in delete = { .id = id, .version = entry.version, .reason = "x" };
    struct entry_split_in split = {
        .id = id, .version = entry.version, .has_percent = true, .percent = 40, .file = to
    };

    if (entry.state != entry_state_OPEN)
        return;
    switch (rng_below(rng, 6)) {
    case 0: CHECK_INT(call_entry_rebook(&fx->client, &move, &out), CALL_DONE); break;
    case 1: CHECK_INT(call_entry_delete(&fx->client, &delete, &out), CALL_DONE); break;
    case 2: // its part cannot be followed here: it goes to where the first one was
        if (entry.actual_s >= 3 && call_entry_split(&fx->client, &split, &parts) == CALL_DONE) {
            delete.id = parts.part->id;
            delete.version = parts.part->version;
            CHECK_INT(call_entry_delete(&fx->client, &delete, &out), CALL_DONE);
        }
        break;
    default: (void)correct(fx, id, (int64_t)rng_below(rng, 1200)); break;
    }
}

TEST(blocks_add_up_whatever_is_done)
{
    struct fixture *fx = quarter_world(rounding_scope_DAY);
    struct id ids[60];
    struct rng rng;

    rng_seed(&rng, test_seed());
    for (size_t i = 0; i < COUNT_OF(ids); i++) {
        struct entry entry =
            book_at(fx, "S", rng_below(&rng, 2) ? FILE_A : FILE_B, (int64_t)rng_below(&rng, 1200),
                    (int64_t)rng_below(&rng, 3) * A_DAY_S + (int64_t)rng_below(&rng, 1000));
        ids[i] = entry.id;
        do_something(fx, &rng, ids[rng_below(&rng, i + 1)]);
        check_blocks(fx, ids, i + 1);
        fixture_reset(fx);
    }
    fixture_free(fx);
}

static bool forget_blocks(struct request *rq, void *argument)
{
    struct walk_options options = { .scope = &scope_house };
    struct entry_block rows[10];
    size_t count = 0;
    struct walk *walk = walk_open(rq->txn, &entry_block_table, &options, rq->arena);

    (void)argument;
    while (count < COUNT_OF(rows) && walk_next(walk, &rows[count]))
        count++;
    walk_close(walk);
    for (size_t i = 0; i < count; i++) {
        struct key key = key_of_id(rows[i].id);
        CHECK(table_del(rq->txn, &entry_block_table, &key));
    }
    return true;
}

// As in a store from before there were sums.
TEST(sums_that_are_missing_are_made_anew)
{
    struct fixture *fx = quarter_world(rounding_scope_FILE);
    struct entry first = book_at(fx, "S", FILE_A, 240, 0);
    struct entry second = book_at(fx, "S", FILE_A, 240, 60);

    CHECK_INT(check_sums(fx), 1);
    CHECK(fixture_input(fx, forget_blocks, NULL));
    struct entry third = book_at(fx, "S", FILE_A, 500, 120); // comes
    CHECK_INT(check_sums(fx), 1);
    CHECK_INT(rounded(fx, &second), 240);
    CHECK_INT(rounded(fx, &third), 1800 - 480);
    CHECK(fixture_input(fx, forget_blocks, NULL));
    (void)correct(fx, first.id, 300); // changes
    CHECK_INT(check_sums(fx), 1);
    CHECK_INT(rounded(fx, &third), 1800 - 540);
    CHECK(fixture_input(fx, forget_blocks, NULL));
    struct entry now = entry_now(fx, third.id), out;
    struct entry_delete_in delete = { .id = now.id, .version = now.version, .reason = "x" };
    CHECK_INT(call_entry_delete(&fx->client, &delete, &out), CALL_DONE); // goes
    CHECK_INT(check_sums(fx), 1);
    CHECK_INT(rounded(fx, &second), 900 - 300);
    fixture_free(fx);
}

struct damage {
    int64_t entries, actual_s;
    bool other_bearer;
    const char *found;
};

static bool damage_block(struct request *rq, void *argument)
{
    struct damage *damage = argument;
    struct walk_options options = { .scope = &scope_house };
    struct entry_block row;
    struct walk *walk = walk_open(rq->txn, &entry_block_table, &options, rq->arena);

    CHECK(walk_next(walk, &row));
    walk_close(walk);
    row.entries += damage->entries;
    row.actual_s += damage->actual_s;
    if (damage->other_bearer)
        row.bearer = row.first;
    damage->found = entry_block_table.wrong(rq->txn, &row);
    return true;
}

TEST(the_check_finds_sums_that_are_wrong)
{
    struct fixture *fx = quarter_world(rounding_scope_DAY);
    struct damage damages[] = { { .actual_s = 1 }, { .entries = 1 }, { .other_bearer = true } };
    struct damage none = { .entries = 0 };

    (void)book_at(fx, "S", FILE_A, 240, 0);
    (void)book_at(fx, "S", FILE_A, 240, 60);
    CHECK(fixture_input(fx, damage_block, &none) && !none.found);
    for (size_t i = 0; i < COUNT_OF(damages); i++)
        CHECK(fixture_input(fx, damage_block, &damages[i]) && damages[i].found);
    fixture_free(fx);
}

// SPDX-License-Identifier: Apache-2.0
// Derived indexes against the plainest search there is: every row, one by one.
#include "common/base/text.h"
#include "tests/unit/derived_world.h"

static void thing_gather(const void *row, struct doc *doc)
{
    const struct thing *thing = row;
    doc_name(doc, thing->name);
    doc_part(doc, thing->badge);
    for (size_t i = 0; i < thing->tags_count; i++) {
        doc_text(doc, thing->tags[i]);
        doc_tag_text(doc, 'T', thing->tags[i]);
    }
}

static const struct derived thing_search = {
    .name = "sought.search", .version = 1, .gather = thing_gather, .query = "a thing, as typed"
};
static const struct table sought_table = {
    .name = "sought",
    .number = 9,
    .record = thing_record,
    .key = thing_key,
    .derived = &thing_search,
};
static const struct derived newer_search = {
    .name = "sought.search", .version = 2, .gather = thing_gather, .query = "a thing, as typed"
};
static const struct table newer_table = {
    .name = "sought",
    .number = 9,
    .record = thing_record,
    .key = thing_key,
    .derived = &newer_search,
};

static void put(struct txn *txn, const struct thing *thing)
{
    struct err err = { 0 };
    CHECK(table_put(txn, &sought_table, thing, &err));
    CHECK_OK(&err);
}

static size_t check_all(struct store *store)
{
    struct check_report report;
    return thing_check(store, &report);
}

// --- the plainest search
struct plain {
    const char *words, *part, *tag;
    const char *any[2]; // one of them; NULL: whatever
    struct scope scope;
};

static bool begins_in(const char *line, const char *word)
{
    for (const char *at = line; at; at = strchr(at, ' ')) {
        at += *at == ' ';
        if (strncmp(at, word, strlen(word)) == 0)
            return true;
    }
    return false;
}

static enum seek_rank plain_word(struct arena *arena, const struct thing *thing, const char *word)
{
    const char *name = text_fold(arena, thing->name);
    enum seek_rank rank = SEEK_RANKS;
    if (begins_in(name, word))
        return SEEK_NAME;
    if (strlen(word) >= 3 && strstr(name, word))
        rank = SEEK_WITHIN;
    for (size_t i = 0; i < thing->tags_count; i++) {
        const char *tag = text_fold(arena, thing->tags[i]);
        if (begins_in(tag, word))
            return SEEK_TEXT;
        if (strlen(word) >= 3 && strstr(tag, word))
            rank = SEEK_WITHIN;
    }
    return rank;
}

static bool plain_part(const char *badge, const char *part)
{
    char have[64] = "", want[64] = "";
    if (!badge)
        return false;
    for (size_t i = 0; badge[i]; i++)
        have[i] = badge[i] == '/' || badge[i] == '-' ? ' ' : (char)(badge[i] | 0x20);
    for (size_t i = 0; part[i]; i++)
        want[i] = part[i] == '/' || part[i] == '-' ? ' ' : (char)(part[i] | 0x20);
    return strstr(have, want) != NULL;
}

static enum seek_rank plain_rank(struct arena *arena, const struct thing *thing,
                                 const struct plain *plain)
{
    bool tagged = !plain->tag, one_of = !plain->any[0];
    enum seek_rank rank = SEEK_EXACT;
    for (size_t i = 0; !one_of && i < thing->tags_count; i++)
        one_of = strcmp(thing->tags[i], plain->any[0]) == 0 ||
                 strcmp(thing->tags[i], plain->any[1]) == 0;
    for (size_t i = 0; !tagged && i < thing->tags_count; i++)
        tagged = strcmp(thing->tags[i], plain->tag) == 0;
    if (!tagged || !one_of || !scope_sees(&plain->scope, thing_record(), thing) ||
        (plain->part && !plain_part(thing->badge, plain->part)))
        return SEEK_RANKS;
    char *words = text_fold(arena, plain->words ? plain->words : "");
    if (!*words || strcmp(words, text_fold(arena, thing->name)) == 0)
        return SEEK_EXACT;
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) {
        enum seek_rank one = plain_word(arena, thing, word);
        rank = one > rank ? one : rank;
    }
    return rank;
}

// What a search gives: "rank:number " for each row, in its order. To be freed.
static char *list(struct txn *txn, const struct table *table, const struct plain *plain,
                  struct arena *arena)
{
    struct seek_options options = {
        .scope = &plain->scope, .words = plain->words, .part = plain->part, .most = 100000
    };
    struct thing thing;
    enum seek_rank rank;
    char *out = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&out, &size);
    if (plain->tag)
        options.tags[options.tag_count++] =
            (struct seek_tag){ 'T', { (const uint8_t *)plain->tag, strlen(plain->tag) } };
    struct bytes any[2];
    for (size_t i = 0; plain->any[0] && i < COUNT_OF(any); i++)
        any[i] = (struct bytes){ (const uint8_t *)plain->any[i], strlen(plain->any[i]) };
    options.any_kind = 'T';
    options.any = any;
    options.any_count = plain->any[0] ? COUNT_OF(any) : 0;
    struct seek *seek = seek_open(txn, table, &options, arena);
    while (seek_next(seek, &thing, &rank))
        fprintf(stream, "%d:%d ", (int)rank, (int)thing_number(thing.id));
    fclose(stream);
    CHECK(!seek_cut(seek));
    CHECK_STR(txn_fault(txn), "");
    return out;
}

// Rows in the order in which they came: their ids ascend as their ordinals do, in these tests.
static char *plain_list(struct txn *txn, const struct table *table, const struct plain *plain)
{
    struct arena *rows = arena_new((size_t)64 << 20), *judging = arena_new((size_t)1 << 20);
    struct walk_options options = { .scope = &scope_house, .down = true };
    struct thing thing;
    FILE *streams[SEEK_RANKS];
    char *outs[SEEK_RANKS], *all = NULL;
    size_t sizes[SEEK_RANKS];
    for (int i = 0; i < SEEK_RANKS; i++)
        streams[i] = open_memstream(&outs[i], &sizes[i]);
    struct walk *walk = walk_open(txn, table, &options, rows);
    while (walk_next(walk, &thing)) {
        arena_reset(judging);
        enum seek_rank rank = plain_rank(judging, &thing, plain);
        if (rank < SEEK_RANKS)
            fprintf(streams[rank], "%d:%d ", (int)rank, (int)thing_number(thing.id));
    }
    walk_close(walk);
    for (int i = 0; i < SEEK_RANKS; i++)
        fclose(streams[i]);
    if (asprintf(&all, "%s%s%s%s", outs[0], outs[1], outs[2], outs[3]) < 0)
        abort();
    for (int i = 0; i < SEEK_RANKS; i++)
        free(outs[i]);
    arena_free(rows);
    arena_free(judging);
    return all;
}

// --- rows by chance, of few letters, so that much fits
static const char *const people[] = { "Müller", "Mueller GmbH",     "Anna Meier",  "Meier, Anna",
                                      "Straße", "STRASSE 7",        "Özgür Şahin", "Max Mustermann",
                                      "Maxi",   "Anna-Maria Muster" };
static const char *const towns[] = { "Berlin", "Bernau", "München", "Köln am Rhein", "Ulm" };

static struct thing by_chance(struct rng *rng, uint64_t number, struct arena *arena)
{
    static const char *tags[2];
    tags[0] = towns[rng_below(rng, COUNT_OF(towns))];
    tags[1] = towns[rng_below(rng, COUNT_OF(towns))];
    struct thing thing = { .id = thing_id(number), .rank = 1, .tags = tags };
    thing.name = arena_format(arena, "%s %d", people[rng_below(rng, COUNT_OF(people))],
                              (int)rng_below(rng, 30));
    if (rng_below(rng, 4) == 0)
        thing.name = people[rng_below(rng, COUNT_OF(people))];
    if (rng_below(rng, 3) > 0)
        thing.badge =
            arena_format(arena, "%d/%d-%c%d", (int)rng_below(rng, 200),
                         2020 + (int)rng_below(rng, 7), "KZx"[rng_below(rng, 3)], (int)number);
    if (rng_below(rng, 3) == 0)
        thing.client = thing_id(1000000 + rng_below(rng, 3));
    thing.tags_count = (size_t)rng_below(rng, 3);
    if (thing.tags_count == 2 && tags[0] == tags[1])
        thing.tags_count = 1;
    return thing;
}

static void ask_by_chance(struct store *store, const struct table *table, struct rng *rng)
{
    static const char *const asked[] = { "m",      "mu",  "muel",   "mueller",  "müller gmbh",
                                         "anna",   "ann", "eier",   "er",       "meier a",
                                         "berlin", "ber", "anna 7", "str",      "rass",
                                         "nn",     "xyz", "max ul", "am rhein", "ü",
                                         "7",      "Maxi" };
    static const char *const parts[] = { "1",   "12",       "2/2", "/2024", "-k",  "K1",
                                         "202", "9/2025-z", "x",   "77",    "99/", "6-" };
    struct arena *arena = arena_new((size_t)64 << 20);
    struct txn *txn = must_read(store);
    for (int i = 0; i < 6; i++) {
        struct plain plain = { .scope = scope_house };
        if (rng_below(rng, 3) > 0)
            plain.words = asked[rng_below(rng, COUNT_OF(asked))];
        if (rng_below(rng, 3) == 0)
            plain.part = parts[rng_below(rng, COUNT_OF(parts))];
        if (rng_below(rng, 4) == 0)
            plain.tag = towns[rng_below(rng, COUNT_OF(towns))];
        for (size_t k = 0, some = rng_below(rng, 4) == 0; some && k < COUNT_OF(plain.any); k++)
            plain.any[k] = towns[rng_below(rng, COUNT_OF(towns))];
        if (rng_below(rng, 3) == 0)
            plain.scope = (struct scope){ SCOPE_CLIENT, thing_id(1000000 + rng_below(rng, 4)) };
        arena_reset(arena);
        char *want = plain_list(txn, table, &plain), *got = list(txn, table, &plain, arena);
        CHECK_STR(got, want);
        free(want);
        free(got);
    }
    txn_drop(txn);
    arena_free(arena);
}

static void change_by_chance(struct txn *txn, struct rng *rng, uint64_t *next)
{
    struct arena *arena = arena_new((size_t)1 << 20);
    for (size_t i = 0, count = (size_t)rng_below(rng, 120); i < count; i++) {
        arena_reset(arena);
        uint64_t old = *next ? rng_below(rng, *next) + 1 : 0;
        uint64_t what = rng_below(rng, 10);
        struct key key = key_of_id(thing_id(old));
        struct thing kept;
        if (what < 7 || !old) {
            struct thing thing = by_chance(rng, ++*next, arena);
            put(txn, &thing);
        } else if (what == 7) {
            (void)table_del(txn, &sought_table, &key);
        } else if (table_get(txn, &sought_table, &scope_house, &key, arena, &kept)) {
            struct thing thing = by_chance(rng, old, arena);
            put(txn, &thing);
        }
    }
    arena_free(arena);
}

TEST(a_search_equals_the_plainest_one_at_any_moment)
{
    struct rng rng;
    uint64_t next = 0;
    rng_seed(&rng, test_seed());
    struct store *store = searched_store(test_folder(), &sought_table);
    for (int round = 0; round < 60; round++) {
        uint64_t before = next;
        struct txn *txn = must_write(store);
        change_by_chance(txn, &rng, &next);
        if (rng_below(&rng, 6) == 0) { // the process ends before the commit
            txn_drop(txn);
            next = before;
            store_close(store);
            store = searched_store(test_folder(), &sought_table);
        } else {
            must_commit(txn);
        }
        for (uint64_t steps = rng_below(&rng, 4); steps > 0; steps--) {
            txn = must_write(store);
            (void)derived_step(txn, &sought_table);
            if (rng_below(&rng, 5) == 0)
                txn_drop(txn);
            else
                must_commit(txn);
        }
        ask_by_chance(store, &sought_table, &rng);
    }
    CHECK_INT((int64_t)check_all(store), 0);
    keep_up(store, &sought_table);
    ask_by_chance(store, &sought_table, &rng);
    CHECK_INT((int64_t)check_all(store), 0);
    store_close(store);
}

static struct store *filled(uint64_t rows, const struct table *table)
{
    struct rng rng;
    struct arena *arena = arena_new((size_t)1 << 20);
    rng_seed(&rng, test_seed());
    struct store *store = searched_store(test_folder(), table);
    for (uint64_t number = 0; number < rows;) {
        struct txn *txn = must_write(store);
        for (int i = 0; i < 500 && number < rows; i++) {
            arena_reset(arena);
            struct thing thing = by_chance(&rng, ++number, arena);
            put(txn, &thing);
        }
        must_commit(txn);
    }
    arena_free(arena);
    return store;
}

TEST(rows_of_several_segments_are_found)
{
    struct rng rng;
    rng_seed(&rng, test_seed());
    struct store *store = filled(17000, &sought_table);
    keep_up(store, &sought_table);
    for (int i = 0; i < 3; i++)
        ask_by_chance(store, &sought_table, &rng);
    struct txn *txn = must_write(store);
    for (uint64_t number = 100; number < 17000; number += 97) { // old rows change as well
        struct thing thing = { .id = thing_id(number), .name = "Anders Anderson", .rank = 2 };
        put(txn, &thing);
    }
    must_commit(txn);
    for (int i = 0; i < 3; i++) {
        txn = must_write(store);
        (void)derived_step(txn, &sought_table);
        must_commit(txn);
        ask_by_chance(store, &sought_table, &rng);
    }
    CHECK_INT((int64_t)check_all(store), 0);
    store_close(store);
}

TEST(a_page_goes_on_behind_any_row)
{
    struct store *store = filled(2000, &sought_table);
    struct arena *arena = arena_new((size_t)64 << 20);
    keep_up(store, &sought_table);
    struct plain plain = { .scope = scope_house, .words = "anna" };
    struct txn *txn = must_read(store);
    char *want = list(txn, &sought_table, &plain, arena);
    const char *got = "";
    struct seek_options options = { .scope = &scope_house, .words = "anna" };
    for (bool more = true; more;) {
        struct seek *seek = seek_open(txn, &sought_table, &options, arena);
        more = false;
        for (int i = 0; i < 7; i++) {
            struct thing thing;
            enum seek_rank rank;
            if (!(more = seek_next(seek, &thing, &rank)))
                break;
            got = arena_format(arena, "%s%d:%d ", got, (int)rank, (int)thing_number(thing.id));
            options.after = thing.id;
        }
    }
    CHECK_STR(got, want);
    free(want);
    txn_drop(txn);
    arena_free(arena);
    store_close(store);
}

TEST(an_index_of_another_version_is_built_anew_and_answers_meanwhile)
{
    struct rng rng;
    rng_seed(&rng, test_seed());
    struct store *store = filled(1700, &sought_table);
    keep_up(store, &sought_table);
    store_close(store);
    store = searched_store(test_folder(), &newer_table);
    for (bool more = true; more;) {
        ask_by_chance(store, &newer_table, &rng);
        struct txn *txn = must_write(store);
        more = derived_step(txn, &newer_table);
        must_commit(txn);
        CHECK_INT((int64_t)check_all(store), 0);
    }
    struct txn *txn = must_write(store);
    derived_forget(txn, &newer_table);
    must_commit(txn);
    ask_by_chance(store, &newer_table, &rng);
    keep_up(store, &newer_table);
    ask_by_chance(store, &newer_table, &rng);
    CHECK_INT((int64_t)check_all(store), 0);
    store_close(store);
}

TEST(too_many_vain_looks_end_the_search_and_say_so)
{
    struct store *store = filled(3000, &sought_table);
    struct arena *arena = arena_new((size_t)16 << 20);
    keep_up(store, &sought_table);
    struct txn *txn = must_read(store);
    struct seek_options options = { .scope = &scope_house, .words = "anna", .most = 50 };
    struct seek *seek = seek_open(txn, &sought_table, &options, arena);
    struct thing thing;
    enum seek_rank rank;
    size_t found = 0;
    while (seek_next(seek, &thing, &rank))
        found++;
    CHECK(seek_cut(seek));
    CHECK(found > 0);
    options.most = 0;
    seek = seek_open(txn, &sought_table, &options, arena);
    while (seek_next(seek, &thing, &rank))
        found--;
    CHECK(!seek_cut(seek));
    CHECK((int64_t)found < 0); // more than before
    txn_drop(txn);
    arena_free(arena);
    store_close(store);
}

TEST(what_is_left_out_of_a_crowd_is_not_told_wrongly)
{
    struct store *store = filled(20600, &sought_table);
    struct arena *arena = arena_new((size_t)64 << 20);
    keep_up(store, &sought_table);
    for (uint64_t number = 1; number <= 20600;) {
        struct txn *txn = must_write(store);
        for (int i = 0; i < 2000 && number <= 20600; i++, number++) {
            struct key key = key_of_id(thing_id(number));
            if (number > 20500)
                CHECK(table_del(txn, &sought_table, &key));
            else
                put(txn, &(struct thing){ .id = thing_id(number), .name = "Zeppelin", .rank = 1 });
        }
        must_commit(txn);
    }
    struct txn *txn = must_read(store);
    static const char *const words[] = { "zeppelin", "anna" };
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        struct seek_options options = { .scope = &scope_house, .words = words[i], .most = 100000 };
        struct seek *seek = seek_open(txn, &sought_table, &options, arena);
        struct thing thing;
        enum seek_rank rank;
        size_t found = 0;
        while (seek_next(seek, &thing, &rank))
            found++;
        CHECK(seek_cut(seek));
        CHECK_STR(txn_fault(txn), "");
        CHECK_INT((int64_t)found, i == 0 ? 20000 : 0);
    }
    txn_drop(txn);
    arena_free(arena);
    store_close(store);
}

// --- damage
static void flip_all(const char *folder, const char *text)
{
    char *bytes = NULL, path[4096];
    size_t size = 0, flipped = 0;
    snprintf(path, sizeof path, "%s/data.mdb", folder);
    FILE *file = fopen(path, "r+b");
    CHECK(file != NULL);
    FILE *copy = open_memstream(&bytes, &size);
    for (int c; (c = fgetc(file)) != EOF;)
        fputc(c, copy);
    fclose(copy);
    for (char *at = bytes; (at = memmem(at, size - (size_t)(at - bytes), text, strlen(text)));
         at++) {
        fseek(file, at - bytes, SEEK_SET);
        fputc(*at ^ 1, file);
        flipped++;
    }
    fclose(file);
    free(bytes);
    CHECK(flipped > 0);
}

static size_t found_in(struct txn *txn, const char *words)
{
    struct arena *arena = arena_new((size_t)4 << 20);
    struct seek_options options = { .scope = &scope_house, .words = words };
    struct thing thing;
    enum seek_rank rank;
    size_t found = 0;
    struct seek *seek = seek_open(txn, &sought_table, &options, arena);
    while (seek_next(seek, &thing, &rank))
        found++;
    arena_free(arena);
    return found;
}

TEST(damage_is_refused_told_and_mended)
{
    struct store *store = filled(1200, &sought_table);
    struct check_report report;
    size_t told = 0;
    struct err err = { 0 };
    struct txn *txn = must_write(store);
    put(txn, &(struct thing){ .id = thing_id(1), .name = "Finde-Mich", .rank = 1 });
    must_commit(txn);
    keep_up(store, &sought_table);
    CHECK_INT((int64_t)check_all(store), 0);
    store_close(store);
    flip_all(test_folder(), "finde mich"); // as the document has it, not the row
    store = searched_store(test_folder(), &sought_table);
    CHECK(store_check(store, count_faults, &told, &report, &err));
    CHECK(told > 0);
    txn = must_read(store);
    CHECK_INT((int64_t)found_in(txn, "finde mich"), 0);
    CHECK(*txn_fault(txn));
    txn_drop(txn);
    keep_up(store, &sought_table);
    txn = must_read(store);
    CHECK_INT((int64_t)found_in(txn, "finde mich"), 1);
    CHECK_STR(txn_fault(txn), "");
    txn_drop(txn);
    CHECK_INT((int64_t)check_all(store), 0);
    store_close(store);
}

// Rows that the step meets first.
TEST(damage_met_by_a_step_costs_one_batch)
{
    struct store *store = filled(1200, &sought_table);
    struct txn *txn = must_write(store);
    put(txn, &(struct thing){ .id = thing_id(1), .name = "Finde-Mich", .rank = 1 });
    must_commit(txn);
    keep_up(store, &sought_table);
    store_close(store);
    flip_all(test_folder(), "finde mich");
    store = searched_store(test_folder(), &sought_table);
    txn = must_write(store);
    put(txn, &(struct thing){ .id = thing_id(1), .name = "Anders", .rank = 1 });
    must_commit(txn);
    txn = must_write(store);
    CHECK(!derived_step(txn, &sought_table));
    CHECK_INT(batch_commit(txn), COMMIT_DAMAGED);
    keep_up(store, &sought_table);
    txn = must_read(store);
    CHECK_INT((int64_t)found_in(txn, "finde mich"), 0);
    CHECK_INT((int64_t)found_in(txn, "anders"), 1);
    txn_drop(txn);
    CHECK_INT((int64_t)check_all(store), 0);
    store_close(store);
}

// SPDX-License-Identifier: Apache-2.0
// Merging and taking back, pure: whatever is merged into whatever and taken back in whatever order
// that is possible, every contact is as it was.
#include "services/contacts/merge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/wire/change.h"
#include "common/wire/codec.h"
#include "services/contacts/contact.h"
#include "tests/harness/test.h"

#define PEOPLE 6
#define ROUNDS 3000

static const struct phone_home home = { .country = "49", .area = "30" };

// One merge that is not taken back.
struct done {
    int from, to;
    struct contact before, brought;
};

struct world {
    struct arena *arena;
    struct rng rng;
    struct contact first[PEOPLE], now[PEOPLE];
    bool gone[PEOPLE];
    struct done done[PEOPLE * 4];
    size_t done_count;
};

static struct editor editor_of(struct world *world)
{
    return (struct editor){ world->arena, &home, 5000000, "editor" };
}

static const char *some(struct world *world, const char *const *words, size_t count)
{
    size_t which = (size_t)rng_below(&world->rng, count + 1);
    return which < count ? words[which] : NULL;
}

static size_t some_texts(struct world *world, const char *const *words, size_t count,
                         const char *const **out)
{
    const char **texts = arena_array(world->arena, count, sizeof *texts);
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (rng_below(&world->rng, 3) == 0)
            texts[used++] = words[i];
    }
    *out = texts;
    return used;
}

// Few words, so that people often say the same, nearly the same, or differ.
static struct contact_new some_contact(struct world *world)
{
    static const char *const names[] = { "Anna Meier", "Anna Meyer", "Meier GmbH" };
    static const char *const notes[] = { "duzen", "nur vormittags", "duzen\nnur vormittags",
                                         "laut sprechen\n\nduzen" };
    static const char *const messages[] = { "ruft zurück", "Ware ist da", "Ware ist da\nbitte" };
    static const char *const emails[] = { "a@x.de", "A@x.de", "b@x.de", "c-d@x.de", "c.d@x.de" };
    static const char *const categories[] = { "Kunde", "Lieferant", "Anrufer" };
    static const char *const typed[] = { "030 1234567", "+49 30 1234567", "0171 3920061",
                                         "bei der Schwester" };
    static const char *const towns[] = { "Berlin", "berlin", "Bern" };
    struct number *phones = arena_array(world->arena, 4, sizeof *phones);
    struct address *address = arena_alloc(world->arena, sizeof *address);
    struct contact_new in = { .name = names[rng_below(&world->rng, 3)] };
    in.kind = rng_below(&world->rng, 4) ? contact_kind_PERSON : contact_kind_ORGANISATION;
    in.given_name = some(world, names, 2);
    in.organisation = some(world, names, 3);
    in.handling_note = some(world, notes, 4);
    in.message = some(world, messages, 3);
    in.customer_number = some(world, emails, 2);
    in.language = rng_below(&world->rng, 2) ? "de" : NULL;
    in.has_keep = rng_below(&world->rng, 2) == 0;
    in.keep = in.has_keep && rng_below(&world->rng, 2) == 0;
    in.emails_count = some_texts(world, emails, 1 + rng_below(&world->rng, 5), &in.emails);
    in.categories_count = some_texts(world, categories, 3, &in.categories);
    for (size_t i = 0; i < 4; i++) {
        if (rng_below(&world->rng, 3) == 0)
            phones[in.phones_count++] =
                (struct number){ .typed = typed[i], .label = some(world, categories, 2) };
    }
    in.phones = phones;
    *address = (struct address){ .town = towns[rng_below(&world->rng, 3)],
                                 .label = some(world, categories, 1) };
    in.addresses = address;
    in.addresses_count = rng_below(&world->rng, 2);
    return in;
}

static void make_people(struct world *world)
{
    for (int i = 0; i < PEOPLE; i++) {
        struct editor editor = editor_of(world);
        struct contact_new in = some_contact(world);
        struct err err = { 0 };
        struct id id = { { 1 } };
        id.bytes[15] = (uint8_t)i;
        editor.now_us = 1000000 + i;
        CHECK(contact_make(&in, &editor, id, &world->first[i], &err));
        CHECK_OK(&err);
        world->now[i] = world->first[i];
    }
}

static size_t others_of(const struct world *world, int to, int except, struct contact *out)
{
    size_t count = 0;
    for (size_t i = 0; i < world->done_count; i++) {
        if (world->done[i].to == to && world->done[i].from != except)
            out[count++] = world->done[i].brought;
    }
    return count;
}

static void merge_some(struct world *world)
{
    int from = (int)rng_below(&world->rng, PEOPLE), to = (int)rng_below(&world->rng, PEOPLE);
    struct editor editor = editor_of(world);
    struct contact others[PEOPLE * 4];
    struct merged merged;
    struct err err = { 0 };
    if (from == to || world->gone[from] || world->gone[to])
        return;
    struct merging merging = { .from = &world->now[from],
                               .to = &world->now[to],
                               .brought = others,
                               .brought_count = others_of(world, to, from, others),
                               .editor = &editor };
    CHECK(merge_make(&merging, &merged, &err));
    CHECK(record_check(contact_record(), &merged.to, &err));
    CHECK(record_check(contact_record(), &merged.brought, &err));
    CHECK_OK(&err);
    world->done[world->done_count++] = (struct done){ from, to, world->now[from], merged.brought };
    world->now[to] = merged.to;
    world->gone[from] = true;
}

// Any merge whose kept contact is there, not only the last.
static void undo_some(struct world *world)
{
    struct editor editor = editor_of(world);
    struct contact others[PEOPLE * 4];
    struct contact from, to;
    struct err err = { 0 };
    if (world->done_count == 0)
        return;
    size_t which = (size_t)rng_below(&world->rng, world->done_count);
    struct done done = world->done[which];
    if (world->gone[done.to])
        return;
    struct unmerging unmerging = { .to = &world->now[done.to],
                                   .before = &done.before,
                                   .brought = &done.brought,
                                   .others = others,
                                   .other_count = others_of(world, done.to, done.from, others),
                                   .editor = &editor };
    CHECK(merge_undo(&unmerging, &from, &to, &err));
    CHECK_OK(&err);
    world->now[done.from] = from;
    world->now[done.to] = to;
    world->gone[done.from] = false;
    world->done[which] = world->done[--world->done_count];
}

static void same_but_stamps(const struct contact *was, const struct contact *now)
{
    struct contact compared = *now;
    compared.version = was->version;
    compared.edited_at = was->edited_at;
    compared.edited_by = was->edited_by;
    CHECK(now->version >= was->version);
    CHECK(row_equal(contact_record(), was, &compared));
}

TEST(taken_back_in_any_order_everybody_is_as_before)
{
    struct world *world = calloc(1, sizeof *world);
    world->arena = arena_new((size_t)64 << 20);
    rng_seed(&world->rng, test_seed());
    size_t merges = 0;
    for (int round = 0; round < ROUNDS; round++) {
        arena_reset(world->arena);
        memset(world->gone, 0, sizeof world->gone);
        make_people(world);
        for (int i = 0; i < 12; i++) {
            if (rng_below(&world->rng, 3))
                merge_some(world);
            else
                undo_some(world);
        }
        merges += world->done_count;
        while (world->done_count > 0)
            undo_some(world);
        for (int i = 0; i < PEOPLE; i++)
            same_but_stamps(&world->first[i], &world->now[i]);
    }
    CHECK(merges > ROUNDS);
    arena_free(world->arena);
    free(world);
}

// --- single rules
struct pair {
    struct arena *arena;
    struct editor editor;
    struct contact from, to;
    struct merged merged;
    struct err err;
};

static bool merge_pair(struct pair *pair, const struct contact_new *from,
                       const struct contact_new *to)
{
    *pair = (struct pair){ .arena = arena_new((size_t)4 << 20) };
    pair->editor = (struct editor){ pair->arena, &home, 1000000, "first" };
    CHECK(contact_make(from, &pair->editor, (struct id){ { 1 } }, &pair->from, &pair->err));
    CHECK(contact_make(to, &pair->editor, (struct id){ { 2 } }, &pair->to, &pair->err));
    CHECK_OK(&pair->err);
    pair->editor.actor = "second";
    struct merging merging = { &pair->from, &pair->to, NULL, 0, &pair->editor };
    return merge_make(&merging, &pair->merged, &pair->err);
}

TEST(nothing_is_lost)
{
    struct pair pair;
    struct number home_phone = { .typed = "030 1234567", .label = "Büro" };
    struct number phones[] = { { .typed = "+49301234567", .label = "privat" },
                               { .typed = "0171 3920061" } };
    const char *const emails[] = { "A@x.de", "b@x.de" }, *const email = "a@x.de";
    struct contact_new from = { .name = "Anna Meyer",
                                .given_name = "Anna",
                                .customer_number = "4711",
                                .handling_note = "duzen",
                                .message = "Ware ist da",
                                .phones = phones,
                                .phones_count = 2,
                                .emails = emails,
                                .emails_count = 2 };
    struct contact_new to = { .name = "Anna Meier",
                              .customer_number = "4712",
                              .message = "ruft zurück",
                              .phones = &home_phone,
                              .phones_count = 1,
                              .emails = &email,
                              .emails_count = 1 };
    CHECK(merge_pair(&pair, &from, &to));
    const struct contact *kept = &pair.merged.to;
    CHECK_STR(kept->name, "Anna Meier");
    CHECK_STR(kept->given_name, "Anna");
    CHECK_STR(kept->customer_number, "4712");
    CHECK_STR(kept->handling_note, "duzen");
    CHECK_STR(kept->message->text, "ruft zurück\nWare ist da");
    CHECK_INT(kept->phones_count, 2);
    CHECK_STR(kept->phones[0].label, "Büro");
    CHECK_STR(kept->phones[1].e164, "+491713920061");
    CHECK_INT(kept->emails_count, 2);
    CHECK_STR(kept->emails[0], "a@x.de");
    CHECK_INT(kept->version, 2);
    CHECK_STR(kept->edited_by, "second");
    char told[400] = "";
    for (size_t i = 0; i < pair.merged.conflict_count; i++) {
        const struct merge_conflict *conflict = &pair.merged.conflicts[i];
        size_t used = strlen(told);
        snprintf(told + used, sizeof told - used, "%s: %s / %s|", conflict->field, conflict->kept,
                 conflict->other);
    }
    CHECK_STR(told, "name: Anna Meier / Anna Meyer|"
                    "phones: 030 1234567, Büro / +49301234567, privat|"
                    "emails: a@x.de / A@x.de|customer_number: 4712 / 4711|");
    arena_free(pair.arena);
}

static void undo_pair(struct pair *pair, const struct contact *now, struct contact *from,
                      struct contact *to)
{
    struct unmerging unmerging = {
        .to = now, .before = &pair->from, .brought = &pair->merged.brought, .editor = &pair->editor
    };
    CHECK(merge_undo(&unmerging, from, to, &pair->err));
    CHECK_OK(&pair->err);
}

TEST(what_was_edited_since_stays)
{
    struct pair pair;
    struct contact now, from, to;
    struct number phone = { .typed = "0171 3920061" };
    struct number after[] = { { .typed = "0171 3920061", .label = "nur abends" },
                              { .typed = "030 7654321" } };
    struct contact_new one = {
        .name = "A", .language = "de", .organisation = "Firma", .phones = &phone, .phones_count = 1
    };
    struct contact_new other = { .name = "B" };
    CHECK(merge_pair(&pair, &one, &other));
    struct contact_change change = {
        .language = "fr", .handling_note = "neu", .phones = after, .phones_count = 2
    };
    CHECK(contact_apply(&pair.merged.to, &change, &pair.editor, &now, &pair.err));
    undo_pair(&pair, &now, &from, &to);
    CHECK_STR(to.language, "fr");
    CHECK_STR(to.handling_note, "neu");
    CHECK_STR(to.organisation, NULL);
    CHECK_INT(to.phones_count, 2); // the one from A was edited, so it is B's now
    CHECK_STR(to.phones[0].label, "nur abends");
    CHECK_STR(from.language, "de");
    CHECK_INT(from.phones_count, 1);
    CHECK_STR(from.phones[0].label, NULL);
    CHECK_INT(from.version, 3);
    CHECK_INT(to.version, 4);
    arena_free(pair.arena);
}

TEST(a_message_told_since_is_not_told_again)
{
    struct pair pair;
    struct contact now, from, to;
    struct contact_new one = { .name = "A", .message = "Ware ist da" };
    struct contact_new other = { .name = "B", .message = "ruft zurück" };
    CHECK(merge_pair(&pair, &one, &other));
    undo_pair(&pair, &pair.merged.to, &from, &to);
    CHECK_STR(from.message->text, "Ware ist da");
    CHECK_STR(to.message->text, "ruft zurück");
    now = pair.merged.to;
    now.message = NULL;
    undo_pair(&pair, &now, &from, &to);
    CHECK(!from.message);
    CHECK(!to.message);
    arena_free(pair.arena);
}

// A and B bring the same number, language and note into C.
TEST(what_another_brought_too_stays_until_that_one_goes)
{
    struct pair pair, second;
    struct contact from, to, last;
    struct number phone = { .typed = "0171 3920061" };
    struct contact_new one = {
        .name = "A", .language = "de", .handling_note = "duzen", .phones = &phone, .phones_count = 1
    };
    struct contact_new other = { .name = "C" };
    CHECK(merge_pair(&pair, &one, &other));
    CHECK(merge_pair(&second, &one, &other)); // B looks like A
    struct merging merging = { &second.from, &pair.merged.to, &pair.merged.brought, 1,
                               &pair.editor };
    CHECK(merge_make(&merging, &second.merged, &second.err));
    struct unmerging unmerging = { .to = &second.merged.to,
                                   .before = &pair.from,
                                   .brought = &pair.merged.brought,
                                   .others = &second.merged.brought,
                                   .other_count = 1,
                                   .editor = &pair.editor };
    CHECK(merge_undo(&unmerging, &from, &to, &pair.err));
    CHECK_INT(to.phones_count, 1);
    CHECK_STR(to.language, "de");
    CHECK_STR(to.handling_note, "duzen");
    undo_pair(&second, &to, &from, &last);
    CHECK_INT(last.phones_count, 0);
    CHECK_STR(last.language, NULL);
    CHECK_STR(last.handling_note, NULL);
    arena_free(pair.arena);
    arena_free(second.arena);
}

TEST(what_does_not_fit_is_refused)
{
    struct pair pair;
    const char *many[2][10];
    char texts[2][10][20];
    char note[2][700];
    for (int i = 0; i < 20; i++) {
        snprintf(texts[i / 10][i % 10], 20, "m%d@x.de", i);
        many[i / 10][i % 10] = texts[i / 10][i % 10];
    }
    for (int i = 0; i < 2; i++) {
        memset(note[i], 'a' + i, 600);
        note[i][600] = '\0';
    }
    struct contact_new one = { .name = "A", .emails = many[0], .emails_count = 10 };
    struct contact_new other = { .name = "B", .emails = many[1], .emails_count = 1 };
    CHECK(!merge_pair(&pair, &one, &other));
    CHECK_REFUSED(&pair.err, ERR_CONFLICT, "emails");
    arena_free(pair.arena);
    one = (struct contact_new){ .name = "A", .handling_note = note[0] };
    other = (struct contact_new){ .name = "B", .handling_note = note[1] };
    CHECK(!merge_pair(&pair, &one, &other));
    CHECK_REFUSED(&pair.err, ERR_CONFLICT, "handling_note");
    arena_free(pair.arena);
}

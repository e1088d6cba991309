// SPDX-License-Identifier: Apache-2.0
// Candidates from the indexes, the surest sign first.
#include "services/contacts/whom.h"

#include <string.h>

#include "services/contacts/store.h"

struct seeking {
    struct request *rq;
    struct id client;
    const char *name;     // its words in order; NULL: none is said
    const char *customer; // as it is compared; NULL: none is said
    struct whom *out;
};

static void add(const struct contact *contact, struct whom *whom)
{
    for (size_t i = 0; i < whom->count; i++) {
        if (id_equal(whom->rows[i].id, contact->id))
            return;
    }
    whom->rows[whom->count++] = *contact;
}

void whom_add_like(struct request *rq, struct id client, const struct likeness_of *of,
                   struct whom *whom)
{
    struct walk_options options = {
        .index = &contact_indexes[CONTACT_BY_LIKENESS],
        .scope = &rq->scope,
        .prefix = contact_likeness_key(client, of->likeness, of->value),
    };
    struct walk *walk = walk_open(rq->txn, &contact_table, &options, rq->arena);
    struct contact contact;
    while (whom->count < WHOM_MAX && walk_next(walk, &contact))
        add(&contact, whom);
    walk_close(walk);
}

// --- somebody else, though alike

static bool is_other(const struct seeking *seeking, const struct contact *contact)
{
    if (!seeking->customer || !contact->customer_number)
        return false;
    const char *has = likeness_customer(contact->customer_number, seeking->rq->arena);
    return has && strcmp(has, seeking->customer) != 0;
}

static bool is_called(const struct seeking *seeking, const struct contact *contact)
{
    const char *words = likeness_name(contact->name, seeking->rq->arena);
    return words && seeking->name && strcmp(words, seeking->name) == 0;
}

static void drop_others(const struct seeking *seeking)
{
    struct whom *whom = seeking->out;
    size_t kept = 0, called = 0;
    for (size_t i = 0; i < whom->count; i++) {
        if (!is_other(seeking, &whom->rows[i]))
            whom->rows[kept++] = whom->rows[i];
    }
    whom->count = kept;
    for (size_t i = 0; i < kept; i++)
        called += is_called(seeking, &whom->rows[i]);
    if (kept < 2 || called != 1)
        return;
    for (size_t i = 0; i < kept; i++) {
        if (is_called(seeking, &whom->rows[i]))
            whom->rows[0] = whom->rows[i];
    }
    whom->count = 1;
}

// --- the signs
static void by_likeness(const struct seeking *seeking, const struct contact *said, unsigned kinds)
{
    struct likeness_of found[LIKENESSES_MAX];
    size_t count = likenesses(said, kinds, seeking->rq->arena, found);
    for (size_t i = 0; i < count && seeking->out->count == 0; i++) {
        whom_add_like(seeking->rq, seeking->client, &found[i], seeking->out);
        drop_others(seeking);
    }
}

static void by_name(const struct seeking *seeking)
{
    struct request *rq = seeking->rq;
    struct walk_options options = {
        .index = &contact_indexes[CONTACT_BY_NAME],
        .scope = &rq->scope,
        .prefix = contact_name_key(seeking->client, seeking->name),
    };
    struct walk *walk = walk_open(rq->txn, &contact_table, &options, rq->arena);
    struct contact contact;
    while (seeking->out->count < WHOM_MAX && walk_next(walk, &contact)) {
        if (is_called(seeking, &contact) && !is_other(seeking, &contact))
            add(&contact, seeking->out);
    }
    walk_close(walk);
}

static void find(struct seeking *seeking, const struct whom_said *said)
{
    static const unsigned signs[] = { LIKENESS_BIT(CUSTOMER_NUMBER), LIKENESS_BIT(EMAIL),
                                      LIKENESS_BIT(NUMBER) };
    struct arena *arena = seeking->rq->arena;
    struct contact like = {
        .customer_number = said->customer_number,
        .phones = said->phones,
        .phones_count = said->phones_count,
        .emails = said->emails,
        .emails_count = said->emails_count,
    };
    seeking->name = said->name ? likeness_name(said->name, arena) : NULL;
    seeking->customer =
        said->customer_number ? likeness_customer(said->customer_number, arena) : NULL;
    for (size_t i = 0; i < COUNT_OF(signs) && seeking->out->count == 0; i++)
        by_likeness(seeking, &like, signs[i]);
    if (seeking->out->count == 0 && seeking->name && *seeking->name)
        by_name(seeking);
}

void whom_find(struct request *rq, struct id client, const struct whom_said *said, struct whom *out)
{
    struct seeking seeking = { .rq = rq, .client = client, .out = out };
    out->count = 0;
    if (said->maybe_number)
        find(&seeking, &(struct whom_said){ .customer_number = said->maybe_number });
    if (out->count == 0)
        find(&seeking, said);
}

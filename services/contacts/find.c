// SPDX-License-Identifier: Apache-2.0
// Candidates come from an index, are compared with the whole question, and are kept in order.
#include "services/contacts/find.h"

#include <string.h>

#include "common/base/phone_match.h"
#include "common/base/text.h"
#include "common/wire/codec.h"
#include "services/contacts/house.h"
#include "services/contacts/refer.h"
#include "services/contacts/store.h"
#include "services/contacts/store_search.h"

#define LIMIT       50
#define VISITED_MAX 2000 // rows looked at for one answer; "a" must not read the whole house
// The answer must fit into a message beside its head.
#define ANSWER_BYTES ((size_t)700 << 10)

struct candidate {
    struct contact_match match;
    struct contact contact;
    const char *sorted; // the name, folded
};

struct finding {
    struct request *rq;
    const struct contact_query *query;
    const char *name;   // folded; "" when no name is asked for
    const char **words; // of the name
    size_t word_count;
    struct candidate *kept, *aside; // aside: one client's, by number
    size_t count, room, visited;
    bool more;
};

static bool is_everywhere(const struct contact_query *query)
{
    return query->has_everywhere && query->everywhere;
}

// --- the question
static bool split_words(struct finding *finding)
{
    const char *name = finding->name;
    finding->words = arena_array(finding->rq->arena, strlen(name) / 2 + 1, sizeof(char *));
    while (finding->words && *name) {
        size_t size = strcspn(name, " ");
        const char *word = arena_text(finding->rq->arena, name, size);
        if (!word)
            return false;
        finding->words[finding->word_count++] = word;
        name += size + (name[size] == ' ');
    }
    return finding->words != NULL;
}

static bool begins_a_word(const char *words, const char *beginning)
{
    size_t size = strlen(beginning);
    for (const char *at = words; at; at = strchr(at, ' ')) {
        at += *at == ' ';
        if (strncmp(at, beginning, size) == 0)
            return true;
    }
    return false;
}

static bool fits_name(const struct finding *finding, const struct contact *contact)
{
    if (finding->word_count == 0)
        return true;
    const char *words = contact_words(contact, finding->rq->arena);
    for (size_t i = 0; words && i < finding->word_count; i++) {
        if (!begins_a_word(words, finding->words[i]))
            return false;
    }
    return words != NULL;
}

// --- keeping what fits
static bool comes_before(const struct candidate *a, const struct candidate *b)
{
    if (a->match.certainty != b->match.certainty)
        return a->match.certainty < b->match.certainty;
    int order = strcmp(a->sorted, b->sorted);
    if (order != 0)
        return order < 0;
    return memcmp(&a->contact.id, &b->contact.id, sizeof(struct id)) < 0;
}

static bool is_kept(const struct finding *finding, struct id id)
{
    for (size_t i = 0; i < finding->count; i++) {
        if (id_equal(finding->kept[i].contact.id, id))
            return true;
    }
    return false;
}

static void keep(struct finding *finding, const struct contact *contact, enum certainty certainty)
{
    struct candidate candidate = { .match.certainty = certainty, .contact = *contact };
    candidate.sorted = text_fold(finding->rq->arena, contact->name);
    if (!candidate.sorted)
        candidate.sorted = "";
    if (is_kept(finding, contact->id))
        return;
    size_t place = finding->count;
    while (place > 0 && comes_before(&candidate, &finding->kept[place - 1]))
        place--;
    finding->more |= finding->count == finding->room;
    if (place == finding->room)
        return;
    size_t moved = finding->count - place - (finding->count == finding->room);
    memmove(&finding->kept[place + 1], &finding->kept[place], moved * sizeof candidate);
    finding->kept[place] = candidate;
    finding->count += finding->count < finding->room;
}

static bool has_whole(const struct contact *contact, const char *e164)
{
    for (size_t i = 0; i < contact->phones_count; i++) {
        const struct number *number = &contact->phones[i];
        char whole[PHONE_WHOLE_MAX][PHONE_E164_MAX + 1];
        size_t count = number->e164 ? phone_whole(number->e164, number->extension, whole) : 0;
        for (size_t k = 0; k < count; k++) {
            if (strcmp(whole[k], e164) == 0)
                return true;
        }
    }
    return false;
}

// --- by number, within one client at a time
struct within {
    struct finding *finding;
    struct id client;
    const struct phone *phone;
};

static size_t find_number(void *context, const char *e164)
{
    const struct within *within = context;
    struct finding *finding = within->finding;
    struct request *rq = finding->rq;
    struct walk_options options = { .index = &contact_indexes[CONTACT_BY_NUMBER],
                                    .scope = &rq->scope,
                                    .prefix = contact_number_key(within->client, e164) };
    struct walk *walk = walk_open(rq->txn, &contact_table, &options, rq->arena);
    struct contact contact;
    size_t found = 0;
    while (finding->visited < VISITED_MAX && walk_next(walk, &contact)) {
        found++;
        finding->visited++;
        if (fits_name(finding, &contact))
            keep(finding, &contact, certainty_POSSIBLE);
    }
    walk_close(walk);
    return found;
}

// Exact only with the contact's own whole number: behind a main number may be anybody.
static void find_within(struct within *within)
{
    struct finding *finding = within->finding;
    const struct phone *phone = within->phone;
    char whole[PHONE_WHOLE_MAX][PHONE_E164_MAX + 1];
    size_t forms = phone->e164[0] ? phone_whole(phone->e164, phone->extension, whole) : 0;
    enum phone_match match = PHONE_MATCH_NONE;
    size_t form = 0;
    while (form < forms && match == PHONE_MATCH_NONE)
        match = phone_match(whole[form++], find_number, within);
    if (match == PHONE_MATCH_EXACT && finding->count == 1 &&
        has_whole(&finding->kept[0].contact, whole[form - 1]))
        finding->kept[0].match.certainty = certainty_EXACT;
}

// One client's finds, judged among themselves alone, then put among the others'.
static void find_aside(struct finding *finding, struct id client, const struct phone *phone)
{
    struct finding aside = *finding;
    aside.count = 0;
    aside.kept = finding->aside;
    find_within(&(struct within){ &aside, client, phone });
    for (size_t i = 0; i < aside.count; i++)
        keep(finding, &aside.kept[i].contact, aside.kept[i].match.certainty);
    finding->visited = aside.visited;
    finding->more |= aside.more;
}

static void find_everywhere(struct finding *finding, const struct phone *phone)
{
    static const struct id house = { { 0 } };
    struct request *rq = finding->rq;
    struct walk_options options = { .scope = &rq->scope };
    struct client_row client;
    find_aside(finding, house, phone);
    struct walk *walk = walk_open(rq->txn, &client_table, &options, rq->arena);
    while (finding->visited < VISITED_MAX && walk_next(walk, &client))
        find_aside(finding, client.id, phone);
    walk_close(walk);
}

static bool find_by_number(struct finding *finding)
{
    struct request *rq = finding->rq;
    struct phone phone;
    if (!phone_read(finding->query->number, contacts_home(rq), &phone, &rq->err)) {
        memcpy(rq->err.field, "number", sizeof "number");
        return false;
    }
    finding->aside = arena_array(rq->arena, finding->room, sizeof *finding->aside);
    if (!finding->aside)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    if (is_everywhere(finding->query))
        find_everywhere(finding, &phone);
    else
        find_aside(finding, finding->query->client, &phone);
    return true;
}

// --- by name
static enum certainty name_certainty(const struct finding *finding, const struct contact *contact)
{
    const char *const texts[] = { contact->name, contact->organisation, contact->customer_number };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        const char *folded = texts[i] ? text_fold(finding->rq->arena, texts[i]) : NULL;
        if (folded && strcmp(folded, finding->name) == 0)
            return certainty_EXACT;
    }
    return certainty_POSSIBLE;
}

// Rows whose names fit come before all others.
static void find_by_name(struct finding *finding)
{
    struct request *rq = finding->rq;
    const struct contact_query *query = finding->query;
    struct seek_options options = { .scope = &rq->scope, .words = query->name };
    struct contact contact;
    enum seek_rank rank;
    if (!is_everywhere(query))
        options.tags[options.tag_count++] =
            (struct seek_tag){ TAG_OWNER, { query->client.bytes, sizeof query->client.bytes } };
    struct seek *seek = seek_open(rq->txn, &contact_table, &options, rq->arena);
    while (finding->visited < VISITED_MAX && seek_next(seek, &contact, &rank) &&
           rank <= SEEK_NAME) {
        finding->visited++;
        if (fits_name(finding, &contact))
            keep(finding, &contact, name_certainty(finding, &contact));
    }
    finding->more |= seek_cut(seek);
}

// --- the answer
static bool answer(struct finding *finding, struct contact_matches *out)
{
    struct request *rq = finding->rq;
    struct contact_match *matches = arena_array(rq->arena, finding->count, sizeof *matches);
    struct mp_writer writer;
    if (!matches)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    mp_writer_init(&writer);
    out->matches = matches;
    out->more = finding->more || finding->visited == VISITED_MAX;
    for (size_t i = 0; i < finding->count; i++) {
        finding->kept[i].match.contact = &finding->kept[i].contact;
        finding->kept[i].match.client_name = name_of_client(rq, finding->kept[i].contact.client);
        encode(contact_match_record(), &finding->kept[i].match, &writer);
        if (i > 0 && writer.size > ANSWER_BYTES) {
            out->more = true;
            break;
        }
        matches[out->matches_count++] = finding->kept[i].match;
    }
    mp_writer_done(&writer);
    return true;
}

bool find_contacts(struct request *rq, const struct contact_query *query,
                   struct contact_matches *out)
{
    struct finding finding = {
        .rq = rq,
        .query = query,
        .name = query->name ? text_fold(rq->arena, query->name) : "",
        .room = query->has_limit ? (size_t)query->limit : LIMIT,
    };
    finding.kept = arena_array(rq->arena, finding.room, sizeof *finding.kept);
    if (!finding.kept || !finding.name || !split_words(&finding))
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    if (!query->number && finding.word_count == 0)
        return fail(&rq->err, ERR_INVALID, "name", TEXT_FIND_NOTHING, NULL);
    if (is_everywhere(query) && !id_is_zero(query->client))
        return fail(&rq->err, ERR_INVALID, "everywhere", TEXT_FIND_EVERYWHERE, NULL);
    if (query->number && !find_by_number(&finding))
        return false;
    if (!query->number)
        find_by_name(&finding);
    return answer(&finding, out);
}

// SPDX-License-Identifier: Apache-2.0
// Ids become names and numbers by which an import finds the same people again.
#include "services/contacts/entries.h"

#include "common/wire/change.h"
#include "common/wire/codec.h"
#include "services/contacts/file.h"
#include "services/contacts/merges.h"
#include "services/contacts/refer.h"
#include "services/contacts/store_file.h"

#define LIMIT       50
#define TEXTS_MAX   5    // phones, or e-mails, of a party
#define VISITED_MAX 2000 // rows looked at for one page: one client's files may be few among many
// The answer must fit into a message beside its head.
#define ANSWER_BYTES ((size_t)700 << 10)

struct listing {
    struct request *rq;
    const struct file_entry_query *query;
    struct file_entry *entries;
    size_t count, limit, visited;
    struct mp_writer writer; // only measures the answer
    struct id last;
};

static bool full(struct request *rq)
{
    return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
}

// --- parties
static bool put_phones(struct request *rq, const struct number *numbers, size_t count,
                       struct entry_party *out)
{
    const char **typed = arena_array(rq->arena, TEXTS_MAX, sizeof *typed);
    if (!typed)
        return full(rq);
    out->phones_count = count < TEXTS_MAX ? count : TEXTS_MAX;
    out->phones = typed;
    for (size_t i = 0; i < out->phones_count; i++)
        typed[i] = numbers[i].typed;
    return true;
}

static void put_emails(const char *const *emails, size_t count, struct entry_party *out)
{
    out->emails = emails;
    out->emails_count = count < TEXTS_MAX ? count : TEXTS_MAX;
}

// A contact is told by its customer number; by phone and e-mail if it has none.
static bool party_told(struct request *rq, const struct party *party, struct entry_party *out)
{
    struct contact contact;
    *out = (struct entry_party){ .role = party->role,
                                 .role_name = party->role_name,
                                 .name = party->name,
                                 .reference = party->reference };
    if (id_is_zero(party->contact) || !contact_now(rq, party->contact, &contact)) {
        put_emails(party->emails, party->emails_count, out);
        return put_phones(rq, party->phones, party->phones_count, out);
    }
    out->customer_number = contact.customer_number;
    if (contact.customer_number)
        return true;
    put_emails(contact.emails, contact.emails_count, out);
    return put_phones(rq, contact.phones, contact.phones_count, out);
}

// --- a file
static bool entry_told(struct request *rq, const struct file *file, struct file_entry *out)
{
    struct file plain = *file;
    struct entry_party *parties = arena_array(rq->arena, file->parties_count, sizeof *parties);
    const char **seen_by = arena_array(rq->arena, file->seen_by_count, sizeof *seen_by);
    size_t seen = 0;
    if (!parties || !seen_by)
        return full(rq);
    plain.parties_count = 0; // they are others here
    *out = (struct file_entry){ .client = file->client };
    row_take(file_entry_record(), out, (struct given){ file_record(), &plain });
    for (size_t i = 0; i < file->parties_count; i++) {
        if (!party_told(rq, &file->parties[i], &parties[i]))
            return false;
    }
    for (size_t i = 0; i < file->seen_by_count; i++) {
        seen_by[seen] = name_of_staff(rq, file->seen_by[i]);
        seen += seen_by[seen] != NULL;
    }
    out->parties = parties;
    out->parties_count = file->parties_count;
    out->seen_by = seen_by;
    out->seen_by_count = seen;
    out->lawyer = name_of_staff(rq, file->lawyer);
    out->clerk = name_of_staff(rq, file->clerk);
    return true;
}

// --- a page
static bool is_asked_for(const struct listing *listing, const struct file *file)
{
    const struct file_entry_query *query = listing->query;
    return ((query->has_everywhere && query->everywhere) ||
            id_equal(file->client, query->client)) &&
           file_shows(file, listing->rq->actor);
}

// False: the page is full, and the file is not on it; or the request has failed.
static bool add(struct listing *listing, const struct file *file)
{
    struct file_entry *entry = &listing->entries[listing->count];
    if (listing->visited++ == VISITED_MAX || listing->count == listing->limit)
        return false;
    if (is_asked_for(listing, file)) {
        if (!entry_told(listing->rq, file, entry))
            return false;
        encode(file_entry_record(), entry, &listing->writer);
        if (listing->count > 0 && listing->writer.size > ANSWER_BYTES)
            return false;
        listing->count++;
    }
    listing->last = file->id;
    return true;
}

bool entries_page(struct request *rq, const struct file_entry_query *in,
                  struct file_entry_page *out)
{
    struct listing listing = {
        .rq = rq, .query = in, .limit = in->has_limit ? (size_t)in->limit : LIMIT, .last = in->after
    };
    struct walk_options options = { .scope = &rq->scope };
    struct file file;
    bool more = false;
    if (in->has_everywhere && in->everywhere && !id_is_zero(in->client))
        return fail(&rq->err, ERR_INVALID, "everywhere", TEXT_FIND_EVERYWHERE, NULL);
    if (!refer_client(rq, in->client, "client"))
        return false;
    listing.entries = arena_array(rq->arena, listing.limit + 1, sizeof *listing.entries);
    if (!listing.entries)
        return full(rq);
    if (!id_is_zero(in->after))
        options.after = key_of_id(in->after);
    mp_writer_init(&listing.writer);
    struct walk *walk = walk_open(rq->txn, &file_table, &options, rq->arena);
    while (!more && walk_next(walk, &file))
        more = !add(&listing, &file);
    walk_close(walk);
    mp_writer_done(&listing.writer);
    *out = (struct file_entry_page){ .entries = listing.entries,
                                     .entries_count = listing.count,
                                     .last = listing.last,
                                     .more = more };
    return rq->err.code == ERR_NONE;
}

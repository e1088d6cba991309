// SPDX-License-Identifier: Apache-2.0
// Files in the order in which a list shows them: by rank when words are given, otherwise the open
// ones before the settled ones, the youngest first.
#include "services/contacts/find_files.h"

#include <string.h>

#include "common/step/rows.h"
#include "common/wire/codec.h"
#include "services/contacts/file.h"
#include "services/contacts/identity.h"
#include "services/contacts/refer.h"
#include "services/contacts/store_file.h"
#include "services/contacts/store_search.h"

#define LIMIT 50
// The answer must fit into a message beside its head.
#define ANSWER_BYTES ((size_t)700 << 10)

struct listing {
    struct request *rq;
    const struct file_query *query;
    struct identity contact; // who is asked for; none: whoever
    const struct bytes *tags;
    struct file_match *matches;
    size_t count, room;
    struct mp_writer writer; // only measures the answer
    bool more, full;
};

bool file_match_fill(struct request *rq, const struct file *file, struct id contact,
                     struct file_match *out)
{
    struct file *kept = arena_alloc(rq->arena, sizeof *kept);
    if (!kept)
        return false;
    *kept = *file;
    if (!identity_parties(rq, kept))
        return false;
    *out = (struct file_match){
        .file = kept,
        .lawyer_name = name_of_staff(rq, file->lawyer),
        .clerk_name = name_of_staff(rq, file->clerk),
        .client_name = name_of_client(rq, file->client),
    };
    if (!id_is_zero(contact))
        out->role = file_role_of(kept, identity_now(rq, contact));
    if (out->role)
        out->side = party_side_of(out->role);
    return true;
}

// False when the page is complete.
static bool keep(struct listing *listing, const struct file *file)
{
    struct file_match *match = &listing->matches[listing->count];
    if (!file_match_fill(listing->rq, file, listing->query->contact, match)) {
        listing->more = listing->full = true;
        return false;
    }
    encode(file_match_record(), match, &listing->writer);
    listing->full =
        listing->count == listing->room || (listing->count && listing->writer.size > ANSWER_BYTES);
    listing->more |= listing->full;
    listing->count += !listing->full;
    return !listing->full;
}

static void add_tag(struct seek_options *options, char kind, struct bytes value)
{
    options->tags[options->tag_count++] = (struct seek_tag){ kind, value };
}

static void add_id(struct seek_options *options, char kind, const struct id *id)
{
    if (!id_is_zero(*id))
        add_tag(options, kind, (struct bytes){ id->bytes, sizeof id->bytes });
}

static void add_word(struct seek_options *options, char kind, const char *word)
{
    if (word)
        add_tag(options, kind, (struct bytes){ (const uint8_t *)word, strlen(word) });
}

static void seek_party(struct seek_options *options, const struct bytes *tags, size_t count)
{
    options->any_kind = TAG_PARTY;
    options->any = tags;
    options->any_count = count;
}

// All files of the question that are open, or settled; NULL: either.
static void list_files(struct listing *listing, const char *settled, struct id after)
{
    const struct file_query *query = listing->query;
    struct request *rq = listing->rq;
    struct seek_options options = {
        .scope = &rq->scope, .words = query->words, .part = query->part, .after = after
    };
    seek_party(&options, listing->tags, listing->contact.count);
    struct file file;
    enum seek_rank rank;
    add_id(&options, doc_scope_kind(SCOPE_MARK_CLIENT), &query->client);
    add_id(&options, TAG_STAFF, &query->staff);
    if (query->state)
        add_word(&options, TAG_STATE, file_state_picks()->values[query->state].word);
    if (query->kind)
        add_word(&options, TAG_KIND, file_kind_picks()->values[query->kind].word);
    add_word(&options, TAG_SETTLED, settled);
    struct seek *seek = seek_open(rq->txn, &file_table, &options, rq->arena);
    while (!listing->full && seek_next(seek, &file, &rank)) {
        if (file_shows(&file, rq->actor) && !keep(listing, &file))
            break;
    }
    listing->more |= seek_cut(seek);
}

static void list_all(struct listing *listing)
{
    const struct file_query *query = listing->query;
    static const struct id from_the_start;
    struct file file;
    if (query->words || query->state) {
        list_files(listing, NULL, query->after);
        return;
    }
    bool behind_open = id_is_zero(query->after) ||
                       !row_find(listing->rq, &file_table, query->after, &file) ||
                       file.state == file_state_OPEN;
    if (behind_open)
        list_files(listing, "open", query->after);
    if (!listing->full)
        list_files(listing, "settled", behind_open ? from_the_start : query->after);
}

bool find_files(struct request *rq, const struct file_query *query, struct file_matches *out)
{
    struct listing listing = {
        .rq = rq,
        .query = query,
        .room = query->has_limit ? (size_t)query->limit : LIMIT,
    };
    listing.matches = arena_array(rq->arena, listing.room + 1, sizeof *listing.matches);
    if (!listing.matches)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    if (!id_is_zero(query->contact)) {
        if (!identity_of(rq, query->contact, &listing.contact))
            return false;
        listing.tags = identity_tags(rq, &listing.contact);
        if (!listing.tags)
            return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    }
    mp_writer_init(&listing.writer);
    list_all(&listing);
    mp_writer_done(&listing.writer);
    *out = (struct file_matches){ listing.matches, listing.count, listing.more };
    return true;
}

struct seek *files_of_contact(struct request *rq, struct id contact, const char *settled)
{
    struct seek_options options = { .scope = &scope_house };
    struct identity identity;
    const struct bytes *tags = NULL;
    if (identity_of(rq, contact, &identity))
        tags = identity_tags(rq, &identity);
    if (!tags)
        return NULL;
    seek_party(&options, tags, identity.count);
    add_word(&options, TAG_SETTLED, settled);
    return seek_open(rq->txn, &file_table, &options, rq->arena);
}

bool contact_is_party(struct request *rq, struct id contact)
{
    struct seek *seek = files_of_contact(rq, contact, NULL);
    struct file file;
    enum seek_rank rank;
    return !seek || seek_next(seek, &file, &rank) || seek_cut(seek); // in doubt it does
}

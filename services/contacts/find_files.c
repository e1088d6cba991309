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

struct finding {
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
static bool keep(struct finding *finding, const struct file *file)
{
    struct file_match *match = &finding->matches[finding->count];
    if (!file_match_fill(finding->rq, file, finding->query->contact, match)) {
        finding->more = finding->full = true;
        return false;
    }
    encode(file_match_record(), match, &finding->writer);
    finding->full =
        finding->count == finding->room || (finding->count && finding->writer.size > ANSWER_BYTES);
    finding->more |= finding->full;
    finding->count += !finding->full;
    return !finding->full;
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
static void list_files(struct finding *finding, const char *settled, struct id after)
{
    const struct file_query *query = finding->query;
    struct request *rq = finding->rq;
    struct seek_options options = {
        .scope = &rq->scope, .words = query->words, .part = query->part, .after = after
    };
    seek_party(&options, finding->tags, finding->contact.count);
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
    while (!finding->full && seek_next(seek, &file, &rank)) {
        if (file_shows(&file, rq->actor) && !keep(finding, &file))
            break;
    }
    finding->more |= seek_cut(seek);
}

static void list_all(struct finding *finding)
{
    const struct file_query *query = finding->query;
    static const struct id from_the_start;
    struct file file;
    if (query->words || query->state) {
        list_files(finding, NULL, query->after);
        return;
    }
    bool behind_open = id_is_zero(query->after) ||
                       !row_find(finding->rq, &file_table, query->after, &file) ||
                       file.state == file_state_OPEN;
    if (behind_open)
        list_files(finding, "open", query->after);
    if (!finding->full)
        list_files(finding, "settled", behind_open ? from_the_start : query->after);
}

bool find_files(struct request *rq, const struct file_query *query, struct file_matches *out)
{
    struct finding finding = {
        .rq = rq,
        .query = query,
        .room = query->has_limit ? (size_t)query->limit : LIMIT,
    };
    finding.matches = arena_array(rq->arena, finding.room + 1, sizeof *finding.matches);
    if (!finding.matches)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    if (!id_is_zero(query->contact)) {
        if (!identity_of(rq, query->contact, &finding.contact))
            return false;
        finding.tags = identity_tags(rq, &finding.contact);
        if (!finding.tags)
            return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    }
    mp_writer_init(&finding.writer);
    list_all(&finding);
    mp_writer_done(&finding.writer);
    *out = (struct file_matches){ finding.matches, finding.count, finding.more };
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

// SPDX-License-Identifier: Apache-2.0
// The conflict check: whom the question names is sought in all files and among all contacts, what
// fits is graded, and the answer is kept as proof before it is given.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/phone_match.h"
#include "common/base/sound.h"
#include "common/base/text.h"
#include "common/step/rows.h"
#include "services/contacts/conflict.h"
#include "services/contacts/file.h"
#include "services/contacts/house.h"
#include "services/contacts/identity.h"
#include "services/contacts/refer.h"
#include "services/contacts/store.h"
#include "services/contacts/store_file.h"
#include "services/contacts/store_search.h"

#define SERVICE_FILE "proto/contacts_file.def"
#include "proto/handlers.inc"

#define HITS_KEPT    100
#define ASK_MAX      20
#define FILES_MAX    1000 // looked at for one check
#define CONTACTS_MAX 200

// What is sought just now: one of these.
struct sought {
    const char *given;
    const struct conflict_name *name;
    const char *e164, *email; // the address folded
};

struct found {
    struct conflict_hit hit;
    size_t party; // which of its file
};

struct checking {
    struct request *rq;
    const struct conflict_query *query;
    struct found *found;
    size_t count, files;
    const char *ask[ASK_MAX];
    size_t ask_count;
    bool incomplete;
};

// --- judging parties

static bool has_number(const struct number *numbers, size_t count, const char *e164)
{
    for (size_t i = 0; i < count; i++) {
        char whole[PHONE_WHOLE_MAX][PHONE_E164_MAX + 1];
        if (!numbers[i].e164)
            continue;
        if (strcmp(numbers[i].e164, e164) == 0)
            return true;
        size_t forms = phone_whole(numbers[i].e164, numbers[i].extension, whole);
        for (size_t k = 0; k < forms; k++) {
            if (strcmp(whole[k], e164) == 0)
                return true;
        }
    }
    return false;
}

static bool has_email(struct request *rq, const char *const *emails, size_t count,
                      const char *folded)
{
    for (size_t i = 0; i < count; i++) {
        if (text_equal(text_fold(rq->arena, emails[i]), folded))
            return true;
    }
    return false;
}

static enum conflict_match match_party(struct request *rq, const struct sought *sought,
                                       const struct party *party)
{
    if (sought->name)
        return conflict_compare(sought->name, party->name, rq->arena);
    if (sought->e164 && has_number(party->phones, party->phones_count, sought->e164))
        return conflict_match_NUMBER;
    if (sought->email && has_email(rq, party->emails, party->emails_count, sought->email))
        return conflict_match_EMAIL;
    return conflict_match_ABSENT;
}

static enum conflict_match match_contact(struct request *rq, const struct sought *sought,
                                         const struct contact *contact)
{
    enum conflict_match match = conflict_match_ABSENT;
    if (sought->name) {
        match = conflict_compare(sought->name, contact->name, rq->arena);
        if (!match && contact->organisation)
            match = conflict_compare(sought->name, contact->organisation, rq->arena);
        return match;
    }
    if (sought->e164 && has_number(contact->phones, contact->phones_count, sought->e164))
        return conflict_match_NUMBER;
    if (sought->email && has_email(rq, contact->emails, contact->emails_count, sought->email))
        return conflict_match_EMAIL;
    return conflict_match_ABSENT;
}

// --- keeping what fits

// There is a locked file: only whom to ask is said.
static void keep_locked(struct checking *checking, const struct file *file)
{
    struct request *rq = checking->rq;
    const char *name = name_of_staff(rq, file->lawyer);
    if (!name)
        name = name_of_staff(rq, file->clerk);
    for (size_t i = 0; !name && i < file->seen_by_count; i++)
        name = name_of_staff(rq, file->seen_by[i]);
    for (size_t i = 0; name && i < checking->ask_count; i++) {
        if (strcmp(checking->ask[i], name) == 0)
            return;
    }
    if (name && checking->ask_count < ASK_MAX)
        checking->ask[checking->ask_count++] = name;
}

static struct found *found_before(struct checking *checking, struct id file, size_t party)
{
    for (size_t i = 0; i < checking->count; i++) {
        if (id_equal(checking->found[i].hit.file, file) && checking->found[i].party == party)
            return &checking->found[i];
    }
    return NULL;
}

static void keep(struct checking *checking, const struct sought *sought, const struct file *file,
                 size_t nth, enum conflict_match matched)
{
    const struct party *party = &file->parties[nth];
    struct found *found = found_before(checking, file->id, nth);
    if (!file_shows(file, checking->rq->actor)) {
        keep_locked(checking, file);
        return;
    }
    if (found && found->hit.matched <= matched)
        return;
    if (!found && checking->count == FILES_MAX) {
        checking->incomplete = true;
        return;
    }
    if (!found)
        found = &checking->found[checking->count++];
    found->party = nth;
    found->hit = (struct conflict_hit){
        .severity = conflict_grade(checking->query->role, party->role, file->state, matched),
        .matched = matched,
        .given = sought->given,
        .party = party->name,
        .role = party->role,
        .side = party_side_of(party->role),
        .file = file->id,
        .number = file->number,
        .title = file->title,
        .state = file->state,
        .opened_at = file->opened_at,
        .lawyer_name = name_of_staff(checking->rq, file->lawyer),
    };
}

// --- seeking

// Within whose rows: the scope's, and the client's that the question names.
static void narrow(const struct checking *checking, struct seek_options *options)
{
    const struct id *client = &checking->query->client;
    options->scope = &checking->rq->scope;
    if (!id_is_zero(*client))
        options->tags[options->tag_count++] =
            (struct seek_tag){ doc_scope_kind(SCOPE_MARK_CLIENT),
                               { client->bytes, sizeof client->bytes } };
}

// The files with these tags; parties count by what is sought, or by being this contact (not NULL,
// by whatever id), who fits as `as`.
static void seek_files(struct checking *checking, const struct sought *sought,
                       struct seek_options *options, const struct identity *contact,
                       enum conflict_match as)
{
    struct request *rq = checking->rq;
    struct file file;
    enum seek_rank rank;
    narrow(checking, options);
    struct seek *seek = seek_open(rq->txn, &file_table, options, rq->arena);
    while (seek_next(seek, &file, &rank)) {
        if (checking->files++ == FILES_MAX) {
            checking->incomplete = true;
            return;
        }
        for (size_t i = 0; i < file.parties_count; i++) {
            bool is_contact = contact && identity_has(contact, file.parties[i].contact);
            enum conflict_match match = is_contact ? as : match_party(rq, sought, &file.parties[i]);
            if (match)
                keep(checking, sought, &file, i, match);
        }
    }
    checking->incomplete |= seek_cut(seek);
}

static void seek_files_of(struct checking *checking, const struct sought *sought, struct id contact,
                          enum conflict_match match)
{
    struct identity identity;
    const struct bytes *tags = NULL;
    if (identity_of(checking->rq, contact, &identity))
        tags = identity_tags(checking->rq, &identity);
    if (!tags) {
        checking->incomplete = true;
        return;
    }
    struct seek_options files = { .any_kind = TAG_PARTY, .any = tags, .any_count = identity.count };
    seek_files(checking, sought, &files, &identity, match);
}

static void seek_contacts(struct checking *checking, const struct sought *sought,
                          struct seek_options *options)
{
    struct request *rq = checking->rq;
    struct contact contact;
    enum seek_rank rank;
    size_t seen = 0;
    narrow(checking, options);
    struct seek *seek = seek_open(rq->txn, &contact_table, options, rq->arena);
    while (seek_next(seek, &contact, &rank)) {
        if (seen++ == CONTACTS_MAX) {
            checking->incomplete = true;
            return;
        }
        enum conflict_match match = match_contact(rq, sought, &contact);
        if (match)
            seek_files_of(checking, sought, contact.id, match);
    }
    checking->incomplete |= seek_cut(seek);
}

static void seek_tagged(struct checking *checking, const struct sought *sought,
                        const struct seek_options *tags)
{
    struct seek_options files = *tags, contacts = *tags;
    seek_files(checking, sought, &files, NULL, conflict_match_ABSENT);
    seek_contacts(checking, sought, &contacts);
}

static void add_tag(struct seek_options *options, char kind, const char *value)
{
    options->tags[options->tag_count++] =
        (struct seek_tag){ kind, { (const uint8_t *)value, strlen(value) } };
}

// Names that hold all the words asked, and names that consist of some of them.
static bool seek_name(struct checking *checking, const char *given)
{
    struct request *rq = checking->rq;
    struct conflict_name name;
    struct sought sought = { .given = given, .name = &name };
    struct seek_options all = { 0 };
    if (!conflict_name_read(given, rq->arena, &name))
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    if (name.count == 0)
        return fail(&rq->err, ERR_INVALID, "names", TEXT_CONFLICT_NO_NAME, given, NULL);
    for (size_t i = 0; i < name.count; i++)
        add_tag(&all, TAG_SOUND, name.sounds[i]);
    seek_tagged(checking, &sought, &all);
    for (unsigned some = 1; some < (1u << name.count); some++) {
        const char *words[CONFLICT_WORDS_MAX];
        size_t count = 0;
        for (size_t i = 0; i < name.count; i++) {
            if (some & (1u << i))
                words[count++] = name.words[i];
        }
        const char *whole = sound_whole(rq->arena, words, count);
        struct seek_options part = { 0 };
        if (!whole)
            return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
        add_tag(&part, TAG_WHOLE, whole);
        seek_tagged(checking, &sought, &part);
    }
    return true;
}

static bool seek_number(struct checking *checking, const char *given)
{
    struct request *rq = checking->rq;
    struct phone phone;
    char whole[PHONE_WHOLE_MAX][PHONE_E164_MAX + 1];
    if (!phone_read(given, contacts_home(rq), &phone, &rq->err)) {
        memcpy(rq->err.field, "numbers", sizeof "numbers");
        return false;
    }
    size_t forms = phone.e164[0] ? phone_whole(phone.e164, phone.extension, whole) : 0;
    for (size_t i = 0; i < forms; i++) {
        const char *e164 = arena_text(rq->arena, whole[i], strlen(whole[i]));
        struct sought sought = { .given = given, .e164 = e164 };
        struct seek_options tags = { 0 };
        if (!e164)
            return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
        add_tag(&tags, TAG_NUMBER, e164);
        seek_tagged(checking, &sought, &tags);
    }
    return true;
}

static bool seek_email(struct checking *checking, const char *given)
{
    struct request *rq = checking->rq;
    struct sought sought = { .given = given, .email = text_fold(rq->arena, given) };
    struct seek_options tags = { 0 };
    if (!sought.email || !*sought.email)
        return fail(&rq->err, ERR_INVALID, "emails", TEXT_EMAIL_FORM, given, NULL);
    add_tag(&tags, TAG_EMAIL, sought.email);
    seek_tagged(checking, &sought, &tags);
    return true;
}

static bool seek_each(struct checking *checking, const char *const *texts, size_t count,
                      bool (*seek)(struct checking *checking, const char *given))
{
    for (size_t i = 0; i < count; i++) {
        char field[sizeof checking->rq->err.field];
        if (seek(checking, texts[i]))
            continue;
        memcpy(field, checking->rq->err.field, sizeof field);
        checking->rq->err.field[0] = '\0';
        (void)snprintf(checking->rq->err.field, sizeof field, "%.60s[%zu]", field, i);
        return false;
    }
    return true;
}

// --- the answer

static int compare(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    int order = conflict_order(&x->hit, &y->hit);
    return order ? order : memcmp(&x->hit.file, &y->hit.file, sizeof(struct id));
}

static bool write_down(struct checking *checking, struct conflict *out)
{
    struct request *rq = checking->rq;
    size_t kept = checking->count < HITS_KEPT ? checking->count : HITS_KEPT;
    struct conflict_hit *hits = arena_array(rq->arena, kept, sizeof *hits);
    const char **ask = arena_array(rq->arena, checking->ask_count, sizeof *ask);
    if (!hits || !ask)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    if (checking->count)
        qsort(checking->found, checking->count, sizeof *checking->found, compare);
    for (size_t i = 0; i < kept; i++)
        hits[i] = checking->found[i].hit;
    memcpy(ask, checking->ask, checking->ask_count * sizeof *ask);
    enum conflict_severity result = kept ? hits[0].severity : conflict_severity_NONE;
    if ((checking->ask_count || checking->incomplete) && result > conflict_severity_CHECK)
        result = conflict_severity_CHECK;
    *out = (struct conflict){
        .id = new_id(rq),
        .version = 1,
        .asked_at = rq->now_us,
        .asked_by = rq->actor,
        .client = checking->query->client,
        .query = checking->query,
        .result = result,
        .hits = hits,
        .hits_count = kept,
        .found = (int64_t)checking->count,
        .complete = !checking->incomplete,
        .ask = ask,
        .ask_count = checking->ask_count,
    };
    if (rq->scope.kind == SCOPE_CLIENT && id_is_zero(out->client))
        out->client = rq->scope.id;
    if (!row_in_scope(rq, &conflict_table, out, NULL) ||
        !table_put(rq->txn, &conflict_table, out, &rq->err))
        return false;
    emit_conflict(rq, out, false);
    return true;
}

bool conflict_check(struct request *rq, const struct conflict_query *in, struct conflict *out)
{
    struct checking checking = { .rq = rq, .query = in };
    if (!refer_client(rq, in->client, "client"))
        return false;
    if (in->names_count + in->numbers_count + in->emails_count == 0)
        return fail(&rq->err, ERR_INVALID, "names", TEXT_CONFLICT_NOBODY, NULL);
    checking.found = arena_array(rq->arena, FILES_MAX, sizeof *checking.found);
    if (!checking.found)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    return seek_each(&checking, in->names, in->names_count, seek_name) &&
           seek_each(&checking, in->numbers, in->numbers_count, seek_number) &&
           seek_each(&checking, in->emails, in->emails_count, seek_email) &&
           write_down(&checking, out);
}

// A file that was locked since is not told by old checks either.
static void drop_locked(struct request *rq, struct conflict *conflict)
{
    struct conflict_hit *hits = arena_array(rq->arena, conflict->hits_count, sizeof *hits);
    size_t kept = 0;
    for (size_t i = 0; hits && i < conflict->hits_count; i++) {
        struct file file;
        if (row_find(rq, &file_table, conflict->hits[i].file, &file) &&
            file_shows(&file, rq->actor))
            hits[kept++] = conflict->hits[i];
    }
    conflict->hits = hits;
    conflict->hits_count = kept;
}

bool conflict_list(struct request *rq, const struct page *in, struct conflict_page *out)
{
    struct paging paging = { .table = &conflict_table };
    if (!page_read(rq, in, &paging))
        return false;
    struct conflict *rows = paging.rows;
    for (size_t i = 0; i < paging.count; i++)
        drop_locked(rq, &rows[i]);
    *out = (struct conflict_page){ rows, paging.count, paging.more };
    return true;
}

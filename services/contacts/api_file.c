// SPDX-License-Identifier: Apache-2.0
// One function for each method of case files: look up, decide in the domain, write, tell.
#include <stdio.h>

#include "common/step/rows.h"
#include "services/contacts/file.h"
#include "services/contacts/files.h"
#include "services/contacts/find_files.h"
#include "services/contacts/house.h"
#include "services/contacts/identity.h"
#include "services/contacts/merges.h"
#include "services/contacts/refer.h"
#include "services/contacts/store.h"
#include "services/contacts/store_file.h"

#define SERVICE_FILE "proto/contacts_file.def"
#include "proto/handlers.inc"

// --- what a file refers to

// Only contacts of the file's own client take part in it, or the client would learn of others.
static bool party_named(struct request *rq, struct id client, struct party *party)
{
    struct contact contact;
    if (id_is_zero(party->contact))
        return true;
    if (!contact_now(rq, party->contact, &contact) || !id_equal(contact.client, client))
        return fail(&rq->err, ERR_NOT_FOUND, "contact", TEXT_CONTACT_UNKNOWN, NULL);
    if (!party->name)
        party->name = contact.name;
    return true;
}

// A copy in which every party that is a contact has its name. `before`: the file as it is; NULL:
// there is none yet.
static bool parties_named(struct request *rq, struct id client, const struct file *before,
                          const struct party **parties, size_t count)
{
    struct party *named = arena_array(rq->arena, count, sizeof *named);
    if (!named)
        return fail(&rq->err, ERR_TOO_LARGE, "parties", TEXT_ROW_TOO_LARGE, NULL);
    for (size_t i = 0; i < count; i++) {
        named[i] = (*parties)[i];
        if (party_named(rq, client, &named[i]))
            continue;
        err_within(&rq->err, "parties", (int64_t)i);
        return false;
    }
    *parties = named;
    return !before || identity_keep(rq, before, named, count);
}

static bool staff_named(struct request *rq, struct id lawyer, struct id clerk,
                        const struct id *seen_by, size_t count)
{
    if (!refer_staff(rq, lawyer, "lawyer") || !refer_staff(rq, clerk, "clerk"))
        return false;
    for (size_t i = 0; i < count; i++) {
        char field[40];
        (void)snprintf(field, sizeof field, "seen_by[%zu]", i);
        if (!refer_staff(rq, seen_by[i], field))
            return false;
    }
    return true;
}

// --- writing

bool file_add(struct request *rq, const struct file_new *in, struct file *out)
{
    struct editor editor = editor_of(rq);
    struct file_new given = *in;
    return refer_client(rq, in->client, "client") &&
           staff_named(rq, in->lawyer, in->clerk, in->seen_by, in->seen_by_count) &&
           parties_named(rq, in->client, NULL, &given.parties, given.parties_count) &&
           file_make(&given, &editor, new_id(rq), out, &rq->err) && file_write(rq, out) &&
           identity_parties(rq, out);
}

bool file_edit(struct request *rq, const struct file_change *in, struct file *out)
{
    struct editor editor = editor_of(rq);
    struct file_change given = *in;
    struct file row;
    if (!file_visible(rq, in->id, &row))
        return false;
    if (in->version != row.version)
        return identity_parties(rq, &row) && refuse_stale(rq, file_record(), &row);
    if (!staff_named(rq, in->lawyer, in->clerk, in->seen_by, in->seen_by_count) ||
        !parties_named(rq, row.client, &row, &given.parties, given.parties_count) ||
        !file_apply(&row, &given, &editor, out, &rq->err))
        return false;
    return (out->version == row.version || file_write(rq, out)) && identity_parties(rq, out);
}

// Whoever may not see the file learns no more than that there is one of this number.
bool file_admit(struct request *rq, const struct file_admission *in, struct nothing *out)
{
    struct editor editor = editor_of(rq);
    struct key key = file_number_key(in->client, in->number, rq->arena);
    struct file row, changed;
    (void)out;
    if (!table_get_by(rq->txn, &file_by_number, &file_table, &rq->scope, &key, rq->arena, &row))
        return fail(&rq->err, ERR_NOT_FOUND, "number", TEXT_FILE_UNKNOWN, NULL);
    if (!row.has_locked || !row.locked)
        return fail(&rq->err, ERR_INVALID, "number", TEXT_FILE_NOT_LOCKED, NULL);
    if (!refer_staff(rq, in->staff, "staff"))
        return false;
    if (file_shows(&row, id_text(in->staff).text))
        return true;
    return file_let_in(&row, in, &editor, &changed, &rq->err) && file_write(rq, &changed);
}

// --- reading
bool file_get(struct request *rq, const struct by_id *in, struct file_match *out)
{
    static const struct id nobody;
    struct file file;
    if (!file_visible(rq, in->id, &file))
        return false;
    return file_match_fill(rq, &file, nobody, out) ||
           fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
}

bool file_find(struct request *rq, const struct file_query *in, struct file_matches *out)
{
    return find_files(rq, in, out);
}

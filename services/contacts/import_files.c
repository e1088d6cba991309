// SPDX-License-Identifier: Apache-2.0
// One row of a list of case files: whom it means, known or new, taken or rejected. Everything is
// decided before anything is written, so that a rejected row leaves no contact behind either.
#include <stdio.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/base/text.h"
#include "common/wire/change.h"
#include "services/contacts/check.h"
#include "services/contacts/contact.h"
#include "services/contacts/entry.h"
#include "services/contacts/file.h"
#include "services/contacts/files.h"
#include "services/contacts/house.h"
#include "services/contacts/identity.h"
#include "services/contacts/import_row.h"
#include "services/contacts/staff_list.h"
#include "services/contacts/store_file.h"
#include "services/contacts/whom.h"

#define PARTIES_MAX 50 // as in the record

struct filing {
    struct taking *taking;
    const struct import_row *row;
    const struct file_entry *entry;
    const struct file *before; // NULL: the file is new
    struct party *parties;     // of `before`, and what the row adds
    size_t parties_count;
    bool parties_changed;
    struct contact *made; // of parties whom nobody knew
    size_t made_count;
    struct err *err;
};

static bool full(struct filing *filing)
{
    return fail(filing->err, ERR_TOO_LARGE, NULL, TEXT_ROW_TOO_LARGE, NULL);
}

// --- parties

// Where the party stands, as its reader knows it.
static const char *place_of(struct filing *filing, size_t i)
{
    const struct entry_party *said = &filing->entry->parties[i];
    return said->column ? said->column : arena_format(filing->taking->rq->arena, "parties[%zu]", i);
}

static bool is_same(struct filing *filing, const struct party *had, const struct party *party)
{
    struct request *rq = filing->taking->rq;
    if (had->role != party->role)
        return false;
    if (!id_is_zero(had->contact) && !id_is_zero(party->contact))
        return id_equal(identity_now(rq, had->contact), party->contact);
    return entry_same_name(had->name, party->name, rq->arena);
}

static struct party *find_party(struct filing *filing, const struct party *party)
{
    for (size_t i = 0; i < filing->parties_count; i++) {
        if (is_same(filing, &filing->parties[i], party))
            return &filing->parties[i];
    }
    return NULL;
}

// Who takes part already is told of once; what the row says more of them is added.
static bool unite(struct filing *filing, size_t i, const struct party *party)
{
    struct party *had = find_party(filing, party);
    if (!had) {
        if (filing->parties_count == PARTIES_MAX)
            return fail(filing->err, ERR_INVALID, place_of(filing, i), TEXT_LIST_TOO_LONG,
                        int_text(PARTIES_MAX).text, NULL);
        filing->parties[filing->parties_count++] = *party;
        filing->parties_changed = true;
        return true;
    }
    if (party->reference && !text_equal(party->reference, had->reference)) {
        had->reference = party->reference;
        filing->parties_changed = true;
    }
    if (party->role_name && !text_equal(party->role_name, had->role_name)) {
        had->role_name = party->role_name;
        filing->parties_changed = true;
    }
    return true;
}

// The number is another's whose name has no word of what the row says: taken, but told.
static void remark_name(struct filing *filing, size_t i, const struct contact *contact)
{
    const struct entry_party *said = &filing->entry->parties[i];
    struct err err = { 0 };
    if (!said->customer_number || !said->name ||
        entry_shares_word(said->name, contact, filing->taking->rq->arena))
        return;
    (void)fail(&err, ERR_INVALID, place_of(filing, i), TEXT_IMPORT_OTHER_NAME,
               said->customer_number, contact->name, said->name, NULL);
    import_remark(filing->taking, filing->row->row, &err);
}

// A contact for whom nobody knew; one that the same row made already is no second one.
static bool make_contact(struct filing *filing, size_t i, const struct whom_said *said,
                         struct party *party)
{
    struct taking *taking = filing->taking;
    struct contact *made = &filing->made[filing->made_count];
    struct contact_new in = { .client = taking->client,
                              .kind = entry_kind(said->name, party->role, taking->rq->arena),
                              .name = said->name,
                              .customer_number = said->customer_number,
                              .phones = said->phones,
                              .phones_count = said->phones_count,
                              .emails = said->emails,
                              .emails_count = said->emails_count };
    for (size_t k = 0; k < filing->made_count; k++) {
        if (entry_same_name(filing->made[k].name, said->name, taking->rq->arena) &&
            text_equal(filing->made[k].customer_number, said->customer_number)) {
            party->contact = filing->made[k].id;
            return true;
        }
    }
    const char *what = arena_format(taking->rq->arena, "party %zu", i);
    if (!what)
        return full(filing);
    if (!contact_make(&in, &taking->editor, import_row_id(taking, filing->row->row, what), made,
                      filing->err)) {
        (void)snprintf(filing->err->field, sizeof filing->err->field, "%s", place_of(filing, i));
        return false;
    }
    party->contact = made->id;
    filing->made_count++;
    return true;
}

static bool unknown_party(struct filing *filing, size_t i, const struct whom_said *said,
                          struct party *party)
{
    const struct entry_party *entry = &filing->entry->parties[i];
    const char *shown = entry->name              ? entry->name
                        : entry->customer_number ? entry->customer_number
                        : said->phones_count     ? said->phones[0].typed
                        : said->emails_count     ? said->emails[0]
                                                 : "";
    if (filing->taking->unknown == import_unknown_REJECT || !said->name)
        return fail(filing->err, ERR_INVALID, place_of(filing, i),
                    said->name ? TEXT_IMPORT_PARTY_UNKNOWN : TEXT_IMPORT_PARTY_NAMELESS, shown,
                    NULL);
    if (filing->taking->unknown == import_unknown_CREATE)
        return make_contact(filing, i, said, party);
    party->name = said->name;
    party->phones = said->phones;
    party->phones_count = said->phones_count;
    party->emails = said->emails;
    party->emails_count = said->emails_count;
    return true;
}

static bool take_party(struct filing *filing, size_t i)
{
    struct taking *taking = filing->taking;
    const struct entry_party *entry = &filing->entry->parties[i];
    struct whom *whom = arena_alloc(taking->rq->arena, sizeof *whom);
    struct whom_said said;
    struct party party = { .role = entry->role,
                           .role_name = entry->role_name,
                           .reference = entry->reference };
    if (!whom)
        return full(filing);
    if (!entry_said(entry, &taking->editor, &said, filing->err))
        return false;
    whom_find(taking->rq, taking->client, &said, whom);
    party.name = said.name;
    if (whom->count == 1) {
        party.contact = whom->rows[0].id;
        party.name = said.name ? said.name : whom->rows[0].name;
        remark_name(filing, i, &whom->rows[0]);
        return unite(filing, i, &party);
    }
    if (said.name && find_party(filing, &party)) // the file itself knows who that is
        return unite(filing, i, &party);
    if (whom->count > 1)
        return fail(filing->err, ERR_CONFLICT, place_of(filing, i), TEXT_IMPORT_PARTY_SEVERAL,
                    whom->rows[0].name, whom->rows[1].name, NULL);
    return unknown_party(filing, i, &said, &party) && unite(filing, i, &party);
}

static bool take_parties(struct filing *filing)
{
    struct arena *arena = filing->taking->rq->arena;
    size_t had = filing->before ? filing->before->parties_count : 0;
    filing->parties = arena_array(arena, PARTIES_MAX, sizeof *filing->parties);
    filing->made = arena_array(arena, filing->entry->parties_count, sizeof *filing->made);
    if (!filing->parties || !filing->made)
        return full(filing);
    if (had)
        memcpy(filing->parties, filing->before->parties, had * sizeof *filing->parties);
    filing->parties_count = had;
    for (size_t i = 0; i < filing->entry->parties_count; i++) {
        if (!take_party(filing, i))
            return false;
    }
    return true;
}

// --- staff
struct in_charge {
    struct id lawyer, clerk;
    struct id *seen_by;
    size_t seen_by_count; // 0: the row says nothing new
};

static bool take_staff(struct filing *filing, const char *said, const char *field, struct id *out)
{
    struct taking *taking = filing->taking;
    if (!said)
        return true;
    if (!taking->staff)
        taking->staff = staff_list_read(taking->rq);
    return taking->staff ? staff_list_find(taking->staff, said, field, out, filing->err)
                         : full(filing);
}

static bool has_id(const struct id *ids, size_t count, struct id id)
{
    for (size_t i = 0; i < count; i++) {
        if (id_equal(ids[i], id))
            return true;
    }
    return false;
}

static bool take_in_charge(struct filing *filing, struct in_charge *out)
{
    const struct file_entry *entry = filing->entry;
    size_t had = filing->before ? filing->before->seen_by_count : 0, count = had;
    *out = (struct in_charge){ 0 };
    out->seen_by =
        arena_array(filing->taking->rq->arena, had + entry->seen_by_count, sizeof *out->seen_by);
    if (!out->seen_by)
        return full(filing);
    if (had)
        memcpy(out->seen_by, filing->before->seen_by, had * sizeof *out->seen_by);
    for (size_t i = 0; i < entry->seen_by_count; i++) {
        struct id id = { { 0 } };
        if (!take_staff(filing, entry->seen_by[i], "seen_by", &id))
            return false;
        if (!has_id(out->seen_by, count, id))
            out->seen_by[count++] = id;
    }
    out->seen_by_count = count > had ? count : 0;
    return take_staff(filing, entry->lawyer, "lawyer", &out->lawyer) &&
           take_staff(filing, entry->clerk, "clerk", &out->clerk);
}

// --- writing

// Nothing can be wrong with the row any more; a fault from here on is the batch's.
static bool write_all(struct filing *filing, const struct file *file)
{
    struct taking *taking = filing->taking;
    taking->result->has_created |= taking->unknown == import_unknown_CREATE;
    taking->result->created += (int64_t)filing->made_count;
    if (id_is_zero(taking->id))
        return true;
    for (size_t i = 0; i < filing->made_count; i++) {
        if (!contact_write(taking->rq, &filing->made[i]))
            return false;
    }
    return file_write(taking->rq, file);
}

// What the row says beside people. Files are made to the microsecond and tables tell seconds: a
// time that is the same as far as a table can say it changes nothing.
static void take_fields(const struct filing *filing, const struct record *record, void *out)
{
    struct file_entry said = *filing->entry;
    const struct file *before = filing->before;
    said.parties_count = 0; // they are others there
    if (before && said.opened_at == before->opened_at / SECONDS(1) * SECONDS(1))
        said.has_opened_at = false;
    if (before && before->has_closed_at &&
        said.closed_at == before->closed_at / SECONDS(1) * SECONDS(1))
        said.has_closed_at = false;
    row_take(record, out, (struct given){ file_entry_record(), &said });
}

static bool make_row(struct filing *filing, const struct in_charge *in_charge)
{
    struct taking *taking = filing->taking;
    struct file_new in = { .client = taking->client,
                           .parties = filing->parties,
                           .parties_count = filing->parties_count,
                           .lawyer = in_charge->lawyer,
                           .clerk = in_charge->clerk,
                           .seen_by = in_charge->seen_by,
                           .seen_by_count = in_charge->seen_by_count };
    struct file file;
    take_fields(filing, file_new_record(), &in);
    if (!file_make(&in, &taking->editor, import_row_id(taking, filing->row->row, "import"), &file,
                   filing->err))
        return false;
    taking->result->added++;
    return write_all(filing, &file);
}

static bool update_row(struct filing *filing, const struct in_charge *in_charge)
{
    struct taking *taking = filing->taking;
    const struct file *before = filing->before;
    struct file_change change = { .id = before->id,
                                  .version = before->version,
                                  .parties = filing->parties,
                                  .parties_count =
                                      filing->parties_changed ? filing->parties_count : 0,
                                  .lawyer = in_charge->lawyer,
                                  .clerk = in_charge->clerk,
                                  .seen_by = in_charge->seen_by,
                                  .seen_by_count = in_charge->seen_by_count };
    struct file file;
    take_fields(filing, file_change_record(), &change);
    change.number = NULL; // it may be written otherwise, and stays as the house writes it
    if (!file_apply(before, &change, &taking->editor, &file, filing->err))
        return false;
    if (file.version == before->version) {
        taking->result->same++;
        return true;
    }
    taking->result->updated++;
    return write_all(filing, &file);
}

// The file of this number, whoever may see it; NULL: there is none.
static const struct file *find_before(struct filing *filing, struct file *room)
{
    struct request *rq = filing->taking->rq;
    struct key key = file_number_key(filing->taking->client, filing->entry->number, rq->arena);
    return table_get_by(rq->txn, &file_by_number, &file_table, &scope_house, &key, rq->arena, room)
               ? room
               : NULL;
}

bool take_file_row(struct taking *taking, const struct import_row *in, struct err *err)
{
    struct filing filing = { .taking = taking, .row = in, .entry = in->file, .err = err };
    struct file *room = arena_alloc(taking->rq->arena, sizeof *room);
    struct in_charge in_charge;
    if (!room)
        return full(&filing);
    if (!id_is_zero(in->file->client))
        return fail(err, ERR_INVALID, "client", TEXT_IMPORT_CLIENT, NULL);
    filing.before = find_before(&filing, room);
    if (filing.before && taking->known == import_known_SKIP) {
        taking->result->skipped++;
        return true;
    }
    // Of a file that the importer must not see no more is told than that its number is taken.
    if (filing.before && (!scope_sees(&taking->rq->scope, file_record(), room) ||
                          !file_shows(room, taking->rq->actor)))
        return fail(err, ERR_CONFLICT, "number", TEXT_IMPORT_FILE_HIDDEN, in->file->number, NULL);
    if (!take_parties(&filing) || !take_in_charge(&filing, &in_charge))
        return false;
    return filing.before ? update_row(&filing, &in_charge) : make_row(&filing, &in_charge);
}

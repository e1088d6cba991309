// SPDX-License-Identifier: Apache-2.0
// One row of a list of contacts: known or new, taken or rejected. A rejected row writes nothing.
#include <stdio.h>

#include "services/contacts/contact.h"
#include "services/contacts/house.h"
#include "services/contacts/import_row.h"
#include "services/contacts/likeness.h"
#include "services/contacts/merge.h"
#include "services/contacts/whom.h"

// --- whom a row means
static unsigned kinds_of(const struct taking *taking, const struct contact *row)
{
    if (taking->match == import_match_NUMBER ||
        (taking->match == import_match_EITHER && !row->customer_number))
        return LIKENESS_BIT(NUMBER);
    return LIKENESS_BIT(CUSTOMER_NUMBER);
}

static void find_same(const struct taking *taking, const struct contact *row, struct whom *same)
{
    struct likeness_of found[LIKENESSES_MAX];
    size_t count = likenesses(row, kinds_of(taking, row), taking->rq->arena, found);
    same->count = 0;
    for (size_t i = 0; i < count; i++)
        whom_add_like(taking->rq, taking->client, &found[i], same);
}

// --- taking one row
static bool write_row(const struct taking *taking, const struct contact *row, struct err *err)
{
    if (id_is_zero(taking->id))
        return true;
    if (contact_write(taking->rq, row))
        return true;
    *err = taking->rq->err; // of this row only
    taking->rq->err = (struct err){ .code = ERR_NONE };
    return false;
}

// What the row says replaces single fields; lists are united.
static struct contact_change change_of(const struct contact_new *said, const struct contact *united)
{
    return (struct contact_change){
        .id = united->id,
        .version = united->version,
        .kind = said->kind,
        .name = said->name,
        .given_name = said->given_name,
        .family_name = said->family_name,
        .organisation = said->organisation,
        .categories = united->categories,
        .categories_count = united->categories_count,
        .phones = united->phones,
        .phones_count = united->phones_count,
        .emails = united->emails,
        .emails_count = united->emails_count,
        .addresses = united->addresses,
        .addresses_count = united->addresses_count,
        .language = said->language,
        .customer_number = said->customer_number,
        .message = said->message,
        .handling_note = said->handling_note,
        .has_keep = said->has_keep,
        .keep = said->keep,
    };
}

static bool update_row(const struct taking *taking, const struct contact_new *said,
                       const struct contact *made, const struct contact *row, struct err *err)
{
    struct contact united = *row, out;
    if (!merge_lists(made, &united, taking->rq->arena, err))
        return false;
    struct contact_change change = change_of(said, &united);
    if (!contact_apply(row, &change, &taking->editor, &out, err))
        return false;
    if (out.version == row->version) {
        taking->result->same++;
        return true;
    }
    taking->result->updated++;
    return write_row(taking, &out, err);
}

static bool take_row(const struct taking *taking, const struct import_row *in, struct err *err)
{
    struct request *rq = taking->rq;
    struct contact_new said = *in->contact;
    struct whom *same = arena_alloc(rq->arena, sizeof *same);
    struct contact made;
    if (!same)
        return fail(err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    if (!id_is_zero(said.client))
        return fail(err, ERR_INVALID, "client", TEXT_IMPORT_CLIENT, NULL);
    said.client = taking->client;
    if (!contact_make(&said, &taking->editor, import_row_id(taking, in->row, "import"), &made, err))
        return false;
    find_same(taking, &made, same);
    if (same->count == 0 || taking->known == import_known_ADD) {
        taking->result->added++;
        return write_row(taking, &made, err);
    }
    if (taking->known == import_known_SKIP) {
        taking->result->skipped++;
        return true;
    }
    if (same->count > 1)
        return fail(err, ERR_CONFLICT, NULL, TEXT_IMPORT_SEVERAL, same->rows[0].name,
                    same->rows[1].name, NULL);
    return update_row(taking, &said, &made, &same->rows[0], err);
}

// A number that nobody can dial is kept as it was typed; somebody should know.
static void remark_phones(struct taking *taking, const struct import_row *row)
{
    for (size_t i = 0; i < row->contact->phones_count; i++) {
        struct phone phone;
        struct err err = { 0 };
        if (phone_read(row->contact->phones[i].typed, taking->editor.home, &phone, &err))
            continue;
        (void)snprintf(err.field, sizeof err.field, "phones[%zu].typed", i);
        import_remark(taking, row->row, &err);
    }
}

bool take_contact_row(struct taking *taking, const struct import_row *in, struct err *err)
{
    if (!take_row(taking, in, err))
        return false;
    remark_phones(taking, in);
    return true;
}

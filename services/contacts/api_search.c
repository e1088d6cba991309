// SPDX-License-Identifier: Apache-2.0
// One box for everything that people type: each kind of row is searched by itself, then mixed.
#include <stdlib.h>
#include <string.h>

#include "common/step/rows.h"
#include "services/contacts/file.h"
#include "services/contacts/house.h"
#include "services/contacts/refer.h"
#include "services/contacts/store.h"
#include "services/contacts/store_file.h"
#include "services/contacts/store_search.h"

#define SERVICE_FILE "proto/contacts_file.def"
#include "proto/handlers.inc"

#define LIMIT         20
#define DIGITS_LEAST  3
#define PARTIES_SHOWN 3
#define DETAIL_BYTES  250
#define LOOKED_MAX    5000 // documents of a kind; people type on long before

// A hit, and how manieth it is of its kind and rank: kinds take turns.
struct ranked {
    struct search_hit hit;
    size_t nth;
};

struct box {
    struct request *rq;
    const struct search_query *query;
    const char *digits; // the text as the digits of a phone number; NULL: it is none
    struct ranked *ranked;
    size_t count, limit;
    bool more;
};

// --- what is shown of a row

// Texts joined by commas, those that are there, as long as there is room.
static const char *join(struct request *rq, const char *const *texts, size_t count)
{
    const char *out = NULL;
    for (size_t i = 0; i < count; i++) {
        if (!texts[i] || !*texts[i] || (out && strlen(out) + strlen(texts[i]) > DETAIL_BYTES))
            continue;
        out = out ? arena_format(rq->arena, "%s, %s", out, texts[i]) : texts[i];
    }
    return out;
}

static bool show_contact(struct request *rq, const void *row, struct search_hit *hit)
{
    const struct contact *contact = row;
    const char *const details[] = {
        contact->organisation,
        contact->addresses_count ? contact->addresses[0].town : NULL,
        contact->phones_count ? contact->phones[0].typed : NULL,
        contact->customer_number,
    };
    hit->id = contact->id;
    hit->title = contact->name;
    hit->detail = join(rq, details, COUNT_OF(details));
    hit->client = contact->client;
    hit->edited_at = contact->edited_at;
    return true;
}

static bool show_file(struct request *rq, const void *row, struct search_hit *hit)
{
    const struct file *file = row;
    const char *details[PARTIES_SHOWN + 1] = { NULL };
    if (!file_shows(file, rq->actor))
        return false;
    for (size_t i = 0; i < file->parties_count && i < PARTIES_SHOWN; i++)
        details[i] = file->parties[i].name;
    details[PARTIES_SHOWN] = name_of_staff(rq, file->lawyer);
    hit->id = file->id;
    hit->title =
        file->title ? arena_format(rq->arena, "%s %s", file->number, file->title) : file->number;
    hit->detail = join(rq, details, COUNT_OF(details));
    hit->client = file->client;
    hit->edited_at = file->edited_at;
    return true;
}

static bool show_client(struct request *rq, const void *row, struct search_hit *hit)
{
    const struct client_row *client = row;
    (void)rq;
    hit->id = client->id;
    hit->title = client->name;
    hit->detail = client->numbers_count ? client->numbers[0].typed : NULL;
    hit->client = client->id;
    hit->edited_at = client->edited_at;
    return true;
}

static bool show_staff(struct request *rq, const void *row, struct search_hit *hit)
{
    const struct staff *staff = row;
    hit->id = staff->id;
    hit->title = staff->name;
    hit->detail = join(rq, staff->extensions, staff->extensions_count);
    hit->edited_at = staff->edited_at;
    return true;
}

static const struct {
    enum search_kind kind;
    const struct table *table;
    bool of_client; // rows that belong to a client
    bool (*show)(struct request *rq, const void *row, struct search_hit *hit);
} kinds[] = {
    { search_kind_CONTACT, &contact_table, true, show_contact },
    { search_kind_FILE, &file_table, true, show_file },
    { search_kind_CLIENT, &client_table, true, show_client },
    { search_kind_STAFF, &staff_table, false, show_staff },
};

// --- the text as a phone number

// The beginning of the international form, as far as it is typed: "030 12" is "493012".
static const char *typed_digits(struct request *rq, const char *text)
{
    const char *country = contacts_home(rq)->country;
    char *digits = arena_alloc(rq->arena, strlen(text) + 1);
    size_t used = 0;
    if (!digits || text[strspn(text, "0123456789 +-/().")])
        return NULL;
    for (const char *at = text; *at; at++) {
        if (*at >= '0' && *at <= '9')
            digits[used++] = *at;
    }
    if (used < DIGITS_LEAST)
        return NULL;
    if (digits[0] == '0' && digits[1] == '0')
        return digits + 2;
    return digits[0] == '0' ? arena_format(rq->arena, "%s%s", country, digits + 1) : digits;
}

static const char *read_digits(struct request *rq, const char *text)
{
    struct phone phone;
    struct err unread = { 0 };
    const char *digits = typed_digits(rq, text);
    if (!digits || !phone_read(text, contacts_home(rq), &phone, &unread) || !phone.e164[0])
        return digits;
    return arena_text(rq->arena, phone.e164 + 1, strlen(phone.e164 + 1));
}

// --- gathering
static bool is_kept(const struct box *box, enum search_kind kind, struct id id)
{
    for (size_t i = box->count; i > 0 && box->ranked[i - 1].hit.kind == kind; i--) {
        if (id_equal(box->ranked[i - 1].hit.id, id))
            return true;
    }
    return false;
}

static void gather(struct box *box, size_t which, const char *words)
{
    struct request *rq = box->rq;
    const struct id *client = &box->query->client;
    struct seek_options options = { .scope = &rq->scope, .words = words, .most = LOOKED_MAX };
    void *row = arena_alloc(rq->arena, kinds[which].table->record()->size);
    enum seek_rank rank, before = SEEK_RANKS;
    size_t found = 0, nth = 0;
    if (!id_is_zero(*client))
        options.tags[options.tag_count++] =
            (struct seek_tag){ doc_scope_kind(SCOPE_MARK_CLIENT),
                               { client->bytes, sizeof client->bytes } };
    struct seek *seek = seek_open(rq->txn, kinds[which].table, &options, rq->arena);
    while (row && seek_next(seek, row, &rank)) {
        struct ranked *ranked = &box->ranked[box->count];
        *ranked = (struct ranked){ 0 };
        // First: whether there is more must not tell of what is locked.
        if (!kinds[which].show(rq, row, &ranked->hit))
            continue;
        if (found == box->limit) {
            box->more = true;
            break;
        }
        ranked->hit.kind = kinds[which].kind;
        ranked->hit.rank = (enum match_rank)((int)rank + 1);
        ranked->nth = nth = rank == before ? nth + 1 : 0;
        before = rank;
        found++;
        if (!is_kept(box, kinds[which].kind, ranked->hit.id))
            box->count++;
    }
    box->more |= seek_cut(seek);
}

static void gather_all(struct box *box)
{
    const struct search_query *query = box->query;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (query->kind && query->kind != kinds[i].kind)
            continue;
        if (!id_is_zero(query->client) && !kinds[i].of_client)
            continue;
        gather(box, i, query->text);
        if (box->digits)
            gather(box, i, box->digits);
    }
}

static int compare(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->hit.rank != y->hit.rank)
        return x->hit.rank < y->hit.rank ? -1 : 1;
    if (x->nth != y->nth)
        return x->nth < y->nth ? -1 : 1;
    if (x->hit.kind != y->hit.kind)
        return x->hit.kind < y->hit.kind ? -1 : 1;
    if (x->hit.edited_at != y->hit.edited_at)
        return x->hit.edited_at > y->hit.edited_at ? -1 : 1;
    return memcmp(&x->hit.id, &y->hit.id, sizeof(struct id));
}

bool search(struct request *rq, const struct search_query *in, struct search_hits *out)
{
    struct box box = { .rq = rq, .query = in };
    box.limit = in->has_limit ? (size_t)in->limit : LIMIT;
    // Each kind is searched twice at most, and one more looked at.
    box.ranked = arena_array(rq->arena, 2 * COUNT_OF(kinds) * box.limit + 1, sizeof *box.ranked);
    struct search_hit *hits = arena_array(rq->arena, box.limit, sizeof *hits);
    if (!box.ranked || !hits)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    box.digits = read_digits(rq, in->text);
    gather_all(&box);
    if (box.count)
        qsort(box.ranked, box.count, sizeof *box.ranked, compare);
    out->more = box.more || box.count > box.limit;
    out->hits = hits;
    for (size_t i = 0; i < box.count && i < box.limit; i++) {
        hits[i] = box.ranked[i].hit;
        hits[i].client_name = name_of_client(rq, hits[i].client);
    }
    out->hits_count = box.count < box.limit ? box.count : box.limit;
    return true;
}

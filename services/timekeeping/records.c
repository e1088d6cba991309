// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/records.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/phone.h"
#include "common/base/stem.h"
#include "common/base/text.h"
#include "common/store/derived.h"
#include "services/timekeeping/house.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/record_show.h"
#include "services/timekeeping/store.h"
#include "services/timekeeping/store_inquiry.h"
#include "services/timekeeping/store_search.h"

#define LIMIT       20
#define LOOKED_MAX  5000 // documents of a kind
#define HIDDEN_MAX  300  // rows of locked files in a row
#define MERGED_MAX  60   // contacts that became one
#define WITHIN_MAX  500  // inquiries of a contact or file, whose measures are meant
#define CURSOR_TIME 24

// One kind under way.
struct strand {
    const struct record_source *source; // NULL: it does not take part, or is at its end
    struct seek *seek;
    struct record_hit head; // what would be next
    enum seek_rank rank;
    bool has_head, cut;
    struct id passed; // the last row that was given or hidden
};

struct finding {
    struct request *rq;
    const struct record_query *query;
    bool by_time;
    const char *words;
    int64_t until;
    unsigned filters;
    struct bytes contacts[MERGED_MAX]; // that are the one asked for
    size_t contact_count;
    int64_t page_time;       // of the last hit given, also on pages before; 0: none yet
    struct bytes *inquiries; // of the contact and file asked for
    size_t inquiry_count;
    struct strand strands[RECORD_SOURCES];
};

static bool too_large(struct request *rq)
{
    return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
}

static struct bytes bytes_of(const struct id *id)
{
    return (struct bytes){ id->bytes, sizeof id->bytes };
}

static struct bytes text_bytes(const char *text)
{
    return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

// --- the question

static unsigned filters_of(const struct record_query *query)
{
    unsigned filters = 0;

    filters |= id_is_zero(query->staff) ? 0 : FILTER_STAFF;
    filters |= id_is_zero(query->team) ? 0 : FILTER_TEAM;
    filters |= id_is_zero(query->contact) ? 0 : FILTER_CONTACT;
    filters |= id_is_zero(query->file) ? 0 : FILTER_FILE;
    filters |= query->state ? FILTER_STATE : 0;
    filters |= query->has_chargeable ? FILTER_CHARGEABLE : 0;
    filters |= query->has_billed ? FILTER_BILLED : 0;
    return filters;
}

static void add_contact(struct finding *finding, struct id id)
{
    struct id *copy = arena_alloc(finding->rq->arena, sizeof *copy);

    for (size_t i = 0; i < finding->contact_count; i++) {
        if (memcmp(finding->contacts[i].data, id.bytes, sizeof id.bytes) == 0)
            return;
    }
    if (!copy || finding->contact_count == MERGED_MAX)
        return;
    *copy = id;
    finding->contacts[finding->contact_count++] = bytes_of(copy);
}

// The contact, what it was merged into, and all that was merged into that.
static void read_contacts(struct finding *finding)
{
    struct request *rq = finding->rq;
    struct id id = finding->query->contact;
    struct contact contact;

    if (id_is_zero(id))
        return;
    add_contact(finding, id);
    if (kept_contact(rq, &id, &contact))
        add_contact(finding, id);
    for (size_t i = 0; i < finding->contact_count; i++) {
        struct walk_options options = { .index = kept_merged_by_to, .scope = &scope_house };
        struct contact_merged merged;
        key_init(&options.prefix);
        memcpy(&id, finding->contacts[i].data, sizeof id);
        key_id(&options.prefix, id);
        struct walk *walk = walk_open(rq->txn, &kept_merged_table, &options, rq->arena);
        while (finding->contact_count < MERGED_MAX && walk_next(walk, &merged))
            add_contact(finding, merged.id);
        walk_close(walk);
    }
}

static void add_tag(struct seek_options *options, char kind, struct bytes value)
{
    options->tags[options->tag_count++] = (struct seek_tag){ kind, value };
}

static void add_contact_and_file(const struct finding *finding, struct seek_options *options)
{
    if (finding->contact_count) {
        options->any_kind = TAG_CONTACT;
        options->any = finding->contacts;
        options->any_count = finding->contact_count;
    }
    if (finding->filters & FILTER_FILE)
        add_tag(options, TAG_FILE, bytes_of(&finding->query->file));
}

// A measure has its inquiry's contact and file.
static bool read_inquiries(struct finding *finding)
{
    struct request *rq = finding->rq;
    struct seek_options options = { .scope = &rq->scope, .most = LOOKED_MAX };
    struct inquiry inquiry;
    enum seek_rank rank;

    if (!(finding->filters & (FILTER_CONTACT | FILTER_FILE)))
        return true;
    finding->inquiries = arena_array(rq->arena, WITHIN_MAX, sizeof *finding->inquiries);
    if (!finding->inquiries)
        return false;
    add_contact_and_file(finding, &options);
    struct seek *seek = seek_open(rq->txn, &inquiry_table, &options, rq->arena);
    while (finding->inquiry_count < WITHIN_MAX && seek_next(seek, &inquiry, &rank)) {
        struct id *id = arena_alloc(rq->arena, sizeof *id);
        if (!id)
            return false;
        *id = inquiry.id;
        finding->inquiries[finding->inquiry_count++] = bytes_of(id);
    }
    return true;
}

static void add_filters(const struct finding *finding, const struct record_source *source,
                        struct seek_options *options)
{
    const struct record_query *query = finding->query;

    if (!id_is_zero(query->client))
        add_tag(options, doc_scope_kind(SCOPE_MARK_CLIENT), bytes_of(&query->client));
    if (finding->filters & FILTER_STAFF)
        add_tag(options, doc_scope_kind(SCOPE_MARK_OWN), bytes_of(&query->staff));
    if (finding->filters & FILTER_TEAM)
        add_tag(options, doc_scope_kind(SCOPE_MARK_TEAM), bytes_of(&query->team));
    if (query->state)
        add_tag(options, TAG_STATE, text_bytes(query->state));
    if (query->has_chargeable)
        add_tag(options, TAG_CHARGEABLE, text_bytes(query->chargeable ? "1" : "0"));
    if (query->has_billed)
        add_tag(options, TAG_BILLED, text_bytes(query->billed ? "1" : "0"));
    if (!source->by_inquiry) {
        add_contact_and_file(finding, options);
    } else if (finding->inquiries) {
        options->any_kind = source->by_inquiry;
        options->any = finding->inquiries;
        options->any_count = finding->inquiry_count;
    }
}

// --- one kind

static void strand_next(struct finding *finding, struct strand *strand)
{
    struct request *rq = finding->rq;
    struct showing showing = { .rq = rq,
                               .words = finding->words,
                               .deleted = text_equal(finding->query->state, "deleted"),
                               .hit = &strand->head };
    void *row = arena_alloc(rq->arena, strand->source->table->record()->size);
    size_t hidden = 0;

    if (strand->has_head)
        strand->passed = strand->head.id;
    strand->has_head = false;
    while (row && seek_next(strand->seek, row, &strand->rank)) {
        strand->head = (struct record_hit){ .kind = strand->source->kind };
        if (strand->source->show(&showing, row)) {
            strand->has_head = true;
            return;
        }
        strand->passed = *(const struct id *)row; // every record begins with its id
        if (hidden++ == HIDDEN_MAX) {
            strand->cut = true;
            return;
        }
    }
    strand->cut = !row || seek_cut(strand->seek);
}

static bool is_state(const char *word)
{
    for (size_t i = 0; i < RECORD_SOURCES; i++) {
        const struct record_source *source = &record_sources[i];
        if (source->states && pick_from_word(source->states(), word, strlen(word)))
            return true;
    }
    return false;
}

// A kind that cannot have what is asked for does not take part.
static bool takes_part(const struct finding *finding, const struct record_source *source)
{
    const struct record_query *query = finding->query;

    if (query->kind && query->kind != source->kind)
        return false;
    if (finding->filters & ~source->filters)
        return false;
    return !source->by_inquiry || !finding->inquiries || finding->inquiry_count > 0;
}

static void strand_open(struct finding *finding, size_t nth, struct id after, int64_t until)
{
    struct request *rq = finding->rq;
    struct strand *strand = &finding->strands[nth];
    struct seek_options options = { .scope = &rq->scope,
                                    .words = finding->words,
                                    .from = finding->query->from,
                                    .until = until,
                                    .by_time = finding->by_time,
                                    .after = after,
                                    .most = LOOKED_MAX };

    strand->source = &record_sources[nth];
    strand->passed = after;
    add_filters(finding, strand->source, &options);
    strand->seek = seek_open(rq->txn, strand->source->table, &options, rq->arena);
    strand_next(finding, strand);
    // Whoever asks on would be told the same again.
    strand->cut = strand->cut && (strand->has_head || !id_equal(strand->passed, after));
}

// --- pages: "TIME:id,id,...": of each kind the last row, '-' before the first, '.' at the end

static bool read_cursor(const char *text, int64_t *ret_time, struct id *after, bool *ended)
{
    char *rest;

    *ret_time = strtoll(text, &rest, 10);
    if (*ret_time < 0 || *ret_time > INT_LIMIT)
        return false;
    for (size_t i = 0; i < RECORD_SOURCES; i++) {
        char part[40] = "";
        if (*rest != (i ? ',' : ':'))
            return false;
        rest++;
        size_t size = strcspn(rest, ",");
        if (size >= sizeof part)
            return false;
        memcpy(part, rest, size);
        rest += size;
        ended[i] = strcmp(part, ".") == 0;
        if (!ended[i] && strcmp(part, "-") != 0 && !id_parse(part, &after[i]))
            return false;
    }
    return *rest == '\0';
}

static const char *write_cursor(struct finding *finding)
{
    const char *out = arena_format(finding->rq->arena, "%lld", (long long)finding->page_time);

    for (size_t i = 0; i < RECORD_SOURCES && out; i++) {
        const struct strand *strand = &finding->strands[i];
        bool ended = !strand->source || (!strand->has_head && !strand->cut);
        struct id_text id = id_text(strand->passed);
        const char *part = ended ? "." : id_is_zero(strand->passed) ? "-" : id.text;
        out = arena_format(finding->rq->arena, "%s%c%s", out, i ? ',' : ':', part);
    }
    return out;
}

static bool open_all(struct finding *finding)
{
    const struct record_query *query = finding->query;
    struct id after[RECORD_SOURCES] = { { { 0 } } };
    bool ended[RECORD_SOURCES] = { false };
    int64_t until = query->until;

    if (query->after && !read_cursor(query->after, &finding->page_time, after, ended))
        return fail(&finding->rq->err, ERR_INVALID, "after", TEXT_FINDING_AFTER, NULL);
    // Also where the last row is gone meanwhile, nothing later comes again.
    if (finding->by_time && finding->page_time && (!until || finding->page_time + 1 < until))
        until = finding->page_time + 1;
    for (size_t i = 0; i < RECORD_SOURCES; i++) {
        if (!ended[i] && takes_part(finding, &record_sources[i]))
            strand_open(finding, i, after[i], until);
    }
    return true;
}

// --- merging

static bool is_before(const struct finding *finding, const struct strand *a, const struct strand *b)
{
    if (!finding->by_time && a->rank != b->rank)
        return a->rank < b->rank;
    return a->head.at > b->head.at;
}

// NULL at the end of the page: there is nothing more, or nobody knows yet how late the next row of
// some kind is.
static struct strand *strand_first(struct finding *finding)
{
    struct strand *best = NULL;

    for (size_t i = 0; i < RECORD_SOURCES; i++) {
        struct strand *strand = &finding->strands[i];
        if (finding->by_time && strand->cut && !strand->has_head)
            return NULL;
        if (strand->has_head && (!best || is_before(finding, strand, best)))
            best = strand;
    }
    return best;
}

// What every hit has by its ids.
static void complete(struct finding *finding, const struct strand *strand, struct record_hit *hit)
{
    struct request *rq = finding->rq;
    struct client_row client;
    struct staff staff;
    struct file file;
    struct contact contact;
    struct id id = hit->contact;

    if (!id_is_zero(hit->client) && kept_client(rq, hit->client, &client))
        hit->client_name = client.name;
    if (kept_staff(rq, hit->staff, &staff))
        hit->staff_name = staff.name;
    if (!hit->file_number && !id_is_zero(hit->file) && kept_file(rq, hit->file, &file))
        hit->file_number = file.number;
    if (!id_is_zero(id) && kept_contact(rq, &id, &contact)) {
        hit->contact = id;
        hit->contact_name = contact.name;
    }
    if (!finding->by_time)
        hit->rank = (enum match_rank)((int)strand->rank + 1);
}

static bool collect(struct finding *finding, size_t limit, struct record_hits *out)
{
    struct record_hit *hits = arena_array(finding->rq->arena, limit, sizeof *hits);

    if (!hits)
        return too_large(finding->rq);
    out->hits = hits;
    while (out->hits_count < limit) {
        struct strand *strand = strand_first(finding);
        if (!strand)
            break;
        hits[out->hits_count] = strand->head;
        complete(finding, strand, &hits[out->hits_count]);
        finding->page_time = strand->head.at;
        out->hits_count++;
        strand_next(finding, strand);
    }
    for (size_t i = 0; i < RECORD_SOURCES; i++)
        out->more |= finding->strands[i].has_head || finding->strands[i].cut;
    // Also behind a page of hidden rows only.
    if (out->more)
        out->next = write_cursor(finding);
    return true;
}

// "12/2026" ends a file's number, not a phone's.
static bool is_file_number(const char *text)
{
    const char *slash = strrchr(text, '/');
    size_t digits = slash ? strspn(slash + 1, "0123456789") : 0;

    return slash && !slash[1 + digits] && (digits == 2 || digits == 4);
}

// Rows have phone numbers as E.164: of what is typed like a whole one, its digits as a single word.
// NULL where it is none.
static const char *phone_sought(struct request *rq, const char *text)
{
    struct phone phone;
    struct err unread = { 0 };

    if ((*text != '+' && *text != '0') || text[strspn(text, "+0123456789 -/()")] ||
        is_file_number(text) || !phone_read(text, &timekeeping_house(rq)->home, &phone, &unread) ||
        !*phone.e164)
        return NULL;
    return arena_text(rq->arena, phone.e164 + 1, strlen(phone.e164 + 1));
}

// NULL only when the arena is full.
static const char *words_of(struct request *rq, const char *text)
{
    const char *phone = phone_sought(rq, text);
    const char *stems = phone ? phone : stem_text(rq->arena, text);

    // What folds to nothing asks for nothing that there is.
    return stems && !*stems ? text : stems;
}

bool records_find(struct request *rq, const struct record_query *in, struct record_hits *out)
{
    size_t limit = in->has_limit ? (size_t)in->limit : LIMIT;
    struct finding *finding = arena_alloc(rq->arena, sizeof *finding);
    const char *words = in->text ? words_of(rq, in->text) : NULL;

    if (!finding || (in->text && !words))
        return too_large(rq);
    if (in->state && !is_state(in->state))
        return fail(&rq->err, ERR_INVALID, "state", TEXT_FINDING_STATE, in->state, NULL);
    *finding = (struct finding){ .rq = rq,
                                 .query = in,
                                 .by_time = in->order != record_order_RELEVANCE,
                                 .words = words,
                                 .filters = filters_of(in) };
    read_contacts(finding);
    if (!read_inquiries(finding) || !open_all(finding))
        return rq->err.code ? false : too_large(rq);
    return collect(finding, limit, out);
}

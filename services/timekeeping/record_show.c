// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/record_show.h"

#include <string.h>

#include "common/base/stem.h"
#include "common/base/text.h"
#include "common/step/rows.h"
#include "proto/party.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/store.h"
#include "services/timekeeping/store_inquiry.h"
#include "services/timekeeping/store_search.h"

#define TITLE_MAX   250 // characters; a field's limit counts them too
#define DETAIL_MAX  290
#define SEEN_BEFORE 60 // bytes of what is around what was sought
#define SEEN_BEHIND 80
#define SCRATCH     ((size_t)1 << 20)

// --- excerpts

// Bytes of at most so many characters.
static size_t size_of(const char *text, size_t characters)
{
    size_t size = 0, seen = 0;

    for (; text[size]; size++) {
        bool begins = ((unsigned char)text[size] & 0xC0) != 0x80;
        if (begins && seen++ == characters - 1 && text[size + 1])
            break;
    }
    return size;
}

const char *record_excerpt(struct request *rq, const char *text, size_t characters)
{
    if (!text || !*text)
        return NULL;
    size_t size = size_of(text, characters);
    char *out = arena_format(rq->arena, "%.*s%s", (int)size, text, text[size] ? "…" : "");
    for (char *at = out; at && *at; at++) {
        if ((unsigned char)*at < ' ')
            *at = ' ';
    }
    return out;
}

// Whether a word of `text` begins as one of `words` does in its first `most` letters.
static bool begins_one(const char *text, const char *words, size_t most)
{
    for (const char *at = text; *at; at += strcspn(at, " "), at += *at == ' ') {
        for (const char *word = words; *word;) {
            size_t size = strcspn(word, " ");
            if (size && strncmp(at, word, size < most ? size : most) == 0)
                return true;
            word += size + (word[size] == ' ');
        }
    }
    return false;
}

static bool is_sought(struct arena *scratch, const char *bytes, size_t size, const char *words)
{
    arena_reset(scratch);
    const char *text = arena_text(scratch, bytes, size);
    const char *folded = text ? text_fold(scratch, text) : NULL;
    if (!folded || !begins_one(folded, words, 1))
        return false;
    const char *stems = stem_text(scratch, text);
    return begins_one(folded, words, SIZE_MAX) || (stems && begins_one(stems, words, SIZE_MAX));
}

// Where the first word that was sought stands; NULL where none does.
static const char *find_sought(const char *text, const char *words)
{
    static const char blanks[] = " \t\r\n";
    struct arena *scratch = arena_new(SCRATCH);
    const char *found = NULL;

    for (const char *at = text + strspn(text, blanks); *at && !found; at += strspn(at, blanks)) {
        size_t size = strcspn(at, blanks);
        if (is_sought(scratch, at, size, words))
            found = at;
        at += size;
    }
    arena_free(scratch);
    return found;
}

// A long text from shortly before what was sought, where its beginning would not show that.
static const char *excerpt_of(struct request *rq, const char *text, const char *words)
{
    if (!text || !words)
        return record_excerpt(rq, text, DETAIL_MAX);
    size_t shown = size_of(text, DETAIL_MAX);
    const char *found = text[shown] ? find_sought(text, words) : NULL;
    if (!found || (size_t)(found - text) + SEEN_BEHIND < shown)
        return record_excerpt(rq, text, DETAIL_MAX);
    const char *from = found - SEEN_BEFORE;
    while (from < found && *from != ' ' && *from != '\n')
        from++;
    return record_excerpt(rq, arena_format(rq->arena, "… %s", from + (from < found)), DETAIL_MAX);
}

// --- kinds

// Those that are there, joined by `between`.
static const char *join(struct request *rq, const char *between, const char *const *texts,
                        size_t count)
{
    const char *out = NULL;

    for (size_t i = 0; i < count; i++) {
        if (texts[i] && *texts[i])
            out = out ? arena_format(rq->arena, "%s%s%s", out, between, texts[i]) : texts[i];
    }
    return out;
}
#define JOIN(rq, between, ...)                                                                     \
    join(rq, between, (const char *const[]){ __VA_ARGS__ },                                        \
         COUNT_OF(((const char *const[]){ __VA_ARGS__ })))

static void set_texts(const struct showing *showing, const char *title, const char *detail)
{
    struct request *rq = showing->rq;
    struct record_hit *hit = showing->hit;
    const char *shown = record_excerpt(rq, title, TITLE_MAX);

    hit->title = shown ? shown : "–";
    hit->detail = excerpt_of(rq, detail, showing->words);
}

static const char *first_of(const char *a, const char *b)
{
    return a ? a : b;
}

static struct id first_id(const struct id *ids, size_t count)
{
    return count ? ids[0] : (struct id){ { 0 } };
}

static bool show_call(const struct showing *showing, const void *row)
{
    struct request *rq = showing->rq;
    struct record_hit *hit = showing->hit;
    const struct call *call = row;
    const char *name = call->shown_contact ? call->shown_contact->name : NULL;

    if (file_hidden(rq, call->file))
        return false;
    hit->id = call->id;
    hit->at = call->started_at;
    hit->client = call->client;
    hit->staff = first_id(call->staff, call->staff_count);
    hit->contact = call_with(call);
    hit->contact_name = first_of(name, call->caller_name);
    hit->file = call->file;
    hit->state = call_state_picks()->values[call->state].word;
    set_texts(showing, JOIN(rq, " → ", first_of(hit->contact_name, call->caller), call->called),
              JOIN(rq, ", ", hit->contact_name ? call->caller : NULL, call->queue,
                   call->outcome ? call_outcome_picks()->values[call->outcome].german : NULL));
    return true;
}

static bool show_note(const struct showing *showing, const void *row)
{
    struct request *rq = showing->rq;
    struct record_hit *hit = showing->hit;
    const struct call_note *note = row;

    if (file_hidden(rq, note->file))
        return false;
    hit->id = note->id;
    hit->at = note->called_at;
    hit->client = note->client;
    hit->staff = first_id(note->staff, note->staff_count);
    hit->contact = note->contact;
    hit->contact_name = note->contact_name;
    hit->file = note->file;
    set_texts(showing, first_of(JOIN(rq, ": ", note->contact_name, note->subject), note->text),
              note->text);
    return true;
}

static bool show_entry(const struct showing *showing, const void *row)
{
    struct request *rq = showing->rq;
    struct record_hit *hit = showing->hit;
    const struct entry *entry = row;

    if (file_hidden(rq, entry->file) || (entry->state == entry_state_DELETED && !showing->deleted))
        return false;
    hit->id = entry->id;
    hit->at = entry->began_at;
    hit->client = entry->client;
    hit->staff = entry->staff;
    hit->contact = entry->contact;
    hit->contact_name = entry->contact_name;
    kept_contact_show(rq, &hit->contact, &hit->contact_name);
    hit->file = entry->file;
    hit->file_number = entry->file_number;
    hit->inquiry = entry->inquiry;
    hit->state = entry_state_picks()->values[entry->state].word;
    set_texts(showing, first_of(entry->text, first_of(hit->contact_name, entry->key)),
              JOIN(rq, ", ", entry->file_number, hit->contact_name, entry->voucher));
    return true;
}

static bool show_inquiry(const struct showing *showing, const void *row)
{
    struct request *rq = showing->rq;
    struct record_hit *hit = showing->hit;
    const struct inquiry *inquiry = row;

    if (file_hidden(rq, inquiry->file))
        return false;
    hit->id = inquiry->id;
    hit->at = inquiry->opened_at;
    hit->client = inquiry->client;
    hit->staff = inquiry->staff;
    hit->contact = inquiry->contact;
    hit->contact_name = inquiry->contact_name;
    hit->file = inquiry->file;
    hit->state = inquiry_state_picks()->values[inquiry->state].word;
    set_texts(showing, JOIN(rq, " ", inquiry->number, inquiry->subject),
              JOIN(rq, " – ", inquiry->text, inquiry->solution));
    return true;
}

// The lock of the inquiry's file holds for its measures, also where the inquiry itself is not seen.
static bool show_measure(const struct showing *showing, const void *row)
{
    struct request *rq = showing->rq;
    struct record_hit *hit = showing->hit;
    const struct measure *measure = row;
    struct key key = key_of_id(measure->inquiry);
    struct inquiry inquiry;

    if (table_get(rq->txn, &inquiry_table, &scope_house, &key, rq->arena, &inquiry) &&
        file_hidden(rq, inquiry.file))
        return false;
    if (!row_find(rq, &inquiry_table, measure->inquiry, &inquiry))
        inquiry = (struct inquiry){ .number = NULL };
    hit->id = measure->id;
    hit->at = measure_time(measure);
    hit->client = measure->client;
    hit->staff = measure->staff;
    hit->contact = inquiry.contact;
    hit->contact_name = inquiry.contact_name;
    hit->file = inquiry.file;
    hit->inquiry = measure->inquiry;
    hit->state = measure_state_picks()->values[measure->state].word;
    set_texts(showing, first_of(JOIN(rq, " ", inquiry.number, inquiry.subject), measure->text),
              measure->text);
    return true;
}

static bool show_file(const struct showing *showing, const void *row)
{
    struct request *rq = showing->rq;
    struct record_hit *hit = showing->hit;
    const struct file *file = row;

    if (!file_shows(file, rq->actor))
        return false;
    hit->id = file->id;
    hit->at = file->opened_at;
    hit->client = file->client;
    hit->staff = file->lawyer;
    hit->file = file->id;
    hit->file_number = file->number;
    hit->state = file_state_picks()->values[file->state].word;
    set_texts(showing, JOIN(rq, " ", file->number, file->title), file->note);
    return true;
}

static bool show_contact(const struct showing *showing, const void *row)
{
    struct request *rq = showing->rq;
    struct record_hit *hit = showing->hit;
    const struct contact *contact = row;

    hit->id = contact->id;
    hit->at = contact->created_at;
    hit->client = contact->client;
    hit->contact = contact->id;
    hit->contact_name = contact->name;
    set_texts(showing, contact->name,
              JOIN(rq, ", ", contact->organisation, contact->customer_number,
                   contact->phones_count ? contact->phones[0].typed : NULL));
    return true;
}

const struct record_source record_sources[RECORD_SOURCES] = {
    { record_kind_CALL, &kept_call_table,
      FILTER_STAFF | FILTER_TEAM | FILTER_CONTACT | FILTER_FILE | FILTER_STATE, call_state_picks, 0,
      show_call },
    { record_kind_NOTE, &kept_note_table, FILTER_STAFF | FILTER_TEAM | FILTER_CONTACT | FILTER_FILE,
      NULL, 0, show_note },
    { record_kind_ENTRY, &entry_table,
      FILTER_STAFF | FILTER_TEAM | FILTER_CONTACT | FILTER_FILE | FILTER_STATE | FILTER_CHARGEABLE |
          FILTER_BILLED,
      entry_state_picks, 0, show_entry },
    { record_kind_INQUIRY, &inquiry_table,
      FILTER_STAFF | FILTER_TEAM | FILTER_CONTACT | FILTER_FILE | FILTER_STATE | FILTER_CHARGEABLE,
      inquiry_state_picks, 0, show_inquiry },
    { record_kind_MEASURE, &measure_table,
      FILTER_STAFF | FILTER_TEAM | FILTER_CONTACT | FILTER_FILE | FILTER_STATE | FILTER_CHARGEABLE,
      measure_state_picks, TAG_INQUIRY, show_measure },
    { record_kind_FILE, &kept_file_table,
      FILTER_STAFF | FILTER_CONTACT | FILTER_FILE | FILTER_STATE, file_state_picks, 0, show_file },
    { record_kind_CONTACT, &kept_contact_table, FILTER_CONTACT, NULL, 0, show_contact },
};

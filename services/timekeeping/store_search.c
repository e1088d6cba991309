// SPDX-License-Identifier: Apache-2.0
// Rows as what is searched of them. Texts are searched as they are written and by their words'
// stems, as far as a stem is not the beginning of its word anyway. Names as well: what is sought is
// made a stem before anybody knows what it is.
#include "services/timekeeping/store_search.h"

#include <string.h>

#include "common/base/stem.h"
#include "common/base/text.h"
#include "proto/proto.h"
#include "services/timekeeping/alike.h"

static const char *yes_no(bool yes)
{
    return yes ? "1" : "0";
}

// --- words and stems

static size_t word_size(const char *at)
{
    return strcspn(at, " ");
}

static const char *word_next(const char *at)
{
    size_t size = word_size(at);

    return at + size + (at[size] == ' ');
}

// "haeuser": also as "haus".
static void text_stems(struct doc *doc, const char *text)
{
    struct arena *arena = doc_arena(doc);
    const char *word = text_fold(arena, text), *stem = stem_text(arena, text);
    char *out = stem ? arena_alloc(arena, strlen(stem) + 1) : NULL, *end = out;

    if (!word || !out)
        return;
    while (*word && *stem) {
        size_t size = word_size(stem);
        if (size > word_size(word) || memcmp(word, stem, size) != 0) {
            if (end != out)
                *end++ = ' ';
            memcpy(end, stem, size);
            end += size;
        }
        word = word_next(word);
        stem = word_next(stem);
    }
    *end = '\0';
    doc_text(doc, out);
}

static void add_text(struct doc *doc, const char *text)
{
    if (!text)
        return;
    doc_text(doc, text);
    text_stems(doc, text);
}

// What ranks first: names, subjects, numbers.
static void add_head(struct doc *doc, const char *text)
{
    if (!text)
        return;
    doc_name(doc, text);
    text_stems(doc, text);
}

static void tag_stems(struct doc *doc, const char *text)
{
    struct arena *arena = doc_arena(doc);
    const char *stem = text ? stem_text(arena, text) : NULL;

    for (; stem && *stem; stem = word_next(stem)) {
        const char *one = arena_text(arena, stem, word_size(stem));
        doc_tag_text(doc, TAG_STEM, one);
        doc_tag_text(doc, TAG_BONES, one ? alike_bones(arena, one) : NULL);
    }
}

// --- calls and notes

struct id call_with(const struct call *call)
{
    if (call->contact)
        return call->contact->contact;
    return call->shown_contact ? call->shown_contact->contact : (struct id){ { 0 } };
}

static void gather_call(const void *row, struct doc *doc)
{
    const struct call *call = row;

    add_head(doc, call->caller_name);
    if (call->shown_contact)
        add_head(doc, call->shown_contact->name);
    add_head(doc, call->caller);
    add_text(doc, call->called);
    add_text(doc, call->client_name);
    add_text(doc, call->queue);
    add_text(doc, call->transferred_to);
    doc_tag_id(doc, TAG_CONTACT, call_with(call));
    doc_tag_id(doc, TAG_FILE, call->file);
    doc_tag_text(doc, TAG_STATE, call_state_picks()->values[call->state].word);
    doc_time(doc, call->started_at);
}

const struct derived call_search = {
    .name = "call.search",
    .version = 1,
    .gather = gather_call,
    .query = "everything ever recorded: calls",
};

static void gather_note(const void *row, struct doc *doc)
{
    const struct call_note *note = row;

    add_head(doc, note->subject);
    add_head(doc, note->contact_name);
    add_head(doc, note->number);
    add_text(doc, note->text);
    for (size_t i = 0; i < note->lines_count; i++)
        add_text(doc, note->lines[i].text);
    add_text(doc, note->client_name);
    doc_tag_id(doc, TAG_CONTACT, note->contact);
    doc_tag_id(doc, TAG_FILE, note->file);
    doc_time(doc, note->called_at);
}

const struct derived note_search = {
    .name = "note.search",
    .version = 1,
    .gather = gather_note,
    .query = "everything ever recorded: call notes",
};

// --- entries

static void gather_entry(const void *row, struct doc *doc)
{
    const struct entry *entry = row;

    add_head(doc, entry->contact_name);
    add_head(doc, entry->file_number);
    add_text(doc, entry->number);
    add_text(doc, entry->text);
    add_text(doc, entry->voucher);
    doc_tag_id(doc, TAG_CONTACT, entry->contact);
    doc_tag_id(doc, TAG_CONTACT, entry->customer);
    doc_tag_id(doc, TAG_FILE, entry->file);
    doc_tag_text(doc, TAG_STATE, entry_state_picks()->values[entry->state].word);
    doc_tag_text(doc, TAG_CHARGEABLE, yes_no(entry->chargeable));
    doc_tag_text(doc, TAG_BILLED, yes_no(entry->state == entry_state_BILLED));
    doc_time(doc, entry->began_at);
}

const struct derived entry_search = {
    .name = "entry.search",
    .version = 1,
    .gather = gather_entry,
    .query = "everything ever recorded: services booked",
};

// --- inquiries

static void gather_inquiry(const void *row, struct doc *doc)
{
    const struct inquiry *inquiry = row;

    add_head(doc, inquiry->subject);
    add_head(doc, inquiry->number);
    add_head(doc, inquiry->contact_name);
    add_text(doc, inquiry->text);
    add_text(doc, inquiry->solution);
    add_text(doc, inquiry->phone);
    add_text(doc, inquiry->email);
    tag_stems(doc, inquiry->subject);
    tag_stems(doc, inquiry->text);
    tag_stems(doc, inquiry->solution);
    doc_tag_id(doc, TAG_CONTACT, inquiry->contact);
    doc_tag_id(doc, TAG_CONTACT, inquiry->customer);
    doc_tag_id(doc, TAG_FILE, inquiry->file);
    doc_tag_text(doc, TAG_STATE, inquiry_state_picks()->values[inquiry->state].word);
    doc_tag_text(doc, TAG_CHARGEABLE, yes_no(inquiry->chargeable));
    if (inquiry->solution)
        doc_tag_text(doc, TAG_HELPED, yes_no(true));
    doc_time(doc, inquiry->opened_at);
}

const struct derived inquiry_search = {
    .name = "inquiry.search",
    .version = 2,
    .gather = gather_inquiry,
    .query = "everything ever recorded: inquiries; past ones like the one at hand",
};

int64_t measure_time(const struct measure *measure)
{
    if (measure->has_started_at)
        return measure->started_at;
    if (measure->has_done_at)
        return measure->done_at;
    return measure->edited_at;
}

static void gather_measure(const void *row, struct doc *doc)
{
    const struct measure *measure = row;

    add_text(doc, measure->text);
    add_text(doc, measure->article);
    doc_tag_id(doc, TAG_INQUIRY, measure->inquiry);
    doc_tag_text(doc, TAG_STATE, measure_state_picks()->values[measure->state].word);
    doc_tag_text(doc, TAG_CHARGEABLE, yes_no(measure->chargeable));
    doc_time(doc, measure_time(measure));
}

const struct derived measure_search = {
    .name = "measure.search",
    .version = 1,
    .gather = gather_measure,
    .query = "everything ever recorded: work on inquiries",
};

// --- what contacts tells

static void gather_file(const void *row, struct doc *doc)
{
    const struct file *file = row;

    add_head(doc, file->number);
    add_head(doc, file->title);
    add_text(doc, file->note);
    doc_tag_id(doc, TAG_FILE, file->id);
    for (size_t i = 0; i < file->parties_count; i++) {
        add_text(doc, file->parties[i].name);
        doc_tag_id(doc, TAG_CONTACT, file->parties[i].contact);
    }
    doc_tag_text(doc, TAG_STATE, file_state_picks()->values[file->state].word);
    doc_time(doc, file->opened_at);
}

const struct derived kept_file_search = {
    .name = "file.search",
    .version = 1,
    .gather = gather_file,
    .query = "everything ever recorded: files",
};

static void gather_contact(const void *row, struct doc *doc)
{
    const struct contact *contact = row;

    add_head(doc, contact->name);
    add_head(doc, contact->organisation);
    add_head(doc, contact->customer_number);
    doc_tag_id(doc, TAG_CONTACT, contact->id);
    doc_time(doc, contact->created_at);
}

const struct derived kept_contact_search = {
    .name = "contact.search",
    .version = 1,
    .gather = gather_contact,
    .query = "everything ever recorded: contacts by name",
};

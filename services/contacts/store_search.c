// SPDX-License-Identifier: Apache-2.0
// Rows as what is searched of them.
#include "services/contacts/store_search.h"

#include "common/base/phone_match.h"
#include "common/base/sound.h"
#include "common/base/text.h"
#include "proto/proto.h"

#define SOUND_WORDS 12

static void add_number(struct doc *doc, const struct number *number)
{
    char whole[PHONE_WHOLE_MAX][PHONE_E164_MAX + 1];
    if (!number->e164) {
        doc_text(doc, number->typed);
        return;
    }
    doc_name(doc, number->e164 + 1); // its digits
    doc_tag_text(doc, TAG_NUMBER, number->e164);
    size_t count = phone_whole(number->e164, number->extension, whole);
    for (size_t i = 0; number->extension && i < count; i++) {
        doc_name(doc, whole[i] + 1);
        doc_tag_text(doc, TAG_NUMBER, whole[i]);
    }
}

static void tag_email(struct doc *doc, const char *email)
{
    doc_tag_text(doc, TAG_EMAIL, text_fold(doc_arena(doc), email));
}

static void tag_sounds(struct doc *doc, const char *name)
{
    const char *words[SOUND_WORDS];
    size_t count = name ? sound_words(doc_arena(doc), name, words, SOUND_WORDS) : 0;
    for (size_t i = 0; i < count; i++)
        doc_tag_text(doc, TAG_SOUND, sound_of(doc_arena(doc), words[i]));
    if (count)
        doc_tag_text(doc, TAG_WHOLE, sound_whole(doc_arena(doc), words, count));
}

static void gather_contact(const void *row, struct doc *doc)
{
    const struct contact *contact = row;
    doc_name(doc, contact->name);
    doc_name(doc, contact->given_name);
    doc_name(doc, contact->family_name);
    doc_name(doc, contact->organisation);
    doc_name(doc, contact->customer_number);
    for (size_t i = 0; i < contact->phones_count; i++)
        add_number(doc, &contact->phones[i]);
    for (size_t i = 0; i < contact->emails_count; i++) {
        doc_name(doc, contact->emails[i]);
        tag_email(doc, contact->emails[i]);
    }
    for (size_t i = 0; i < contact->addresses_count; i++) {
        doc_text(doc, contact->addresses[i].street);
        doc_text(doc, contact->addresses[i].postcode);
        doc_text(doc, contact->addresses[i].town);
    }
    for (size_t i = 0; i < contact->categories_count; i++)
        doc_text(doc, contact->categories[i]);
    doc_text(doc, contact->handling_note);
    doc_tag(doc, TAG_OWNER, (struct bytes){ contact->client.bytes, sizeof contact->client.bytes });
    tag_sounds(doc, contact->name);
    tag_sounds(doc, contact->organisation);
}

const struct derived contact_search = {
    .name = "contact.search",
    .version = 1,
    .gather = gather_contact,
    .query = "contacts as people type; who has this number, address or a name like it",
};

static void gather_client(const void *row, struct doc *doc)
{
    const struct client_row *client = row;
    doc_name(doc, client->name);
    for (size_t i = 0; i < client->numbers_count; i++)
        add_number(doc, &client->numbers[i]);
}

const struct derived client_search = {
    .name = "client.search",
    .version = 1,
    .gather = gather_client,
    .query = "clients as people type",
};

static void gather_staff(const void *row, struct doc *doc)
{
    const struct staff *staff = row;
    doc_name(doc, staff->name);
    doc_name(doc, staff->email);
    for (size_t i = 0; i < staff->extensions_count; i++)
        doc_name(doc, staff->extensions[i]);
    for (size_t i = 0; i < staff->skills_count; i++)
        doc_text(doc, staff->skills[i]);
}

const struct derived staff_search = {
    .name = "staff.search",
    .version = 1,
    .gather = gather_staff,
    .query = "staff as people type",
};

static void gather_party(const struct party *party, struct doc *doc)
{
    doc_text(doc, party->name);
    doc_text(doc, party->reference);
    doc_text(doc, party->role_name);
    doc_tag_id(doc, TAG_PARTY, party->contact);
    for (size_t i = 0; i < party->phones_count; i++) {
        doc_text(doc, party->phones[i].e164 ? party->phones[i].e164 + 1 : party->phones[i].typed);
        doc_tag_text(doc, TAG_NUMBER, party->phones[i].e164);
    }
    for (size_t i = 0; i < party->emails_count; i++) {
        doc_text(doc, party->emails[i]);
        tag_email(doc, party->emails[i]);
    }
    tag_sounds(doc, party->name);
}

static void gather_file(const void *row, struct doc *doc)
{
    const struct file *file = row;
    doc_name(doc, file->number);
    doc_part(doc, file->number);
    doc_name(doc, file->title);
    doc_text(doc, file->note);
    for (size_t i = 0; i < file->parties_count; i++)
        gather_party(&file->parties[i], doc);
    doc_tag_id(doc, TAG_STAFF, file->lawyer);
    doc_tag_id(doc, TAG_STAFF, file->clerk);
    doc_tag_text(doc, TAG_KIND, file_kind_picks()->values[file->kind].word);
    doc_tag_text(doc, TAG_STATE, file_state_picks()->values[file->state].word);
    doc_tag_text(doc, TAG_SETTLED, file->state == file_state_OPEN ? "open" : "settled");
}

const struct derived file_search = {
    .name = "file.search",
    .version = 1,
    .gather = gather_file,
    .query = "files by any part of their number, as people type, by party, by staff",
};

// SPDX-License-Identifier: Apache-2.0
// vCards: what programs write, what we write, and back.
#include "services/contacts/vcard.h"

#include <stdio.h>
#include <string.h>

#include "common/wire/codec.h"
#include "services/contacts/contact.h"
#include "tests/harness/test.h"

#define CARDS_MAX 10

struct cards {
    struct arena *arena;
    struct contact_new list[CARDS_MAX];
    size_t count;
    struct err fault; // of the last that was not read
    int faults;
};

static void take(struct cards *cards, enum vcard_step step, const struct contact_new *card,
                 const struct err *err)
{
    struct err copied = { 0 };
    if (step == VCARD_CARD)
        CHECK(record_copy(contact_new_record(), card, cards->arena, &cards->list[cards->count++],
                          &copied));
    if (step == VCARD_FAULT) {
        cards->fault = *err;
        cards->faults++;
    }
}

static void read_cards(struct cards *cards, const char *text)
{
    struct vcard_reader *reader = vcard_reader_new();
    struct contact_new card;
    *cards = (struct cards){ .arena = arena_new(4 << 20) };
    while (*text) {
        struct err err = { 0 };
        size_t size = strcspn(text, "\n");
        take(cards, vcard_feed(reader, text, size, &card, &err), &card, &err);
        text += size + (text[size] == '\n');
    }
    struct err err = { 0 };
    take(cards, vcard_end(reader, &card, &err), &card, &err);
    vcard_reader_free(reader);
}

TEST(three_zero_with_folding_groups_and_escapes)
{
    struct cards cards;
    read_cards(&cards, "\xEF\xBB\xBF"
                       "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Müller;Anna;Maria;Dr.;\r\n"
                       "FN:Dr. Anna M\r\n üller\r\nORG:Kern\\; Partner;Vertrieb\r\n"
                       "item1.TEL;TYPE=WORK,VOICE:030 1234567\r\n"
                       "item1.X-ABLabel:_$!<Direct>!$_\r\nTEL;TYPE=cell:0171 3920061\r\n"
                       "EMAIL;TYPE=INTERNET:a@x.de\r\n"
                       "ADR;TYPE=home:;;Weg 1\\, Hof;Köln;;50667;Deutschland\r\n"
                       "NOTE:Zeile 1\\nZeile 2\r\nCATEGORIES:Kunde,A\\,B\r\n"
                       "PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ\r\n SkZJRg\r\nEND:VCARD\r\n");
    CHECK_INT(cards.count, 1);
    const struct contact_new *card = &cards.list[0];
    CHECK_STR(card->name, "Dr. Anna Müller");
    CHECK_STR(card->given_name, "Anna Maria");
    CHECK_STR(card->family_name, "Müller");
    CHECK_STR(card->organisation, "Kern; Partner, Vertrieb");
    CHECK_STR(card->phones[0].label, "Direct");
    CHECK_STR(card->phones[1].label, "mobil");
    CHECK_STR(card->addresses[0].street, "Weg 1, Hof");
    CHECK_STR(card->addresses[0].country, "DE");
    CHECK_STR(card->addresses[0].label, "privat");
    CHECK_STR(card->handling_note, "Zeile 1\nZeile 2");
    CHECK_STR(card->categories[1], "A,B");
    CHECK_INT(card->kind, contact_kind_PERSON);
    arena_free(cards.arena);
}

TEST(four_zero_with_uris_and_quoted_parameters)
{
    struct cards cards;
    read_cards(&cards,
               "BEGIN:VCARD\nVERSION:4.0\nKIND:org\nFN:Kern GmbH\nORG:Kern GmbH\n"
               "TEL;VALUE=uri;TYPE=\"voice,work\":tel:+49-30-1234567;ext=12\n"
               "EMAIL:mailto:info@kern.example\nLANG;PREF=1:de\n"
               "ADR;LABEL=\"Weg 1\\nBonn; Hof\":;;Weg 1;Bonn;;53111;Frankreich\nEND:VCARD\n");
    CHECK_INT(cards.count, 1);
    const struct contact_new *card = &cards.list[0];
    CHECK_INT(card->kind, contact_kind_ORGANISATION);
    CHECK_STR(card->organisation, NULL);
    CHECK_STR(card->phones[0].typed, "+49-30-1234567 DW 12");
    CHECK_STR(card->phones[0].label, "Büro");
    CHECK_STR(card->emails[0], "info@kern.example");
    CHECK_STR(card->language, "de");
    CHECK_STR(card->addresses[0].country, "FR");
    arena_free(cards.arena);
}

TEST(two_one_in_quoted_printable)
{
    struct cards cards;
    read_cards(&cards, "BEGIN:VCARD\r\nVERSION:2.1\r\n"
                       "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=BCrgen\r\n"
                       "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=BCrgen =\r\n"
                       "M=C3=BCller\r\nTEL;CELL;VOICE:0171 3920061\r\n"
                       "NOTE;QUOTED-PRINTABLE:Gr=FC=DFe\r\nEND:VCARD\r\n");
    CHECK_INT(cards.count, 1);
    CHECK_STR(cards.list[0].name, "Jürgen Müller");
    CHECK_STR(cards.list[0].family_name, "Müller");
    CHECK_STR(cards.list[0].phones[0].label, "mobil");
    CHECK_STR(cards.list[0].handling_note, "Grüße"); // windows-1252, as no charset is said
    arena_free(cards.arena);
}

TEST(bad_cards_are_told_and_the_next_is_read)
{
    struct cards cards;
    read_cards(&cards, "BEGIN:VCARD\nVERSION:5.0\nFN:Neu\nEND:VCARD\n"
                       "BEGIN:VCARD\nVERSION:3.0\nFN:ohne Ende\n"
                       "BEGIN:VCARD\nVERSION:3.0\nFN:Gut\nEND:VCARD\n"
                       "BEGIN:VCARD\nVERSION:3.0\nFN:kaputt\nirgend etwas\nEND:VCARD\n"
                       "BEGIN:VCARD\nVERSION:3.0\nFN:abgeschnitten\n");
    CHECK_INT(cards.count, 1);
    CHECK_STR(cards.list[0].name, "Gut");
    CHECK_INT(cards.faults, 4);
    CHECK(strstr(cards.fault.german, "Karte 5"));
    arena_free(cards.arena);
}

// --- writing and reading back
struct text {
    char bytes[8000];
    size_t size;
};

static void put(void *context, const char *bytes, size_t size)
{
    struct text *text = context;
    CHECK(text->size + size < sizeof text->bytes);
    memcpy(text->bytes + text->size, bytes, size);
    text->size += size;
    text->bytes[text->size] = '\0';
}

static void check_same(const struct contact *want, const struct contact_new *got)
{
    CHECK_STR(got->name, want->name);
    CHECK_STR(got->given_name, want->given_name);
    CHECK_STR(got->family_name, want->family_name);
    CHECK_STR(got->organisation, want->organisation);
    CHECK_STR(got->customer_number, want->customer_number);
    CHECK_STR(got->language, want->language);
    CHECK_STR(got->handling_note, want->handling_note);
    CHECK_STR(got->message, want->message ? want->message->text : NULL);
    CHECK_INT(got->kind, want->kind);
    CHECK_INT(got->has_keep, want->has_keep);
    CHECK_INT(got->phones_count, want->phones_count);
    for (size_t i = 0; i < want->phones_count; i++) {
        CHECK_STR(got->phones[i].typed, want->phones[i].typed);
        CHECK_STR(got->phones[i].label, want->phones[i].label);
    }
    CHECK_INT(got->addresses_count, want->addresses_count);
    CHECK_STR(got->addresses[0].street, want->addresses[0].street);
    CHECK_STR(got->addresses[0].label, want->addresses[0].label);
    CHECK_INT(got->categories_count, want->categories_count);
    CHECK_STR(got->categories[0], want->categories[0]);
}

static void there_and_back(enum vcard_version version, enum contact_kind kind)
{
    struct arena *arena = arena_new(1 << 20);
    struct phone_home home = { .country = "49", .area = "30" };
    struct editor editor = { arena, &home, 1000000, "x" };
    struct number phones[] = { { .typed = "030 1234567", .label = "Büro" },
                               { .typed = "bei; der, Schwester", .label = "Schwester \\ Eva" },
                               { .typed = "0171 3920061" } };
    struct address address = { .street = "Straße des 17. Juni 135; Hinterhof, links, 3. Stock ööö",
                               .label = "Lager" };
    const char *const categories[] = { "A, B; C" };
    struct contact_new in = { .kind = kind,
                              .name = "Müller & Söhne, \"die Guten\"; Inhaberin Ännchen Ökonom",
                              .given_name = "Ännchen",
                              .family_name = "Ökonom",
                              .organisation = "Müller; Söhne",
                              .customer_number = "K-1",
                              .language = "de-CH",
                              .handling_note = "Zeile\n\nnoch eine \\n keine",
                              .message = "ruft zurück",
                              .has_keep = true,
                              .phones = phones,
                              .phones_count = 3,
                              .addresses = &address,
                              .addresses_count = 1,
                              .categories = categories,
                              .categories_count = 1 };
    struct contact contact;
    struct text text = { .size = 0 };
    struct cards cards;
    struct err err = { 0 };
    CHECK(contact_make(&in, &editor, (struct id){ { 1 } }, &contact, &err));
    vcard_write(&contact, version, put, &text);
    for (const char *line = text.bytes; *line; line += strcspn(line, "\n") + 1)
        CHECK(strcspn(line, "\n") <= 76); // 75 bytes and the CR
    read_cards(&cards, text.bytes);
    CHECK_OK(&cards.fault);
    CHECK_INT(cards.count, 1);
    check_same(&contact, &cards.list[0]);
    arena_free(cards.arena);
    arena_free(arena);
}

TEST(what_we_write_we_read)
{
    there_and_back(VCARD_3, contact_kind_PERSON);
    there_and_back(VCARD_4, contact_kind_PERSON);
    there_and_back(VCARD_4, contact_kind_ORGANISATION);
    there_and_back(VCARD_3, contact_kind_ORGANISATION);
}

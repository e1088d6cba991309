// SPDX-License-Identifier: Apache-2.0
// Headings as people write them, and rows as they come.
#include "services/contacts/columns.h"

#include <stdio.h>
#include <string.h>

#include "tests/harness/test.h"

struct list {
    struct arena *arena;
    struct columns columns;
    struct column_cell cells[40];
    size_t count;
};

static size_t split(struct list *list, const char *line)
{
    size_t count = 0;
    for (size_t column = 0; line; column++) {
        size_t size = strcspn(line, "|");
        if (size)
            list->cells[count++] =
                (struct column_cell){ column, arena_text(list->arena, line, size) };
        line = line[size] ? line + size + 1 : NULL;
    }
    return count;
}

// What the headings (apart by |) mean: "name phone(mobil)2 -".
static const char *meant(const char *headings)
{
    static char text[1000];
    struct list list = { .arena = arena_new(1 << 20) };
    size_t used = 0;
    text[0] = '\0';
    CHECK(columns_read(list.cells, split(&list, headings), list.arena, &list.columns));
    for (size_t i = 0; i < list.columns.count; i++) {
        const struct column *column = &list.columns.list[i];
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i ? " " : "",
                                 column_word(column->meaning));
        if (column->label)
            used += (size_t)snprintf(text + used, sizeof text - used, "(%s)", column->label);
        if (column->instance)
            used += (size_t)snprintf(text + used, sizeof text - used, "%d", column->instance);
    }
    arena_free(list.arena);
    return text;
}

TEST(headings_are_recognised)
{
    CHECK_STR(meant("Name|Vorname|Tel.|E-Mail|Straße|PLZ|Ort"),
              "family_name given_name phone email street postcode town");
    CHECK_STR(meant("Kd-Nr.|Firma|Telefon (geschäftlich)|Handy|Fax|Bemerkung|IBAN"),
              "customer_number organisation phone(Büro) phone(mobil) phone(Fax) handling_note -");
    CHECK_STR(meant("First Name|Last Name|Company|Business Phone|Home Phone|Mobile Phone|"
                    "E-mail Address|Business Street|Business City|Business Postal Code"),
              "given_name family_name organisation phone(Büro) phone(privat) phone(mobil) email "
              "street(Büro) town(Büro) postcode(Büro)");
    CHECK_STR(meant("Name|Phone 1 - Type|Phone 1 - Value|Phone 2 - Value|E-mail 1 - Value|"
                    "Address 1 - Street|Address 1 - City|Address 1 - Postal Code"),
              "name phone_label1 phone1 phone2 email1 street1 town1 postcode1");
    CHECK_STR(meant("Telefon Sachbearbeiter|Telefon Kunde|Name Ansprechpartner"), "- phone -");
    CHECK_STR(meant("PLZ Ort|PLZ, Ort|Land/Region"), "postcode_town postcode_town country");
    CHECK_STR(meant("Kundennummer|Kd-Nr.|Rechnungsbetrag|Fällig seit"), "customer_number - - -");
    CHECK_STR(meant("Telefon|Telefon Art|Telefon 2|Telefon 2 Art|Straße 2|Anschrift 2 Art"),
              "phone phone_label phone2 phone_label2 street2 address_label2");
}

static bool is_heading(const char *line)
{
    struct list list = { .arena = arena_new(1 << 20) };
    CHECK(columns_read(list.cells, split(&list, line), list.arena, &list.columns));
    bool is = columns_are_heading(&list.columns);
    arena_free(list.arena);
    return is;
}

TEST(titles_and_rows_are_no_headings)
{
    CHECK(is_heading("Nr.|Name|Telefon|Betrag"));
    CHECK(!is_heading("Mahnliste Stand 24.11.2026"));
    CHECK(!is_heading("4711|Anna Meier|030 1234567|12,50"));
    CHECK(!is_heading("PLZ|Ort"));
}

// The contact that one row makes, as "name;given;family;organisation;kind;phone(label);...".
static const char *made(const char *headings, const char *row, struct err *err)
{
    static char text[1000];
    struct list list = { .arena = arena_new(1 << 20) };
    struct contact_new contact;
    *err = (struct err){ 0 };
    text[0] = '\0';
    CHECK(columns_read(list.cells, split(&list, headings), list.arena, &list.columns));
    if (!columns_contact(&list.columns, list.cells, split(&list, row), list.arena, &contact, err)) {
        arena_free(list.arena);
        return NULL;
    }
#define OR_DASH(x) ((x) ? (x) : "-")
    size_t used = (size_t)snprintf(text, sizeof text, "%s;%s;%s;%s", OR_DASH(contact.name),
                                   OR_DASH(contact.given_name), OR_DASH(contact.family_name),
                                   OR_DASH(contact.organisation));
    for (size_t i = 0; i < contact.phones_count; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, ";%s(%s)",
                                 contact.phones[i].typed, OR_DASH(contact.phones[i].label));
    for (size_t i = 0; i < contact.emails_count; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, ";%s", contact.emails[i]);
    for (size_t i = 0; i < contact.addresses_count; i++) {
        const struct address *address = &contact.addresses[i];
        used += (size_t)snprintf(text + used, sizeof text - used, ";%s/%s/%s/%s(%s)",
                                 OR_DASH(address->street), OR_DASH(address->postcode),
                                 OR_DASH(address->town), OR_DASH(address->country),
                                 OR_DASH(address->label));
    }
    arena_free(list.arena);
    return text;
}

TEST(rows_become_contacts)
{
    struct err err;
    CHECK_STR(made("Name|Vorname|Tel.|Handy", "Meier| Anna |030 1|0171 2", &err),
              "-;Anna;Meier;-;030 1(-);0171 2(mobil)");
    CHECK_STR(made("Firma|Telefon|PLZ Ort|Land", "Meier GmbH|keine|10115 Berlin|Deutschland", &err),
              "Meier GmbH;-;-;-;-/10115/Berlin/DE(-)");
    CHECK_STR(
        made("Name|Straße geschäftlich|Ort geschäftlich|Ort privat", "A|Weg 1|Bonn|Köln", &err),
        "A;-;-;-;Weg 1/-/Bonn/-(Büro);-/-/Köln/-(privat)");
    CHECK_STR(made("Name|Telefon 1|Telefon 1 Art|E-Mail", "A|1|Zentrale Bonn|a@x.de; b@x.de", &err),
              "A;-;-;-;1(Zentrale Bonn);a@x.de;b@x.de");
    CHECK_STR(made("Name|Telefon", "\xC2\xA0'=1+1\xC2\xA0|030 1;030 2", &err),
              "=1+1;-;-;-;030 1(-);030 2(-)");
}

TEST(bad_cells_name_their_heading)
{
    struct err err;
    CHECK(!made("Name|Land", "A|Atlantis", &err));
    CHECK_REFUSED(&err, ERR_INVALID, "Land");
    CHECK(!made("Name|nicht löschen", "A|vielleicht", &err));
    CHECK_REFUSED(&err, ERR_INVALID, "nicht löschen");
    CHECK(!made("Name|Kundennummer", "A|12345678901234567890123456789012345678901", &err));
    CHECK_REFUSED(&err, ERR_INVALID, "customer_number");
}

TEST(people_may_say_what_a_column_means)
{
    struct list list = { .arena = arena_new(1 << 20) };
    CHECK(
        columns_read(list.cells, split(&list, "Bezug|Rufname|Telefon"), list.arena, &list.columns));
    CHECK(columns_set(&list.columns, "bezug", "customer_number", list.arena));
    CHECK(columns_set(&list.columns, "Telefon", "-", list.arena));
    CHECK(!columns_set(&list.columns, "Fehlt", "name", list.arena));
    CHECK(!columns_set(&list.columns, "Bezug", "nome", list.arena));
    CHECK_INT(list.columns.list[0].meaning, COLUMN_CUSTOMER_NUMBER);
    CHECK_INT(list.columns.known, 2);
    arena_free(list.arena);
}

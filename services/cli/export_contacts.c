// SPDX-License-Identifier: Apache-2.0
// Contacts as a table: as many columns for phones, e-mails and addresses as somebody needs. The
// titles are those that the import recognises, so that a list can be taken back as it is.
#include "services/cli/exporting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/arena.h"
#include "services/contacts/columns.h"

#define COLUMNS_ROOM 200
#define TITLE_BYTES  40
#define ROW_MEMORY   ((size_t)1 << 20)

struct contact_widths {
    size_t phones, emails, addresses; // the most that any contact has
};

struct contact_sheet {
    struct sheet_writer *writer;
    struct contact_widths widths;
    struct sheet_column columns[COLUMNS_ROOM];
    char titles[COLUMNS_ROOM][TITLE_BYTES];
    size_t count;
    bool with_client;
    struct arena *arena;
    const char *texts[COLUMNS_ROOM];
    size_t used;
};

static const enum meaning first[] = {
    COLUMN_NAME,         COLUMN_GIVEN_NAME, COLUMN_FAMILY_NAME,
    COLUMN_ORGANISATION, COLUMN_KIND,       COLUMN_CUSTOMER_NUMBER
};
static const enum meaning of_phone[] = { COLUMN_PHONE, COLUMN_PHONE_LABEL };
static const enum meaning of_email[] = { COLUMN_EMAIL };
static const enum meaning of_address[] = { COLUMN_STREET, COLUMN_POSTCODE, COLUMN_TOWN,
                                           COLUMN_COUNTRY, COLUMN_ADDRESS_LABEL };
static const enum meaning last[] = { COLUMN_CATEGORIES, COLUMN_LANGUAGE, COLUMN_HANDLING_NOTE,
                                     COLUMN_MESSAGE, COLUMN_KEEP };

static void widen(void *into, const void *row)
{
    const struct contact *contact = row;
    struct contact_widths *widths = into;
    widths->phones =
        contact->phones_count > widths->phones ? contact->phones_count : widths->phones;
    widths->emails =
        contact->emails_count > widths->emails ? contact->emails_count : widths->emails;
    if (contact->addresses_count > widths->addresses)
        widths->addresses = contact->addresses_count;
}

// --- titles

// "Telefon 2", "Telefon 2 Art": the number behind the first word.
static void add_title(struct contact_sheet *sheet, enum meaning meaning, size_t number)
{
    const char *title = column_title(meaning);
    size_t word = strcspn(title, " ");
    char *out = sheet->titles[sheet->count];
    if (number > 1)
        (void)snprintf(out, TITLE_BYTES, "%.*s %zu%s", (int)word, title, number, title + word);
    else
        (void)snprintf(out, TITLE_BYTES, "%s", title);
    sheet->columns[sheet->count] =
        (struct sheet_column){ .title = out, .width = column_width(meaning) };
    sheet->count++;
}

static void add_titles(struct contact_sheet *sheet, const enum meaning *meanings, size_t count,
                       size_t times)
{
    for (size_t number = 1; number <= times; number++) {
        for (size_t i = 0; i < count; i++)
            add_title(sheet, meanings[i], number);
    }
}

static void sheet_drop(struct contact_sheet *sheet)
{
    sheet_writer_drop(sheet->writer);
    arena_free(sheet->arena);
    free(sheet);
}

static struct contact_sheet *sheet_new(const struct exporting *exporting, enum sheet_form form,
                                       struct err *err)
{
    const struct contact_widths *widths = exporting->widths;
    struct contact_sheet *sheet = calloc(1, sizeof *sheet);
    if (!sheet)
        abort();
    sheet->widths = *widths;
    sheet->with_client = exporting->everywhere;
    sheet->arena = arena_new(ROW_MEMORY);
    add_titles(sheet, first, COUNT_OF(first), 1);
    add_titles(sheet, of_phone, COUNT_OF(of_phone), widths->phones);
    add_titles(sheet, of_email, COUNT_OF(of_email), widths->emails);
    add_titles(sheet, of_address, COUNT_OF(of_address), widths->addresses);
    add_titles(sheet, last, COUNT_OF(last), 1);
    if (sheet->with_client)
        sheet->columns[sheet->count++] = (struct sheet_column){ .title = "Mandant", .width = 38 };
    sheet->writer =
        sheet_writer_new(form, exporting->path, "Kontakte", sheet->columns, sheet->count, err);
    if (sheet->writer)
        return sheet;
    sheet_drop(sheet);
    return NULL;
}

// --- rows
static void put(struct contact_sheet *sheet, const char *text)
{
    sheet->texts[sheet->used++] = text;
}

static const char *categories_text(struct contact_sheet *sheet, const struct contact *contact)
{
    const char *all = NULL;
    for (size_t i = 0; i < contact->categories_count; i++)
        all = all ? arena_format(sheet->arena, "%s, %s", all, contact->categories[i])
                  : contact->categories[i];
    return all;
}

static void put_lists(struct contact_sheet *sheet, const struct contact *contact)
{
    static const struct number no_number;
    static const struct address no_address;
    for (size_t i = 0; i < sheet->widths.phones; i++) {
        const struct number *number = i < contact->phones_count ? &contact->phones[i] : &no_number;
        put(sheet, number->typed);
        put(sheet, number->label);
    }
    for (size_t i = 0; i < sheet->widths.emails; i++)
        put(sheet, i < contact->emails_count ? contact->emails[i] : NULL);
    for (size_t i = 0; i < sheet->widths.addresses; i++) {
        const struct address *address =
            i < contact->addresses_count ? &contact->addresses[i] : &no_address;
        put(sheet, address->street);
        put(sheet, address->postcode);
        put(sheet, address->town);
        put(sheet, address->country);
        put(sheet, address->label);
    }
}

static bool sheet_row(struct contact_sheet *sheet, const struct contact *contact, struct err *err)
{
    struct id_text client = id_text(contact->client);
    arena_reset(sheet->arena);
    sheet->used = 0;
    put(sheet, contact->name);
    put(sheet, contact->given_name);
    put(sheet, contact->family_name);
    put(sheet, contact->organisation);
    put(sheet, contact_kind_picks()->values[contact->kind].german);
    put(sheet, contact->customer_number);
    put_lists(sheet, contact);
    put(sheet, categories_text(sheet, contact));
    put(sheet, contact->language);
    put(sheet, contact->handling_note);
    put(sheet, contact->message ? contact->message->text : NULL);
    put(sheet, !contact->has_keep ? NULL : contact->keep ? "ja" : "nein");
    if (sheet->with_client)
        put(sheet, id_is_zero(contact->client) ? NULL : client.text);
    return sheet_writer_row(sheet->writer, sheet->texts, err);
}

static bool write_contacts(struct exporting *exporting, enum sheet_form form, struct err *err)
{
    struct contact_sheet *sheet = sheet_new(exporting, form, err);
    struct contact contact;
    bool good = sheet != NULL;
    while (good && export_next(exporting, &contact, err))
        good = sheet_row(sheet, &contact, err);
    good = good && err->code == ERR_NONE;
    if (good) {
        good = sheet_writer_close(sheet->writer, err);
        sheet->writer = NULL;
    }
    if (sheet)
        sheet_drop(sheet);
    return good;
}

// --- from the service
static enum call_result contacts_page(struct exporting *exporting, struct id after,
                                      struct export_page *out)
{
    struct page in = { .after = after, .has_limit = true, .limit = EXPORT_PAGE };
    struct contact_page page = { .more = false };
    enum call_result result = call_contact_list(exporting->client, &in, &page);
    out->rows = page.contacts;
    out->count = page.contacts_count;
    out->more = page.more;
    if (page.contacts_count > 0)
        out->last = page.contacts[page.contacts_count - 1].id;
    return result;
}

static bool contact_wanted(const struct exporting *exporting, const void *row)
{
    const struct contact *contact = row;
    return exporting->everywhere || id_equal(contact->client, exporting->client_id);
}

const struct export_noun export_contacts_noun = {
    .word = "contacts",
    .record = contact_record,
    .method = &method_contact_list,
    .cards = true,
    .usage = TEXT_EXPORT_USAGE,
    .done = TEXT_EXPORT_DONE,
    .widths_size = sizeof(struct contact_widths),
    .page = contacts_page,
    .wanted = contact_wanted,
    .widen = widen,
    .write = write_contacts,
};

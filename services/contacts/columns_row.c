// SPDX-License-Identifier: Apache-2.0
// One row of a list as a new contact.
#include <stdio.h>
#include <string.h>

#include "common/base/text.h"
#include "common/wire/codec.h"
#include "services/contacts/columns.h"
#include "services/contacts/columns_text.h"

#define PHONES_MAX    30
#define ADDRESSES_MAX 10
#define TEXTS_MAX     10

struct building {
    const struct columns *columns;
    struct arena *arena;
    struct contact_new *out;
    struct number *phones;
    struct address *addresses;
    const struct column *address_of[ADDRESSES_MAX]; // the column that began it
    const char **emails, **categories;
    struct err *err;
};

static bool full(struct building *building)
{
    return fail(building->err, ERR_TOO_LARGE, NULL, TEXT_ROW_TOO_LARGE, NULL);
}

static bool refused(struct building *building, const struct column *column, enum text_id text,
                    const char *value)
{
    return fail(building->err, ERR_INVALID, column->heading, text, value, NULL);
}

const char *country_code(const char *name, struct arena *arena)
{
    static const struct {
        const char *code, *names;
    } known[] = {
        { "DE", "|deutschland|germany|bundesrepublik deutschland|d|brd|allemagne|" },
        { "AT", "|oesterreich|austria|a|autriche|" },
        { "CH", "|schweiz|switzerland|suisse|svizzera|" },
        { "LI", "|liechtenstein|fl|fuerstentum liechtenstein|" },
        { "FR", "|frankreich|france|f|" },
        { "IT", "|italien|italy|italia|i|" },
        { "NL", "|niederlande|netherlands|holland|" },
        { "BE", "|belgien|belgium|belgique|b|" },
        { "LU", "|luxemburg|luxembourg|l|" },
        { "DK", "|daenemark|denmark|danmark|" },
        { "PL", "|polen|poland|polska|" },
        { "CZ", "|tschechien|czech republic|czechia|tschechische republik|" },
        { "GB",
          "|grossbritannien|vereinigtes koenigreich|united kingdom|great britain|england|uk|" },
        { "ES", "|spanien|spain|espana|e|" },
        { "PT", "|portugal|p|" },
        { "SE", "|schweden|sweden|sverige|s|" },
        { "NO", "|norwegen|norway|norge|n|" },
        { "FI", "|finnland|finland|suomi|" },
        { "TR", "|tuerkei|turkey|turkiye|" },
        { "US", "|usa|vereinigte staaten|united states|united states of america|" },
        { "HU", "|ungarn|hungary|h|" },
        { "GR", "|griechenland|greece|" },
        { "IE", "|irland|ireland|" },
        { "HR", "|kroatien|croatia|" },
        { "SI", "|slowenien|slovenia|" },
        { "SK", "|slowakei|slovakia|" },
        { "RO", "|rumaenien|romania|" },
        { "UA", "|ukraine|" },
        { "RU", "|russland|russia|" },
    };
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (cell_is_word(name, known[i].names, arena))
            return known[i].code;
    }
    const char *folded = text_fold(arena, name);
    if (!folded || strlen(folded) != 2 || strlen(name) != 2)
        return NULL;
    char code[3] = { (char)(folded[0] & ~0x20), (char)(folded[1] & ~0x20), '\0' };
    return code[0] >= 'A' && code[1] >= 'A' ? arena_text(arena, code, 2) : NULL;
}

// --- phones
static const struct column *column_beside(const struct building *building,
                                          const struct column *column, int meaning)
{
    for (size_t i = 0; i < building->columns->count; i++) {
        const struct column *other = &building->columns->list[i];
        if (other->meaning == meaning && other->instance == column->instance)
            return other;
    }
    return NULL;
}

static const char *cell_text(const struct building *building, const struct column *column,
                             const struct column_cell *cells, size_t count)
{
    size_t place = column ? (size_t)(column - building->columns->list) : SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        if (cells[i].column == place)
            return cell_tidy(cells[i].text, building->arena);
    }
    return NULL;
}

// What people write for "none".
static bool is_none(const char *text, struct arena *arena)
{
    const char *folded = text_fold(arena, text);
    return (folded && !*folded) ||
           cell_is_word(text, "|keine|kein|unbekannt|n v|k a|0|ohne tel|none|n a|unknown|", arena);
}

static bool add_phone(struct building *building, const struct column *column, const char *text,
                      const char *label)
{
    struct contact_new *out = building->out;
    // One a line, or apart by semicolons.
    while (*text) {
        size_t size = strcspn(text, "\n;");
        char *part = arena_text(building->arena, text, size);
        const char *typed = part ? cell_tidy(part, building->arena) : NULL;
        text += size + (text[size] != '\0');
        if (!part)
            return full(building);
        if (!typed || is_none(typed, building->arena))
            continue;
        if (out->phones_count == PHONES_MAX)
            return refused(building, column, TEXT_LIST_TOO_LONG, int_text(PHONES_MAX).text);
        building->phones[out->phones_count++] =
            (struct number){ .typed = typed, .label = label ? label : column->label };
    }
    return true;
}

// --- lists of texts
static bool add_texts(struct building *building, const struct column *column, const char *text,
                      const char *apart)
{
    bool emails = column->meaning == COLUMN_EMAIL;
    const char **texts = emails ? building->emails : building->categories;
    size_t *count = emails ? &building->out->emails_count : &building->out->categories_count;
    while (*text) {
        size_t size = strcspn(text, apart);
        char *part = arena_text(building->arena, text, size);
        const char *one = part ? cell_tidy(part, building->arena) : NULL;
        bool known = false;
        text += size + (text[size] != '\0');
        if (!part)
            return full(building);
        for (size_t i = 0; one && i < *count; i++)
            known = known || strcmp(texts[i], one) == 0;
        if (!one || known || (emails && is_none(one, building->arena)))
            continue;
        if (*count == TEXTS_MAX)
            return refused(building, column, TEXT_LIST_TOO_LONG, int_text(TEXTS_MAX).text);
        texts[(*count)++] = one;
    }
    return true;
}

// --- addresses

// One address for each label and number of the headings.
static struct address *address_at(struct building *building, const struct column *column)
{
    size_t *count = &building->out->addresses_count;
    for (size_t i = 0; i < *count; i++) {
        if (building->address_of[i]->instance == column->instance &&
            text_equal(building->address_of[i]->label, column->label))
            return &building->addresses[i];
    }
    if (*count == ADDRESSES_MAX) {
        (void)refused(building, column, TEXT_LIST_TOO_LONG, int_text(ADDRESSES_MAX).text);
        return NULL;
    }
    building->address_of[*count] = column;
    building->addresses[*count].label = column->label;
    return &building->addresses[(*count)++];
}

static bool add_country(struct building *building, const struct column *column,
                        struct address *address, const char *text)
{
    address->country = country_code(text, building->arena);
    return address->country ? true : refused(building, column, TEXT_COUNTRY_FORM, text);
}

static bool add_address(struct building *building, const struct column *column, const char *text)
{
    struct address *address = address_at(building, column);
    if (!address)
        return false;
    switch (column->meaning) {
    case COLUMN_STREET: address->street = text; return true;
    case COLUMN_POSTCODE: address->postcode = text; return true;
    case COLUMN_TOWN: address->town = text; return true;
    case COLUMN_ADDRESS_LABEL: address->label = text; return true;
    case COLUMN_COUNTRY: return add_country(building, column, address, text);
    default: break;
    }
    size_t digits = strcspn(text, " "); // "10115 Berlin"; without a postcode all of it is the town
    if (strcspn(text, "0123456789") >= digits) {
        address->town = text;
        return true;
    }
    address->postcode = arena_text(building->arena, text, digits);
    address->town = text[digits] ? cell_tidy(text + digits, building->arena) : NULL;
    return address->postcode ? true : full(building);
}

// --- single fields
static bool add_kind(struct building *building, const struct column *column, const char *text)
{
    struct arena *arena = building->arena;
    if (cell_is_word(text, "|person|privat|privatperson|individual|mensch|natuerliche person|",
                     arena))
        building->out->kind = contact_kind_PERSON;
    else if (cell_is_word(text, "|organisation|organization|firma|unternehmen|company|org|", arena))
        building->out->kind = contact_kind_ORGANISATION;
    else
        return refused(building, column, TEXT_COLUMN_KIND, text);
    return true;
}

static bool add_language(struct building *building, const char *text)
{
    static const struct {
        const char *code, *words;
    } known[] = { { "de", "|d|deutsch|german|" },
                  { "en", "|e|englisch|english|" },
                  { "fr", "|f|franzoesisch|french|francais|" },
                  { "it", "|i|italienisch|italian|italiano|" },
                  { "tr", "|tuerkisch|turkish|" } };
    building->out->language = text;
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (cell_is_word(text, known[i].words, building->arena))
            building->out->language = known[i].code;
    }
    return true;
}

static bool add_keep(struct building *building, const struct column *column, const char *text)
{
    building->out->has_keep = cell_yes(text, &building->out->keep, building->arena);
    return building->out->has_keep || refused(building, column, TEXT_COLUMN_YES, text);
}

static bool add_note(struct building *building, const char *text)
{
    const char *before = building->out->handling_note;
    building->out->handling_note =
        before ? arena_format(building->arena, "%s\n%s", before, text) : text;
    return building->out->handling_note ? true : full(building);
}

static bool add_cell(struct building *building, const struct column *column, const char *text,
                     const char *label)
{
    struct contact_new *out = building->out;
    switch (column->meaning) {
    case COLUMN_NAME: out->name = text; return true;
    case COLUMN_GIVEN_NAME: out->given_name = text; return true;
    case COLUMN_FAMILY_NAME: out->family_name = text; return true;
    case COLUMN_ORGANISATION: out->organisation = text; return true;
    case COLUMN_CUSTOMER_NUMBER: out->customer_number = text; return true;
    case COLUMN_MESSAGE: out->message = text; return true;
    case COLUMN_KIND: return add_kind(building, column, text);
    case COLUMN_PHONE: return add_phone(building, column, text, label);
    case COLUMN_EMAIL: return add_texts(building, column, text, "\n;, ");
    case COLUMN_CATEGORIES: return add_texts(building, column, text, "\n;,");
    case COLUMN_LANGUAGE: return add_language(building, text);
    case COLUMN_HANDLING_NOTE: return add_note(building, text);
    case COLUMN_KEEP: return add_keep(building, column, text);
    case COLUMN_PHONE_LABEL:
    case COLUMN_NOTHING: return true;
    default: return add_address(building, column, text);
    }
}

// Who has no name of their own is named after the firm, and is one.
static void name_after_firm(struct contact_new *out)
{
    if (out->name || out->given_name || out->family_name || !out->organisation)
        return;
    out->name = out->organisation;
    out->organisation = NULL;
    if (!out->kind)
        out->kind = contact_kind_ORGANISATION;
}

bool columns_contact(const struct columns *columns, const struct column_cell *cells, size_t count,
                     struct arena *arena, struct contact_new *out, struct err *err)
{
    struct building building = {
        .columns = columns,
        .arena = arena,
        .out = out,
        .phones = arena_array(arena, PHONES_MAX, sizeof *building.phones),
        .addresses = arena_array(arena, ADDRESSES_MAX, sizeof *building.addresses),
        .emails = arena_array(arena, TEXTS_MAX, sizeof *building.emails),
        .categories = arena_array(arena, TEXTS_MAX, sizeof *building.categories),
        .err = err,
    };
    *out = (struct contact_new){ .phones = building.phones,
                                 .addresses = building.addresses,
                                 .emails = building.emails,
                                 .categories = building.categories };
    if (!building.phones || !building.addresses || !building.emails || !building.categories)
        return full(&building);
    for (size_t i = 0; i < count; i++) {
        if (cells[i].column >= columns->count)
            continue;
        const struct column *column = &columns->list[cells[i].column];
        const struct column *beside = column->meaning == COLUMN_PHONE
                                          ? column_beside(&building, column, COLUMN_PHONE_LABEL)
                                          : NULL;
        const char *text = cell_tidy(cells[i].text, arena);
        if (text && !add_cell(&building, column, text, cell_text(&building, beside, cells, count)))
            return false;
    }
    name_after_firm(out);
    return record_check(contact_new_record(), out, err);
}

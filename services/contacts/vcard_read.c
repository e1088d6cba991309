// SPDX-License-Identifier: Apache-2.0
// Lines are unfolded, properties of one card gathered, and the card handed over at its END.
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/text.h"
#include "common/wire/codec.h"
#include "services/contacts/columns.h"
#include "services/contacts/vcard.h"
#include "services/contacts/vcard_line.h"

#define LINE_MAX_BYTES ((size_t)64 << 10)
#define CARD_BYTES     ((size_t)4 << 20)
#define PHONES_MAX     30
#define TEXTS_MAX      10
#define ADDRESSES_MAX  10
#define GROUPS_MAX     60

struct grouped {
    const char *group;
    const char **label; // of what the group holds
};

struct vcard_reader {
    struct arena *arena; // of the present card
    char *line;          // unfolded so far
    size_t size;
    bool has_line, too_long, soft_break;
    int64_t number, told; // of the present card; of the one told last
    bool open;            // within a card
    bool binary;          // the last property was a picture, sound or key, whose lines may be bare
    struct err fault;
    struct contact_new contact;
    bool is_organisation;
    struct number phones[PHONES_MAX];
    const char *emails[TEXTS_MAX], *categories[TEXTS_MAX];
    struct address addresses[ADDRESSES_MAX];
    struct grouped groups[GROUPS_MAX];
    size_t group_count;
    struct {
        const char *group, *label;
    } labels[GROUPS_MAX];
    size_t label_count;
};

struct vcard_reader *vcard_reader_new(void)
{
    struct vcard_reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        abort();
    reader->line = malloc(LINE_MAX_BYTES + 1);
    if (!reader->line)
        abort();
    reader->arena = arena_new(CARD_BYTES);
    return reader;
}

void vcard_reader_free(struct vcard_reader *reader)
{
    if (!reader)
        return;
    arena_free(reader->arena);
    free(reader->line);
    free(reader);
}

int64_t vcard_number(const struct vcard_reader *reader)
{
    return reader->told;
}

static void card_begin(struct vcard_reader *reader)
{
    arena_reset(reader->arena);
    reader->number++;
    reader->open = true;
    reader->binary = reader->is_organisation = false;
    reader->fault = (struct err){ .code = ERR_NONE };
    reader->contact = (struct contact_new){ .kind = 0 };
    reader->group_count = reader->label_count = 0;
    reader->contact.phones = reader->phones;
    reader->contact.emails = reader->emails;
    reader->contact.categories = reader->categories;
    reader->contact.addresses = reader->addresses;
}

static void card_fault(struct vcard_reader *reader, const char *field, enum text_id text,
                       const char *value)
{
    (void)fail(&reader->fault, ERR_INVALID, field, text, value, NULL);
}

static const char *filled(const char *text)
{
    if (!text)
        return NULL;
    while (*text == ' ')
        text++;
    return *text ? text : NULL;
}

static const char *clean(struct vcard_reader *reader, const char *text)
{
    text = filled(text);
    return text ? text_clean(reader->arena, text, strlen(text)) : NULL;
}

// --- labels
static const char *type_label(const struct vcard_line *line)
{
    static const struct {
        const char *type, *label;
    } known[] = { { "fax", "Fax" },   { "cell", "mobil" },   { "pager", "Pager" },
                  { "work", "Büro" }, { "home", "privat" },  { "iphone", "mobil" },
                  { "car", "Auto" },  { "main", "Zentrale" } };
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (vcard_is_type(line, known[i].type))
            return known[i].label;
    }
    return NULL;
}

static void remember_group(struct vcard_reader *reader, const struct vcard_line *line,
                           const char **label)
{
    if (*line->group && reader->group_count < GROUPS_MAX)
        reader->groups[reader->group_count++] = (struct grouped){ line->group, label };
}

// Apple writes its own labels as "_$!<Work>!$_".
static void add_label(struct vcard_reader *reader, const struct vcard_line *line)
{
    const char *text = clean(reader, vcard_text(line->value, reader->arena));
    if (!text || !*line->group || reader->label_count == GROUPS_MAX)
        return;
    if (strncmp(text, "_$!<", 4) == 0)
        text = arena_text(reader->arena, text + 4, strcspn(text + 4, ">"));
    if (!filled(text))
        return;
    reader->labels[reader->label_count].group = line->group;
    reader->labels[reader->label_count++].label = text;
}

static void settle_labels(struct vcard_reader *reader)
{
    for (size_t i = 0; i < reader->label_count; i++) {
        for (size_t k = 0; k < reader->group_count; k++) {
            if (strcasecmp(reader->labels[i].group, reader->groups[k].group) == 0)
                *reader->groups[k].label = reader->labels[i].label;
        }
    }
}

// --- properties
static void add_phone(struct vcard_reader *reader, const struct vcard_line *line)
{
    const char *typed = clean(reader, vcard_text(line->value, reader->arena));
    if (typed && strncasecmp(typed, "tel:", 4) == 0) {
        const char *extension = strstr(typed, ";ext=");
        const char *number = arena_text(reader->arena, typed + 4, strcspn(typed + 4, ";"));
        typed = number && extension ? arena_format(reader->arena, "%s DW %.*s", number,
                                                   (int)strcspn(extension + 5, ";"), extension + 5)
                                    : number;
    }
    if (!typed)
        return;
    if (reader->contact.phones_count == PHONES_MAX) {
        card_fault(reader, "TEL", TEXT_LIST_TOO_LONG, int_text(PHONES_MAX).text);
        return;
    }
    struct number *number = &reader->phones[reader->contact.phones_count++];
    *number = (struct number){ .typed = typed, .label = type_label(line) };
    remember_group(reader, line, &number->label);
}

static void add_text(struct vcard_reader *reader, const char *text, const char *property)
{
    bool emails = strcmp(property, "EMAIL") == 0;
    const char **texts = emails ? reader->emails : reader->categories;
    size_t *count = emails ? &reader->contact.emails_count : &reader->contact.categories_count;
    text = clean(reader, text);
    if (!text)
        return;
    if (strncasecmp(text, "mailto:", 7) == 0 && emails)
        text += 7;
    for (size_t i = 0; i < *count; i++) {
        if (strcmp(texts[i], text) == 0)
            return;
    }
    if (*count == TEXTS_MAX)
        card_fault(reader, property, TEXT_LIST_TOO_LONG, int_text(TEXTS_MAX).text);
    else
        texts[(*count)++] = text;
}

static const char *join(struct vcard_reader *reader, const char *a, const char *b, const char *with)
{
    if (!filled(a) || !filled(b))
        return filled(a) ? a : filled(b);
    return arena_format(reader->arena, "%s%s%s", a, with, b);
}

// Post box, extended, street, town, region, postcode, country.
static void add_address(struct vcard_reader *reader, const struct vcard_line *line)
{
    const char *parts[VCARD_PARTS_MAX] = { NULL };
    size_t count = vcard_parts(line->value, ';', reader->arena, parts);
    for (size_t i = 0; i < 7; i++)
        parts[i] = i < count ? clean(reader, parts[i]) : NULL;
    struct address address = {
        .label = type_label(line),
        .street = join(reader, join(reader, parts[0], parts[1], ", "), parts[2], ", "),
        .postcode = parts[5],
        .town = parts[3] ? parts[3] : parts[4],
        .country = parts[6] ? country_code(parts[6], reader->arena) : NULL,
    };
    if (parts[6] && !address.country) // a land we have no letters for is not lost
        address.town = address.town ? arena_format(reader->arena, "%s (%s)", address.town, parts[6])
                                    : parts[6];
    if (!address.street && !address.postcode && !address.town && !address.country)
        return;
    if (reader->contact.addresses_count == ADDRESSES_MAX) {
        card_fault(reader, "ADR", TEXT_LIST_TOO_LONG, int_text(ADDRESSES_MAX).text);
        return;
    }
    struct address *kept = &reader->addresses[reader->contact.addresses_count++];
    *kept = address;
    remember_group(reader, line, &kept->label);
}

static void set_names(struct vcard_reader *reader, const struct vcard_line *line)
{
    const char *parts[VCARD_PARTS_MAX] = { NULL };
    size_t count = vcard_parts(line->value, ';', reader->arena, parts);
    reader->contact.family_name = count > 0 ? clean(reader, parts[0]) : NULL;
    reader->contact.given_name = count > 1 ? clean(reader, parts[1]) : NULL;
    if (count > 2)
        reader->contact.given_name =
            join(reader, reader->contact.given_name, clean(reader, parts[2]), " ");
}

static void set_firm(struct vcard_reader *reader, const struct vcard_line *line)
{
    const char *parts[VCARD_PARTS_MAX] = { NULL };
    size_t count = vcard_parts(line->value, ';', reader->arena, parts);
    for (size_t i = 0; i < count; i++)
        reader->contact.organisation =
            join(reader, i ? reader->contact.organisation : NULL, clean(reader, parts[i]), ", ");
}

static void set_text(struct vcard_reader *reader, const char **slot, const struct vcard_line *line)
{
    const char *text = clean(reader, vcard_text(line->value, reader->arena));
    if (!text)
        return;
    *slot = *slot && slot == &reader->contact.handling_note
                ? arena_format(reader->arena, "%s\n%s", *slot, text)
                : text;
}

static void add_categories(struct vcard_reader *reader, const struct vcard_line *line)
{
    const char *parts[VCARD_PARTS_MAX];
    size_t count = vcard_parts(line->value, ',', reader->arena, parts);
    for (size_t i = 0; i < count; i++)
        add_text(reader, parts[i], "CATEGORIES");
}

static const char **text_slot(struct contact_new *contact, const char *name)
{
    const struct {
        const char *name;
        const char **slot;
    } slots[] = { { "FN", &contact->name },
                  { "NOTE", &contact->handling_note },
                  { "LANG", &contact->language },
                  { "X-RUFBUS-LANG", &contact->language },
                  { "X-RUFBUS-CUSTOMER-NUMBER", &contact->customer_number },
                  { "X-RUFBUS-MESSAGE", &contact->message } };
    for (size_t i = 0; i < COUNT_OF(slots); i++) {
        if (strcmp(slots[i].name, name) == 0)
            return slots[i].slot;
    }
    return NULL;
}

static bool is_named(const struct vcard_line *line, const char *name)
{
    return strcmp(line->name, name) == 0;
}

static bool says(const struct vcard_line *line, const char *word)
{
    return strcasecmp(line->value, word) == 0;
}

static void take_property(struct vcard_reader *reader, const struct vcard_line *line)
{
    const char **slot = text_slot(&reader->contact, line->name);
    if (slot) {
        set_text(reader, slot, line);
    } else if (is_named(line, "N")) {
        set_names(reader, line);
    } else if (is_named(line, "ORG")) {
        set_firm(reader, line);
    } else if (is_named(line, "TEL")) {
        add_phone(reader, line);
    } else if (is_named(line, "EMAIL")) {
        add_text(reader, vcard_text(line->value, reader->arena), "EMAIL");
    } else if (is_named(line, "ADR")) {
        add_address(reader, line);
    } else if (is_named(line, "CATEGORIES")) {
        add_categories(reader, line);
    } else if (is_named(line, "X-ABLABEL")) {
        add_label(reader, line);
    } else if (is_named(line, "KIND") || is_named(line, "X-ABSHOWAS") ||
               is_named(line, "X-ADDRESSBOOKSERVER-KIND")) {
        reader->is_organisation |= says(line, "org") || says(line, "company");
    } else if (is_named(line, "X-RUFBUS-KEEP")) {
        reader->contact.has_keep = true;
        reader->contact.keep = says(line, "1");
    } else if (is_named(line, "VERSION") && !says(line, "2.1") && !says(line, "3.0") &&
               !says(line, "4.0")) {
        card_fault(reader, "VERSION", TEXT_VCARD_VERSION, line->value);
    }
}

// --- cards
static void settle_kind(struct contact_new *contact, bool organisation)
{
    bool person = contact->given_name || contact->family_name;
    if (!contact->name && !person && contact->organisation)
        contact->name = contact->organisation;
    organisation |= !person && contact->name && text_equal(contact->name, contact->organisation);
    contact->kind = organisation ? contact_kind_ORGANISATION : contact_kind_PERSON;
    if (organisation && text_equal(contact->name, contact->organisation))
        contact->organisation = NULL;
}

static enum vcard_step card_end(struct vcard_reader *reader, struct contact_new *out,
                                struct err *err)
{
    reader->open = false;
    reader->told = reader->number;
    settle_labels(reader);
    settle_kind(&reader->contact, reader->is_organisation);
    *out = reader->contact;
    if (reader->fault.code == ERR_NONE && record_check(contact_new_record(), out, &reader->fault))
        return VCARD_CARD;
    *err = reader->fault;
    return VCARD_FAULT;
}

static enum vcard_step broken(struct vcard_reader *reader, struct err *err)
{
    card_fault(reader, NULL, TEXT_VCARD_OPEN, int_text(reader->number).text);
    *err = reader->fault;
    reader->open = false;
    reader->told = reader->number;
    return VCARD_FAULT;
}

static bool is_line(const char *line, const char *word)
{
    size_t size = strlen(word);
    return strncasecmp(line, word, size) == 0 && line[size + strspn(line + size, " \t")] == '\0';
}

// Of properties that may be of any length, and that no contact needs.
static bool is_binary(const char *line)
{
    static const char *const names[] = { "PHOTO", "LOGO", "SOUND", "KEY", "X-" };
    const char *dot = strchr(line, '.');
    if (dot && dot < line + strcspn(line, ":;"))
        line = dot + 1;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        size_t size = strlen(names[i]);
        if (strncasecmp(line, names[i], size) == 0 && strncasecmp(line, "X-RUFBUS", 8) != 0)
            return true;
    }
    return false;
}

// The unfolded line in reader->line.
static enum vcard_step take_line(struct vcard_reader *reader, struct contact_new *out,
                                 struct err *err)
{
    struct vcard_line line;
    bool too_long = reader->too_long;
    reader->line[reader->size] = '\0';
    if (is_line(reader->line, "BEGIN:VCARD")) {
        enum vcard_step step = reader->open ? broken(reader, err) : VCARD_MORE;
        card_begin(reader);
        return step;
    }
    if (!reader->open)
        return VCARD_MORE;
    if (is_line(reader->line, "END:VCARD"))
        return card_end(reader, out, err);
    if (reader->size == 0 || (too_long && is_binary(reader->line)))
        return VCARD_MORE;
    if (!too_long && vcard_line_read(reader->line, reader->arena, &line)) {
        reader->binary = is_binary(reader->line);
        take_property(reader, &line);
    } else if (!reader->binary) {
        card_fault(reader, NULL, TEXT_VCARD_LINE,
                   text_clean(reader->arena, reader->line, strnlen(reader->line, 60)));
    }
    return VCARD_MORE;
}

static void keep_bytes(struct vcard_reader *reader, const char *bytes, size_t size)
{
    size_t room = LINE_MAX_BYTES - reader->size;
    reader->too_long |= size > room;
    if (size > room)
        size = room;
    if (size)
        memcpy(reader->line + reader->size, bytes, size);
    reader->size += size;
    reader->soft_break = false;
}

// Of 2.1: a line that ends with "=" goes on with the next, however that begins.
static bool ends_softly(const struct vcard_reader *reader)
{
    char name[64];
    size_t size = strcspn(reader->line, ":");
    if (reader->size == 0 || reader->line[reader->size - 1] != '=' || size >= sizeof name)
        return false;
    memcpy(name, reader->line, size);
    name[size] = '\0';
    for (char *at = name; *at; at++)
        *at = *at >= 'a' && *at <= 'z' ? (char)(*at - 32) : *at;
    return strstr(name, "QUOTED-PRINTABLE") != NULL;
}

static void begin_line(struct vcard_reader *reader, const char *line, size_t size)
{
    reader->size = 0;
    reader->too_long = false;
    reader->has_line = true;
    keep_bytes(reader, line, size);
}

enum vcard_step vcard_feed(struct vcard_reader *reader, const char *line, size_t size,
                           struct contact_new *out, struct err *err)
{
    if (size > 0 && line[size - 1] == '\r')
        size--;
    if (size >= 3 && memcmp(line, "\xEF\xBB\xBF", 3) == 0 && !reader->has_line)
        line += 3, size -= 3;
    if (memchr(line, '\0', size))
        size = strlen(line);
    if (reader->has_line) {
        reader->line[reader->size] = '\0';
        if (ends_softly(reader)) {
            reader->size--;
            keep_bytes(reader, line, size);
            return VCARD_MORE;
        }
        if (size > 0 && (line[0] == ' ' || line[0] == '\t')) {
            keep_bytes(reader, line + 1, size - 1);
            return VCARD_MORE;
        }
    }
    enum vcard_step step = reader->has_line ? take_line(reader, out, err) : VCARD_MORE;
    begin_line(reader, line, size);
    return step;
}

enum vcard_step vcard_end(struct vcard_reader *reader, struct contact_new *out, struct err *err)
{
    enum vcard_step step = reader->has_line ? take_line(reader, out, err) : VCARD_MORE;
    reader->has_line = false;
    return step == VCARD_MORE && reader->open ? broken(reader, err) : step;
}

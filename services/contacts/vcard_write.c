// SPDX-License-Identifier: Apache-2.0
// Contacts as vCards: lines folded at 75 bytes without cutting a character.
#include <stdio.h>
#include <string.h>

#include "common/base/text.h"
#include "services/contacts/vcard.h"

#define LINE_BYTES 75

struct writing {
    vcard_put *put;
    void *context;
    size_t column; // bytes in the present line
    enum vcard_version version;
    int items; // groups so far
};

// --- lines
static void put(struct writing *writing, const char *bytes, size_t size)
{
    writing->put(writing->context, bytes, size);
    writing->column += size;
}

static size_t character_size(const char *at)
{
    size_t size = 1;
    while ((at[size] & 0xC0) == 0x80)
        size++;
    return size;
}

static void put_folded(struct writing *writing, const char *bytes, size_t size)
{
    if (writing->column + size > LINE_BYTES) {
        writing->put(writing->context, "\r\n ", 3);
        writing->column = 1;
    }
    put(writing, bytes, size);
}

static void put_plain(struct writing *writing, const char *text)
{
    while (*text) {
        size_t size = character_size(text);
        put_folded(writing, text, size);
        text += size;
    }
}

// Version 4.0 escapes semicolons in compound values only; there a single one would stay "\;".
static void put_escaped(struct writing *writing, const char *text, bool compound)
{
    const char *escaped = compound || writing->version == VCARD_3 ? "\\,;" : "\\,";
    for (; text && *text;) {
        size_t size = character_size(text);
        if (*text == '\n')
            put_folded(writing, "\\n", 2);
        else if (strchr(escaped, *text))
            put_folded(writing, (const char[]){ '\\', *text }, 2);
        else if (*text != '\r')
            put_folded(writing, text, size);
        text += size;
    }
}

static void end_line(struct writing *writing)
{
    writing->put(writing->context, "\r\n", 2);
    writing->column = 0;
}

static void put_line(struct writing *writing, const char *name, const char *text)
{
    if (!text)
        return;
    put_plain(writing, name);
    put_plain(writing, ":");
    put_escaped(writing, text, strcmp(name, "ORG") == 0);
    end_line(writing);
}

// --- labels
static const char *type_of(const char *label)
{
    static const struct {
        const char *label, *type;
    } known[] = { { "Fax", "fax" },      { "mobil", "cell" },  { "Pager", "pager" },
                  { "Büro", "work" },    { "privat", "home" }, { "Auto", "car" },
                  { "Zentrale", "main" } };
    for (size_t i = 0; label && i < COUNT_OF(known); i++) {
        if (strcmp(known[i].label, label) == 0)
            return known[i].type;
    }
    return NULL;
}

// A label that no type says exactly gets a group of its own, as Apple's address book reads it.
static void begin_labelled(struct writing *writing, const char *name, const char *label)
{
    char group[32];
    const char *type = type_of(label);
    if (label && !type) {
        (void)snprintf(group, sizeof group, "item%d.", ++writing->items);
        put_plain(writing, group);
    }
    put_plain(writing, name);
    if (type) {
        put_plain(writing, ";TYPE=");
        put_plain(writing, type);
    }
    put_plain(writing, ":");
}

static void end_labelled(struct writing *writing, const char *label)
{
    char name[48];
    end_line(writing);
    if (!label || type_of(label))
        return;
    (void)snprintf(name, sizeof name, "item%d.X-ABLabel", writing->items);
    put_line(writing, name, label);
}

// --- properties
static void put_names(struct writing *writing, const struct contact *contact)
{
    put_line(writing, "FN", contact->name);
    // 3.0 wants it in any case; whoever has no parts gets none made up.
    if (writing->version == VCARD_4 && !contact->given_name && !contact->family_name)
        return;
    put_plain(writing, "N:");
    put_escaped(writing, contact->family_name, true);
    put_plain(writing, ";");
    put_escaped(writing, contact->given_name, true);
    put_plain(writing, ";;;");
    end_line(writing);
}

static void put_phones(struct writing *writing, const struct contact *contact)
{
    for (size_t i = 0; i < contact->phones_count; i++) {
        const struct number *number = &contact->phones[i];
        begin_labelled(writing, "TEL", number->label);
        put_escaped(writing, number->typed, false);
        end_labelled(writing, number->label);
    }
}

static void put_addresses(struct writing *writing, const struct contact *contact)
{
    for (size_t i = 0; i < contact->addresses_count; i++) {
        const struct address *address = &contact->addresses[i];
        const char *const parts[] = {
            NULL, NULL, address->street, address->town, NULL, address->postcode, address->country
        };
        begin_labelled(writing, "ADR", address->label);
        for (size_t k = 0; k < COUNT_OF(parts); k++) {
            if (k)
                put_plain(writing, ";");
            put_escaped(writing, parts[k], true);
        }
        end_labelled(writing, address->label);
    }
}

static void put_categories(struct writing *writing, const struct contact *contact)
{
    if (contact->categories_count == 0)
        return;
    put_plain(writing, "CATEGORIES:");
    for (size_t i = 0; i < contact->categories_count; i++) {
        if (i)
            put_plain(writing, ",");
        put_escaped(writing, contact->categories[i], false);
    }
    end_line(writing);
}

static void put_kind(struct writing *writing, const struct contact *contact)
{
    bool organisation = contact->kind == contact_kind_ORGANISATION;
    if (writing->version == VCARD_4)
        put_line(writing, "KIND", organisation ? "org" : "individual");
    else if (organisation)
        put_line(writing, "X-ABShowAs", "COMPANY");
}

void vcard_write(const struct contact *contact, enum vcard_version version, vcard_put *to,
                 void *context)
{
    struct writing writing = { .put = to, .context = context, .version = version };
    bool organisation = contact->kind == contact_kind_ORGANISATION;
    char uid[48];
    put_line(&writing, "BEGIN", "VCARD");
    put_line(&writing, "VERSION", version == VCARD_4 ? "4.0" : "3.0");
    (void)snprintf(uid, sizeof uid, "urn:uuid:%s", id_text(contact->id).text);
    put_line(&writing, "UID", uid);
    put_kind(&writing, contact);
    put_names(&writing, contact);
    // Address books show a firm by its ORG; ours stands in the name.
    put_line(&writing, "ORG",
             contact->organisation || !organisation ? contact->organisation : contact->name);
    put_phones(&writing, contact);
    for (size_t i = 0; i < contact->emails_count; i++)
        put_line(&writing, "EMAIL", contact->emails[i]);
    put_addresses(&writing, contact);
    put_categories(&writing, contact);
    put_line(&writing, version == VCARD_4 ? "LANG" : "X-RUFBUS-LANG", contact->language);
    put_line(&writing, "X-RUFBUS-CUSTOMER-NUMBER", contact->customer_number);
    put_line(&writing, "NOTE", contact->handling_note);
    put_line(&writing, "X-RUFBUS-MESSAGE", contact->message ? contact->message->text : NULL);
    if (contact->has_keep)
        put_line(&writing, "X-RUFBUS-KEEP", contact->keep ? "1" : "0");
    put_line(&writing, "END", "VCARD");
}

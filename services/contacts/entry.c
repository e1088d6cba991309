// SPDX-License-Identifier: Apache-2.0
// What tables leave to the reader, decided by form alone.
#include "services/contacts/entry.h"

#include <string.h>

#include "common/base/text.h"
#include "services/contacts/check.h"
#include "services/contacts/likeness.h"

static bool full(struct err *err)
{
    return fail(err, ERR_TOO_LARGE, NULL, TEXT_ROW_TOO_LARGE, NULL);
}

// --- a party
static bool is_lone(const struct entry_party *party)
{
    return party->name && !party->customer_number && party->phones_count == 0 &&
           party->emails_count == 0;
}

static bool has_letter(const char *text, struct arena *arena)
{
    const char *folded = text_fold(arena, text);
    return folded && strspn(folded, "0123456789 ") < strlen(folded);
}

static bool take_phones(const char *const *typed, size_t count, const struct editor *editor,
                        struct whom_said *out, struct err *err)
{
    struct number *numbers = arena_array(editor->arena, count, sizeof *numbers);
    if (!numbers)
        return full(err);
    for (size_t i = 0; i < count; i++)
        numbers[i].typed = typed[i];
    out->phones = count ? numbers_noted(numbers, count, editor, err) : NULL;
    out->phones_count = count;
    return count == 0 || out->phones;
}

static bool take_lone(const char *text, const struct editor *editor, struct whom_said *out,
                      struct err *err)
{
    const char **kept = arena_alloc(editor->arena, sizeof *kept);
    struct phone phone;
    struct err no_phone = { 0 };
    if (!kept)
        return full(err);
    *kept = text;
    out->maybe_number = strpbrk(text, "0123456789") ? text : NULL;
    if (has_letter(text, editor->arena)) {
        out->emails = kept;
        out->emails_count = strchr(text, '@') ? 1 : 0;
        out->name = out->emails_count ? NULL : text;
        return true;
    }
    return !phone_read(text, editor->home, &phone, &no_phone) ||
           take_phones(kept, 1, editor, out, err);
}

bool entry_said(const struct entry_party *party, const struct editor *editor, struct whom_said *out,
                struct err *err)
{
    *out = (struct whom_said){ 0 };
    if (is_lone(party))
        return take_lone(party->name, editor, out, err);
    out->name = party->name;
    out->customer_number = party->customer_number;
    out->emails = party->emails;
    out->emails_count = party->emails_count;
    return take_phones(party->phones, party->phones_count, editor, out, err);
}

// --- names
bool entry_same_name(const char *a, const char *b, struct arena *arena)
{
    const char *first = a ? likeness_name(a, arena) : NULL;
    const char *second = b ? likeness_name(b, arena) : NULL;
    return first && second && *first && strcmp(first, second) == 0;
}

static bool has_word(const char *words, const char *word, size_t size)
{
    for (const char *at = words; at && *at; at += strcspn(at, " "), at += *at == ' ') {
        if (strcspn(at, " ") == size && strncmp(at, word, size) == 0)
            return true;
    }
    return false;
}

bool entry_shares_word(const char *name, const struct contact *contact, struct arena *arena)
{
    const char *const texts[] = { contact->name, contact->given_name, contact->family_name,
                                  contact->organisation };
    const char *said = text_fold(arena, name);
    for (size_t i = 0; said && i < COUNT_OF(texts); i++) {
        const char *has = texts[i] ? text_fold(arena, texts[i]) : NULL;
        for (const char *at = said; *at; at += strcspn(at, " "), at += *at == ' ') {
            if (has_word(has, at, strcspn(at, " ")))
                return true;
        }
    }
    return !said;
}

enum contact_kind entry_kind(const char *name, enum party_role role, struct arena *arena)
{
    static const char *const forms[] = { "gmbh",    "mbh",         "ag",         "kg",   "ohg",
                                         "ug",      "gbr",         "eg",         "kgaa", "partg",
                                         "verein",  "stiftung",    "ltd",        "inc",  "company",
                                         "gericht", "amtsgericht", "landgericht" };
    const char *folded = text_fold(arena, name);
    if (role == party_role_COURT || role == party_role_AUTHORITY || role == party_role_INSURER)
        return contact_kind_ORGANISATION;
    for (size_t i = 0; folded && i < COUNT_OF(forms); i++) {
        if (has_word(folded, forms[i], strlen(forms[i])))
            return contact_kind_ORGANISATION;
    }
    return contact_kind_PERSON;
}

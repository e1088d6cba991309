// SPDX-License-Identifier: Apache-2.0
// Four kinds of things; all of them are compared as plain text.
#include "services/contacts/likeness.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/phone_match.h"
#include "common/base/text.h"

#define WORDS_MAX  40
#define VALUE_MAX  240 // characters and more of bytes than a reason can show are cut
#define PLACES_MAX 10

struct gathering {
    struct arena *arena;
    struct likeness_of *out;
    size_t count;
};

static void add(struct gathering *gathering, enum likeness likeness, const char *value)
{
    if (!value || !*value || strlen(value) > VALUE_MAX || gathering->count == LIKENESSES_MAX)
        return;
    for (size_t i = 0; i < gathering->count; i++) {
        if (gathering->out[i].likeness == likeness && strcmp(gathering->out[i].value, value) == 0)
            return;
    }
    gathering->out[gathering->count++] = (struct likeness_of){ likeness, value };
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *likeness_name(const char *name, struct arena *arena)
{
    const char *words[WORDS_MAX];
    char *folded = text_fold(arena, name);
    size_t size = folded ? strlen(folded) : 0, count = 0, used = 0;
    char *all = folded ? arena_alloc(arena, size + 1) : NULL;
    if (!all)
        return NULL;
    while (*folded && count < WORDS_MAX) {
        words[count++] = folded;
        folded += strcspn(folded, " ");
        if (*folded)
            *folded++ = '\0';
    }
    qsort(words, count, sizeof *words, by_text);
    for (size_t i = 0; i < count; i++) {
        size_t word = strlen(words[i]);
        if (i)
            all[used++] = ' ';
        memcpy(all + used, words[i], word);
        used += word;
    }
    all[used] = '\0';
    return all;
}

const char *likeness_customer(const char *number, struct arena *arena)
{
    return text_fold(arena, number);
}

static void add_numbers(struct gathering *gathering, const struct contact *contact)
{
    for (size_t i = 0; i < contact->phones_count; i++) {
        const struct number *number = &contact->phones[i];
        char whole[PHONE_WHOLE_MAX][PHONE_E164_MAX + 1];
        size_t count = number->e164 ? phone_whole(number->e164, number->extension, whole) : 0;
        for (size_t k = 0; k < count; k++)
            add(gathering, likeness_NUMBER,
                arena_text(gathering->arena, whole[k], strlen(whole[k])));
    }
}

static void add_emails(struct gathering *gathering, const struct contact *contact)
{
    for (size_t i = 0; i < contact->emails_count; i++) {
        char *email = arena_text(gathering->arena, contact->emails[i], strlen(contact->emails[i]));
        for (char *at = email; at && *at; at++)
            *at = (char)tolower((unsigned char)*at);
        add(gathering, likeness_EMAIL, email);
    }
}

static void add_places(struct gathering *gathering, const struct contact *contact)
{
    struct arena *arena = gathering->arena;
    const char *name = contact->addresses_count > 0 ? likeness_name(contact->name, arena) : NULL;
    for (size_t i = 0; name && *name && i < contact->addresses_count && i < PLACES_MAX; i++) {
        const struct address *address = &contact->addresses[i];
        const char *place = address->town ? address->town : address->postcode;
        const char *folded = place ? text_fold(arena, place) : NULL;
        if (folded && *folded)
            add(gathering, likeness_NAME_PLACE, arena_format(arena, "%s, %s", name, folded));
    }
}

size_t likenesses(const struct contact *contact, unsigned kinds, struct arena *arena,
                  struct likeness_of out[LIKENESSES_MAX])
{
    struct gathering gathering = { .arena = arena, .out = out };
    if (kinds & LIKENESS_BIT(NUMBER))
        add_numbers(&gathering, contact);
    if (kinds & LIKENESS_BIT(EMAIL))
        add_emails(&gathering, contact);
    if (kinds & LIKENESS_BIT(NAME_PLACE))
        add_places(&gathering, contact);
    if ((kinds & LIKENESS_BIT(CUSTOMER_NUMBER)) && contact->customer_number)
        add(&gathering, likeness_CUSTOMER_NUMBER,
            likeness_customer(contact->customer_number, arena));
    return gathering.count;
}

// SPDX-License-Identifier: Apache-2.0
// What contacts say beside name and numbers: drawn from few values, so that two of them often share
// some and differ in others.
#include <string.h>

#include "tests/sim/work.h"

static const char *one_of(struct sim *sim, const char *const *values, size_t count)
{
    size_t nth = (size_t)sim_below(sim, 2 * count);

    return nth < count ? values[nth] : NULL;
}

static void some_lists(struct sim *sim, struct contact_new *in)
{
    static const char *const emails[] = { "a@haus.test", "b@haus.test", "c@haus.test",
                                          "a@haus.test" };
    static const char *const categories[] = { "caller", "customer", "supplier" };
    static const struct address addresses[] = {
        { .street = "Hauptstr. 1", .postcode = "10115", .town = "Berlin" },
        { .street = "Hauptstr. 1", .postcode = "20095", .town = "Hamburg" },
        { .street = "Nebenweg 2", .postcode = "10115", .town = "Berlin", .country = "DE" },
    };

    in->emails = emails + sim_below(sim, 2);
    in->emails_count = (size_t)sim_below(sim, 3);
    in->categories = categories + sim_below(sim, 3);
    in->categories_count = (size_t)sim_below(sim, 2);
    in->addresses = addresses + sim_below(sim, 3);
    in->addresses_count = (size_t)sim_below(sim, 2);
}

void detail_some(struct sim *sim, struct contact_new *in)
{
    static const char *const given[] = { "Erika", "Max" }, *const family[] = { "Muster", "Klein" };
    static const char *const firms[] = { "Beispiel AG", "Muster GmbH" };
    static const char *const numbers[] = { "K-1", "K-2", "K-3" }, *const tongues[] = { "de", "en" };

    if (sim_below(sim, 2) == 0)
        return;
    some_lists(sim, in);
    if (sim_below(sim, 2) == 0) {
        in->kind = contact_kind_PERSON;
        in->given_name = one_of(sim, given, COUNT_OF(given));
        in->family_name = one_of(sim, family, COUNT_OF(family));
        in->organisation = one_of(sim, firms, COUNT_OF(firms));
    }
    in->customer_number = one_of(sim, numbers, COUNT_OF(numbers));
    in->language = one_of(sim, tongues, COUNT_OF(tongues));
    if (sim_below(sim, 3) == 0)
        in->handling_note = "bitte leise";
    in->has_keep = sim_below(sim, 3) == 0;
    in->keep = in->has_keep && sim_below(sim, 2) == 0;
}

// --- nothing is lost
static bool in_conflict(const struct contact_merged *merged, const char *field, const char *other)
{
    for (size_t i = 0; i < merged->conflicts_count; i++)
        if (strcmp(merged->conflicts[i].field, field) == 0 &&
            (!other || strcmp(merged->conflicts[i].other, other) == 0))
            return true;
    return false;
}

static bool has_text(const char *const *texts, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(texts[i], text) == 0)
            return true;
    return false;
}

static bool has_texts(const char *const *texts, size_t count, const char *const *more,
                      size_t more_count)
{
    for (size_t i = 0; i < more_count; i++)
        if (!has_text(texts, count, more[i]))
            return false;
    return true;
}

static bool has_phones(const struct contact *kept, const struct contact *from)
{
    for (size_t i = 0; i < from->phones_count; i++) {
        bool held = false;

        for (size_t k = 0; k < kept->phones_count && !held; k++)
            held = strcmp(kept->phones[k].typed, from->phones[i].typed) == 0;
        if (!held)
            return false;
    }
    return true;
}

static bool has_addresses(const struct contact *kept, const struct contact *from)
{
    for (size_t i = 0; i < from->addresses_count; i++) {
        bool held = false;

        for (size_t k = 0; k < kept->addresses_count && !held; k++)
            held = strcmp(kept->addresses[k].street, from->addresses[i].street) == 0 &&
                   strcmp(kept->addresses[k].town, from->addresses[i].town) == 0;
        if (!held)
            return false;
    }
    return true;
}

// Every line of `more` is one of `text`.
static bool has_lines(const char *text, const char *more)
{
    size_t size;

    for (; more && *more; more += size + (more[size] == '\n')) {
        const char *at = text;

        size = strcspn(more, "\n");
        while (at && (strncmp(at, more, size) != 0 || (at[size] && at[size] != '\n'))) {
            at = strchr(at, '\n');
            at = at ? at + 1 : NULL;
        }
        if (!at)
            return false;
    }
    return true;
}

static const char *message_text(const struct contact *contact)
{
    return contact->message ? contact->message->text : NULL;
}

void detail_check(struct sim *sim, const struct contact *from, const struct contact *kept,
                  const struct contact_merged *merged)
{
    const struct {
        const char *field, *from, *kept;
    } values[] = {
        { "name", from->name, kept->name },
        { "given_name", from->given_name, kept->given_name },
        { "family_name", from->family_name, kept->family_name },
        { "organisation", from->organisation, kept->organisation },
        { "language", from->language, kept->language },
        { "customer_number", from->customer_number, kept->customer_number },
    };

    for (size_t i = 0; i < COUNT_OF(values); i++)
        if (values[i].from && (!values[i].kept || strcmp(values[i].from, values[i].kept) != 0) &&
            !in_conflict(merged, values[i].field, values[i].from))
            sim_fail(sim, "contact_merge lost the %s \"%s\"", values[i].field, values[i].from);
    if (!has_phones(kept, from) || !has_addresses(kept, from) ||
        !has_texts(kept->emails, kept->emails_count, from->emails, from->emails_count) ||
        !has_texts(kept->categories, kept->categories_count, from->categories,
                   from->categories_count))
        sim_fail(sim, "contact_merge: not all that \"%s\" had is in a list", from->name);
    if (!has_lines(kept->handling_note, from->handling_note) ||
        !has_lines(message_text(kept), message_text(from)))
        sim_fail(sim, "contact_merge lost a line of \"%s\"", from->name);
    if ((from->has_keep && !kept->has_keep) ||
        (from->kind != kept->kind && !in_conflict(merged, "kind", NULL)))
        sim_fail(sim, "contact_merge lost something of \"%s\"", from->name);
}

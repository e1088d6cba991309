// SPDX-License-Identifier: Apache-2.0
#include "services/cli/naming.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "proto/stubs.h"
#include "services/cli/pages.h"

#define MEMORY      ((size_t)16 << 20)
#define LIMIT       20
#define SEARCH_TEXT 120
#define NUMBER_TEXT 40
#define SHOWING_MS  1000 // a name is not worth more waiting than that: its id will do

struct asking {
    struct client *client;
    enum name_kind kind;
    const char *text;
    struct names names;
    struct arena *arena;
    enum call_result result;
};

// --- all staff, teams, clients
// All pages of a method that takes a page and whose rows have an id and a name.
static bool load(struct names *names, enum name_kind kind, const struct method *method,
                 struct client *client, struct arena *arena)
{
    struct page in = { .has_limit = true, .limit = 200 };
    struct listing_page page = { .more = true };
    void *out = arena_alloc(arena, method->out()->size);
    while (page.more && out) {
        memset(out, 0, method->out()->size);
        enum call_result result = client_call(client, method, &in, out);
        if (result != CALL_DONE)
            return result == CALL_REFUSED; // not for their eyes
        page = listing_page(method, out);
        const struct field *id = record_field(page.record, "id");
        const struct field *name = record_field(page.record, "name");
        for (size_t i = 0; i < page.count; i++) {
            const char *row = page.rows + i * page.record->size;
            struct name one = { .kind = kind };
            memcpy(&one.id, row + id->offset, sizeof one.id);
            memcpy(&one.text, row + name->offset, sizeof one.text);
            names_add(names, &one, arena);
            in.after = one.id;
        }
    }
    return true;
}

bool naming_load(struct names *names, struct client *client, struct arena *arena)
{
    static const struct method *const methods[] = {
        [NAME_STAFF] = &method_staff_list,
        [NAME_TEAM] = &method_team_list,
        [NAME_CLIENT] = &method_client_list,
    };
    bool good = true;
    *names = (struct names){ .count = 0 };
    for (size_t kind = 0; kind < COUNT_OF(methods) && good; kind++)
        good = load(names, (enum name_kind)kind, methods[kind], client, arena);
    names_sort(names);
    return good;
}

// --- what a field refers to
static bool kind_called(const char *word, size_t size, enum name_kind *ret)
{
    static const struct {
        const char *word;
        enum name_kind kind;
    } words[] = {
        { "staff", NAME_STAFF },     { "deputy", NAME_STAFF },     { "lawyer", NAME_STAFF },
        { "clerk", NAME_STAFF },     { "team", NAME_TEAM },        { "client", NAME_CLIENT },
        { "contact", NAME_CONTACT }, { "customer", NAME_CONTACT }, { "file", NAME_FILE },
        { "inquiry", NAME_INQUIRY },
    };
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (strlen(words[i].word) != size || strncmp(words[i].word, word, size) != 0)
            continue;
        *ret = words[i].kind;
        return true;
    }
    return false;
}

bool naming_kind(const char *field, enum name_kind *ret)
{
    return kind_called(field, strlen(field), ret);
}

bool naming_kind_asked(const struct method *method, const char *field, enum name_kind *ret)
{
    if (strcmp(field, "id") != 0)
        return naming_kind(field, ret);
    // What is deleted is named by its id.
    size_t size = strcspn(method->name, "_");
    const char *verb = method->name + size;
    return (strcmp(verb, "_get") == 0 || strcmp(verb, "_edit") == 0) &&
           kind_called(method->name, size, ret);
}

// --- asking for those that may be meant
static void ask_contacts(struct asking *asking)
{
    struct search_query query = {
        .text = asking->text, .kind = search_kind_CONTACT, .has_limit = true, .limit = LIMIT
    };
    struct search_hits hits = { 0 };
    if (strlen(asking->text) > SEARCH_TEXT)
        return;
    asking->result = call_search(asking->client, &query, &hits);
    for (size_t i = 0; asking->result == CALL_DONE && i < hits.hits_count; i++) {
        const struct search_hit *hit = &hits.hits[i];
        struct name name = { hit->id, NAME_CONTACT, hit->title, hit->detail, NULL };
        names_add(&asking->names, &name, asking->arena);
    }
}

static void ask_files(struct asking *asking)
{
    struct file_query query = { .part = asking->text, .has_limit = true, .limit = LIMIT };
    struct file_matches matches = { 0 };
    if (strlen(asking->text) > NUMBER_TEXT)
        return;
    asking->result = call_file_find(asking->client, &query, &matches);
    for (size_t i = 0; asking->result == CALL_DONE && i < matches.matches_count; i++) {
        const struct file *file = matches.matches[i].file;
        struct name name = { file->id, NAME_FILE, file->number, file->title, NULL };
        names_add(&asking->names, &name, asking->arena);
    }
}

// Found by their firm or number rather than by name, or a number by a part of it.
static void all_hits(const struct asking *asking, struct names_meant *meant)
{
    for (size_t i = 0; i < asking->names.count; i++) {
        if (meant->count < NAMES_SHOWN)
            meant->shown[meant->count] = &asking->names.rows[i];
        meant->count++;
    }
    meant->certain = asking->kind == NAME_CONTACT;
}

static struct names_meant ask(struct asking *asking)
{
    switch (asking->kind) {
    case NAME_CONTACT: ask_contacts(asking); break;
    case NAME_FILE: ask_files(asking); break;
    default:
        if (!naming_load(&asking->names, asking->client, asking->arena))
            asking->result = CALL_UNKNOWN;
    }
    const char *folded = text_fold(asking->arena, asking->text);
    struct names_meant meant = names_meant(&asking->names, asking->kind, folded ? folded : "");
    if (meant.count == 0 && (asking->kind == NAME_CONTACT || asking->kind == NAME_FILE))
        all_hits(asking, &meant);
    return meant;
}

static bool choose(struct asking *asking, const char *field, struct id *out, struct err *err)
{
    static const char *const shown_by[] = {
        [NAME_STAFF] = "rufbus staff",    [NAME_TEAM] = "rufbus teams",
        [NAME_CLIENT] = "rufbus clients", [NAME_CONTACT] = "rufbus contacts",
        [NAME_FILE] = "rufbus files",
    };
    struct names_meant meant = ask(asking);
    if (asking->result == CALL_REFUSED) {
        *err = asking->client->refused;
        return false;
    }
    if (asking->result != CALL_DONE)
        return fail(err, ERR_TIMEOUT, NULL, TEXT_CLI_NO_ANSWER, "contacts", NULL);
    if (meant.count == 0)
        return fail(err, ERR_INVALID, field, TEXT_NAMING_NOBODY, asking->text,
                    shown_by[asking->kind], NULL);
    if (meant.count > 1 || !meant.certain)
        return fail(err, ERR_INVALID, field,
                    meant.certain ? TEXT_NAMING_SEVERAL : TEXT_NAMING_NEARLY, asking->text,
                    names_listed(&meant, asking->arena), NULL);
    *out = meant.shown[0]->id;
    return true;
}

static bool inquiry_id(struct client *client, const char *number, const char *field, struct id *out,
                       struct err *err)
{
    struct inquiry_ref query = { .number = number };
    struct inquiry_match match = { 0 };
    enum call_result result = call_inquiry_get(client, &query, &match);
    if (result == CALL_DONE) {
        *out = match.inquiry->id;
        return true;
    }
    if (result != CALL_REFUSED)
        return fail(err, ERR_TIMEOUT, NULL, TEXT_CLI_NO_ANSWER, "timekeeping", NULL);
    *err = client->refused;
    (void)snprintf(err->field, sizeof err->field, "%s", field ? field : "");
    return false;
}

// Meant as an id, well written or not.
static bool is_id(const char *text)
{
    return strlen(text) >= 32 && !text[strspn(text, "0123456789abcdefABCDEF-")];
}

bool naming_id(struct client *client, enum name_kind kind, const char *text, const char *field,
               struct id *out, struct err *err)
{
    struct asking asking = { .client = client, .kind = kind, .text = text };
    struct arena *arena = client->arena; // answers may be forgotten, what was typed may not
    if (id_parse(text, out))
        return true;
    if (is_id(text))
        return fail(err, ERR_INVALID, field, TEXT_ID_INVALID, NULL);
    client->arena = asking.arena = arena_new(MEMORY);
    bool good = kind == NAME_INQUIRY ? inquiry_id(client, text, field, out, err)
                                     : choose(&asking, field, out, err);
    client->arena = arena;
    names_done(&asking.names);
    arena_free(asking.arena);
    return good;
}

// --- back again
struct naming {
    struct client *client;
    struct arena *arena;
    struct names house, others; // staff, teams, clients; what was asked for singly
    bool asked_house;
};

struct naming *naming_new(struct client *client)
{
    struct naming *naming = calloc(1, sizeof *naming);
    if (!naming)
        abort();
    naming->client = client;
    naming->arena = arena_new(MEMORY);
    return naming;
}

void naming_free(struct naming *naming)
{
    if (!naming)
        return;
    names_done(&naming->house);
    names_done(&naming->others);
    arena_free(naming->arena);
    free(naming);
}

// "" where there is none: it is not asked for again.
static const char *ask_one(struct client *client, enum name_kind kind, struct id id)
{
    struct contact contact = { .version = 0 };
    struct file_match file = { .file = NULL };
    struct inquiry_match inquiry = { .inquiry = NULL };
    struct by_id by_id = { id };
    switch (kind) {
    case NAME_CONTACT:
        return call_contact_get(client, &by_id, &contact) == CALL_DONE ? contact.name : "";
    case NAME_FILE:
        return call_file_get(client, &by_id, &file) == CALL_DONE ? file.file->number : "";
    case NAME_INQUIRY:
        return call_inquiry_get(client, &(struct inquiry_ref){ .id = id }, &inquiry) == CALL_DONE
                   ? inquiry.inquiry->number
                   : "";
    default: return "";
    }
}

static const char *other_text(struct naming *naming, enum name_kind kind, struct id id)
{
    for (size_t i = 0; i < naming->others.count; i++) {
        if (id_equal(naming->others.rows[i].id, id))
            return naming->others.rows[i].text;
    }
    struct name name = { .id = id, .kind = kind, .text = ask_one(naming->client, kind, id) };
    names_add(&naming->others, &name, naming->arena);
    return name.text;
}

static const char *house_text(struct naming *naming, struct id id)
{
    if (!naming->asked_house)
        (void)!naming_load(&naming->house, naming->client, naming->arena);
    naming->asked_house = true;
    return names_text(&naming->house, id);
}

const char *naming_text(struct naming *naming, enum name_kind kind, struct id id)
{
    struct client *client = naming->client;
    struct arena *arena = client->arena;
    int64_t wait_ms = client->wait_ms;
    client->arena = naming->arena;
    client->wait_ms = wait_ms < SHOWING_MS ? wait_ms : SHOWING_MS;
    bool single = kind == NAME_CONTACT || kind == NAME_FILE || kind == NAME_INQUIRY;
    const char *text = single ? other_text(naming, kind, id) : house_text(naming, id);
    client->arena = arena;
    client->wait_ms = wait_ms;
    return text && *text ? text : NULL;
}

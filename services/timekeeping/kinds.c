// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/kinds.h"

#include <string.h>

#include "common/step/rows.h"
#include "common/wire/change.h"
#include "common/wire/codec.h"
#include "proto/party.h"
#include "services/timekeeping/entry.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/store_entry.h"

// --- kinds
static const char *upper(struct request *rq, const char *key)
{
    char *text = arena_text(rq->arena, key, strlen(key));

    for (char *c = text; c && *c; c++) {
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
    }
    return text;
}

static bool kind_write(struct request *rq, struct service_kind *kind)
{
    if (!row_trim(service_kind_record(), kind, rq->arena, &rq->err))
        return false;
    kind->key = upper(rq, kind->key);
    if (!kind->key || strpbrk(kind->key, " \t="))
        return fail(&rq->err, ERR_INVALID, "key", TEXT_KIND_KEY, NULL);
    kind->edited_at = rq->now_us;
    kind->edited_by = rq->actor;
    if (!record_check(service_kind_record(), kind, &rq->err) ||
        !entry_text_check(kind->text, &rq->err) ||
        !table_put(rq->txn, &service_kind_table, kind, &rq->err))
        return false;
    emit(rq, "service_kind", kind, false);
    return true;
}

bool kinds_add(struct request *rq, const struct kind_new *in, struct service_kind *out)
{
    *out = (struct service_kind){ .id = new_id(rq), .version = 1, .chargeable = true };
    row_take(service_kind_record(), out, (struct given){ kind_new_record(), in });
    if (in->has_chargeable)
        out->chargeable = in->chargeable;
    return kind_write(rq, out);
}

bool kinds_edit(struct request *rq, const struct kind_change *in, struct service_kind *out)
{
    struct given given = { kind_change_record(), in };
    struct service_kind row;

    if (!row_find(rq, &service_kind_table, in->id, &row))
        return fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_KIND_UNKNOWN, NULL);
    if (in->version != row.version)
        return refuse_stale(rq, service_kind_record(), &row);
    *out = row;
    row_take(service_kind_record(), out, given);
    if (in->has_chargeable)
        out->chargeable = in->chargeable;
    if (!row_clear(service_kind_record(), out, given, in->clear, in->clear_count, &rq->err))
        return false;
    if (row_equal(service_kind_record(), &row, out))
        return true;
    out->version++;
    return kind_write(rq, out);
}

// Configuration is known to everybody who may book.
bool kind_find(struct request *rq, struct id id, const char *key, struct service_kind *ret)
{
    struct key place;

    if (!id_is_zero(id)) {
        place = key_of_id(id);
        return table_get(rq->txn, &service_kind_table, &scope_house, &place, rq->arena, ret) ||
               fail(&rq->err, ERR_NOT_FOUND, "kind", TEXT_KIND_UNKNOWN, NULL);
    }
    const char *wanted = key ? upper(rq, key) : NULL;
    if (!wanted)
        return fail(&rq->err, ERR_INVALID, "key", TEXT_KIND_MISSING, NULL);
    key_init(&place);
    key_str(&place, wanted);
    if (table_get_by(rq->txn, service_kind_by_key, &service_kind_table, &scope_house, &place,
                     rq->arena, ret) &&
        !(ret->has_off && ret->off))
        return true;
    return fail(&rq->err, ERR_NOT_FOUND, "key", TEXT_KIND_KEY_UNKNOWN, key, NULL);
}

// --- rules
static struct id rule_id(struct id file, struct id client)
{
    struct id house = { { 0 } };

    house.bytes[sizeof house.bytes - 1] = 1;
    if (!id_is_zero(file))
        return id_of_name("rounding rule of file", id_text(file).text);
    if (!id_is_zero(client))
        return id_of_name("rounding rule of client", id_text(client).text);
    return house;
}

static bool rule_of(struct request *rq, struct id id, const struct rounding **ret)
{
    struct rounding_rule rule;
    struct key key = key_of_id(id);

    if (!table_get(rq->txn, &rounding_rule_table, &scope_house, &key, rq->arena, &rule) ||
        !rule.rounding)
        return false;
    *ret = rule.rounding;
    return true;
}

void kind_rule(struct request *rq, const struct service_kind *kind, struct entry *entry)
{
    struct id none = { { 0 } };

    entry->rounding = NULL;
    entry->rule = rule_level_NONE;
    if (kind->has_fixed_minutes) {
        entry->rule = rule_level_FIXED;
        return;
    }
    if (!id_is_zero(entry->file) && rule_of(rq, rule_id(entry->file, none), &entry->rounding)) {
        entry->rule = rule_level_FILE;
    } else if (!id_is_zero(entry->client) &&
               rule_of(rq, rule_id(none, entry->client), &entry->rounding)) {
        entry->rule = rule_level_CLIENT;
    } else if (kind->rounding) {
        entry->rounding = kind->rounding;
        entry->rule = rule_level_KIND;
    } else if (rule_of(rq, rule_id(none, none), &entry->rounding)) {
        entry->rule = rule_level_HOUSE;
    }
}

static bool rule_place(struct request *rq, const struct rule_new *in, struct rounding_rule *out)
{
    struct file file = { .version = 0 };
    struct client_row client;

    if (!file_find_by(rq, in->file, in->file_number, &file))
        return false;
    if (!id_is_zero(in->client) && !kept_client(rq, in->client, &client))
        return fail(&rq->err, ERR_NOT_FOUND, "client", TEXT_CLIENT_UNKNOWN, NULL);
    if (!id_is_zero(file.id) && !id_is_zero(in->client) && !id_equal(file.client, in->client))
        return fail(&rq->err, ERR_INVALID, "client", TEXT_ENTRY_FILE_CLIENT, NULL);
    *out = (struct rounding_rule){ .id = rule_id(file.id, in->client),
                                   .version = 1,
                                   .client = id_is_zero(file.id) ? in->client : file.client,
                                   .file = file.id,
                                   .rounding = in->rounding,
                                   .edited_at = rq->now_us,
                                   .edited_by = rq->actor };
    return true;
}

bool rules_set(struct request *rq, const struct rule_new *in, struct rounding_rule *out)
{
    struct rounding_rule row;

    if (!rule_place(rq, in, out))
        return false;
    bool known = row_find(rq, &rounding_rule_table, out->id, &row);
    if (known && (!in->has_version || in->version != row.version))
        return refuse_stale(rq, rounding_rule_record(), &row);
    if (!known && in->has_version)
        return fail(&rq->err, ERR_NOT_FOUND, "version", TEXT_RULE_UNKNOWN, NULL);
    if (known)
        out->version = row.version + 1;
    if (!row_in_scope(rq, &rounding_rule_table, out, "client") ||
        !table_put(rq->txn, &rounding_rule_table, out, &rq->err))
        return false;
    emit(rq, "rounding_rule", out, false);
    return true;
}

// --- files by their number
bool file_find_by(struct request *rq, struct id id, const char *number, struct file *ret)
{
    struct file other;
    size_t count = 0;

    if (!id_is_zero(id))
        return kept_file(rq, id, ret) ||
               fail(&rq->err, ERR_NOT_FOUND, "file", TEXT_FILE_UNKNOWN, NULL);
    if (!number)
        return true;
    struct walk_options options = { .index = kept_file_by_number,
                                    .scope = &rq->scope,
                                    .prefix = kept_file_number_key(number, rq->arena) };
    struct walk *walk = walk_open(rq->txn, &kept_file_table, &options, rq->arena);
    while (count < 2 && walk_next(walk, &other)) {
        if (!file_shows(&other, rq->actor))
            continue;
        if (count++ == 0)
            *ret = other;
    }
    walk_close(walk);
    if (count == 1)
        return true;
    return count == 0
               ? fail(&rq->err, ERR_NOT_FOUND, "file_number", TEXT_ENTRY_FILE_NUMBER, number, NULL)
               : fail(&rq->err, ERR_CONFLICT, "file_number", TEXT_ENTRY_FILE_NUMBERS, number, NULL);
}

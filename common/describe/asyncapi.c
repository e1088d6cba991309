// SPDX-License-Identifier: Apache-2.0
// AsyncAPI 3.0: per service a channel for its commands and one for its log of facts.
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/describe/describe.h"
#include "common/describe/json_schema.h"
#include "proto/proto.h"

static json_t *reference(const char *where, const char *name)
{
    return json_pack("{s: s++}", "$ref", where, name, "");
}

static json_t *schemas(void)
{
    json_t *all = json_object();
    for (size_t i = 0; i < proto_record_count; i++) {
        const struct record *record = proto_records[i]();
        json_object_set_new(all, record->name, json_schema_of_record(record));
    }
    for (size_t i = 0; i < proto_picks_count; i++) {
        const struct picks *picks = proto_picks[i]();
        json_object_set_new(all, picks->name, json_schema_of_picks(picks));
    }
    json_object_set_new(all, "money",
                        json_pack("{s: s, s: [ss], s: {s: {s: s}, s: {s: s, s: s}}}", "type",
                                  "object", "required", "minor", "currency", "properties", "minor",
                                  "type", "integer", "currency", "type", "string", "pattern",
                                  "^[A-Z]{3}$"));
    return all;
}

static void add_message(json_t *messages, const char *name, const struct record *record,
                        const char *doc)
{
    json_object_set_new(messages, name,
                        json_pack("{s: s, s: s, s: s, s: o}", "name", name, "contentType",
                                  "application/msgpack", "summary", doc, "payload",
                                  reference("#/components/schemas/", record->name)));
}

static json_t *roles_of(const struct right *right)
{
    json_t *roles = json_array();
    for (int role = 0; role < ROLE_COUNT; role++) {
        if (right->roles & (1u << role))
            json_array_append_new(roles, json_string(role_word((enum role)role)));
    }
    return roles;
}

struct document {
    json_t *channels, *operations, *messages;
    struct arena *arena;
};

static void add_method(struct document *document, const char *channel, json_t *channel_messages,
                       const struct schema *schema, const struct method *method)
{
    char *name = arena_format(document->arena, "%s.%s", schema->service, method->name);
    char *answer = arena_format(document->arena, "%s.answer", name ? name : "");
    if (!name || !answer)
        return;
    add_message(document->messages, name, method->in(), method->doc);
    add_message(document->messages, answer, method->out(), method->doc);
    json_object_set_new(channel_messages, name, reference("#/components/messages/", name));
    json_object_set_new(channel_messages, answer, reference("#/components/messages/", answer));
    char *place = arena_format(document->arena, "#/channels/%s/messages/", channel);
    if (!place)
        return;
    json_object_set_new(document->operations, name,
                        json_pack("{s: s, s: o, s: s, s: [o], s: {s: o, s: [o]}, s: s, s: s, s: o}",
                                  "action", "receive", "channel", reference("#/channels/", channel),
                                  "summary", method->doc, "messages", reference(place, name),
                                  "reply", "channel", reference("#/channels/", channel), "messages",
                                  reference(place, answer), "x-rufbus-access",
                                  method->access == ACCESS_WRITE ? "write" : "read",
                                  "x-rufbus-right", method->right->name, "x-rufbus-roles",
                                  roles_of(method->right)));
}

static void add_service(struct document *document, const struct schema *schema)
{
    char *commands = arena_format(document->arena, "%s.commands", schema->service);
    char *facts = arena_format(document->arena, "%s.facts", schema->service);
    if (!commands || !facts)
        return;
    json_t *messages = json_object();
    for (size_t i = 0; i < schema->method_count; i++)
        add_method(document, commands, messages, schema, schema->methods[i]);
    json_object_set_new(
        document->channels, commands,
        json_pack("{s: s, s: s, s: o}", "address", schema->service, "description",
                  "ROUTER: [envelope][body], answered by [reply_head][body or problem].",
                  "messages", messages));
    if (schema->fact_count == 0)
        return;
    messages = json_object();
    for (size_t i = 0; i < schema->fact_count; i++) {
        const struct fact_kind *kind = &schema->facts[i];
        char *name = arena_format(document->arena, "%s.fact.%s", schema->service, kind->name);
        if (!name)
            return;
        add_message(document->messages, name, kind->record(), kind->doc);
        json_object_set_new(messages, name, reference("#/components/messages/", name));
    }
    json_object_set_new(
        document->channels, facts,
        json_pack("{s: s, s: s, s: o}", "address", schema->service, "description",
                  "The service's log: read by log_read and snapshot_read; hints on its PUB socket.",
                  "messages", messages));
}

char *describe_asyncapi(struct arena *arena)
{
    struct document document = { json_object(), json_object(), json_object(), arena };
    for (size_t i = 0; i < proto_schema_count; i++)
        add_service(&document, proto_schemas[i]);
    json_t *root = json_pack(
        "{s: s, s: {s: s, s: s, s: s}, s: s, s: o, s: o, s: {s: o, s: o}}", "asyncapi", "3.0.0",
        "info", "title", "Rufbus", "version", "1", "description",
        "msgpack over ZeroMQ (CURVE). Identifiers are 16 bytes (UUID text in JSON), times int64 "
        "microseconds since 1970 UTC (RFC 3339 in JSON). Made from proto/*.def.",
        "defaultContentType", "application/msgpack", "channels", document.channels, "operations",
        document.operations, "components", "messages", document.messages, "schemas", schemas());
    char *text = root ? json_dumps(root, JSON_INDENT(2) | JSON_SORT_KEYS) : NULL;
    json_decref(root);
    char *copy = text ? arena_format(arena, "%s\n", text) : NULL;
    free(text);
    return copy;
}

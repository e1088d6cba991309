// SPDX-License-Identifier: Apache-2.0
// The descriptors and lists behind proto.h: the passes over the .def files.
#include "proto/proto.h"

#include <string.h>

#include "common/base/compiler.h"

#include "proto/descriptors.inc"

#include "proto/begin.inc"

#include "proto/all.inc"

#include "proto/end.inc"

// --- rights and roles
#define ROLE(name, word, german, doc)
#define RIGHT(name, roles, doc) static const struct right right_##name = { #name, roles, doc };
#include "proto/rights.def"
#undef RIGHT
#define RIGHT(name, roles, doc) &right_##name,
const struct right *const proto_rights[] = {
#include "proto/rights.def"
};
const size_t proto_right_count = COUNT_OF(proto_rights);
#undef RIGHT
#undef ROLE

#define RIGHT(name, roles, doc)
#define ROLE(name, word, german, doc) word,
static const char *const role_words[] = {
#include "proto/rights.def"
};
#undef ROLE
#undef RIGHT

// --- the common methods, then each service's own
#define METHOD(name, access, in, out, right, doc)                                                  \
    const struct method method_##name = { #name,       "common",     ACCESS_##access,              \
                                          in##_record, out##_record, &right_##right,               \
                                          doc };
#include "proto/begin.inc"

#include "proto/common.def"

#include "proto/end.inc"

#define SERVICE      contacts
#define SERVICE_FILE "proto/contacts.def"
#include "proto/service.inc"

#define SERVICE      telephony
#define SERVICE_FILE "proto/telephony.def"
#include "proto/service.inc"

#define SERVICE      billing
#define SERVICE_FILE "proto/billing.def"
#include "proto/service.inc"

#define SERVICE      timekeeping
#define SERVICE_FILE "proto/timekeeping.def"
#include "proto/service.inc"

#define SERVICE      notifier
#define SERVICE_FILE "proto/notifier.def"
#include "proto/service.inc"

const struct schema *const proto_schemas[] = { &contacts_schema, &telephony_schema,
                                               &timekeeping_schema, &notifier_schema,
                                               &billing_schema };
const size_t proto_schema_count = COUNT_OF(proto_schemas);
const size_t proto_service_count = COUNT_OF(proto_schemas) - 1; // billing is promised only

// --- all records and picks
#define RECORD(name, german, doc) name##_record,
#define FRAME(name, german, doc)  name##_record,
#include "proto/begin.inc"
const struct record *(*const proto_records[])(void) = {
#include "proto/all.inc"
};
#include "proto/end.inc"
const size_t proto_record_count = COUNT_OF(proto_records);

#define ENUM(name, german, doc) name##_picks,
#include "proto/begin.inc"
const struct picks *(*const proto_picks[])(void) = {
#include "proto/all.inc"
};
#include "proto/end.inc"
const size_t proto_picks_count = COUNT_OF(proto_picks);

const struct method *proto_method(const char *service, const char *name)
{
    for (size_t i = 0; i < proto_schema_count; i++) {
        const struct schema *schema = proto_schemas[i];
        if (service && strcmp(service, schema->service) != 0)
            continue;
        for (size_t j = 0; j < schema->method_count; j++) {
            if (strcmp(schema->methods[j]->name, name) == 0)
                return schema->methods[j];
        }
    }
    return NULL;
}

const struct fact_kind *proto_fact(const char *service, const char *kind)
{
    for (size_t i = 0; i < proto_schema_count; i++) {
        const struct schema *schema = proto_schemas[i];
        if (strcmp(service, schema->service) != 0)
            continue;
        for (size_t j = 0; j < schema->fact_count; j++) {
            if (strcmp(schema->facts[j].name, kind) == 0)
                return &schema->facts[j];
        }
    }
    return NULL;
}

const struct record *proto_record(const char *name)
{
    for (size_t i = 0; i < proto_record_count; i++) {
        if (strcmp(proto_records[i]()->name, name) == 0)
            return proto_records[i]();
    }
    return NULL;
}

const char *role_word(enum role role)
{
    return (size_t)role < COUNT_OF(role_words) ? role_words[role] : "";
}

enum role role_from_word(const char *word, size_t size)
{
    for (size_t i = 0; i < COUNT_OF(role_words); i++) {
        if (strlen(role_words[i]) == size && memcmp(role_words[i], word, size) == 0)
            return (enum role)i;
    }
    return ROLE_COUNT;
}

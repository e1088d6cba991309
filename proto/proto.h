// SPDX-License-Identifier: Apache-2.0
// The contract in C: a struct, an enum and a descriptor for every record of proto/*.def.
#pragma once

#include "common/wire/schema.h"

#include "proto/structs.inc"

#include "proto/begin.inc"

#include "proto/all.inc"

#include "proto/end.inc"

// contact_record(), call_direction_picks()...: the descriptors.
#define ENUM(name, german, doc)   const struct picks *name##_picks(void);
#define RECORD(name, german, doc) const struct record *name##_record(void);
#define FRAME(name, german, doc)  const struct record *name##_record(void);
#include "proto/begin.inc"

#include "proto/all.inc"

#include "proto/end.inc"

// method_contact_add...: what a method takes, gives, and asks for.
#define METHOD(name, access, in, out, right, doc) extern const struct method method_##name;
#include "proto/begin.inc"

#include "proto/all.inc"

#include "proto/end.inc"

// What each service says to the world, with the common methods first.
extern const struct schema contacts_schema;
extern const struct schema telephony_schema;
extern const struct schema billing_schema;
extern const struct schema timekeeping_schema;
extern const struct schema notifier_schema;

// All services' schemas, and all records (for round-trip tests and descriptions).
extern const struct schema *const proto_schemas[];
extern const size_t proto_schema_count;
// The first of them are services that run; the rest only promise facts.
extern const size_t proto_service_count;
extern const struct record *(*const proto_records[])(void);
extern const size_t proto_record_count;
extern const struct picks *(*const proto_picks[])(void);
extern const size_t proto_picks_count;
extern const struct right *const proto_rights[];
extern const size_t proto_right_count;

// NULL when there is none of this name. Common methods are found with any service; `service` NULL
// looks through all services.
const struct method *proto_method(const char *service, const char *name);
const struct fact_kind *proto_fact(const char *service, const char *kind);
const struct record *proto_record(const char *name);

// The word of a role and back; ROLE_COUNT for an unknown word.
const char *role_word(enum role role);
enum role role_from_word(const char *word, size_t size);

// SPDX-License-Identifier: Apache-2.0
// What people type in place of an id: names of staff, teams, clients and contacts, numbers of case
// files and inquiries. The one way from these to ids, for every command.
#pragma once

#include "common/step/client.h"
#include "services/cli/names.h"

struct cli;
struct method;

// All staff, teams and clients; the texts live in `arena`. Whoever may not see some gets none of
// them. False: there was no answer.
MUST_USE bool naming_load(struct names *names, struct client *client, struct arena *arena);

// What a field refers to by its name; of a method's request also by "id", where the method is about
// such a thing (staff_get). False: nothing that has a name.
bool naming_kind(const char *field, enum name_kind *ret);
bool naming_kind_asked(const struct method *method, const char *field, enum name_kind *ret);

// The id that `text` is or stands for. ERR_INVALID names what else may be meant, and where all are
// shown; `field` is the one in the refusal, NULL: none. ERR_TIMEOUT: nobody could be asked.
MUST_USE bool naming_id(struct client *client, enum name_kind kind, const char *text,
                        const char *field, struct id *out, struct err *err);

// --- back again, for people: asked for when one is needed, once each
struct naming;
struct naming *naming_new(struct client *client);
void naming_free(struct naming *naming); // takes NULL
// NULL when it is not known, or not to be seen. Lives as long as the naming.
const char *naming_text(struct naming *naming, enum name_kind kind, struct id id);

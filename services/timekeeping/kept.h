// SPDX-License-Identifier: Apache-2.0
// What timekeeping knows of the others from their facts: the columns that it needs, no more.
#pragma once

#include "common/step/request.h"
#include "common/store/store.h"

extern const struct table kept_contact_table;
extern const struct index *const kept_contact_by_number; // kept_number_key
extern const struct index *const kept_contact_by_email;  // kept_email_key
extern const struct index *const kept_contact_by_e164;   // (number), of whatever client
extern const struct table kept_client_table;
extern const struct index *const kept_client_by_email; // kept_client_email_key
extern const struct table kept_staff_table;
extern const struct table kept_team_table;
extern const struct table kept_file_table;
extern const struct index *const kept_file_by_number; // kept_file_number_key
extern const struct table kept_merged_table;          // where contacts went
extern const struct index *const kept_merged_by_to;   // (to)
extern const struct table kept_absence_table;
extern const struct index *const kept_absence_by_staff; // (staff, until)
extern const struct index *const kept_absence_by_edge;  // (from or until) of those that count
extern const struct table kept_call_table;              // whole rows
extern const struct table kept_note_table;              // call notes without their mails
extern const struct index *const kept_note_by_call;     // (call)
extern const struct index *const kept_note_by_file;     // (file, called_at down)
extern const struct table kept_run_table;
extern const struct table kept_voucher_table;
extern const struct index *const kept_voucher_by_run; // (run, customer)

struct key kept_text_key(const char *text);
struct key kept_file_number_key(const char *number, struct arena *arena); // as people write it
struct key kept_number_key(struct id client, const char *e164);
struct key kept_email_key(struct id client, const char *address); // however capitals are written
struct key kept_client_email_key(const char *address);            // likewise

// Of a followed fact: puts or deletes the row. False with rq->err when the store refuses.
MUST_USE bool kept_contact_take(struct request *rq, const struct fact *fact, const void *row);
MUST_USE bool kept_client_take(struct request *rq, const struct fact *fact, const void *row);
MUST_USE bool kept_staff_take(struct request *rq, const struct fact *fact, const void *row);
MUST_USE bool kept_team_take(struct request *rq, const struct fact *fact, const void *row);
MUST_USE bool kept_file_take(struct request *rq, const struct fact *fact, const void *row);
MUST_USE bool kept_merged_take(struct request *rq, const struct fact *fact, const void *row);
MUST_USE bool kept_absence_take(struct request *rq, const struct fact *fact, const void *row);
MUST_USE bool kept_call_take(struct request *rq, const struct fact *fact, const void *row);
MUST_USE bool kept_note_take(struct request *rq, const struct fact *fact, const void *row);
MUST_USE bool kept_run_take(struct request *rq, const struct fact *fact, const void *row);
MUST_USE bool kept_voucher_take(struct request *rq, const struct fact *fact, const void *row);

// The contact as it is now, also when it was merged into another; `*id` becomes the one it is now.
// False when it is not known, or not within the request's scope.
MUST_USE bool kept_contact(struct request *rq, struct id *id, struct contact *ret);
// Who this contact is now, whoever asks: the id itself unless it was merged into another.
struct id kept_contact_now(struct request *rq, struct id id);
// For showing a row: who its contact is now, and what they are called now where the row has the
// name of one that was merged away; a name of its own stays.
void kept_contact_show(struct request *rq, struct id *id, const char **name);
// The ids under which rows of this contact may stand: the one it is now, and those that were merged
// into it. How many are in `ids`.
size_t kept_contact_ids(struct request *rq, struct id id, struct id *ids, size_t most);
// ids[0], and those that were merged into it; how many.
size_t kept_aliases(struct request *rq, struct id *ids, size_t most);
// Within the request's scope.
MUST_USE bool kept_client(struct request *rq, struct id id, struct client_row *ret);
MUST_USE bool kept_call(struct request *rq, struct id id, struct call *ret);
// Staff are known to everybody.
MUST_USE bool kept_staff(struct request *rq, struct id id, struct staff *ret);
// So are teams. Zero: none is meant, which is fine. ERR_NOT_FOUND on "team".
MUST_USE bool kept_team_known(struct request *rq, struct id id);
// Whose phone this is; false: nobody's.
MUST_USE bool kept_staff_at(struct request *rq, const char *extension, struct staff *ret);
// The member of staff who asks, by name or by a scope of their own; false when the actor is none.
MUST_USE bool kept_actor(struct request *rq, struct staff *ret);
// Within the request's scope, and not locked to who asks.
MUST_USE bool kept_file(struct request *rq, struct id id, struct file *ret);
// A row that names this file must not be shown to who asks: it is locked to them. False for none.
bool file_hidden(struct request *rq, struct id id);

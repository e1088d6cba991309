// SPDX-License-Identifier: Apache-2.0
// timekeeping's tables, and their indexes as functions of a row.
#include "services/timekeeping/store.h"

#include <stddef.h>

#include "common/step/job.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/store_attachment.h"
#include "services/timekeeping/store_clock.h"
#include "services/timekeeping/store_inquiry.h"
#include "services/timekeeping/store_mail.h"

void row_id_key(const void *row, struct key *key)
{
    key_id(key, *(const struct id *)row);
}

// Every record below begins with its id.
#define ID_FIRST(record) _Static_assert(offsetof(struct record, id) == 0, #record)

// --- kinds of service and rounding rules
ID_FIRST(service_kind);

const struct table service_kind_table = {
    .name = "service_kind",
    .number = 1,
    .record = service_kind_record,
    .key = row_id_key,
};

ID_FIRST(rounding_rule);

const struct table rounding_rule_table = {
    .name = "rounding_rule",
    .number = 2,
    .record = rounding_rule_record,
    .key = row_id_key,
};

// --- entries
ID_FIRST(entry);

const struct table entry_table = {
    .name = "entry",
    .number = 4,
    .record = entry_record,
    .key = row_id_key,
    .grows = true,
};

ID_FIRST(billing_lock);

const struct table billing_lock_table = {
    .name = "billing_lock",
    .number = 5,
    .record = billing_lock_record,
    .key = row_id_key,
};

// --- callbacks and resubmissions
ID_FIRST(callback);

const struct table callback_table = {
    .name = "callback",
    .number = 10,
    .record = callback_record,
    .key = row_id_key,
    .grows = true,
};

ID_FIRST(resubmission);

const struct table resubmission_table = {
    .name = "resubmission",
    .number = 11,
    .record = resubmission_record,
    .key = row_id_key,
    .grows = true,
};

const struct table *const timekeeping_tables[TIMEKEEPING_TABLES] = {
    &service_kind_table,
    &rounding_rule_table,
    &clock_table,
    &entry_table,
    &billing_lock_table,
    &inquiry_table,
    &inquiry_move_table,
    &measure_table,
    &sla_table,
    &inquiry_year_table,
    &hotline_call_table,
    &callback_table,
    &resubmission_table,
    &attachment_table,
    &blob_table,
    &blob_piece_table,
    &blob_care_table,
    &inquiry_mail_table,
    &job_table,
    // known of the others
    &kept_contact_table,
    &kept_client_table,
    &kept_staff_table,
    &kept_file_table,
    &kept_merged_table,
    &kept_absence_table,
    &kept_call_table,
    &kept_note_table,
    &kept_run_table,
    &kept_voucher_table,
};

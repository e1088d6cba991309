// SPDX-License-Identifier: Apache-2.0
// timekeeping's tables, and their indexes as functions of a row.
#include "services/timekeeping/store.h"

#include "common/step/job.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/store_attachment.h"
#include "services/timekeeping/store_callback.h"
#include "services/timekeeping/store_clock.h"
#include "services/timekeeping/store_entry.h"
#include "services/timekeeping/store_inquiry.h"
#include "services/timekeeping/store_mail.h"

void row_id_key(const void *row, struct key *key)
{
    key_id(key, *(const struct id *)row);
}

const struct table *const timekeeping_tables[TIMEKEEPING_TABLES] = {
    &service_kind_table,
    &rounding_rule_table,
    &clock_table,
    &entry_table,
    &entry_block_table,
    &billing_lock_table,
    &inquiry_table,
    &inquiry_move_table,
    &measure_table,
    &sla_table,
    &inquiry_year_table,
    &hotline_call_table,
    &callback_table,
    &resubmission_table,
    &stand_in_table,
    &stand_in_mark_table,
    &attachment_table,
    &blob_table,
    &blob_piece_table,
    &blob_care_table,
    &inquiry_mail_table,
    &mailbox_cursor_table,
    &mailbox_waiting_table,
    &job_table,
    // known of the others
    &kept_contact_table,
    &kept_client_table,
    &kept_staff_table,
    &kept_team_table,
    &kept_file_table,
    &kept_merged_table,
    &kept_absence_table,
    &kept_call_table,
    &kept_note_table,
    &kept_run_table,
    &kept_voucher_table,
};

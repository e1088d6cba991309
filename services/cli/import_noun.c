// SPDX-License-Identifier: Apache-2.0
#include "services/cli/import_noun.h"

#include <stdlib.h>

#include "services/cli/import_old.h"
#include "services/cli/importing.h"
#include "services/contacts/file_columns.h"

// --- contacts
static bool contact_row(const struct columns *columns, const struct column_cell *cells,
                        size_t count, struct arena *arena, void *out, struct err *err)
{
    return columns_contact(columns, cells, count, arena, out, err);
}

static const char *contact_title(const struct column *column, struct arena *arena)
{
    (void)arena;
    return column_title((enum meaning)column->meaning);
}

static void put_contact(struct import_row *row, const void *said)
{
    row->contact = said;
}

static size_t contact_weight(const void *said)
{
    (void)said;
    return 1;
}

const struct import_noun import_contacts_noun = {
    .word = "contacts",
    .kind = import_kind_CONTACTS,
    .record = contact_new_record,
    .cards = true,
    .usage = TEXT_IMPORT_USAGE,
    .bad_column = TEXT_IMPORT_COLUMN,
    .no_heading = TEXT_IMPORT_NO_HEADING,
    .shown = "name given_name family_name organisation customer_number phones emails addresses",
    .read = columns_read,
    .are_heading = columns_are_heading,
    .set = columns_set,
    .row = contact_row,
    .title = contact_title,
    .put = put_contact,
    .method = &method_import_rows,
    .weight = contact_weight,
};

// --- case files
static bool file_row(const struct columns *columns, const struct column_cell *cells, size_t count,
                     struct arena *arena, void *out, struct err *err)
{
    return file_columns_entry(columns, cells, count, arena, out, err);
}

static void put_file(struct import_row *row, const void *said)
{
    row->file = said;
}

static size_t file_weight(const void *said)
{
    const struct file_entry *entry = said;
    return 1 + entry->parties_count;
}

const struct import_noun import_files_noun = {
    .word = "files",
    .kind = import_kind_FILES,
    .record = file_entry_record,
    .usage = TEXT_IMPORT_FILES_USAGE,
    .bad_column = TEXT_IMPORT_FILES_COLUMN,
    .no_heading = TEXT_IMPORT_FILES_HEADING,
    .shown = "number title kind state parties lawyer clerk opened_at",
    .read = file_columns_read,
    .are_heading = file_columns_are_heading,
    .set = file_columns_set,
    .row = file_row,
    .title = file_column_title,
    .put = put_file,
    .method = &method_import_rows,
    .weight = file_weight,
};

// --- inquiries
static bool inquiry_row(const struct columns *columns, const struct column_cell *cells,
                        size_t count, struct arena *arena, void *out, struct err *err)
{
    return old_columns_row(columns, cells, count, arena, out, err);
}

// A batch is no import of contacts: the same row is known by its id there.
static enum call_result send_inquiries(struct importing *importing, struct import_result *out)
{
    struct inquiry_old *rows = arena_array(importing->arena, importing->count, sizeof *rows);
    struct inquiry_import_in in = { .archive = importing->archive,
                                    .client = importing->client_id,
                                    .rows = rows,
                                    .rows_count = importing->count,
                                    .has_check = true,
                                    .check = id_is_zero(importing->import) };
    struct inquiry_import_result result = { 0 };
    if (!rows)
        abort(); // a batch is far smaller than its arena
    for (size_t i = 0; i < importing->count; i++) {
        rows[i] = *(const struct inquiry_old *)importing->said[i];
        rows[i].row = importing->rows[i].row;
    }
    enum call_result done = call_inquiry_import(importing->client, &in, &result);
    *out = (struct import_result){ .added = result.added,
                                   .earlier = result.known,
                                   .rejects = result.rejects,
                                   .rejects_count = result.rejects_count };
    return done;
}

static size_t inquiry_weight(const void *said)
{
    (void)said;
    return 2; // with its first move
}

const struct import_noun import_inquiries_noun = {
    .word = "inquiries",
    .record = inquiry_old_record,
    .usage = TEXT_PAST_USAGE,
    .bad_column = TEXT_PAST_COLUMN,
    .no_heading = TEXT_PAST_HEADING,
    .shown = "source subject contact_name priority state staff_name due_at",
    .read = old_columns_read,
    .are_heading = old_columns_are_heading,
    .set = old_columns_set,
    .row = inquiry_row,
    .title = old_column_title,
    .send = send_inquiries,
    .method = &method_inquiry_import,
    .weight = inquiry_weight,
};

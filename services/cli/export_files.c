// SPDX-License-Identifier: Apache-2.0
// Case files as a table: as many columns for parties as some file needs, with those parts that some
// party has. The titles are those that the import recognises.
#include <stdlib.h>
#include <string.h>

#include "common/base/civil.h"
#include "services/cli/exporting.h"
#include "services/contacts/file_columns.h"

#define PARTS      (FILE_COLUMN_MEANINGS - FILE_PART_NAME)
#define ROLES      (party_role_OTHER + 1)
#define ROW_MEMORY ((size_t)1 << 20)

// By role: the most that any file has, and which parts any of them has.
struct file_widths {
    size_t parties[ROLES];
    bool parts[ROLES][PARTS];
};

struct file_sheet {
    const struct exporting *exporting;
    const struct file_widths *widths;
    struct sheet_writer *writer;
    struct zone zone;
    struct column list[COLUMNS_MAX];
    struct sheet_column columns[COLUMNS_MAX];
    const char *texts[COLUMNS_MAX];
    size_t count;
    struct arena *titles, *row;
};

// --- what columns are needed
static bool has_part(const struct entry_party *party, int part)
{
    switch (part) {
    case FILE_PART_CUSTOMER_NUMBER: return party->customer_number != NULL;
    case FILE_PART_PHONE: return party->phones_count > 0;
    case FILE_PART_EMAIL: return party->emails_count > 0;
    case FILE_PART_REFERENCE: return party->reference != NULL;
    case FILE_PART_ROLE_NAME: return party->role_name != NULL;
    default: return true;
    }
}

static void widen(void *into, const void *row)
{
    const struct file_entry *entry = row;
    struct file_widths *widths = into;
    size_t counts[ROLES] = { 0 };
    for (size_t i = 0; i < entry->parties_count; i++) {
        const struct entry_party *party = &entry->parties[i];
        if (++counts[party->role] > widths->parties[party->role])
            widths->parties[party->role] = counts[party->role];
        for (int part = 0; part < (int)PARTS; part++)
            widths->parts[party->role][part] |= has_part(party, FILE_PART_NAME + part);
    }
}

static void add_column(struct file_sheet *sheet, struct column column)
{
    if (sheet->count == COLUMNS_MAX)
        return; // refused by columns_fit
    const char *title = file_column_title(&column, sheet->titles);
    sheet->list[sheet->count] = column;
    sheet->columns[sheet->count++] =
        (struct sheet_column){ .title = title ? title : "", .width = file_column_width(&column) };
}

static void add_parties(struct file_sheet *sheet, enum party_role role)
{
    for (size_t i = 1; i <= sheet->widths->parties[role]; i++) {
        for (int part = 0; part < (int)PARTS; part++) {
            if (sheet->widths->parts[role][part])
                add_column(sheet, (struct column){ .meaning = FILE_PART_NAME + part,
                                                   .role = role,
                                                   .instance = (int)i });
        }
    }
}

static void add_columns(struct file_sheet *sheet)
{
    static const int before[] = { FILE_COLUMN_NUMBER, FILE_COLUMN_TITLE, FILE_COLUMN_KIND,
                                  FILE_COLUMN_STATE };
    static const int behind[] = { FILE_COLUMN_LAWYER,   FILE_COLUMN_CLERK, FILE_COLUMN_LOCKED,
                                  FILE_COLUMN_SEEN_BY,  FILE_COLUMN_NOTE,  FILE_COLUMN_OPENED_AT,
                                  FILE_COLUMN_CLOSED_AT };
    for (size_t i = 0; i < COUNT_OF(before); i++)
        add_column(sheet, (struct column){ .meaning = before[i] });
    for (int role = 1; role < (int)ROLES; role++)
        add_parties(sheet, (enum party_role)role);
    for (size_t i = 0; i < COUNT_OF(behind); i++)
        add_column(sheet, (struct column){ .meaning = behind[i] });
    if (sheet->exporting->everywhere && sheet->count < COLUMNS_MAX)
        sheet->columns[sheet->count++] =
            (struct sheet_column){ .title = "Mandantenkennung", .width = 38 };
}

// --- a row's cells

// To the second, in the zone of what is shown; a time that the clocks show twice, unmistakably.
static const char *time_text(struct file_sheet *sheet, bool present, int64_t time_us)
{
    int64_t whole = time_us / SECONDS(1) * SECONDS(1);
    struct zone_local local = zone_local(&sheet->zone, whole);
    if (!present)
        return NULL;
    if (zone_time_us(&sheet->zone, local.day, local.second, ZONE_FIRST) != whole)
        return arena_format(sheet->row, "%s", civil_rfc3339(whole).text);
    struct civil_date date = civil_date(local.day);
    return arena_format(sheet->row, "%02d.%02d.%04d %02d:%02d:%02d", date.day, date.month,
                        date.year, local.second / 3600, local.second / 60 % 60, local.second % 60);
}

static const char *joined(struct file_sheet *sheet, const char *const *texts, size_t count)
{
    const char *all = NULL;
    for (size_t i = 0; i < count; i++)
        all = all ? arena_format(sheet->row, "%s; %s", all, texts[i]) : texts[i];
    return all;
}

static const char *party_text(struct file_sheet *sheet, const struct file_entry *entry,
                              const struct column *column)
{
    const struct entry_party *party = NULL;
    int number = 0;
    for (size_t i = 0; i < entry->parties_count && !party; i++) {
        number += entry->parties[i].role == column->role;
        if (entry->parties[i].role == column->role && number == column->instance)
            party = &entry->parties[i];
    }
    if (!party)
        return NULL;
    switch (column->meaning) {
    case FILE_PART_CUSTOMER_NUMBER: return party->customer_number;
    case FILE_PART_PHONE: return joined(sheet, party->phones, party->phones_count);
    case FILE_PART_EMAIL: return joined(sheet, party->emails, party->emails_count);
    case FILE_PART_REFERENCE: return party->reference;
    case FILE_PART_ROLE_NAME: return party->role_name;
    default: return party->name;
    }
}

static const char *cell_text(struct file_sheet *sheet, const struct file_entry *entry,
                             const struct column *column)
{
    switch (column->meaning) {
    case FILE_COLUMN_NOTHING:
        return id_is_zero(entry->client)
                   ? NULL
                   : arena_format(sheet->row, "%s", id_text(entry->client).text);
    case FILE_COLUMN_NUMBER: return entry->number;
    case FILE_COLUMN_TITLE: return entry->title;
    case FILE_COLUMN_KIND: return file_kind_picks()->values[entry->kind].german;
    case FILE_COLUMN_STATE: return file_state_picks()->values[entry->state].german;
    case FILE_COLUMN_LAWYER: return entry->lawyer;
    case FILE_COLUMN_CLERK: return entry->clerk;
    case FILE_COLUMN_LOCKED: return !entry->has_locked ? NULL : entry->locked ? "ja" : "nein";
    case FILE_COLUMN_SEEN_BY: return joined(sheet, entry->seen_by, entry->seen_by_count);
    case FILE_COLUMN_NOTE: return entry->note;
    case FILE_COLUMN_OPENED_AT: return time_text(sheet, entry->has_opened_at, entry->opened_at);
    case FILE_COLUMN_CLOSED_AT: return time_text(sheet, entry->has_closed_at, entry->closed_at);
    default: return party_text(sheet, entry, column);
    }
}

static bool write_row(struct file_sheet *sheet, const struct file_entry *entry, struct err *err)
{
    arena_reset(sheet->row);
    for (size_t i = 0; i < sheet->count; i++)
        sheet->texts[i] = cell_text(sheet, entry, &sheet->list[i]);
    return sheet_writer_row(sheet->writer, sheet->texts, err);
}

// --- the table
static bool write_rows(struct file_sheet *sheet, struct exporting *exporting, enum sheet_form form,
                       struct err *err)
{
    struct file_entry entry;
    add_columns(sheet);
    if (sheet->count == COLUMNS_MAX)
        return fail(err, ERR_TOO_LARGE, NULL, TEXT_EXPORT_WIDE, int_text(COLUMNS_MAX).text, NULL);
    sheet->writer =
        sheet_writer_new(form, exporting->path, "Akten", sheet->columns, sheet->count, err);
    bool good = sheet->writer != NULL;
    while (good && export_next(exporting, &entry, err))
        good = write_row(sheet, &entry, err);
    if (!good || err->code != ERR_NONE)
        return false;
    good = sheet_writer_close(sheet->writer, err);
    sheet->writer = NULL;
    return good;
}

static bool write_files(struct exporting *exporting, enum sheet_form form, struct err *err)
{
    struct file_sheet *sheet = calloc(1, sizeof *sheet);
    if (!sheet)
        abort();
    sheet->exporting = exporting;
    sheet->widths = exporting->widths;
    sheet->titles = arena_new(ROW_MEMORY);
    sheet->row = arena_new(ROW_MEMORY);
    if (!zone_load(exporting->cli->zone, &sheet->zone))
        sheet->zone = (struct zone){ 0 }; // as what is shown: UTC
    bool good = write_rows(sheet, exporting, form, err);
    sheet_writer_drop(sheet->writer);
    arena_free(sheet->titles);
    arena_free(sheet->row);
    free(sheet);
    return good;
}

// --- from the service
static enum call_result files_page(struct exporting *exporting, struct id after,
                                   struct export_page *out)
{
    struct file_entry_query in = { .client = exporting->client_id,
                                   .has_everywhere = exporting->everywhere,
                                   .everywhere = exporting->everywhere,
                                   .after = after,
                                   .has_limit = true,
                                   .limit = EXPORT_PAGE };
    struct file_entry_page page = { .more = false };
    enum call_result result = call_file_entries(exporting->client, &in, &page);
    *out = (struct export_page){ page.entries, page.entries_count, page.last, page.more };
    return result;
}

static bool file_wanted(const struct exporting *exporting, const void *row)
{
    (void)exporting;
    (void)row;
    return true;
}

const struct export_noun export_files_noun = {
    .word = "files",
    .record = file_entry_record,
    .method = &method_file_entries,
    .usage = TEXT_EXPORT_FILES_USAGE,
    .done = TEXT_EXPORT_FILES_DONE,
    .widths_size = sizeof(struct file_widths),
    .page = files_page,
    .wanted = file_wanted,
    .widen = widen,
    .write = write_files,
};

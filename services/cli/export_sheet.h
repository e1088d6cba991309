// SPDX-License-Identifier: Apache-2.0
// Contacts as a table: as many columns for phones, e-mails and addresses as somebody needs.
#pragma once

#include "common/sheet/write.h"
#include "proto/proto.h"

struct export_widths {
    size_t phones, emails, addresses; // the most that any contact has
};
void export_widen(struct export_widths *widths, const struct contact *contact);

struct export_sheet;
// NULL: ERR_INVALID, the file cannot be made.
MUST_USE struct export_sheet *export_sheet_new(enum sheet_form form, const char *path,
                                               const struct export_widths *widths, bool with_client,
                                               struct err *err);
MUST_USE bool export_sheet_row(struct export_sheet *sheet, const struct contact *contact,
                               struct err *err);
// Frees it in any case.
MUST_USE bool export_sheet_close(struct export_sheet *sheet, struct err *err);
void export_sheet_drop(struct export_sheet *sheet); // takes NULL; no file is left

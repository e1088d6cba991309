// SPDX-License-Identifier: Apache-2.0
// One row of an import, of either kind.
#pragma once

#include "common/step/request.h"
#include "services/contacts/editor.h"

struct staff_list;

// A batch that is being taken.
struct taking {
    struct request *rq;
    struct id id; // of the import; zero: only looked at
    struct id client;
    enum import_kind kind;
    enum import_match match;
    enum import_known known;
    enum import_unknown unknown;
    struct editor editor;
    struct import_result *result;
    struct import_reject *rejects, *remarks;
    size_t room;                    // for either
    const struct staff_list *staff; // of files: looked up once for all rows
};

// Counts the row in taking->result, or says in `err` what is wrong with it. A fault in the request
// itself (taking->rq->err) is one of the whole batch.
MUST_USE bool take_contact_row(struct taking *taking, const struct import_row *in, struct err *err);
MUST_USE bool take_file_row(struct taking *taking, const struct import_row *in, struct err *err);

// Of what a row makes (`what`: "import" for the row itself): the same whenever it comes, and
// ascending by row within the import, so that the table grows at its end and a list comes out in
// the order in which it came.
struct id import_row_id(const struct taking *taking, int64_t row, const char *what);
// Of a row that was taken, and of which somebody should know something.
void import_remark(struct taking *taking, int64_t row, const struct err *err);

// SPDX-License-Identifier: Apache-2.0
// What handlers of all services do with rows: find one by its id, judge the scope, answer a page.
#pragma once

#include "common/step/request.h"

// The row under this id, within the request's scope; false without a word when there is none.
MUST_USE bool row_find(struct request *rq, const struct table *table, struct id id, void *row);

// Nobody may make a row that they could not see afterwards: ERR_FORBIDDEN on `field` (may be NULL).
MUST_USE bool row_in_scope(struct request *rq, const struct table *table, const void *row,
                           const char *field);

// The version of a row under an id that may have had one before: the log's next number. Every
// version told a fact of its own, so it is above all that this id ever had, also those of a
// tombstone and of a row that is long forgotten; followers would take a lower one for old news.
int64_t row_first_version(struct request *rq);

// A page of a table whose key is the row's id, in the order of ids, within the request's scope.
struct paging {
    const struct table *table;
    void *rows; // out: an array of the record's struct, in the request's arena
    size_t count;
    bool more;
};
// 50 rows by default; less when they would not fit into a message beside its head. ERR_TOO_LARGE
// when the request's memory is full.
MUST_USE bool page_read(struct request *rq, const struct page *page, struct paging *paging);

// How many of these rows, one behind the other in memory, fit into a message beside its head: at
// least one. For pages that are not in the order of ids.
size_t rows_fit(const struct record *record, const void *rows, size_t count);

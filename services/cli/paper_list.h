// SPDX-License-Identifier: Apache-2.0
// What the lists on paper share.
#pragma once

#include "common/paper/paper.h"
#include "services/cli/listing.h"

struct printing {
    struct listing listing;
    struct paper *paper;
    const char *path; // --out
    int64_t now_us;
    int64_t overdue;  // counted on the way
    int64_t group;    // what the rows of the group have in common, and how many there are
    int64_t in_group; // 0: none is begun
    bool grouped;
    const char *words[24]; // "field=value" of the command line
    size_t word_count;
};

// --out and the words; false: the usage is to be shown.
MUST_USE bool printing_words(struct printing *printing, struct cli *cli);
// Opens the file with the common footer.
MUST_USE bool printing_open(struct printing *printing, const char *title, const char *subtitle,
                            struct err *err);
// Closes or drops it, by the exit code so far, and says what was made; the exit code.
int printing_close(struct printing *printing, int code);

// Begins a table whose columns' titles are catalogue texts.
struct printed_column {
    enum text_id title;
    double mm, share;
    enum paper_align align;
};
void printing_table(struct printing *printing, const char *title,
                    const struct printed_column *columns, size_t count);
MUST_USE bool printing_note(struct printing *printing, const char *text, struct err *err);

// --- as people read it; in the listing's page
const char *printed_moment(const struct printing *printing, int64_t time_us); // 24.11.2026 11:41
const char *printed_clock(const struct printing *printing, int64_t time_us);  // 11:41
const char *printed_span(const struct printing *printing, int64_t seconds);   // 0:01:35
const char *printed_day(const struct printing *printing, int64_t day);        // Di 24.11.2026
const char *printed_pick(const struct printing *printing, const struct picks *picks, int value);
const char *printing_text(const struct printing *printing, enum text_id text);
enum paper_mark printed_mark(int priority);

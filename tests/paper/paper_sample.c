// SPDX-License-Identifier: Apache-2.0
// Rows from standard input onto paper: paper_sample FILE.pdf CREATED_SECONDS [wide]
// Lines, fields apart by tabs: "T title", "R mark text...", "S text...", "G text text", "N text";
// in a text \n stands for a new line.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/paper/paper.h"

static const struct paper_column columns[] = {
    { .title = "Nummer", .mm = 22 },
    { .title = "Dringlichkeit", .mm = 22 },
    { .title = "Betreff", .share = 3 },
    { .title = "Ansprechpartner", .share = 1.5 },
    { .title = "Zeit", .mm = 18, .align = PAPER_RIGHT },
};

static void unescape(char *text)
{
    for (char *at; (at = strstr(text, "\\n")) != NULL;) {
        *at = '\n';
        memmove(at + 1, at + 2, strlen(at + 2) + 1);
    }
}

static bool take(struct paper *paper, char *line, struct paper_table *table, struct err *err)
{
    struct paper_row row = { .kind = PAPER_ROW };
    size_t count = 0;
    char kind = *line, *rest = line + 1 + (line[1] == '\t');
    line[strcspn(line, "\n")] = '\0';
    if (kind == 'T') {
        free((char *)table->title);
        *table = (struct paper_table){ *rest ? strdup(rest) : NULL, columns, COUNT_OF(columns) };
        paper_table(paper, table);
        return true;
    }
    row.kind = kind == 'S'   ? PAPER_SUM
               : kind == 'G' ? PAPER_GROUP
               : kind == 'N' ? PAPER_NOTE
                             : PAPER_ROW;
    if (kind == 'R')
        row.mark = (enum paper_mark)(*strsep(&rest, "\t") - '0');
    for (char *text; count < PAPER_COLUMNS_MAX && (text = strsep(&rest, "\t")) != NULL;) {
        unescape(text);
        row.texts[count++] = *text ? text : NULL;
    }
    row.bold = row.mark == PAPER_URGENT ? 2 : 0;
    return paper_row(paper, &row, err);
}

int main(int argc, char **argv)
{
    struct err err = { 0 };
    static struct paper_table tables[8];
    size_t used = 0, room = 0;
    int pages = 0;
    char *line = NULL;
    if (argc < 3)
        return 2;
    struct paper_options options = {
        .title = "Offene Vorgänge",
        .subtitle = "Kanzlei Größe & Söhne, 24.11.2026 – vertraulich",
        .footer = "Rufbus · erstellt am 24.11.2026 11:41",
        .page = "Seite",
        .of = "von",
        .language = "de",
        .created_us = strtoll(argv[2], NULL, 10) * 1000000,
        .landscape = argc > 3,
    };
    struct paper *paper = paper_new(argv[1], &options, &err);
    bool good = paper != NULL;
    while (good && getline(&line, &room, stdin) > 0) {
        used += *line == 'T';
        good = take(paper, line, &tables[used], &err);
    }
    if (good)
        good = paper_close(paper, &pages, &err);
    else
        paper_drop(paper);
    free(line);
    for (size_t i = 0; i < COUNT_OF(tables); i++)
        free((char *)tables[i].title);
    if (!good)
        fprintf(stderr, "%s\n", err.german);
    printf("%d\n", pages);
    return good ? 0 : 1;
}

// SPDX-License-Identifier: Apache-2.0
// Lists of case files: headings as offices write them, and rows as they come.
#include "services/contacts/file_columns.h"

#include <stdio.h>
#include <string.h>

#include "common/base/civil.h"
#include "tests/harness/test.h"

struct list {
    struct arena *arena;
    struct columns columns;
    struct column_cell cells[60];
    size_t count;
    struct zone zone;
};

static size_t split(struct list *list, const char *line)
{
    size_t count = 0;
    for (size_t column = 0; line; column++) {
        size_t size = strcspn(line, "|");
        if (size)
            list->cells[count++] =
                (struct column_cell){ column, arena_text(list->arena, line, size) };
        line = line[size] ? line + size + 1 : NULL;
    }
    return count;
}

static struct list *list_new(const char *headings)
{
    static struct list list;
    list = (struct list){ .arena = arena_new(1 << 20) };
    CHECK(zone_load("Europe/Berlin", &list.zone));
    CHECK(file_columns_read(list.cells, split(&list, headings), list.arena, &list.columns));
    list.columns.zone = &list.zone;
    return &list;
}

// What the headings mean, by our own titles, apart by "|".
static const char *meant(const char *headings)
{
    static char text[2000];
    struct list *list = list_new(headings);
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < list->columns.count; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i ? "|" : "",
                                 file_column_title(&list->columns.list[i], list->arena));
    arena_free(list->arena);
    return text;
}

TEST(headings_are_recognised)
{
    CHECK_STR(meant("Aktenzeichen|Kurzrubrum|Mandant|Gegner|Gericht|Sachbearbeiter|angelegt am"),
              "Aktenzahl|Bezeichnung|Auftraggeber|Gegner|Gericht|Sachbearbeiter|angelegt am");
    CHECK_STR(meant("Akten-Nr.|Az. Gericht|Mandantennummer|Gegner 2|Tel. Gegner 2|Gegner Tel.|RA"),
              "Aktenzahl|Gericht Zeichen|Auftraggeber Kundennummer|Gegner 2|Gegner 2 Telefon|"
              "Gegner Telefon|Jurist");
    CHECK_STR(meant("File number|Title|Client|Opponent|Opposing counsel|Court|Court case number|"
                    "Lawyer|Date opened|Confidential|Fee"),
              "Aktenzahl|Bezeichnung|Auftraggeber|Gegner|Gegenvertreter|Gericht|Gericht Zeichen|"
              "Jurist|angelegt am|gesperrt|-");
    CHECK_STR(meant("Aktenzahl|Gegnerischer Anwalt|Rechtsschutzversicherung|Versicherung "
                    "Schadennummer|abgelegt|Status"),
              "Aktenzahl|Gegenvertreter|Versicherung|Versicherung Zeichen|abgelegt|Stand");
    // The second of two is another one, where there can be two; else nobody's.
    CHECK_STR(meant("Nummer|Gegner|Gegner|Bezeichnung|Titel|Mandantenkennung|Mandant E-Mail"),
              "Aktenzahl|Gegner|Gegner 101|Bezeichnung|-|-|Auftraggeber E-Mail");
}

TEST(our_own_titles_are_read_back)
{
    const char *all =
        "Aktenzahl|Bezeichnung|Art|Stand|Jurist|Sachbearbeiter|gesperrt|Einsicht|Notiz|"
        "angelegt am|abgeschlossen am";
    CHECK_STR(meant(all), all);
    for (int role = 1; role <= party_role_OTHER; role++) {
        for (int meaning = FILE_PART_NAME; meaning < FILE_COLUMN_MEANINGS; meaning++) {
            struct arena *arena = arena_new(1 << 16);
            struct column column = { .meaning = meaning,
                                     .role = (enum party_role)role,
                                     .instance = 1 + meaning % 3 };
            const char *title = file_column_title(&column, arena);
            CHECK_STR(meant(title), title);
            arena_free(arena);
        }
    }
}

TEST(only_a_list_of_files_begins_so)
{
    struct list *list = list_new("Aktenzahl|Mandant");
    CHECK(file_columns_are_heading(&list->columns));
    arena_free(list->arena);
    list = list_new("Aktenzahl");
    CHECK(!file_columns_are_heading(&list->columns));
    arena_free(list->arena);
    list = list_new("Name|Vorname|Telefon");
    CHECK(!file_columns_are_heading(&list->columns));
    arena_free(list->arena);
}

TEST(a_person_says_what_a_column_means)
{
    struct list *list = list_new("Aktenzahl|Wer|Az. dort|Art");
    CHECK(file_columns_set(&list->columns, "wer", "opponent", list->arena));
    CHECK(file_columns_set(&list->columns, "Az dort", "court.reference", list->arena));
    CHECK(file_columns_set(&list->columns, "Art", "-", list->arena));
    CHECK(!file_columns_set(&list->columns, "Art", "opponent.colour", list->arena));
    CHECK(!file_columns_set(&list->columns, "Art", "nobody", list->arena));
    CHECK(!file_columns_set(&list->columns, "Farbe", "opponent", list->arena));
    CHECK_STR(file_column_title(&list->columns.list[1], list->arena), "Gegner");
    CHECK_STR(file_column_title(&list->columns.list[2], list->arena), "Gericht Zeichen");
    CHECK_INT(list->columns.list[3].meaning, FILE_COLUMN_NOTHING);
    CHECK_INT(list->columns.known, 3);
    arena_free(list->arena);
}

// The entry that one row makes; free the arena.
static bool made(struct list *list, const char *row, struct file_entry *out, struct err *err)
{
    *err = (struct err){ 0 };
    return file_columns_entry(&list->columns, list->cells, split(list, row), list->arena, out, err);
}

TEST(rows_become_entries)
{
    struct list *list =
        list_new("Az|Rubrum|Art|Status|Mandant|Mandant Nr.|Gegner|Gegner Telefon|"
                 "Gericht|Gericht Az.|SB|gesperrt|Einsicht|Notiz|Bemerkung|angelegt");
    struct file_entry entry;
    struct err err;
    CHECK(made(list,
               " 12/2026-K |Meier ./. Kern|Akte|laufend|Meier, Anna|4711|Otto Kern\nEva Kern|030 "
               "1234567; 0171 3920061|LG Berlin|3 O 12/26|kern|ja|Eva; 101|eins|zwei|01.02.2026",
               &entry, &err));
    CHECK_STR(entry.number, "12/2026-K");
    CHECK_STR(entry.title, "Meier ./. Kern");
    CHECK_INT(entry.kind, file_kind_FILE);
    CHECK_INT(entry.state, file_state_OPEN);
    CHECK_INT(entry.parties_count, 4);
    CHECK_STR(entry.parties[0].name, "Meier, Anna");
    CHECK_STR(entry.parties[0].customer_number, "4711");
    CHECK_STR(entry.parties[1].name, "Otto Kern");
    CHECK_STR(entry.parties[1].column, "Gegner");
    CHECK_INT(entry.parties[1].phones_count, 2);
    CHECK_STR(entry.parties[2].name, "Eva Kern");
    CHECK_INT(entry.parties[2].role, party_role_OPPONENT);
    CHECK_STR(entry.parties[3].reference, "3 O 12/26");
    CHECK_STR(entry.clerk, "kern");
    CHECK(entry.has_locked && entry.locked);
    CHECK_INT(entry.seen_by_count, 2);
    CHECK_STR(entry.note, "eins\nzwei");
    CHECK_STR(civil_rfc3339(entry.opened_at).text, "2026-01-31T23:00:00.000000Z");
    arena_free(list->arena);
}

// The field that is told with a row, and whether the text has the words.
static void rejected(const char *headings, const char *row, const char *field, const char *words)
{
    struct list *list = list_new(headings);
    struct file_entry entry;
    struct err err;
    CHECK(!made(list, row, &entry, &err));
    CHECK_STR(err.field, field);
    CHECK(strstr(err.german, words));
    arena_free(list->arena);
}

TEST(what_cannot_be_read_is_told_by_its_heading)
{
    rejected("Az|angelegt", "1|gestern", "angelegt", "24.11.2026");
    rejected("Az|angelegt", "1|30.02.2026", "angelegt", "kein Datum");
    rejected("Az|angelegt", "1|24.11.2026 25:00", "angelegt", "kein Datum");
    rejected("Az|Art", "1|Zivilrecht", "Art", "Projekt");
    rejected("Az|Status", "1|schwebend", "Status", "abgeschlossen");
    rejected("Az|gesperrt", "1|vielleicht", "gesperrt", "weder ja noch nein");
    rejected("Az|abgelegt", "1|Keller", "abgelegt", "Datum");
    rejected("Az|Mandant", "|Anna", "number", "");
    rejected("Az|Gegner",
             "1|1234567890123456789012345678901234567890123456789012345678901234567890123456789012"
             "345678901234567890123456789012345678901234567890",
             "Gegner", "120");
}

TEST(what_was_filed_away_is_closed)
{
    struct list *list = list_new("Az|abgelegt|abgeschlossen am");
    struct file_entry entry;
    struct err err;
    CHECK(made(list, "1|ja", &entry, &err));
    CHECK_INT(entry.state, file_state_ARCHIVED);
    CHECK(made(list, "1|nein", &entry, &err));
    CHECK_INT(entry.state, 0);
    CHECK(made(list, "1|2025-12-31 10:41", &entry, &err));
    CHECK_INT(entry.state, file_state_ARCHIVED);
    CHECK_STR(civil_rfc3339(entry.closed_at).text, "2025-12-31T09:41:00.000000Z");
    CHECK(made(list, "1||24.11.2026 10:41:07", &entry, &err));
    CHECK_INT(entry.state, file_state_CLOSED);
    CHECK_STR(civil_rfc3339(entry.closed_at).text, "2026-11-24T09:41:07.000000Z");
    arena_free(list->arena);
}

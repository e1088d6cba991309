# SPDX-License-Identifier: Apache-2.0
"""Case files from an old program's tables: written by foreign libraries, taken over whole while the
service is killed, exported, and taken over equal by another house."""
import csv
import os
import subprocess
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "system"))
from house import BIN, House  # noqa: E402

HEADINGS = ["Akten-Nr.", "Kurzrubrum", "Art", "Status", "Mandant", "Mandantennummer", "Gegner", "Gegner Telefon",
            "Gegner 2", "Gegnerischer Anwalt", "Gericht", "Az. Gericht", "Anwalt", "SB", "gesperrt", "Einsicht",
            "Bemerkung", "angelegt am", "abgelegt", "Streitwert"]


def row(number, **more):
    made = dict.fromkeys(HEADINGS, "")
    made.update({"Akten-Nr.": number, **more})
    return [made[h] for h in HEADINGS]


ROWS = [
    row("0012/26-K", **{"Kurzrubrum": "Müller ./. Kern wegen Mietzins", "Status": "laufend", "Mandant": "Anna Müller",
                        "Mandantennummer": "4711", "Gegner": "Kern GmbH", "Gegner Telefon": "030 7654321",
                        "Gegner 2": "Otto Kern", "Gegnerischer Anwalt": "RA Özdemir", "Gericht": "Landgericht Berlin",
                        "Az. Gericht": "3 O 12/26", "Anwalt": "Dr. Eva Kern", "SB": "13", "Bemerkung": "Eilt;\nzweite Zeile",
                        "angelegt am": "24.11.2025", "Streitwert": "12.000 €"}),
    row("2/2026", **{"Kurzrubrum": "=1+1 & <Söhne>", "Mandant": "4711", "Anwalt": "ek", "gesperrt": "ja",
                     "Einsicht": "Otto Schmidt", "angelegt am": "01.03.2026 08:15"}),
    row("P-7", **{"Art": "Projekt", "Status": "erledigt", "Mandant": "anna@mueller.example", "SB": "Schmidt, Otto",
                  "angelegt am": "01.01.2020", "abgelegt": "31.12.2020"}),
    row("4/1998", **{"Mandant": "Łukasz Żółć", "abgelegt": "ja", "angelegt am": "02.02.1998"}),
]
# Each with one fault: the row's number in the file, the column, words of the reason.
BAD = [
    (row("", **{"Kurzrubrum": "ohne Nummer", "Mandant": "4711"}), "Aktenzahl", ""),
    (row("6/26", **{"Mandant": "Wer Immer"}), "Mandant", "Wer Immer"),
    (row("7/26", **{"Mandant": "Otto Doppelt"}), "Mandant", "Mehrere"),
    (row("8/26", **{"Anwalt": "Niemand"}), "Jurist", "Niemand"),
    (row("9/26", **{"angelegt am": "neulich"}), "angelegt am", "kein Datum"),
    (row("10/26", **{"Status": "schwebend"}), "Status", "abgeschlossen"),
    (row("11/26", **{"gesperrt": "ja"}), "gesperrt", "niemand"),
    (row("12/26", **{"Art": "Zivilrecht"}), "Art", "Projekt"),
]


def by_openpyxl(path, rows):
    import openpyxl
    book = openpyxl.Workbook()
    book.active.append(["Aktenliste der Kanzlei", "", "Stand 24.11.2026"])
    book.active.append([])
    for cells in [HEADINGS] + rows:
        book.active.append(cells)
        for cell in book.active[book.active.max_row]:
            cell.data_type = "s"
    book.save(path)


def by_xlsxwriter(path, rows):
    import datetime
    import xlsxwriter
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Akten")
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    for y, cells in enumerate([HEADINGS] + rows):
        for x, text in enumerate(cells):
            if y and HEADINGS[x] in ("angelegt am", "abgelegt") and len(text) == 10:
                sheet.write_datetime(y, x, datetime.datetime.strptime(text, "%d.%m.%Y"), day)
            else:
                sheet.write_string(y, x, text)
    book.close()


def by_csv(path, rows):
    with open(path, "w", encoding="utf-16", newline="") as file:
        csv.writer(file, delimiter="\t").writerows([HEADINGS] + rows)


def furnish(house, client):
    """Staff are the house's, contacts the client's."""
    if not house.json("staff")["staff"]:
        house.json("staff", "add", "Dr. Eva Kern", 'extensions=["12"]', "email=ek@kanzlei.example")
        house.json("staff", "add", "Otto Schmidt", 'extensions=["13"]')
    for words in (["name=Anna Müller", "customer_number=4711", 'emails=["anna@mueller.example"]'],
                  ["name=Kern GmbH", "kind=organisation", 'phones=[{"typed": "0307654321"}]'],
                  ["name=Otto Doppelt"], ["name=Otto Doppelt"]):
        house.json("contact", "add", "client=" + client, *words)


def entries(house, client):
    answer = house.json("call", "file_entries", "client=" + client)
    return sorted(answer["entries"], key=lambda e: e["number"])


def plain(entry):
    """Without whose it is. A table has a column for each role, so parties come back role by role, and it
    tells seconds (a file that was filed away without a day was so when it was taken over)."""
    return dict(entry, client=None, parties=sorted(entry["parties"], key=lambda p: p["role"]),
                closed_at=entry["closed_at"] and entry["closed_at"][:19])


def new_client(house, name):
    client = house.json("call", "client_add", "name=" + name)["id"]
    furnish(house, client)
    return client


def killed(house, *words):
    """The service is killed again and again while the rows come; it comes back each time."""
    stop, kills = threading.Event(), []

    def disturb():
        while not stop.wait(0.4):
            house.restart("contacts")
            kills.append(1)
    thread = threading.Thread(target=disturb)
    thread.start()
    try:
        for _ in range(50):
            done = subprocess.run([BIN + "/rufbus", "--home", house.home, "--wait", "20000", "--json", "import", *words],
                                  capture_output=True, text=True, timeout=170)
            if done.returncode == 0:
                assert kills, "the service was never killed"
                return len(kills)
    finally:
        stop.set()
        thread.join()
    raise AssertionError(done.stderr)


def foreign_tables(house):
    for name, ending, write in [("openpyxl", "xlsx", by_openpyxl), ("XlsxWriter", "xlsx", by_xlsxwriter),
                                ("csv", "csv", by_csv)]:
        client = new_client(house, name)
        path = os.path.join(house.home, "akten." + ending)
        write(path, ROWS)
        seen = house.rufbus("import", "files", path, "--client", name, "--unknown", "create", "--preview")
        for words in ("Kurzrubrum", "Bezeichnung", "Gegenvertreter", "Gericht Zeichen", "(wird nicht übernommen)",
                      "0012/26-K", "4 neu", "höchstens 4 Kontakte angelegt"):
            assert words in seen, (words, seen)
        house.rufbus("import", "files", path, "--client", name, code=1)  # nobody said yes
        assert not entries(house, client)
        done = house.json("import", "files", path, "--client", name, "--unknown", "create", "--yes")
        assert done["added"] == 4 and done["created"] == 4 and not done["rejects"], done
        got = {e["number"]: e for e in entries(house, client)}
        # The locked one is for those who are named in it; whoever took it over is not.
        assert sorted(got) == ["0012/26-K", "4/1998", "P-7"], got
        first = got["0012/26-K"]
        assert first["title"] == "Müller ./. Kern wegen Mietzins" and first["note"] == "Eilt;\nzweite Zeile"
        assert first["lawyer"] == "Dr. Eva Kern" and first["clerk"] == "Otto Schmidt"
        assert first["opened_at"].startswith("2025-11-23T23:00:00"), first["opened_at"]
        roles = [(p["role"], p["name"], p["customer_number"], p["reference"]) for p in first["parties"]]
        assert roles == [("client", "Anna Müller", "4711", None), ("opponent", "Kern GmbH", None, None),
                         ("opponent", "Otto Kern", None, None), ("opposing_counsel", "RA Özdemir", None, None),
                         ("court", "Landgericht Berlin", None, "3 O 12/26")], roles
        assert got["P-7"]["kind"] == "project" and got["P-7"]["state"] == "archived"
        assert got["P-7"]["closed_at"].startswith("2020-12-30T23:00:00")
        assert got["P-7"]["parties"][0]["customer_number"] == "4711"
        assert got["4/1998"]["state"] == "archived"
        # Once more: refused by accident, harmless on purpose, but for what must not be seen.
        assert "schon am" in house.rufbus("import", "files", path, "--client", name, "--unknown", "create", "--yes", code=1)
        done = house.json("import", "files", path, "--client", name, "--unknown", "create", "--yes", "--again")
        assert done["same"] == 3 and done["created"] == 0 and len(done["rejects"]) == 1, done
        assert "2/2026" in done["rejects"][0]["problem"]
        done = house.json("import", "files", path, "--client", name, "--known", "skip", "--yes", "--again")
        assert done["skipped"] == 4, done
        print("read what", name, "wrote")
        os.remove(path)


def rejects(house):
    client = new_client(house, "Mängel")
    path, out = os.path.join(house.home, "schlecht.xlsx"), os.path.join(house.home, "abgelehnt.csv")
    by_openpyxl(path, [cells for cells, _, _ in BAD] + [ROWS[2]])
    said = house.rufbus("import", "files", path, "--client", "Mängel", "--yes", "--rejects", out)
    assert "1 neu" in said and f"{len(BAD)} abgelehnt" in said, said
    with open(out, encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file, delimiter=";"))
    for (_, column, words), line, number in zip(BAD, lines, range(4, 4 + len(BAD)), strict=True):
        assert line["Zeile"] == str(number) and line["Feld"] == column and words in line["Grund"], (line, column)
    assert [e["number"] for e in entries(house, client)] == ["P-7"]
    # A column of which a person says what it is, or that it does not count.
    done = house.json("import", "files", path, "--client", "Mängel", "--preview", "Art=-", "Streitwert=note")
    assert not any(r["row"] == 11 for r in done["rejects"]), done
    assert "Farbe=note" in house.rufbus("import", "files", path, "--preview", "Farbe=note", code=1)
    with open(path, "w", encoding="utf-8") as file:
        file.write("Name;Telefon\nAnna;030 1234567\n")
    assert "Aktenzahl" in house.rufbus("import", "files", path, "--preview", code=1)
    with open(path, "w", encoding="utf-8") as file:
        file.write("BEGIN:VCARD\nVERSION:3.0\nFN:Anna\nEND:VCARD\n")
    assert "vCard" in house.rufbus("import", "files", path, "--preview", code=1)
    house.rufbus("import", "files", path, "--known", "add", "--preview", code=1)
    house.rufbus("import", "files", path, "--match", "number", code=1)
    house.rufbus("import", "files", path, "--unknown", "perhaps", code=2)
    house.rufbus("export", "files", out + ".vcf", code=2)


def export_is_read_back(house):
    """Into the same house: nothing new; into another client with the same people: the same files."""
    for form in ("xlsx", "csv"):
        out = os.path.join(house.home, "aus." + form)
        assert "3 Akten" in house.rufbus("export", "files", out, "--client", "openpyxl")
        again = house.json("import", "files", out, "--client", "openpyxl", "--preview")
        assert again["same"] == 3 and not again["rejects"] and not again["remarks"], again
        name = "Kopie " + form
        people = os.path.join(house.home, "leute.xlsx")
        client = house.json("call", "client_add", "name=" + name)["id"]
        house.rufbus("export", "contacts", people, "--client", "openpyxl")
        house.json("import", "contacts", people, "--client", name, "--known", "add", "--yes")
        done = house.json("import", "files", out, "--client", name, "--yes")
        assert done["added"] == 3 and not done["rejects"], done
        for got, want in zip(entries(house, client), entries(house, client_of(house, "openpyxl")), strict=True):
            assert plain(got) == plain(want), (form, got, want)
        back = os.path.join(house.home, "zurück." + form)
        house.rufbus("export", "files", back, "--client", name)
        assert table(back) == table(out), form
        print("export and import are inverse:", form)
    house.rufbus("export", "files", os.path.join(house.home, "alle.xlsx"), "--everywhere")


def client_of(house, name):
    return [c["id"] for c in house.json("clients", "limit=200")["clients"] if c["name"] == name][0]


def table(path):
    """The rows by foreign readers, whatever their order."""
    if path.endswith(".csv"):
        with open(path, encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file, delimiter=";"))
    else:
        import openpyxl
        rows = [["" if c is None else c for c in r] for r in openpyxl.load_workbook(path).active.iter_rows(values_only=True)]
    return rows[0], sorted(rows[1:])


def large_and_killed(house, count):
    client = new_client(house, "Groß")
    path = os.path.join(house.home, "gross.csv")
    with open(path, "w", encoding="cp1252", newline="") as file:
        out = csv.writer(file, delimiter=";")
        out.writerow(["Aktenzeichen", "Rubrum", "Mandant", "Gegner", "Sachbearbeiter"])
        for i in range(count):
            out.writerow([f"{i}/26", f"Sache {i}", f"Kunde {i // 2}", "Kern GmbH", "Otto Schmidt"])
    kills = killed(house, "files", path, "--client", "Groß", "--unknown", "create", "--yes")
    table_path = os.path.join(house.home, "gross_aus.csv")
    assert f"{count} Akten" in house.rufbus("export", "files", table_path, "--client", "Groß")
    with open(table_path, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert [r["Aktenzahl"] for r in rows] == [f"{i}/26" for i in range(count)], "not each row once and in order"
    people = os.path.join(house.home, "leute.csv")
    assert f"{count // 2 + 4} Kontakte" in house.rufbus("export", "contacts", people, "--client", "Groß")
    print(count, "files and", count // 2, "contacts, each once, over", kills, "kills")


def main():
    with House() as house:
        house.start("contacts")
        foreign_tables(house)
        rejects(house)
        export_is_read_back(house)
        large_and_killed(house, 3000)
        house.kill("contacts", 15)
        house.rufbus("check")
    print("ok")


main()

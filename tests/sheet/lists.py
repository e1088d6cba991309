# SPDX-License-Identifier: Apache-2.0
"""The reader of tables against lists with a known truth, against files that other programs write
here and now, and against hostile ones. RUFBUS_FOREIGN_LISTS=FOLDER adds files of public collections
that are not ours to ship (each with its grid as JSON beside it)."""
import datetime
import glob
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
LISTS = os.path.join(HERE, "..", "data", "lists")
DUMP = os.environ["RUFBUS_DUMP"]
SECONDS_MAX, MEBIBYTES_MAX = 10, 300


def dump(path, sheet=0, limited=False):
    """Rows as {number: {column: (kind, text)}}, hidden row numbers, and what was said at the end."""
    def limit():
        if limited:
            resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
    done = subprocess.run([DUMP, path, str(sheet)], capture_output=True, preexec_fn=limit, timeout=300)
    assert done.returncode in (0, 1), (path, done.returncode, done.stderr.decode()[-2000:])
    lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
    rows = {row[0]: {cell[0]: (cell[1], cell[2]) for cell in row[2]} for row in lines[:-1]}
    return rows, {row[0] for row in lines[:-1] if row[1]}, lines[-1]


def cents(text):
    """Of a number cell."""
    return round(float(text) * 100)


def check_row(name, truth, columns, cells):
    for field, column in columns.items():
        kind, text = cells.get(column, ("empty", ""))
        if field in ("name", "vorname", "nachname", "firma", "kundennummer", "ort", "plz") and field in truth:
            assert text.strip() == str(truth[field]), (name, truth["zeile"], field, text, truth[field])
        elif field == "faellig" and kind == "date":
            assert text[:10] == truth["faellig"], (name, truth["zeile"], text)
        elif field == "betrag" and kind == "number":
            assert cents(text) == truth["betrag_cent"], (name, truth["zeile"], text)
        elif field == "telefon" and kind == "number" and len(truth["telefon"]) == 1:
            assert truth["telefon"][0].endswith(text.lstrip("0")[-8:]), (name, truth["zeile"], text)


def check_list(path):
    with open(path + ".json", encoding="utf-8") as file:
        truth = json.load(file)
    name = os.path.basename(path)
    rows, hidden, said = dump(path, truth["blatt"]["nummer"] if path.endswith(".xlsx") else 0)
    assert "refused" not in said, (name, said)
    heading = rows[truth["kopfzeile"]]
    for column in truth["spalten"]:
        if column["ueberschrift"]:
            assert heading[column["spalte"]][1].strip() == column["ueberschrift"], (name, column, heading)
    columns = {c["feld"]: c["spalte"] for c in truth["spalten"] if c["feld"]}
    for row in truth.get("zeilen", []) + truth.get("zeilen_auszug", []):
        check_row(name, row, columns, rows[row["zeile"]])
        assert (row["zeile"] in hidden) == bool(row.get("ausgeblendet")), (name, row["zeile"])
    for refusal in truth.get("ablehnungen", []):
        if refusal["grund"] == "betrag_formel_ohne_wert":
            assert rows[refusal["zeile"]][columns["betrag"]][0] == "no_result", (name, refusal)
    return len(truth.get("zeilen", []) + truth.get("zeilen_auszug", []))


# --- files that must be refused, and the word that says why
HOSTILE = {
    "badidx.xlsx": "beschädigt", "enc.xlsx": "Kennwort", "html.xls": "HTML", "lol.xlsx": "Dokumenttyp",
    "other.zip.xlsx": "keine Tabelle", "pass_protected.ods": ".ods", "png.xlsx": "keine Tabelle",
    "rep.ods": ".ods", "trunc_100.xlsx": "beschädigt", "trunc_1720.xlsx": "beschädigt",
    "xxe.xlsx": "Dokumenttyp", "zero.xlsx": "leer", "old_biff8.xls": ".xls", "xml2003.xls": "XML",
}


def small_book(path, sheet=b"<row><c t='s'><v>0</v></c></row>", shared=b"<si><t>x</t></si>"):
    """The least that is a workbook; bombs are put where the caller says, written piece by piece."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
        pack = "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
        main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        book.writestr("_rels/.rels", pack + f"<Relationship Id='r1' Type='{rel}officeDocument' "
                      "Target='xl/workbook.xml'/></Relationships>")
        book.writestr("xl/_rels/workbook.xml.rels", pack +
                      f"<Relationship Id='r1' Type='{rel}worksheet' Target='worksheets/sheet1.xml'/>"
                      f"<Relationship Id='r2' Type='{rel}sharedStrings' Target='sharedStrings.xml'/></Relationships>")
        book.writestr("xl/workbook.xml", f"<workbook xmlns='{main}' xmlns:r='{rel}'><sheets>"
                      "<sheet name='A' sheetId='1' r:id='r1'/></sheets></workbook>")
        for part, head, body, tail in (("xl/sharedStrings.xml", f"<sst xmlns='{main}'>", shared, "</sst>"),
                                       ("xl/worksheets/sheet1.xml", f"<worksheet xmlns='{main}'><sheetData>", sheet,
                                        "</sheetData></worksheet>")):
            with book.open(part, "w", force_zip64=True) as out:
                out.write(head.encode())
                for piece in ([body] if isinstance(body, bytes) else body):
                    out.write(piece)
                out.write(tail.encode())


def times(count, piece):
    return (piece for _ in range(count))


def bombs(folder):
    mib = b" " * (1 << 20)
    yield "bomb_blanks.xlsx", dict(sheet=times(400, mib)), "zu groß"
    yield "bomb_attribute.xlsx", dict(sheet=iter([b"<row a='"] + [b"x" * (1 << 20)] * 64 + [b"'/>"])), "zu groß"
    text = b"<si><t>" + os.urandom(250).hex().encode() * 200 + b"</t></si>"
    yield "bomb_texts.xlsx", dict(shared=times(2800, text)), "zu groß"
    yield "bomb_cell.xlsx", dict(shared=iter([b"<si><t>"] + [b"z" * (1 << 20)] * 3 + [b"</t></si>"])), "zu groß"
    yield "bomb_depth.xlsx", dict(sheet=times(1000, b"<a>")), "beschädigt"
    yield "bomb_row.xlsx", dict(sheet=b"<row r='99999999999'><c><v>1</v></c></row>"), "zu groß"
    yield "bomb_column.xlsx", dict(sheet=b"<row><c r='ZZZZZZ1'><v>1</v></c></row>"), "beschädigt"
    yield "bomb_wide.xlsx", dict(sheet=iter([b"<row>"] + [b"<c><v>1</v></c>" * 20000] + [b"</row>"])), "zu groß"
    yield "bomb_number.xlsx", dict(sheet=b"<row><c><v>1e999</v></c></row>"), "beschädigt"


def check_hostile(path, why):
    began = time.monotonic()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = dump(path, limited=True)[2]
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    if why:
        assert why in said.get("german", ""), (path, said)
    # With sanitizers everything takes many times as much; the release build is held to the limits.
    if os.environ.get("RUFBUS_STRICT"):
        assert seconds < SECONDS_MAX, (path, seconds)
        assert used.ru_maxrss < MEBIBYTES_MAX << 10, (path, used.ru_maxrss)
    return os.path.basename(path), round(seconds, 2), round(time.monotonic() - began, 2)


# --- public collections
def serial(text):
    day = datetime.date.fromisoformat(text[:10])
    days = (day - datetime.date(1899, 12, 30)).days
    clock = [int(part) for part in text[11:].split(":")] if len(text) > 10 else []
    return days + sum(part * step for part, step in zip(clock, (3600, 60, 1))) / 86400


def same_cell(kind, value, told):
    if kind == "datum":
        return told[0] == "date" and abs(serial(told[1]) - value) < 1 / 80000
    if kind == "zahl":
        return told[0] == "number" and abs(float(told[1]) - value) <= 1e-12 * abs(value)
    return told[1] == str(value)


def check_foreign(path):
    with open(path + ".json", encoding="utf-8") as file:
        truth = json.load(file)
    cells = 0
    for number, sheet in enumerate(truth["blaetter"], 1):
        rows = dump(path, number)[0]
        for row in sheet["zeilen"]:
            for column, kind, value in row["zellen"]:
                told = rows[row["zeile"]].get(column)
                assert told and same_cell(kind, value, told), (path, row["zeile"], column, kind, value, told)
                cells += 1
    return cells


def main():
    rows = sum(check_list(path) for path in sorted(glob.glob(LISTS + "/*.xlsx") + glob.glob(LISTS + "/*.csv")))
    assert rows > 500, rows
    print(rows, "rows equal to the truth")
    for name, why in HOSTILE.items():
        check_hostile(os.path.join(LISTS, "hostile", name), why)
    with tempfile.TemporaryDirectory() as folder:
        for name, parts, why in bombs(folder):
            path = os.path.join(folder, name)
            small_book(path, **parts)
            print(*check_hostile(path, why))
        small_book(os.path.join(folder, "small.xlsx"))
        assert dump(os.path.join(folder, "small.xlsx"))[0] == {1: {0: ("text", "x")}}
    foreign = os.environ.get("RUFBUS_FOREIGN_LISTS")
    if not foreign:
        print("public collections: skipped, RUFBUS_FOREIGN_LISTS is not set")
        return 0
    for path in sorted(glob.glob(foreign + "/*.xlsx")):
        print(check_foreign(path), "cells", os.path.basename(path))
    return 0


sys.exit(main())

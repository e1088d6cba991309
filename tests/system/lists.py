# SPDX-License-Identifier: Apache-2.0
"""Lists as tables and on paper, of a running house, read back by openpyxl, csv and poppler."""
import csv
import datetime
import os
import re
import subprocess
import zoneinfo

import openpyxl

from house import House, followed

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


def sheet_of(path):
    """The heading, and the rows below as dictionaries; the row of the sums apart."""
    book = openpyxl.load_workbook(path)
    sheet = book.active
    assert sheet.freeze_panes == "A2", sheet.freeze_panes
    rows = list(sheet.iter_rows(values_only=True))
    heading = rows[0]
    assert all(cell.font.bold for cell in sheet[1]), "the heading is not bold"
    sums = rows.pop() if any(isinstance(value, str) and value.startswith("=SUBTOTAL(109,") for value in rows[-1]) else None
    if sheet.auto_filter.ref:
        assert sheet.auto_filter.ref.startswith("A1:") and sheet.auto_filter.ref.endswith(str(len(rows))), sheet.auto_filter.ref
    shown = openpyxl.load_workbook(path, data_only=True).active
    values = dict(zip(heading, list(shown.iter_rows(values_only=True))[-1])) if sums else None
    return heading, [dict(zip(heading, row)) for row in rows[1:]], values


def csv_of(path):
    with open(path, "rb") as file:
        assert file.read(3) == b"\xef\xbb\xbf", "Excel needs the mark"
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def text_of(path):
    return subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout


def export(house, what, *words):
    """Both forms; their rows agree."""
    paths = [os.path.join(house.home, what + end) for end in (".xlsx", ".csv")]
    said = [house.rufbus("export", what, path, *words) for path in paths]
    heading, rows, sums = sheet_of(paths[0])
    plain = csv_of(paths[1])
    assert len(rows) == len(plain), (len(rows), len(plain))
    for line, path in zip(said, paths):
        assert line.strip() == f"{path}: {len(rows)} {'Zeile' if len(rows) == 1 else 'Zeilen'}", line
    for row, other in zip(rows, plain):
        for title in heading:
            value = row[title]
            if isinstance(value, datetime.datetime):
                value = value.strftime("%d.%m.%Y %H:%M:%S")
            elif isinstance(value, (int, float)) and "(min)" in title:
                value = f"{value:.2f}".replace(".", ",")
                assert abs(float(value.replace(",", ".")) - float(other[title].replace(",", "."))) < 0.02
                continue
            assert (value if value is not None else "") == other[title] or str(value) == other[title], (title, row, other)
    return rows, sums


def calls(house):
    for number in ("+49302000001", "+49302000002", "0171 3920061"):
        call = house.json("call", "begin", number)["id"]
        house.rufbus("call", "end", call)
    rows, sums = export(house, "calls")
    assert len(rows) == 3 and [isinstance(row["Beginn"], datetime.datetime) for row in rows] == [True] * 3, rows
    assert "+49302000001" in [row["gewählt"] for row in rows] + [row["Anrufer"] for row in rows], rows
    assert isinstance(sums["Sprechzeit (min)"], (int, float)), sums
    rows, _ = export(house, "calls", "from=2001-01-01", "until=2001-01-02")
    assert rows == []


def wrong_use(house):
    out = os.path.join(house.home, "x")
    house.rufbus("export", "calls", code=2)
    house.rufbus("export", "calls", out + ".pdf", code=2)
    house.rufbus("export", "calls", out + ".csv", "fron=2001-01-01", code=2)
    assert "Niemand" in house.rufbus("export", "calls", out + ".csv", "client=Niemand", code=2)
    house.rufbus("export", "calls", "/no/such/folder/aus.xlsx", code=1)
    house.rufbus("print", "open", code=2)
    house.rufbus("print", "day", "--out", out + ".pdf", "date=32.1.2026", code=2)
    house.rufbus("print", "day", "--out", out + ".pdf", "room=3", code=2)
    assert not [name for name in os.listdir(house.home) if name.startswith("x")], "something was left behind"


def furnish(house):
    """Services booked yesterday; today a clock, callbacks, inquiries."""
    day = datetime.datetime.now(BERLIN).date() - datetime.timedelta(days=1)
    maria, jens = (house.json("call", "staff_add", "name=" + name)["id"] for name in ("Maria Müller", "Jens Groß"))
    client = house.json("call", "client_add", "name=Kanzlei Größe & Söhne")["id"]
    followed(house, "timekeeping", "contacts")
    house.rufbus("call", "kind_add", "key=K", "name=Kurzgespräch", 'rounding={"minimum_s": 0, "first_s": 360, "next_s": 360, "scope": "call"}')
    for i, (who, seconds) in enumerate(((maria, 95), (maria, 400), (jens, 3600), (jens, 61))):
        house.rufbus("call", "entry_book", "key=K", f"seconds={seconds}", "staff=" + who, "client=" + client, f"text=Telefonat {i}; =1+1",
                     f"contact_name=Frau Dr. Ağaoğlu {i}", "began_at=" + datetime.datetime.combine(day, datetime.time(i, 30), BERLIN).isoformat())
    clock = house.json("call", "clock_start", "staff=" + maria, "text=Akten gelesen")
    house.rufbus("call", "clock_stop", "id=" + clock["id"])
    for i, priority in enumerate(("normal", "urgent", "high", "low", "urgent")):
        house.rufbus("call", "inquiry_add", f"subject=Betreff {i}: Straßenschäden", "priority=" + priority,
                     "staff=" + (maria if i % 2 else jens), "client=" + client, "contact_name=Änne Weiß", "phone=+49302000009",
                     "due_at=2026-01-02T10:00:00Z" if i == 1 else "channel=email")
    first, _ = (house.json("call", "callback_add", f"number=030 200000{i}", f"reason=Grund {i}", "staff=" + maria,
                                "contact_name=Herr Winterfeld", "client=" + client)["id"] for i in range(2))
    house.rufbus("call", "callback_done", "id=" + first, "result=erreicht")


def tables(house):
    rows, sums = export(house, "entries", "staff=maria müller")
    assert [row["Text"] for row in rows] == ["Telefonat 1; =1+1", "Telefonat 0; =1+1"], rows
    assert rows[0]["Mitarbeiter"] == "Maria Müller" and rows[0]["Mandant"] == "Kanzlei Größe & Söhne", rows[0]
    assert isinstance(rows[0]["Beginn"], datetime.datetime) and rows[0]["Beginn"].hour == 1, rows[0]
    assert [row["gerundet (min)"] for row in rows] == [12, 6], rows
    assert abs(sums["Istzeit (min)"] - 495 / 60) < 1e-9 and sums["gerundet (min)"] == 18, sums
    rows, sums = export(house, "entries")
    assert len(rows) == 4 and abs(sums["Istzeit (min)"] - 4156 / 60) < 1e-9, sums
    rows, _ = export(house, "inquiries", "open=true", "client=Kanzlei Größe & Söhne")
    assert [row["Dringlichkeit"] for row in rows] == ["dringend", "dringend", "hoch", "normal", "niedrig"], rows
    rows, _ = export(house, "callbacks")
    assert sorted(row["Grund"] for row in rows) == ["Grund 0", "Grund 1"], rows
    rows, _ = export(house, "callbacks", "state=settled")
    assert [row["Ergebnis"] for row in rows] == ["erreicht"], rows


def printed(house, *words):
    path = os.path.join(house.home, "druck.pdf")
    said = house.rufbus("print", *words, "--out", path)
    assert re.fullmatch(re.escape(path) + r": \d+ Seiten?\n", said), said
    return text_of(path)


def paper(house):
    text = printed(house, "open")
    assert re.findall(r"Betreff \d", text) == [f"Betreff {i}" for i in (1, 4, 2, 0, 3)], text
    assert "! 02.01.2026" in text and "Anzahl: 5, überfällig: 1" in text and "Änne Weiß" in text, text
    text = printed(house, "open", "staff=Jens Groß")
    assert "Bearbeiter: Jens Groß" in text and re.findall(r"Betreff \d", text) == [f"Betreff {i}" for i in (4, 2, 0)], text
    text = printed(house, "callbacks")
    assert "Grund 1" in text and "Grund 0" not in text and "Herr Winterfeld" in text, text
    text = printed(house, "day", "staff=Maria Müller", "date=gestern")
    for part in ("Tagesblatt", "Maria Müller · ", "Telefonat 0", "Telefonat 1", "0:01:35", "0:06:40", "0:12:00", "0:08:15", "0:18:00",
                 "Betreff 1", "Grund 1"):
        assert part in text, (part, text)
    assert text.index("Telefonat 0") < text.index("Telefonat 1") and "Telefonat 2" not in text and "Betreff 2" not in text, text
    assert "Akten gelesen" not in text and "erreicht" not in text, text
    text = printed(house, "day", "date=yesterday")
    assert "ganzes Haus" in text and "Summen je Mitarbeiter" in text and "1:24:00" in text and "1:09:16" in text, text
    text = printed(house, "day")
    for part in ("Akten gelesen", "erreicht", "Betreff 1", "Betreff 2", "Grund 1"):
        assert part in text, (part, text)
    assert "Telefonat" not in text and "Summen" not in text and text.count("Keine.") == 1, text


with House() as house:
    house.start("contacts", "telephony", "timekeeping")
    calls(house)
    wrong_use(house)
    furnish(house)
    tables(house)
    paper(house)
    print("ok")

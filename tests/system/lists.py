# SPDX-License-Identifier: Apache-2.0
"""Lists as tables and on paper, of a running house, read back by openpyxl, csv and poppler."""
import csv
import datetime
import os
import re
import subprocess

import openpyxl

from house import House


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
        assert line.strip() == f"{path}: {len(rows)} Zeilen", line
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


with House() as house:
    house.start("contacts", "telephony")
    calls(house)
    wrong_use(house)
    print("ok")

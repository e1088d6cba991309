# SPDX-License-Identifier: Apache-2.0
"""Taking over contacts and merging them as a secretary does, with the service killed in between."""
import csv
import os
import signal
import subprocess
import threading

from house import BIN, House

ROWS = 3000


def write_list(path, rows):
    with open(path, "w", encoding="cp1252", newline="") as file:
        out = csv.writer(file, delimiter=";")
        out.writerow(["Unsere Kunden, Stand heute"])
        out.writerow(["Kd-Nr.", "Name", "Vorname", "Tel.", "E-Mail", "Rabatt"])
        for i in range(rows):
            out.writerow([f"K{i}", f"Müller{i}", "Änne", f"030 {2000000 + i}", f"k{i}@firma.example", "3 %"])


def killed_while_importing(house, path):
    """The service is killed again and again while the rows come; it comes back each time."""
    stop = threading.Event()
    kills = []

    def disturb():
        while not stop.wait(0.4):
            house.restart("contacts")
            kills.append(1)
    thread = threading.Thread(target=disturb)
    thread.start()
    try:
        for _ in range(50):
            done = subprocess.run([BIN + "/rufbus", "--home", house.home, "--wait", "20000", "--json", "import",
                                   "contacts", path, "--yes"], capture_output=True, text=True, timeout=170)
            if done.returncode == 0:
                return len(kills)
    finally:
        stop.set()
        thread.join()
    raise AssertionError(done.stderr)


with House() as house:
    house.start("contacts")
    path = os.path.join(house.home, "kunden.csv")
    write_list(path, ROWS)
    # Looked at: nothing happens without --yes.
    seen = house.rufbus("import", "contacts", path, "--preview")
    for words in ("windows-1252", "Zeile 2", "Kd-Nr.", "Kundennummer", "(wird nicht übernommen)", f"{ROWS} neu"):
        assert words in seen, (words, seen)
    house.rufbus("import", "contacts", path, code=1)
    assert house.json("contacts")["contacts"] == []
    kills = killed_while_importing(house, path)
    assert kills > 0, "the service was never killed"
    out = os.path.join(house.home, "aus.csv")
    assert f"{ROWS} Kontakte" in house.rufbus("export", "contacts", out)
    with open(out, encoding="utf-8-sig", newline="") as file:
        numbers = [row["Kundennummer"] for row in csv.DictReader(file, delimiter=";")]
    assert numbers == [f"K{i}" for i in range(ROWS)], "not each row once and in order"
    print(ROWS, "rows, each once, over", kills, "kills")

    # The same file again: said, and what is asked for all the same changes nothing.
    assert "schon am" in house.rufbus("import", "contacts", path, "--yes", code=1)
    assert house.json("import", "contacts", path, "--yes", "--again")["same"] == ROWS
    # What people say about columns, wrong ones too; rejected rows as a table.
    house.rufbus("import", "contacts", path, "--preview", "Rabatt=handling_note")
    assert "Rabatte" in house.rufbus("import", "contacts", path, "--preview", "Rabatte=handling_note", code=1)
    bad = os.path.join(house.home, "schlecht.csv")
    with open(bad, "w", encoding="utf-8") as file:
        file.write("Name;E-Mail;Telefon\nEva;kein at;1\n;x@y.example;\nMax;m@x.example;siehe Akte\n")
    rejects = os.path.join(house.home, "abgelehnt.csv")
    said = house.rufbus("import", "contacts", bad, "--yes", "--rejects", rejects)
    assert "1 neu" in said and "2 abgelehnt" in said, said
    with open(rejects, encoding="utf-8-sig") as file:
        lines = file.read().splitlines()
    assert len(lines) == 4 and lines[1].startswith("2;abgelehnt;E-Mail;"), lines
    house.rufbus("import", "contacts", "/no/such/file.csv", code=2)
    house.rufbus("import", "contacts", bad, "--known", "perhaps", code=2)
    house.rufbus("import", "contacts", bad, "--client", "Niemand", code=1)
    house.rufbus("export", "contacts", out + ".doc", code=2)
    house.rufbus("export", "contacts", "/no/such/folder/aus.xlsx", code=1)

    # Duplicates, merged and taken back.
    one = house.json("contact", "add", "name=Anna Meier", 'phones=[{"typed": "0171 3920061"}]')["id"]
    other = house.json("contact", "add", "name=Anna Maier", "language=de", 'phones=[{"typed": "+491713920061"}]')["id"]
    said = house.rufbus("contact", "duplicates", one)
    assert "Anna Maier" in said and "möglich" in said and "Rufnummer" in said, said
    said = house.rufbus("contact", "merge", other, one)
    assert "Anna Maier" in said and "unmerge " + other in said, said
    assert "Anna Meier" in house.rufbus("contact", "show", other, code=1)
    assert house.json("contact", "show", one)["language"] == "de"
    assert "Anna Maier" in house.rufbus("contact", "merges", one)
    house.rufbus("contact", "merge", one, one, code=1)
    house.rufbus("contact", "merge", one, code=2)
    house.rufbus("contact", "unmerge", other)
    assert house.json("contact", "show", one)["language"] is None
    assert house.json("contact", "show", other)["name"] == "Anna Maier"
    house.rufbus("contact", "unmerge", other, code=1)
    house.kill("contacts", signal.SIGTERM)
    house.rufbus("check")
    print("ok")

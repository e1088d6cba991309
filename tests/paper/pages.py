# SPDX-License-Identifier: Apache-2.0
"""What was handed over is what stands on the pages, read back by poppler: every cell in its column,
the heading on each page, rows whole, groups and sums where they belong."""
import html
import os
import re
import subprocess
import tempfile

SAMPLE = os.environ["RUFBUS_SAMPLE"]
HEADING = ["Nummer", "Dringlichkeit", "Betreff", "Ansprechpartner", "Zeit"]
MARGIN, WIDTH, HEIGHT = 42, 595.28, 841.89
CREATED = 1795000000


def make(folder, lines, created=CREATED, wide=False):
    path = os.path.join(folder, "liste.pdf")
    done = subprocess.run([SAMPLE, path, str(created)] + ["wide"] * wide, input="\n".join(lines) + "\n",
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert os.listdir(folder) == ["liste.pdf"], os.listdir(folder)
    return path, int(done.stdout)


def tool(*words):
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=True).stdout


def words_of(path):
    """A list of words for each page: (left, top, right, bottom, text)."""
    pages = []
    for line in tool("pdftotext", "-bbox", path, "-").splitlines():
        if "<page " in line:
            pages.append([])
        found = re.search(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*)</word>', line)
        if found:
            pages[-1].append(tuple(float(part) for part in found.groups()[:4]) + (html.unescape(found.group(5)),))
    return pages


def columns_of(page):
    """Where each column begins, and the heading's lower edge; fails when the heading is not there."""
    at = [next((word for word in page if word[4] == title), None) for title in HEADING]
    assert all(at) and max(w[1] for w in at) - min(w[1] for w in at) < 1, (HEADING, at)
    return [word[0] for word in at], at[0][3]


def rows_of(page):
    """The table's rows as texts without blanks: a row begins with each number in the first column."""
    left, below = columns_of(page)
    rows = []
    body = [word for word in page if word[1] > below and word[3] < HEIGHT - 44]
    starts = sorted(word[1] for word in body if word[0] < left[1] - 1)
    for top, end in zip(starts, starts[1:] + [HEIGHT]):
        cells = [""] * len(HEADING)
        for word in body:
            if top - 1 <= word[1] < end - 1:
                column = 4 if word[0] > 480 else max(i for i in range(4) if word[0] >= left[i] - 1)
                cells[column] += word[4]
        rows.append(cells)
    return rows


def check_rows(folder):
    subjects = ["Drucker druckt nur grün", "Größe, Maß & Öl: „äöüÄÖÜß“ – 100 € <b>", "Ελληνικά Русский Ağaoğlu Łódź 😀",
                "Straßenverkehrshaftpflichtversicherungsbeitragsrückerstattungsantragsformular" * 2,
                "Viele Worte, die in keine einzige Zeile der Spalte passen, und darum umbrochen werden. " * 3,
                "https://example.org/" + "x" * 300]
    rows = [[f"2026-{i:06}", ["normal", "hoch"][i % 2], subjects[i % len(subjects)].strip(),
             "Frau Dr. Groß" if i % 3 else "", f"{i}:{i % 60:02}"] for i in range(400)]
    path, pages = make(folder, ["T\t"] + [f"R\t{i % 4}\t" + "\t".join(row) for i, row in enumerate(rows)])
    read = words_of(path)
    assert len(read) == pages > 5, (len(read), pages)
    seen = [row for page in read for row in rows_of(page)]
    wanted = [[re.sub(r"\s", "", cell) for cell in row] for row in rows]
    for mine, theirs in zip(wanted, seen):
        assert mine == theirs, (mine, theirs)
    assert len(seen) == len(rows), (len(seen), len(rows))
    for number, page in enumerate(read, 1):
        text = " ".join(word[4] for word in page)
        assert f"Seite {number} von {pages}" in text, text[-200:]
        assert "Offene Vorgänge" in text and "vertraulich" in text
        for word in page:
            assert word[0] >= MARGIN - 1 and word[2] <= WIDTH - MARGIN + 1 and 0 < word[1] and word[3] < HEIGHT - 20, word
        # Numbers and times end at one edge.
        edges = {round(word[2]) for word in page if re.fullmatch(r"\d+:\d\d", word[4]) and word[1] < HEIGHT - 48}
        assert len(edges) == 1, edges
    assert "no" not in [line.split()[-5] for line in tool("pdffonts", path).splitlines()[2:]], "a font is not embedded"
    return pages


def check_groups(folder):
    lines = ["T\tErste"]
    for group in range(30):
        lines.append(f"G\tGruppe{group}\t{group} Stück")
        lines += [f"R\t0\t{group}-{i}\tnormal\tText\tWer\t1:00" for i in range(1 + group % 7)]
        lines.append(f"S\tSumme{group}\t\t\t\t{group}:00")
    lines += ["T\tZweite", "N\tKeine Rückrufe heute."]
    path, pages = make(folder, lines)
    text = tool("pdftotext", "-layout", path, "-").split("\f")[:-1]
    assert len(text) == pages > 2
    for page in text:
        body = [line.strip() for line in page.splitlines() if line.strip()]
        at = next(i for i, line in enumerate(body) if line.split() == HEADING)
        assert not body[at + 1].startswith("Summe"), body[at + 1]
        assert not body[-2].startswith("Gruppe"), body[-2]
        assert body[-1].startswith("Rufbus · erstellt am"), body[-1]
    whole = "\n".join(text)
    order = re.findall(r"(?:Gruppe|Summe)\d+", whole)
    assert order == [word + str(i) for i in range(30) for word in ("Gruppe", "Summe")], order
    assert "Zweite" in text[-1] and "Keine Rückrufe heute." in text[-1]


def check_long(folder):
    """A row higher than a page goes on on the next ones; nothing of it is lost."""
    words = [f"wort{i}" for i in range(2500)]
    path, pages = make(folder, ["T\t", "R\t3\tlang\tdringend\t" + " ".join(words) + "\tHerr Ende\t1:00", "R\t0\tkurz\t\t\\nzwei\\nZeilen\t\t"])
    assert pages > 2
    seen = re.findall(r"wort\d+", " ".join(word[4] for page in words_of(path) for word in page))
    assert seen == words, len(seen)
    for page in words_of(path):
        columns_of(page)


def check_headings(folder):
    """A heading moves to the next page with a first row that is too high for what is left of this one."""
    for count in range(30, 48):
        lines = ["T\tErste"] + [f"R\t0\tkurz{i}\t\tText\t\t" for i in range(count)]
        lines += ["T\tZweite", "R\t0\thoch\tdringend\t" + "\\n".join(f"zeile{i}" for i in range(12)) + "\t\t"]
        for page in words_of(make(folder, lines)[0]):
            texts = [word[4] for word in page]
            assert ("Zweite" in texts) == ("hoch" in texts) == ("zeile11" in texts), (count, texts)


def check_scripts(folder):
    """What a font has can be read back, right to left too; what none has is a box and takes nothing else with it."""
    lines = ["T\t", "R\t0\t1\tnormal\tvorher \U0001f9ff\U000e0041 nachher\tŞükrü Ağaoğlu\t1:00", "R\t0\t2\tnormal\tΕλένη שלום Юлия\tİstanbul\t1:00"]
    text = tool("pdftotext", "-layout", make(folder, lines)[0], "-")
    for part in ("vorher", "nachher", "Şükrü Ağaoğlu", "Ελένη", "שלום", "Юлия", "İstanbul"):
        assert part in text, (part, text)


def check_bytes(folder):
    lines = ["T\t"] + [f"R\t{i % 4}\t{i}\thoch\tBetreff äöü {i}\tGroß\t{i}:00" for i in range(200)]
    first = open(make(folder, lines)[0], "rb").read()
    assert open(make(folder, lines)[0], "rb").read() == first
    assert open(make(folder, lines, CREATED + 1)[0], "rb").read() != first
    path, _ = make(folder, lines, wide=True)
    info = tool("pdfinfo", "-isodates", path)
    assert re.search(r"Page size: +841.89 x 595.276 pts \(A4\)", info), info
    assert re.search(r"CreationDate: +2026-11-18T11:06:40Z", info), info
    assert re.search(r"Title: +Offene Vorgänge", info), info


with tempfile.TemporaryDirectory() as made:
    print(check_rows(made), "pages")
    check_groups(made)
    check_long(made)
    check_headings(made)
    check_scripts(made)
    check_bytes(made)
    refused = subprocess.run([SAMPLE, "/no/such/folder/a.pdf", "1"], input="", capture_output=True, text=True)
    assert refused.returncode == 1 and "/no/such/folder/a.pdf" in refused.stderr, refused.stderr
    # No table at all: a page with the title.
    path, pages = make(made, ["T\t"])
    assert pages == 1
    print("ok")

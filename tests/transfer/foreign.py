# SPDX-License-Identifier: Apache-2.0
"""Contacts from and to other programs: files that foreign libraries write are taken over equal to
their source, and what is exported is read back by foreign libraries equal to the source."""
import csv
import io
import json
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "system"))
from house import House  # noqa: E402

HEADINGS = ["Anzeigename", "Vorname", "Nachname", "Firma", "Kundennummer", "Telefon geschäftlich", "Mobil",
            "E-Mail", "E-Mail 2", "Straße", "PLZ", "Ort", "Land", "Bemerkung", "Kontaktart"]


def person(number, name, **more):
    made = dict(name=name, given="", family="", firm="", organisation=False, number=number, phones=[],
                emails=[], addresses=[], note="")
    made.update(more)
    return made


PEOPLE = [
    person("0001", "Anna Müller", given="Anna", family="Müller", firm="Müller & Söhne; Bau, Tiefbau",
           phones=[["030 1234567", "Büro"], ["+49 171 3920061", "mobil"]], emails=["anna@mueller.example"],
           addresses=[["Straße des 17. Juni 135", "01067", "Dresden", "DE"]], note="Zeile eins\nZeile zwei"),
    person("K-2", "Özgür Yıldız", given="Özgür", family="Yıldız", phones=[["0041 44 668 18 00", "Büro"]],
           emails=["oezguer@firma.example", "privat@yildiz.example"], addresses=[["Weg 3", "8005", "Zürich", "CH"]]),
    person("3", "Kern \"Die Guten\" GmbH", organisation=True, phones=[["(0)30/1234-0", "Büro"]],
           addresses=[["Am Markt 1, Hof", "1010", "Wien", "AT"]], note="Semikolon; Komma, \\ Rückstrich"),
    person("0004", "Łukasz Żółć", given="Łukasz", family="Żółć", phones=[["bei der Schwester", "mobil"]]),
    person("5", "Lætitia d’Été", given="Lætitia", family="d’Été", emails=["l@ete.example"],
           note="x" * 300 + " ende ß €"),
    person("6", "李 小龍", phones=[["+852 2345 6789", "Büro"]]),
    person("7", "+Plus =Gleich", given="=1+1", family="+Plus"),
]
# What Text::vCard can write: it does not escape line ends.
ONE_LINE = [dict(p, note=p["note"].replace("\n", " ")) for p in PEOPLE]
# What windows-1252 can write.
WESTERN = [p for p in PEOPLE if p["number"] not in ("K-2", "0004", "6")]


def cells(p):
    phones = {label: typed for typed, label in p["phones"]}
    address = p["addresses"][0] if p["addresses"] else ["", "", "", ""]
    emails = p["emails"] + ["", ""]
    return [p["name"], p["given"], p["family"], p["firm"], p["number"], phones.get("Büro", ""), phones.get("mobil", ""),
            emails[0], emails[1], *address, p["note"], "Organisation" if p["organisation"] else "Person"]


def rows(people):
    return [HEADINGS] + [cells(p) for p in people]


def run(words, text):
    done = subprocess.run(words, input=text.encode(), capture_output=True, timeout=120, cwd=HERE)
    assert done.returncode == 0, (words, done.stderr.decode())
    return done.stdout


# --- foreign writers: (name, file ending, function that makes the file)
def by_openpyxl(path):
    import openpyxl
    book = openpyxl.Workbook()
    for row in rows(PEOPLE):
        book.active.append(row)
        for cell in book.active[book.active.max_row]:
            cell.data_type = "s"
    book.save(path)


def by_xlsxwriter(path):
    import xlsxwriter
    book = xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_numbers": False,
                                      "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("Liste")
    for y, row in enumerate(rows(PEOPLE)):
        for x, text in enumerate(row):
            sheet.write_string(y, x, text)
    book.close()


def by_perl_xlsx(path):
    run(["/usr/bin/perl", "cards.pl", "xlsx", path], json.dumps(rows(PEOPLE)))


def by_libreoffice(path):
    folder = os.path.dirname(path)
    source = os.path.join(folder, "quelle.csv")
    with open(source, "w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL).writerows(rows(PEOPLE))
    profile = "-env:UserInstallation=file://" + os.path.join(folder, "profil")
    # 59 is the semicolon, 76 UTF-8, and each column is text (2).
    columns = "/".join(f"{i}/2" for i in range(1, len(HEADINGS) + 1))
    run(["soffice", profile, "--headless", "--convert-to", "xlsx", f"--infilter=CSV:59,34,76,1,{columns}",
         "--outdir", folder, source], "")
    os.rename(os.path.join(folder, "quelle.xlsx"), path)


def by_csv(encoding, separator, people):
    def write(path):
        with open(path, "w", encoding=encoding, newline="") as file:
            csv.writer(file, delimiter=separator).writerows(rows(people))
    return write


def by_vobject(path):
    import vobject
    with open(path, "w", encoding="utf-8", newline="") as file:
        for p in PEOPLE:
            card = vobject.vCard()
            card.add("fn").value = p["name"]
            card.add("n").value = vobject.vcard.Name(family=p["family"], given=p["given"])
            if p["firm"]:
                card.add("org").value = [p["firm"]]
            if p["organisation"]:
                card.add("x-abshowas").value = "COMPANY"
            for typed, label in p["phones"]:
                tel = card.add("tel")
                tel.value, tel.type_param = typed, {"Büro": "WORK", "mobil": "CELL"}[label]
            for email in p["emails"]:
                card.add("email").value = email
            for street, code, city, country in p["addresses"]:
                card.add("adr").value = vobject.vcard.Address(street=street, code=code, city=city, country=country)
            if p["note"]:
                card.add("note").value = p["note"]
            card.add("x-rufbus-customer-number").value = p["number"]
            file.write(card.serialize())


def by_text_vcard(path):
    with open(path, "wb") as file:
        file.write(run(["/usr/bin/perl", "cards.pl", "vcard"], json.dumps(ONE_LINE)))


def by_ical_js(path):
    with open(path, "wb") as file:
        file.write(run(["node", "cards.js", "write"], json.dumps(PEOPLE)))


# --- foreign readers of what we export: each gives people
def from_rows(table):
    heading, people = table[0], []
    for row in table[1:]:
        cell = {name: (value or "") for name, value in zip(heading, row)}
        phones = [[cell["Telefon" + n], cell["Telefon" + n + " Art"]] for n in ("", " 2") if cell.get("Telefon" + n)]
        emails = [cell["E-Mail" + n] for n in ("", " 2") if cell.get("E-Mail" + n)]
        place = [cell[k] for k in ("Straße", "PLZ", "Ort", "Land")]
        people.append(person(cell["Kundennummer"], cell["Name"], given=cell["Vorname"], family=cell["Nachname"],
                             firm=cell["Firma"], organisation=cell["Kontaktart"] == "Organisation", phones=phones,
                             emails=emails, addresses=[place] if any(place) else [], note=cell["Bearbeitungshinweis"]))
    return people


def read_openpyxl(path):
    import openpyxl
    sheet = openpyxl.load_workbook(path).active
    assert sheet.freeze_panes == "A2" and sheet.auto_filter.ref, "no frozen heading, no filter"
    return from_rows([list(row) for row in sheet.iter_rows(values_only=True)])


def read_csv(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        table = list(csv.reader(file, delimiter=";"))
    # The apostrophe that keeps a spreadsheet from reading a formula is no part of the text.
    table = [[c[1:] if c[:2] in ("'=", "'+", "'-", "'@") else c for c in row] for row in table]
    return from_rows(table)


def read_vobject(path):
    import vobject
    people = []
    with open(path, encoding="utf-8", newline="") as file:
        for card in vobject.readComponents(file.read()):
            get = lambda name: getattr(card, name).value if hasattr(card, name) else ""
            types = {"WORK": "Büro", "CELL": "mobil"}
            people.append(person(
                get("x_rufbus_customer_number"), get("fn"), given=card.n.value.given, family=card.n.value.family,
                firm=get("org")[0] if get("org") else "", organisation=get("x_abshowas") == "COMPANY",
                note=get("note"), emails=[e.value for e in card.contents.get("email", [])],
                phones=[[t.value, types.get(t.type_param.upper() if hasattr(t, "type_param") else "", "")]
                        for t in card.contents.get("tel", [])],
                addresses=[[a.value.street, a.value.code, a.value.city, a.value.country]
                           for a in card.contents.get("adr", [])]))
    return people


def read_ical_js(path):
    with open(path, encoding="utf-8", newline="") as file:
        return json.loads(run(["node", "cards.js", "read"], file.read()))


# --- comparing
def from_house(house, client):
    people = []
    for c in house.json("contacts", "limit=200")["contacts"]:
        if c["client"] != client:
            continue
        people.append(person(
            c["customer_number"], c["name"], given=c["given_name"] or "", family=c["family_name"] or "",
            firm=c["organisation"] or "", organisation=c["kind"] == "organisation", note=c["handling_note"] or "",
            phones=[[p["typed"], p["label"] or ""] for p in c["phones"]], emails=c["emails"],
            addresses=[[a[k] or "" for k in ("street", "postcode", "town", "country")] for a in c["addresses"]]))
    return people


def same(name, got, want, ignore=()):
    key = lambda p: p["number"]
    got, want = sorted(got, key=key), sorted(want, key=key)
    assert [key(p) for p in got] == [key(p) for p in want], (name, [key(p) for p in got])
    for g, w in zip(got, want):
        for field in w:
            if field not in ignore:
                assert g[field] == w[field], (name, w["number"], field, g[field], w[field])


def has_node():
    return shutil.which("node") and os.path.isdir(os.path.join(HERE, "node_modules", "ical.js"))


def main():
    writers = [("openpyxl", "xlsx", by_openpyxl, PEOPLE, ()), ("XlsxWriter", "xlsx", by_xlsxwriter, PEOPLE, ()),
               ("Excel::Writer::XLSX", "xlsx", by_perl_xlsx, PEOPLE, ()),
               ("csv UTF-16", "csv", by_csv("utf-16", "\t", PEOPLE), PEOPLE, ()),
               ("csv windows-1252", "csv", by_csv("cp1252", ";", WESTERN), WESTERN, ()),
               ("csv UTF-8", "csv", by_csv("utf-8", ",", PEOPLE), PEOPLE, ()),
               ("vobject", "vcf", by_vobject, PEOPLE, ()),
               # Text::vCard knows no word for organisations.
               ("Text::vCard", "vcf", by_text_vcard, ONE_LINE, ("organisation",))]
    if shutil.which("soffice"):
        writers.append(("LibreOffice", "xlsx", by_libreoffice, PEOPLE, ()))
    else:
        print("LibreOffice: skipped, it is not installed")
    if has_node():
        writers.append(("ical.js", "vcf", by_ical_js, PEOPLE, ()))
    else:
        print("ical.js: skipped, it is not installed")
    with House() as house:
        house.start("contacts")
        for name, ending, write, people, ignore in writers:
            client = house.json("call", "client_add", "name=" + name)["id"]
            path = os.path.join(house.home, "liste." + ending)
            write(path)
            done = house.json("import", "contacts", path, "--yes", "--client", name)
            assert done["import"]["added"] == len(people) and not done["rejects"], (name, done)
            same(name, from_house(house, client), people, ignore)
            print("read what", name, "wrote")
            os.remove(path)
        out = os.path.join(house.home, "aus.")
        readers = [("xlsx", ["--client", "openpyxl"], read_openpyxl), ("csv", ["--client", "openpyxl"], read_csv),
                   ("vcf", ["--client", "openpyxl", "--vcard", "3"], read_vobject)]
        if has_node():
            readers.append(("vcf", ["--client", "openpyxl", "--vcard", "4"], read_ical_js))
        for ending, words, read in readers:
            house.rufbus("export", "contacts", out + ending, *words)
            # Address books show a firm by its ORG, so cards name it there too.
            firms = [dict(p, firm=p["name"]) if p["organisation"] and ending == "vcf" else p for p in PEOPLE]
            same(read.__name__, read(out + ending), firms)
            print(read.__name__, "reads what we wrote")
            # And back into the house: nothing new.
            again = house.json("import", "contacts", out + ending, "--preview", "--client", "openpyxl")
            assert again["same"] == len(PEOPLE) and not again["rejects"], again
    print("ok")


main()

# SPDX-License-Identifier: Apache-2.0
"""A hotline's day with real processes (D1-D6, D10, D11, D14, A11, G3): taken over from the old program,
opened by a PBX's call, forwarded, put off, held back and closed; on the board throughout, after kill -9 too."""
import os

import ami_capture
from ami_server import Pbx
from house import House, capture, eventually, followed

OLD = """Ticket-Nr.;Betreff;Kunde;Telefon;Priorität;Bearbeiter;Status;Fällig am;Farbe
17;Drucker streikt;Karl Meier;0171 3920061;hoch;Anna Kern;in Bearbeitung;24.12.2031;rot
18;Fax kommt nicht an;Otto;;eilig;Bert Lang;wartet auf Kunde;;
19;;leer;;;;;;
20;Wartung;y;;;Niemand;neu;;
21;Alter Fall;;;;;erledigt;;
22;Datum falsch;;;;;neu;32.13.2031;
"""


def board(house, *words):
    """Numbers of the inquiries' board, in its order."""
    return [row["inquiry"]["number"] for row in house.json("board", "inquiries", *words).get("inquiries", [])]


def take_over(house):
    path = os.path.join(house.home, "alt.csv")
    rejects = os.path.join(house.home, "abgelehnt.csv")
    with open(path, "w", encoding="utf-8") as file:
        file.write(OLD)
    said = house.rufbus("import", "inquiries", path, "--preview")
    assert "Daraus würden: 3 neu, 3 abgelehnt" in said and "Farbe " in said and "nicht übernommen" in said, said
    assert "Zeile 5 (abgelehnt), Bearbeiter: Einen Mitarbeiter „Niemand“ gibt es nicht" in said, said
    assert "--yes" in house.rufbus("import", "inquiries", path, code=1)  # nobody to be asked
    assert house.json("inquiry", "list").get("inquiries", []) == []
    said = house.rufbus("import", "inquiries", path, "--yes", "--rejects", rejects)
    assert "3 neu, 3 abgelehnt" in said, said
    with open(rejects, encoding="utf-8-sig") as file:
        assert [line.split(";")[0] for line in file.read().splitlines()[1:]] == ["4", "5", "7"]
    assert "3 schon übernommen" in house.rufbus("import", "inquiries", path, "--yes")
    # What a person says of a column counts; whoever is unknown is left out.
    said = house.rufbus("import", "inquiries", path, "--preview", "Bearbeiter=-", "Farbe=department")
    assert "1 neu, 3 schon übernommen, 2 abgelehnt" in said, said
    assert "Farbe" in house.rufbus("import", "inquiries", path, "Farbe=bunt", code=1)
    eventually(lambda: board(house) == ["ALT-000018", "ALT-000017"])
    row = house.json("inquiry", "list", "priority=high")["inquiries"][0]
    assert row["inquiry"]["due_at"].startswith("2031-12-24T22:59:59"), row  # that whole day
    assert row["inquiry"]["contact"] and row["staff_name"] == "Anna Kern", row


def call_in(house, pbx):
    """D1: answered on the hotline's queue, an inquiry is there with what the call knows."""
    for _ in range(2):
        pbx.until("BridgeEnter")
    page = eventually(lambda: house.json("inquiry", "list", "channel=phone", "state=open", "client=Netz").get("inquiries"))
    row = page[0]["inquiry"]
    assert row["number"].endswith("-000001") and row["contact_name"] == "Stadtwerke Nord", row
    assert row["phone"] == "+4940669690123" and page[0]["staff_name"] == "Anna Kern", page
    assert row["subject"].startswith("Anruf von Stadtwerke Nord am ") and row["responded_at"], row
    assert house.json("inquiry", "offered", row["calls"][0])["of_call"][0]["inquiry"]["id"] == row["id"]
    pbx.rest()
    eventually(lambda: house.json("calls")["calls"][0]["state"] == "ended")
    return row


def project(house, contact):
    """D14: a project is made, seen, and has its inquiries and minutes. D2: whatever way they came."""
    file = house.json("file", "add", "P-1", "kind=project", "title=Umzug",
                      'parties=[{"role": "client", "contact": "%s"}]' % contact)["id"]
    assert "Umzug" in house.rufbus("files", "kind=project")
    followed(house, "timekeeping", "contacts")
    for channel in ("letter", "fax", "visit"):
        house.rufbus("inquiry", "new", "Kabel " + channel, "file=" + file, "channel=" + channel, "staff=Anna Kern")
    found = house.json("inquiry", "list", "file=" + file)["inquiries"]
    assert sorted(row["inquiry"]["channel"] for row in found) == ["fax", "letter", "visit"], found
    assert all(row["inquiry"]["opened_at"] and row["staff_name"] == "Anna Kern" for row in found)  # D3
    house.rufbus("kind", "add", "S", "Service", "text=Service")
    house.rufbus("measure", "add", "2", "Leitung gemessen", "minutes=20", "done=true", "key=S", "staff=Anna Kern")
    info = house.json("file", "info", "P-1")
    assert info["unbilled_s"] == 1200 and info["open_inquiries"] == 3, info
    assert house.json("entry", "list", "file=P-1", "sums=true")["sums"]["actual_s"] == 1200
    return file


def close(house, row):
    """D5: asked for what is missing; held back by the callback; reopened with a reason."""
    assert house.json("inquiry", "missing", "1").get("solution") is True
    assert "solution" in house.rufbus("inquiry", "close", "1", code=1)
    wish = house.json("callback", "add", "reason=Teil ist da", "inquiry=" + row["id"], "staff=Anna Kern")
    assert wish["number"] == row["phone"], wish
    said = house.rufbus("inquiry", "close", "1", "Walze getauscht", code=1)
    assert "Maßnahmen: 0, Rückrufe: 1" in said, said
    house.rufbus("callback", "done", wish["id"], "erreicht")
    assert "abgeschlossen" in house.rufbus("inquiry", "close", "1", "Walze getauscht")
    house.rufbus("inquiry", "take", "1", "staff=Anna Kern", code=1)
    assert "offen" in house.rufbus("inquiry", "reopen", "1", "klemmt wieder")
    moves = [move["to"] for move in house.json("inquiry", "history", "1")["moves"]]
    assert moves == ["open", "closed", "open"], moves


pbx = Pbx(ami_capture.connections(capture("queue_answered"))[0].messages)
with House(["--ami", "pbx=rufbus:geheim@127.0.0.1:%d" % pbx.port]) as house:
    house.start("contacts", "telephony", "timekeeping", "notifier")
    house.rufbus("staff", "add", "Anna Kern", "extensions=101")
    house.rufbus("staff", "add", "Bert Lang", "extensions=102")
    meier = house.json("contact", "add", "name=Karl Meier", 'phones=[{"typed": "0171 3920061"}]')["id"]
    house.rufbus("client", "add", "Netz", 'numbers=[{"typed": "030 23125-100"}]')
    house.rufbus("hotline", "add", "Störungen", "queue=zentrale")
    for by in ("timekeeping", "telephony", "notifier"):
        followed(house, by, "contacts")
    pbx.wait_up()
    eventually(lambda: house.json("links")["links"][0]["connected"])

    take_over(house)
    row = call_in(house, pbx)
    file = project(house, meier)
    house.rufbus("inquiry", "edit", "4", "version=1", "priority=low")
    eventually(lambda: [number[-6:] for number in board(house)] ==
               ["000018", "000017", "000001", "000002", "000003", "000004"])
    assert len(board(house, "sort=id")) == 6
    assert len(board(house, "limit=2")) == 2 and board(house, "limit=2")[0] == "ALT-000018"

    # D5: to a department, taken there; put off with a window; the service is killed meanwhile.
    house.rufbus("inquiry", "forward", "3", "Technik", "reason=Gerät")
    eventually(lambda: any(one["inquiry"].get("department") == "Technik" and not one.get("staff_name")
                           for one in house.json("board", "inquiries")["inquiries"]))
    house.rufbus("inquiry", "take", "3", "staff=Bert Lang")
    said = house.rufbus("inquiry", "resubmit", "3", "morgen 9-11", "Teil bestellt")
    assert "09:00" in said and "11:00" in said, said
    assert "Zukunft" in house.rufbus("inquiry", "resubmit", "3", "01.01.2020", code=1)
    house.restart("timekeeping")
    house.restart("notifier")
    close(house, row)
    eventually(lambda: len(board(house)) == 6)
    assert house.json("preferences")["boards"][4]["seconds"] == 30
    house.rufbus("preference", "set", "inquiries", "10")
    assert [one["seconds"] for one in house.json("preferences")["boards"] if one["set"]] == [10]
    for name in ("contacts", "telephony", "timekeeping", "notifier"):
        house.kill(name, 15)
    house.rufbus("check")
    print("ok")

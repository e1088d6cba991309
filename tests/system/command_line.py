# SPDX-License-Identifier: Apache-2.0
"""The command line as people use it: words, tables, JSON, exit codes."""
import json
import os
import subprocess

from house import BIN, House, capture

with House() as house:
    # Nothing runs yet: said plainly, exit 1.
    said = house.rufbus("--wait", "500", "contacts", code=1)
    assert said.strip(), said
    house.start("contacts", "notifier", "telephony", "timekeeping")

    made = house.json("contact", "add", "name=Anna Müller", 'phones=[{"typed": "030 1234567"}]')
    identity = made["id"]
    assert "Anna Müller" in house.rufbus("contact", "find", "mueller")
    assert "Anna Müller" in house.rufbus("contact", "find", "0049 30 / 123 45-67")
    assert "030 1234567" in house.rufbus("contact", "show", identity)
    house.rufbus("contact", "edit", identity, "version=1", "handling_note=nur vormittags")
    stale = house.rufbus("contact", "edit", identity, "version=1", "name=Anna Meier", code=1)
    assert "nur vormittags" in stale, stale
    page = house.json("contacts")
    assert [row["id"] for row in page["contacts"]] == [identity], page

    # Without client= everywhere: a client's contacts are found, and whose they are.
    client = house.json("call", "client_add", "name=Praxis Dr. Lang")["id"]
    house.rufbus("contact", "add", "name=Petra Müller", 'phones=[{"typed": "030 1234567"}]', "client=" + client)
    for asked in ("müller", "+49 30 1234567"):
        found = house.rufbus("contact", "find", asked)
        assert "Anna Müller" in found and "Petra Müller" in found and "Praxis Dr. Lang" in found, found
    found = house.json("contact", "find", "030 1234567")["matches"]
    assert [match["certainty"] for match in found] == ["exact", "exact"], found
    assert "Anna" not in house.rufbus("contact", "find", "müller", "client=" + client)
    assert "Petra" not in house.rufbus("contact", "find", "müller", "everywhere=false")

    # Files, search, conflict check.
    house.rufbus("file", "add", "12/2026-K", "Müller gegen Schulze",
                 'parties=[{"contact": "%s", "role": "client"}, {"name": "Otto Schulze", "role": "opponent"}]' % identity)
    assert "12/2026-K" in house.rufbus("file", "find", "2/20")
    assert "12/2026-K" not in house.rufbus("file", "find", "13")
    file = house.json("file", "find", "contact=" + identity)["matches"][0]
    assert file["role"] == "client" and file["file"]["number"] == "12/2026-K", file
    assert "Otto Schulze" in house.rufbus("file", "show", file["file"]["id"])
    assert "Anna Müller" in house.rufbus("search", "mue an")
    assert "Anna Müller" in house.rufbus("search", "0301234")
    assert "12/2026-K" in house.rufbus("search", "schulz")
    assert "Kollision" in house.rufbus("conflict", "client", "Schulze, Otto")
    assert house.json("conflict", "client", "Niemand Sonst")["result"] == "none"
    assert len(house.json("conflicts")["conflicts"]) == 2

    # --json FILE and -
    request = os.path.join(house.home, "request.json")
    with open(request, "w", encoding="utf-8") as file:
        json.dump({"name": "Aus der Datei"}, file)
    assert json.loads(house.rufbus("call", "contact_add", "--json", request))["version"] == 1
    piped = subprocess.run([BIN + "/rufbus", "--home", house.home, "call", "contact_add", "--json", "-"],
                           input='{"name": "Aus der Leitung"}', capture_output=True, text=True, timeout=60)
    assert piped.returncode == 0, piped.stderr
    assert json.loads(piped.stdout)["name"] == "Aus der Leitung"

    # 2: wrong use; 1: refused.
    house.rufbus("no-such-command", code=2)
    # What may be meant, and what may follow.
    assert "rufbus clock start\n" in house.rufbus("clok", "strat", code=2)
    assert "rufbus measure\n" in house.rufbus("mesure", code=2)
    said = house.rufbus("inquiry", "shwo", code=2)
    assert "rufbus inquiry show\n" in said and "  rufbus inquiry close " in said, said
    assert "  rufbus clock status " in house.rufbus("clock", code=2)
    assert "  rufbus clock status " in house.rufbus("help", "clock")
    # What was recorded, by the names and numbers that people use.
    house.rufbus("staff", "add", "Meryem Aydın")
    house.rufbus("call", "inquiry_add", "subject=Drucker", "staff=meryem aydin")
    said = house.rufbus("measure", "add", "1", "Walze gereinigt", "minutes=10", "staff=Aydın")
    assert said.split("-", 1)[1].startswith("000001  Nr. 1  offen  Walze gereinigt  Istzeit 10:00  "), said
    assert "Bearbeiter        Meryem Aydın" in house.rufbus("inquiry", "show", "1")
    assert house.json("inquiry", "show", "1")["inquiry"]["staff"] == house.json("staff")["staff"][0]["id"]
    assert "Option" in house.rufbus("--no-such-option", "ping", code=2)
    assert "Option" in house.rufbus("contact", "find", "--no-such-option", code=2)
    refused = house.rufbus("call", "contact_get", "id=0191e3a4-0000-7abc-8def-0123456789ab", code=1)
    assert not refused.startswith("{"), refused
    refused = house.rufbus("--json", "call", "contact_get", "id=0191e3a4-0000-7abc-8def-0123456789ab", code=1)
    assert json.loads(refused)["code"] == "not_found", refused
    assert "characters" not in house.rufbus("--english", "contact", "add", "name=", code=2)
    house.rufbus("call", code=2)
    house.rufbus("call", "no_such_method", code=2)
    house.rufbus("--wait", "soon", "ping", code=2)
    assert "naem" in house.rufbus("contact", "add", "naem=x", code=2)
    house.rufbus("contact", "show", "not-an-id", code=2)
    house.rufbus("contact", "show", "0191e3a4-0000-7abc-8def-0123456789ab", code=1)
    for service in ("contacts", "telephony", "notifier"):
        assert house.json("--service", service, "ping")["service"] == service
    assert json.loads(house.rufbus("schema", "--asyncapi"))["asyncapi"] == "3.0.0"
    for words in ((), ("contact", "add"), ("watch",), ("replay",)):
        assert house.rufbus("help", *words).strip()

    # replay needs no house.
    calls = json.loads(house.rufbus("replay", capture("inbound_answered_caller_hangs_up"), "--json"))
    assert len(calls) == 1 and calls[0]["outcome"] == "answered", calls
    assert calls[0]["started_at"].endswith("Z") and "transferred_to" in calls[0], calls
    house.rufbus("replay", "/no/such/file.ami", code=2)
    house.rufbus("load", "/no/such/file.jsonl", code=2)
    house.rufbus("call", "contact_add", "--json", "/no/such/file.json", code=2)
    for service in ("contacts", "telephony", "notifier"):
        house.kill(service, 15)
    house.rufbus("check")
    print("ok")

# SPDX-License-Identifier: Apache-2.0
"""Stop-watches on the command line: a person's day with a key of their own, a call in between."""
import re

from house import House


def until(ask, right):
    """Facts travel: asks until it is so; the test's own timeout ends it otherwise."""
    seen = ask()
    while not right(seen):
        seen = ask()
    return seen


with House() as house:
    house.start("contacts", "telephony", "timekeeping")
    anna = house.json("call", "staff_add", "name=Anna", "extensions=101")["id"]
    bert = house.json("call", "staff_add", "name=Bert", "extensions=102")["id"]
    house.rufbus("keys", "new", "anna", "roles=agent", "scope=own:" + anna)
    house.rufbus("keys", "new", anna, "roles=agent")  # telephony knows her by her id

    def as_anna(*words, code=0):
        return house.rufbus("--as", "anna", *words, code=code)

    until(lambda: house.rufbus("clock", "status", anna), lambda said: "Es läuft kein" in said)
    assert "Wessen Zähler?" in house.rufbus("clock", "start", "Klage", code=1)

    # Words need no quotes; the line says what runs, since when, and its id.
    said = as_anna("clock", "start", "Klage", "Müller")
    assert re.match(r"läuft +0:00:0\d  Klage Müller  \d\d:\d\d:\d\d–  [0-9a-f-]{36}\n$", said), said
    first = said.split()[-1]
    said = as_anna("clock", "start", "Rückfrage", "at=-0min")
    stack = house.json("--as", "anna", "clock", "status")
    assert [clock["text"] for clock in stack["clocks"]] == ["Rückfrage", "Klage Müller"], stack
    assert stack["clocks"][1]["paused_for"] == stack["clocks"][0]["id"]
    assert "läuft von selbst weiter" in as_anna("clock", "status")
    assert as_anna("clock", "stop").startswith("gestoppt   ")
    assert as_anna("clock", "status").startswith("läuft ")

    # A call by hand comes in between, and hands back.
    call = house.json("--as", anna, "call", "begin", "030 1234567")["id"]
    said = until(lambda: house.json("--as", "anna", "clock", "status")["clocks"], lambda clocks: len(clocks) == 2)
    assert [clock["state"] for clock in said] == ["running", "paused"], said
    assert said[0]["call"] == call and said[0]["number"] == "+49301234567", said
    house.rufbus("call", "end", call)
    said = until(lambda: house.json("--as", "anna", "clock", "status")["clocks"], lambda clocks: len(clocks) == 1)
    assert said[0]["state"] == "running" and len(said[0]["spans"]) == 3, said
    as_anna("clock", "pause")
    assert as_anna("clock", "status").startswith("angehalten ")
    as_anna("clock", "resume", first)
    assert as_anna("clock", "stop", first).startswith("gestoppt ")

    # Corrected; what was measured is said beside it.
    said = as_anna("clock", "correct", first, "12", "min", "vergessen", "zu", "starten")
    assert " 0:12:00 " in said and "gemessen 0:00:0" in said, said
    fixed = house.json("call", "clock_get", "id=" + first)
    assert fixed["actual_s"] == 720 and fixed["corrections"][0]["reason"] == "vergessen zu starten", fixed
    assert "clock correct [KENNUNG]" in as_anna("clock", "correct", first, "bald", "x", code=2)

    # Without an id: the one that was stopped last. A leader's key is nobody's.
    said = as_anna("clock", "correct", "13min", "nachgesehen")
    assert first in said and " 0:13:00 " in said, said
    as_anna("clock", "correct", first, "12min", "doch nicht")
    assert "Wessen Zähler?" in house.rufbus("clock", "correct", "13min", "x", code=1)

    # The list: days, a sum; only one's own. Others' are moved by who leads.
    assert house.rufbus("clock", "start", "Bert", "staff=" + bert)
    said = as_anna("clock", "list")
    assert "Klage Müller" in said and "Bert" not in said and "\nSumme 0:12:0" in said, said
    assert "Bert" in house.rufbus("clock", "list", "state=running")
    assert "Die Zähler anderer" in as_anna("clock", "start", "x", "staff=" + bert, code=1)
    assert "measured" in as_anna("clock", "list", "--english")

    # Whoever types knows names and numbers; what may mean several, or is only nearly written so, is refused.
    client = house.json("client", "add", "Kanzlei Größe")["id"]
    house.json("call", "file_add", "number=12/2026-S", "title=Erbschein", "client=" + client)
    house.json("call", "file_add", "number=12/2025", "title=Altes", "client=" + client)
    until(lambda: house.json("clock", "start", "Frist", "file=12/2026-S", "staff=bert"), lambda said: "file" in said)
    said = house.rufbus("clock", "start", "Akteneinsicht", "file=12/2026", "staff=bert")
    assert "Akteneinsicht · 12/2026-S" in said and "angehalten" in said, said
    assert "12/2025 (Altes)" in house.rufbus("clock", "start", "x", "file=12", "staff=bert", code=2)
    assert "Gemeint sein könnte: Bert" in house.rufbus("clock", "status", "Brt", code=2)
    assert "rufbus staff" in house.rufbus("clock", "status", "Carla", code=2)
    assert "rufbus inquiry" not in house.rufbus("clock", "start", "x", "inquiry=77", "staff=bert", code=1)
    assert "Größe" in house.rufbus("client", "show", "groesse")
    listed = house.rufbus("clock", "list")
    assert "  Bert  läuft " in listed and "  Anna  gestoppt " in listed, listed
    house.rufbus("clock", "stop", "staff=bert")
    said = house.rufbus("clock", "stop", "staff=bert").splitlines()
    assert said[0].startswith("gestoppt ") and said[1].startswith("läuft ") and "Bert" in said[1], said

    # The clock goes on while the service is away.
    house.restart("timekeeping")
    assert house.rufbus("clock", "status", bert).startswith("läuft ")

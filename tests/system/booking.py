# SPDX-License-Identifier: Apache-2.0
"""A law office's morning on the command line: kinds, bookings, corrections, what is unbilled; also after kill -9."""
import pathlib

from house import House, eventually, followed

DEMO = pathlib.Path(__file__).resolve().parents[2] / "compose" / "demo" / "house.jsonl"

with House() as house:
    house.start("contacts", "telephony", "timekeeping")
    house.rufbus("load", str(DEMO))
    assert "Langes Telefonat" in house.rufbus("kind", "list")
    assert "6:00" in house.rufbus("rule", "list")
    followed(house, "timekeeping", "contacts")
    hansen = house.json("contact", "find", "Hansen")["matches"][0]["contact"]["id"]
    # --- A6-A8: one key, the person in the text, both times
    booked = house.rufbus("book", "K", "112/2026-S", "7", "contact=" + hansen)
    assert "7:00 → 12:00" in booked and "Katrin Hansen" in booked and "BGH" not in booked, booked
    coarse = house.rufbus("book", "S", "12/2026-S", "20")
    assert "20:00 → 30:00" in coarse and "BGH IX ZR 140/19" in coarse, coarse
    first = house.json("entry", "list", "key=K")["entries"][0]
    assert first["text"] == "Kurzes Telefonat mit Katrin Hansen" and first["article"] == "T-1", first
    house.rufbus("entry", "correct", first["id"], "13", "nachgesehen")
    shown = house.json("entry", "show", first["id"])
    assert (shown["raw_s"], shown["actual_s"], shown["rounded_s"]) == (420, 780, 1080), shown
    # --- G6: re-booked, split, deleted with a reason, taken back
    house.rufbus("entry", "move", first["id"], "12/2026-S", "reason=falscher Akt")
    assert "umgebucht: 112/2026-S → 12/2026-S" in house.rufbus("entry", "show", first["id"])
    parts = house.json("entry", "split", first["id"], "112/2026-S", "percent=25")
    assert "geteilt:" in house.rufbus("entry", "show", first["id"])
    assert "split:" in house.rufbus("--english", "entry", "show", first["id"])
    assert parts["entry"]["actual_s"] + parts["part"]["actual_s"] == 780, parts
    house.rufbus("entry", "delete", parts["part"]["id"], "gehört nicht hierher")
    assert "gelöscht" in house.rufbus("entry", "list", "state=deleted")
    house.rufbus("book", "L", "112/2026-S", "1")
    assert "gelöscht" in house.rufbus("entry", "undo")
    assert "zurückgenommen" in house.rufbus("entry", "undo", code=1)
    # --- the short info, and sums
    info = house.json("file", "info", "12/2026-S")
    assert info["unbilled_entries"] == 2 and info["unbilled_s"] == 1200 + 585, info
    assert info["clerk_name"] == "Jörg Weiß", info
    sums = house.json("entry", "list", "sums=true", "limit=1")["sums"]
    assert sums["entries"] == 2 and sums["actual_s"] == 1785, sums
    # --- what was answered is durable
    house.restart("timekeeping")
    eventually(lambda: house.json("entry", "list", "sums=true")["sums"] == sums)
    # --- refusals name the field and the remedy
    assert "kind_list" in house.rufbus("book", "X", "112/2026-S", "3", code=1)
    assert "minutes" in house.rufbus("book", "K", "112/2026-S", code=1)
    assert "rufbus files" in house.rufbus("book", "K", "nirgends", "3", code=2)
    assert "112/2026-S (Hansen" in house.rufbus("book", "K", "11", "3", code=2)
    assert "book TASTE" in house.rufbus("book", code=2)
    # --- without a time: the own call that goes on, or what ended last; never somebody else's, nor twice
    anna = next(row["id"] for row in house.json("staff")["staff"] if row["name"] == "Anna Lindner")
    house.rufbus("keys", "new", anna, "roles=agent")

    def as_anna(*words, code=0):
        return house.rufbus("--as", anna, *words, code=code)

    as_anna("clock", "start", "Frist", "notiert")
    assert "clock stop" in as_anna("book", "K", "12/2026-S", code=1)
    as_anna("clock", "stop")
    as_anna("clock", "correct", "9min", "geschätzt")
    house.rufbus("book", "K", "12/2026-S", "staff=Jörg", code=1)
    said = as_anna("book", "K", "12/2026-S")
    assert "9:00 → 12:00" in said and "Ihr Zeitzähler Frist notiert" in said and "entry undo" in said, said
    assert "Wie lange?" in as_anna("book", "K", "12/2026-S", code=1)
    assert "gelöscht" in as_anna("entry", "undo")
    call = house.json("--as", anna, "call", "begin", "040 669690123")["id"]
    eventually(lambda: any("call" in clock for clock in house.json("--as", anna, "clock", "status")["clocks"]))
    said = as_anna("book", "K", "112/2026-S")
    assert "läuft noch" in said and "Ihr Gespräch +4940669690123, " in said, said
    as_anna("entry", "undo")
    house.rufbus("call", "end", call)
    eventually(lambda: not house.json("--as", anna, "clock", "status").get("clocks"))
    booked = house.json("--as", anna, "book", "K", "112/2026-S")
    assert booked["call"] == call and booked["file_number"] == "112/2026-S", booked
    # What was with somebody else is not meant, though it ended last.
    as_anna("clock", "start", "Rückfrage", "contact=Hansen")
    as_anna("clock", "stop")
    assert "Ihr Zeitzähler Frist notiert" in as_anna("book", "K", "12/2026-S", "contact=Petersen")
    assert "Ihr Zeitzähler Rückfrage · Katrin Hansen" in as_anna("book", "K", "112/2026-S")
    # --- contacts are away: timekeeping knows the numbers of files itself
    house.kill("contacts")
    assert "7:00 → 12:00" in house.rufbus("--wait", "2000", "book", "K", "12/2026-S", "7")
    house.start("contacts")
    for name in ("contacts", "telephony", "timekeeping"):
        house.kill(name, 15)
    house.rufbus("check")
    print("ok")

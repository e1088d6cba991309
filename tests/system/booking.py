# SPDX-License-Identifier: Apache-2.0
"""A law office's morning on the command line: kinds, bookings, corrections, what is unbilled; also after kill -9."""
import pathlib

from house import House, eventually, followed

DEMO = pathlib.Path(__file__).resolve().parents[2] / "compose" / "demo" / "house.jsonl"

with House() as house:
    house.start("contacts", "timekeeping")
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
    assert "file_number" in house.rufbus("book", "K", "nirgends", "3", code=1)
    for name in ("contacts", "timekeeping"):
        house.kill(name, 15)
    house.rufbus("check")
    print("ok")

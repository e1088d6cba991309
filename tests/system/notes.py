# SPDX-License-Identifier: Apache-2.0
"""A secretary's morning on the command line: a call by hand, notes, templates, missed calls."""
from house import House, eventually

with House() as house:
    house.start("contacts", "notifier", "telephony")
    # --- missed, on the list and on the board, settled by hand
    house.rufbus("hook", "ring", "3cx", "1", "030 12345678", "030 7654321")
    house.rufbus("hook", "end", "3cx", "1")
    eventually(lambda: house.json("board", "missed").get("missed"))
    assert "+493012345678" in house.rufbus("board", "missed")
    assert "+493012345678" not in house.rufbus("board", "calls")
    missed = house.json("missed")["missed"][0]
    assert "+493012345678" in house.rufbus("missed", "show", missed["id"])
    assert "weg" in house.rufbus("missed", "done", missed["id"], "1", "weg")
    eventually(lambda: not house.json("board", "missed").get("missed"))
    # --- a call where no PBX is linked
    house.rufbus("call", "begin", "030 5556666")
    call = house.json("calls")["calls"][0]
    assert call["state"] == "talking" and call["source"] == "manual", call
    assert "beendet" in house.rufbus("call", "end", call["id"])
    file = "0191e3a4-0000-7abc-8def-0123456789ab"
    house.rufbus("call", "file", call["id"], file)
    assert house.json("call", "show", call["id"])["file"] == file
    # --- a template with a placeholder that does not exist, and one that does
    wrong = house.rufbus("template", "add", "Rückruf", "{caller} bittet um {was}", code=1)
    assert "{was}" in wrong or "was" in wrong and "organisation" in wrong, wrong
    template = house.json("template", "add", "Rückruf", "{caller} bittet um Rückruf unter {number}.")
    draft = house.json("note", "draft", template["id"], call["id"], "contact_name=Frau Weiß")
    assert draft["text"] == "Frau Weiß bittet um Rückruf unter +49305556666.", draft
    assert "Rückruf" in house.rufbus("templates")
    # --- a note, its editions, its mail without a mail server
    note = house.json("note", "add", call["id"], draft["text"], "outcome=call_back",
                      'new_caller={"name": "Ute Weiß"}', 'mail_to=["kern@haus.example"]')
    assert note["file"] == file and note["edition"] == 1, note
    house.rufbus("note", "edit", note["id"], "1", "outcome=done")
    stale = house.rufbus("note", "edit", note["id"], "1", "outcome=information", code=1)
    assert "edition" in stale and "erledigt" in stale, stale
    history = house.json("note", "history", note["id"])["notes"]
    assert [one["outcome"] for one in history] == ["done", "call_back"], history
    assert "Ute Weiß" in house.rufbus("notes")
    # C1: the caller is a contact by now, and the wish is gone from the note.
    eventually(lambda: house.json("note", "show", note["id"])["new_caller"] is None)
    contact = house.json("contact", "show", note["contact"])
    assert contact["categories"] == ["caller"] and contact["phones"][0]["e164"] == "+49305556666", contact
    eventually(lambda: (house.json("note", "show", note["id"]).get("mails") or [{}])[0].get("state") == "wanted")
    assert "notifier.conf" in house.rufbus("note", "show", note["id"]) or \
        "notifier.conf" in house.rufbus("mails")
    house.rufbus("template", "delete", template["id"], "1")
    for name in ("contacts", "notifier", "telephony"):
        house.kill(name, 15)
    house.rufbus("check")
    print("ok")

# SPDX-License-Identifier: Apache-2.0
"""G2: a call note goes at once by mail to whom it is for, with proof of delivery. Real processes, a
real SMTP server with STARTTLS and AUTH; it asks to wait, refuses, breaks off, hangs, lies about its
name; the notifier is killed in mid-mail. Boards go on meanwhile."""
import email
import email.policy
import json
import os
import time

from house import House, eventually, followed
from smtp_server import Server, Silent, certificate


def state(house, note, nth=-1):
    mails = house.json("note", "show", note).get("mails", [])
    return mails[nth] if mails else {}


def settled(house, note, wanted, order=1, seconds=30):
    def look():
        mails = [one for one in house.json("note", "show", note).get("mails", []) if one["order"] == order]
        return mails and all(one["state"] == wanted for one in mails) and mails
    return eventually(look, seconds)


def configure(house, **options):
    os.makedirs(os.path.join(house.home, "notifier"), mode=0o700, exist_ok=True)
    with open(os.path.join(house.home, "notifier", "notifier.conf"), "w", encoding="utf-8") as conf:
        for name, value in options.items():
            conf.write("%s = %s\n" % (name.replace("_", "-"), value))


with House() as house:
    cert, key = certificate(house.home, "good")
    other, other_key = certificate(house.home, "other", "elsewhere.example")
    server = Server(cert, key)
    base = dict(smtp="smtp://localhost:%d" % server.port, smtp_user="haus", smtp_password="geheim",
                smtp_ca=cert, mail_from="notizen@haus.example", mail_name="Sekretariat Müller",
                mail_pause=50, mail_pause_most=200, smtp_timeout=20)
    configure(house, **base)
    house.start("contacts", "notifier", "telephony")
    client = house.json("call", "client_add", "name=Kanzlei Weiß", 'numbers=[{"typed": "030 7654321"}]',
                        "email=kanzlei@weiss.example")["id"]
    kern = house.json("call", "staff_add", "name=Jörg Kern", 'extensions=["10"]', "email=kern@haus.example")["id"]
    mute = house.json("call", "staff_add", "name=Ohne Adresse")["id"]
    followed(house, "telephony", "contacts")

    # --- delivered at once, with the server's word for it (and its queue id)
    house.rufbus("hook", "ring", "3cx", "a1", "030 12345678", "030 7654321")
    house.rufbus("hook", "answer", "3cx", "a1", "10")
    house.rufbus("hook", "end", "3cx", "a1")
    call = eventually(lambda: house.json("calls").get("calls"))[0]
    assert call["client_name"] == "Kanzlei Weiß" and call["outcome"] == "answered", call
    note = house.json("note", "add", call["id"], "Möchte die Akte sehen.\n. Punkt am Anfang\nFrom hier",
                      "to_client=true", 'to_staff=["%s"]' % kern, "outcome=call_back",
                      "contact_name=Änne Größe")
    mails = settled(house, note["id"], "sent")
    assert {one["to"] for one in mails} == {"kanzlei@weiss.example", "kern@haus.example"}, mails
    assert all("queued as RB000" in one["detail"] for one in mails), mails
    assert len(server.handler.mails) == 2
    for authenticated, encrypted, to, raw in server.handler.mails:
        assert authenticated and encrypted
        got = email.message_from_bytes(raw, policy=email.policy.default)
        assert got["From"] == '"Sekretariat Müller" <notizen@haus.example>' or \
            got["From"].addresses[0].display_name == "Sekretariat Müller", got["From"]
        assert got["To"].addresses[0].addr_spec == to
        assert got["Subject"] == "Telefonnotiz: Änne Größe für Kanzlei Weiß – bitte zurückrufen", got["Subject"]
        assert got["Message-ID"].endswith("@haus.example>") and got["Date"].datetime
        text = got.get_content()
        for line in ("Möchte die Akte sehen.", ". Punkt am Anfang", "From hier", "Änne Größe", "+493012345678", "bitte zurückrufen"):
            assert line in text, (line, text)
        assert all(len(line) <= 998 and all(byte < 128 for byte in line) for line in raw.splitlines())

    # --- asked to wait (4xx), then taken; the same Message-ID each time
    server.handler.rcpt = ["450 4.2.0 Greylisted, try again", "451 4.3.0 later"]
    later = house.json("note", "add", "text=Graue Liste", 'mail_to=["a@b.example"]')["id"]
    mails = settled(house, later, "sent")
    row = [one for one in house.json("mails")["mails"] if one["to"] == "a@b.example"][0]
    assert row["attempts"] == 3 and row["code"] == 250, row

    # --- refused for good (5xx): said why, and not tried again
    server.handler.rcpt = ["550 5.1.1 No such user here"]
    refused = house.json("note", "add", "text=Unbekannt", 'mail_to=["x@b.example"]')["id"]
    mails = settled(house, refused, "failed")
    assert "No such user here" in mails[0]["detail"], mails
    server.handler.data = ["552 5.2.2 Mailbox full"]
    full = house.json("note", "add", "text=Voll", 'mail_to=["y@b.example"]')["id"]
    assert "Mailbox full" in settled(house, full, "failed")[0]["detail"]
    # ... and sent again by hand: a new order.
    house.rufbus("note", "edit", full, "edition=1", "mail=true")
    assert "queued" in settled(house, full, "sent", order=2)[0]["detail"]

    # --- no address: said, with what would help
    nowhere = house.json("note", "add", "text=Wohin", 'to_staff=["%s"]' % mute)["id"]
    assert "keine E-Mail-Adresse" in settled(house, nowhere, "failed")[0]["detail"]

    # --- the connection breaks behind the text: perhaps taken, so again under the same Message-ID
    before = len(server.handler.mails)
    server.handler.data = ["take and cut"]
    twice = house.json("note", "add", "text=Doppelt", 'mail_to=["z@b.example"]')["id"]
    settled(house, twice, "sent")
    ids = [email.message_from_bytes(raw)["Message-ID"] for _, _, to, raw in server.handler.mails[before:]]
    assert len(ids) == 2 and ids[0] == ids[1], ids
    row = [one for one in house.json("mails")["mails"] if one["to"] == "z@b.example"][0]
    assert row["repeated"] is True and row["message_id"] == ids[0], row

    # --- a wrong login and a foreign certificate wait, with the remedy; nothing is sent in clear
    taken, waiting = len(server.handler.mails), []
    for change, word in ((dict(smtp_password="falsch"), "smtp-password"),
                         (dict(smtp_ca=other), "smtp-ca"),
                         (dict(smtp="smtp://127.0.0.1:%d" % server.port), "Zertifikat")):
        configure(house, **{**base, **change})
        house.restart("notifier", 15)
        wrong = house.json("note", "add", "text=Falsch " + word, 'mail_to=["w@b.example"]')["id"]
        waiting.append(wrong)
        eventually(lambda: word in (state(house, wrong).get("detail") or ""))
        assert state(house, wrong)["state"] in ("wanted", "started") and len(server.handler.mails) == taken
    configure(house, **base)
    house.restart("notifier", 15)
    for wrong in waiting:
        settled(house, wrong, "sent", seconds=90)

    # --- a server that hangs holds up nothing else
    silent = Silent()
    configure(house, **{**base, "smtp": "smtp://localhost:%d" % silent.port})
    house.restart("notifier", 15)
    hung = house.json("note", "add", "text=Hängt", 'mail_to=["h@b.example"]')["id"]
    assert silent.came.wait(20)
    eventually(lambda: state(house, hung).get("state") == "started")
    began = time.monotonic()
    house.rufbus("hook", "ring", "3cx", "b1", "030 5555555", "030 7654321")
    eventually(lambda: house.json("board", "calls").get("calls"))
    assert time.monotonic() - began < 15
    # ... and does not hold up the end either.
    house.kill("notifier", 15)
    silent.stop()

    # --- kill -9 in mid-mail: what was begun is uncertain, and goes out again
    silent = Silent()
    configure(house, **{**base, "smtp": "smtp://localhost:%d" % silent.port})
    house.start("notifier")
    assert silent.came.wait(20)
    eventually(lambda: state(house, hung).get("state") == "started")
    house.kill("notifier", 9)
    silent.stop()
    configure(house, **{**base, "mail_resend": "no"})
    house.start("notifier")
    mails = settled(house, hung, "unknown")
    assert "vielleicht angekommen" in mails[0]["detail"], mails
    house.rufbus("note", "edit", hung, "edition=1", "mail=true")
    settled(house, hung, "sent", order=2)

    # --- a stop of telephony in between loses no proof
    house.kill("telephony", 9)
    house.start("telephony")
    assert state(house, hung)["state"] == "sent"
    for name in ("contacts", "notifier", "telephony"):
        house.kill(name, 15)
    server.stop()
    house.rufbus("check")
    print("ok:", len(server.handler.mails), "mails")

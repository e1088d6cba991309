# SPDX-License-Identifier: Apache-2.0
"""D2, D6, G8 with real processes: a mail becomes an inquiry with its attachments, is answered through
a real SMTP server, and the customer's reply comes back into it. Large files go in pieces, also across
a kill -9, and come back byte for byte."""
import email
import email.message
import email.policy
import hashlib
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(__file__))
from house import BIN, House, eventually, followed
from smtp_server import Server, certificate


def configure(house, service, **options):
    os.makedirs(os.path.join(house.home, service), mode=0o700, exist_ok=True)
    with open(os.path.join(house.home, service, service + ".conf"), "w", encoding="utf-8") as conf:
        for name, value in options.items():
            conf.write("%s = %s\n" % (name.replace("_", "-"), value))


def write_mail(path, message_id, subject, text, attachments=(), **heads):
    mail = email.message.EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["To"] = "Ada Lovelace <ada@kunde.example>", "hilfe@weiss.example"
    mail["Subject"], mail["Message-ID"] = subject, message_id
    for name, value in heads.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    for name, content in attachments:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    with open(path, "wb") as file:
        file.write(mail.as_bytes())


with House() as house:
    cert, key = certificate(house.home, "good")
    server = Server(cert, key)
    configure(house, "notifier", smtp="smtp://localhost:%d" % server.port, smtp_user="haus", smtp_password="geheim",
              smtp_ca=cert, mail_from="hilfe@haus.example", mail_name="Hilfe", mail_pause=50, mail_pause_most=200)
    house.start("contacts", "notifier", "timekeeping")
    client = house.json("call", "client_add", "name=Kanzlei Weiß", 'numbers=[{"typed": "030 7654321"}]',
                        "email=hilfe@weiss.example")["id"]
    ada = house.json("call", "contact_add", "name=Ada Lovelace", "client=" + client,
                     'emails=["ada@kunde.example"]')["id"]
    staff = house.json("call", "staff_add", "name=Anna Kern")["id"]
    followed(house, "timekeeping", "contacts")
    path = os.path.join(house.home, "eins.eml")
    large = os.urandom(3_000_000)

    # --- in
    write_mail(path, "<eins@kunde.example>", "Drucker fällt aus", "Er druckt nicht.\n",
               [("Bild Ü.png", large), ("../../böse.sh", b"#!/bin/sh\n")])
    taken = house.json("inquiry", "mail", path)
    assert taken["opened"] and taken["mail"]["client"] == client, taken
    number = taken["mail"]["number"]
    row = house.json("inquiry", "show", number)["inquiry"]
    assert row["contact"] == ada and row["channel"] == "email" and row["subject"] == "Drucker fällt aus", row
    assert row["attachments"] == 2 and row["text"] == "Er druckt nicht.", row
    files = house.json("inquiry", "attachments", number)["attachments"]
    assert [one["name"] for one in files] == ["Bild Ü.png", "böse.sh"], files
    assert all(one["mail"] == taken["mail"]["id"] and one["state"] == "here" for one in files), files
    assert "war schon da" in house.rufbus("inquiry", "mail", path)
    assert house.json("inquiry", "show", number)["inquiry"]["version"] == row["version"]

    # --- a file out again, never over another one
    out = os.path.join(house.home, "heraus.png")
    house.rufbus("inquiry", "fetch", files[0]["id"], "--out", out)
    with open(out, "rb") as file:
        assert file.read() == large
    assert hashlib.blake2b(large, digest_size=32).digest() == __import__("base64").b64decode(files[0]["hash"])

    # --- answered: over SMTP, threaded, by a person
    reply = house.json("inquiry", "reply", number, "Bitte Papier nachlegen.\n. Punkt")
    eventually(lambda: server.handler.mails, 30)
    got = email.message_from_bytes(server.handler.mails[0][3], policy=email.policy.default)
    assert got["Subject"] == "[%s] Re: Drucker fällt aus" % number, got["Subject"]
    assert got["In-Reply-To"] == "<eins@kunde.example>" and got["References"] == "<eins@kunde.example>", got
    assert got["Message-ID"] == reply["message_id"] and got["Reply-To"].addresses[0].addr_spec == "hilfe@weiss.example", got["Reply-To"]
    assert got["To"].addresses[0].addr_spec == "ada@kunde.example" and not got["Auto-Submitted"]
    assert ". Punkt" in got.get_content()
    mails = eventually(lambda: [one for one in house.json("inquiry", "mails", number)["mails"]
                                if one.get("state") == "sent"], 30)
    assert "queued as" in mails[0]["detail"], mails
    assert house.json("inquiry", "show", number)["inquiry"]["responded_at"]

    # --- solved, and the customer writes again: it is open again
    house.rufbus("inquiry", "take", number, "ich", "staff=" + staff)
    house.rufbus("inquiry", "solve", number, "Papier nachgelegt")
    write_mail(path, "<zwei@kunde.example>", "Geht immer noch nicht", "Hm.\n", In_Reply_To=reply["message_id"])
    assert "wieder offen" in house.rufbus("inquiry", "mail", path)
    history = house.json("inquiry", "history", number)["moves"]
    assert history[-1]["reason"] == "Antwort eingegangen" and history[-1]["to"] == "open", history

    # --- a large file by hand, the service is killed in the middle, the same command goes on
    big = os.path.join(house.home, "groß.bin")
    content = os.urandom(40 << 20)
    with open(big, "wb") as file:
        file.write(content)
    sending = subprocess.Popen([BIN + "/rufbus", "--home", house.home, "--wait", "20000", "inquiry", "attach", number, big],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    eventually(lambda: [one for one in house.json("inquiry", "attachments", number)["attachments"]
                        if one["name"] == "groß.bin" and one["state"] == "coming" and one.get("received", 0) > 0], 60)
    house.kill("timekeeping")
    sending.kill()
    sending.wait()
    house.start("timekeeping")
    came = [one for one in house.json("inquiry", "attachments", number)["attachments"] if one["name"] == "groß.bin"][0]
    assert 0 < came["received"] < len(content), came
    began = time.monotonic()
    row = house.json("inquiry", "attach", number, big)
    assert row["state"] == "here" and row["id"] == came["id"], row
    house.rufbus("inquiry", "fetch", row["id"], "--out", out)
    with open(out, "rb") as file:
        assert file.read() == content
    took = time.monotonic() - began

    # --- deleted with its reason
    house.rufbus("inquiry", "detach", row["id"], "falsche Datei")
    assert "nicht mehr da" in house.rufbus("inquiry", "fetch", row["id"], "--out", out, code=1)

    # --- what is refused says what would help
    empty = os.path.join(house.home, "leer.eml")
    open(empty, "wb").close()
    assert "RFC 5322" in house.rufbus("inquiry", "mail", empty, code=1)
    with open(big, "ab") as file:
        file.write(os.urandom(13 << 20))
    assert "50 MB" in house.rufbus("inquiry", "attach", number, big, code=1)
    for name in ("contacts", "notifier", "timekeeping"):
        house.kill(name, 15)
    server.stop()
    house.rufbus("check")
    print("ok: 40 MiB in and out in %.1f s" % took)

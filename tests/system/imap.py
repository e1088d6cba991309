# SPDX-License-Identifier: Apache-2.0
"""G8 against a real IMAP server (dovecot): a mail in a mailbox becomes an inquiry with its attachment, a
reply threads, kill -9 neither loses nor doubles, a wrong password is told and harms nobody, and a
folder that is numbered anew doubles nothing."""
import os
import sys
import tempfile

sys.path.insert(0, os.path.dirname(__file__))
from house import House, eventually, followed
from imap_mail import mail_of
from imap_server import Server
from smtp_server import certificate


def configure(house, server, password, tls):
    folder = os.path.join(house.home, "timekeeping")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    with open(os.path.join(folder, "timekeeping.conf"), "w", encoding="utf-8") as conf:
        conf.write("imap = hilfe=%s:%s@localhost:%d/Anfragen,%s\nimap-every-seconds = 1\n"
                   % (server.user, password, server.port, tls))


def inquiries(house):
    return [one["inquiry"] for one in house.json("inquiry", "list", "limit=100").get("inquiries", [])]


def shown(house, number):
    return house.json("inquiry", "show", number)["inquiry"]


def box(house):
    return house.json("mailboxes")["mailboxes"][0]


with House() as house, tempfile.TemporaryDirectory(prefix="rufbus-") as folder:
    cert, key = certificate(house.home, "imap")
    server = Server(folder, "hilfe@weiss.example", "ge@he,im", cert, key)
    try:
        server.box.create("Anfragen")
        configure(house, server, "falsch", "tls=no")
        house.start("contacts", "timekeeping")
        client = house.json("call", "client_add", "name=Kanzlei Weiß", 'numbers=[{"typed": "030 7654321"}]',
                            "email=hilfe@weiss.example")["id"]
        ada = house.json("call", "contact_add", "name=Ada Lovelace", "client=" + client,
                         'emails=["ada@kunde.example"]')["id"]
        followed(house, "timekeeping", "contacts")
        large = os.urandom(1_500_000)
        first = mail_of("<eins@kunde.example>", "Drucker fällt aus", "Er druckt nicht.\n", [("Bild Ü.png", large)])

        # --- a wrong password is told, and the service lives
        eventually(lambda: "Anmeldung" in box(house).get("detail", ""))
        assert not box(house)["connected"] and inquiries(house) == []
        assert "falsch" not in house.rufbus("--json", "mailboxes")
        house.kill("timekeeping", 15)

        # --- taken, encrypted, with its attachment, from a known contact
        server.append("Anfragen", first)
        configure(house, server, server.password, "tls=starttls,ca=" + cert)
        house.start("timekeeping")
        eventually(lambda: box(house)["taken"] == 1 and not server.unseen("Anfragen"), 60)
        number = inquiries(house)[0]["number"]
        row = shown(house, number)
        assert row["contact"] == ada and row["client"] == client and row["channel"] == "email", row
        attached, = house.json("inquiry", "attachments", number)["attachments"]
        assert attached["name"] == "Bild Ü.png" and attached["state"] == "here", attached
        out = os.path.join(house.home, "heraus")
        house.rufbus("inquiry", "fetch", attached["id"], "--out", out)
        with open(out, "rb") as file:
            assert file.read() == large

        # --- a reply comes into its inquiry
        server.append("Anfragen", mail_of("<zwei@kunde.example>", "AW: Drucker", "Hm.\n",
                                          In_Reply_To="<eins@kunde.example>"))
        eventually(lambda: len(house.json("inquiry", "mails", number)["mails"]) == 2)
        assert len(inquiries(house)) == 1

        # --- killed while mails are being taken: each exactly once, with its attachment
        for nth in range(12):
            server.append("Anfragen", mail_of("<viele%d@kunde.example>" % nth, "Frage %d" % nth, "Text\n",
                                              [("a.bin", os.urandom(700_000))]))
        for goal in (2, 5, 9):
            eventually(lambda: len(inquiries(house)) >= goal, 60)
            house.restart("timekeeping")
        eventually(lambda: box(house)["taken"] == 14 and not server.unseen("Anfragen"), 60)
        rows = inquiries(house)
        assert sorted(one["subject"] for one in rows) == sorted(
            ["Drucker fällt aus"] + ["Frage %d" % nth for nth in range(12)]), rows
        assert all(shown(house, one["number"]).get("attachments") == 1 for one in rows)

        # --- what cannot be read is skipped, stays unseen, and does not stop the others
        server.append("Anfragen", b"\r\n")
        server.append("Anfragen", mail_of("<danach@kunde.example>", "Danach", "Text\n"))
        eventually(lambda: box(house)["taken"] == 15 and box(house)["skipped"] == 1)
        assert len(server.unseen("Anfragen")) == 1

        # --- numbered anew: what is known is not taken twice, what is new is
        server.box.unselect() if hasattr(server.box, "unselect") else server.box.close()
        server.box.delete("Anfragen")
        eventually(lambda: not box(house)["connected"])
        server.box.create("Anfragen")
        server.append("Anfragen", first)
        server.append("Anfragen", mail_of("<neu@kunde.example>", "Neu", "Text\n"))
        house.restart("timekeeping")
        eventually(lambda: box(house)["taken"] == 16 and not server.unseen("Anfragen"), 60)
        assert len(inquiries(house)) == 15, len(inquiries(house))
        for name in ("contacts", "timekeeping"):
            house.kill(name, 15)
        house.rufbus("check")
    finally:
        server.stop()
print("ok")

# SPDX-License-Identifier: Apache-2.0
"""D6, G8: an answer with attachments goes out whole or not at all. Real processes, a real SMTP server that
takes no more than it announces (SIZE): files by path, by name and by id, names of any kind, services down in
between, killed in mid-mail, an attachment that is deleted before it is sent, a lack of room said plainly."""
import email
import email.policy
import os
import sys

sys.path.insert(0, os.path.dirname(__file__))
from house import House, eventually, followed
from smtp_server import Server, Silent, certificate


def configure(house, service, **options):
    os.makedirs(os.path.join(house.home, service), mode=0o700, exist_ok=True)
    with open(os.path.join(house.home, service, service + ".conf"), "w", encoding="utf-8") as conf:
        for name, value in options.items():
            conf.write("%s = %s\n" % (name.replace("_", "-"), value))


def write(house, name, content):
    path = os.path.join(house.home, name)
    with open(path, "wb") as file:
        file.write(content)
    return path


def mail_state(house, number, mail):
    return [one for one in house.json("inquiry", "mails", number)["mails"] if one["id"] == mail][0]


def parts(raw):
    assert all(len(line) <= 998 and all(byte < 128 for byte in line) for line in raw.split(b"\r\n"))
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert not mail.defects, mail.defects
    return mail, [(one.get_filename(), one.get_content_type(), one.get_payload(decode=True))
                  for one in mail.iter_attachments()]


with House() as house:
    cert, key = certificate(house.home, "good")
    server = Server(cert, key)
    smtp = dict(smtp="smtp://localhost:%d" % server.port, smtp_user="haus", smtp_password="geheim", smtp_ca=cert,
                mail_from="hilfe@haus.example", mail_pause=50, mail_pause_most=200)
    configure(house, "notifier", **smtp)
    house.start("contacts", "notifier", "timekeeping")
    number = house.json("inquiry", "new", "Drucker", "email=ada@kunde.example")["number"]

    # --- by path, by name and by id; each comes back byte for byte
    photo, page = os.urandom(3_000_000), b"%PDF-1.4 \r\n.\r\nFrom x\n--=_rufbus\n"
    names = {"Bild \"ü\" 100%.png": photo, "b\u00e4r" * 60 + ".bin": b"", "brief.eml": b"From: a@b.example\n\nHallo\n",
             "plan.pdf": page}
    paths = {name: write(house, name if len(name) < 99 else "lang.bin", content) for name, content in names.items()}
    house.rufbus("inquiry", "attach", number, paths["plan.pdf"])
    mail = house.json("inquiry", "reply", number, "Anbei.\n. Punkt = Ende?", "attach=" + paths["Bild \"ü\" 100%.png"],
                      "attach=plan.pdf", "attach=" + paths["brief.eml"])
    assert [one["name"] for one in mail["attachments"]] == ["Bild \"ü\" 100%.png", "plan.pdf", "brief.eml"], mail
    eventually(lambda: mail_state(house, number, mail["id"])["state"] == "sent", 60)
    got, files = parts(server.handler.mails[-1][3])
    assert got.get_content_type() == "multipart/mixed" and got["Message-ID"] == mail["message_id"]
    assert ". Punkt = Ende?" in got.get_body().get_content()
    assert files == [("Bild \"ü\" 100%.png", "image/png", photo), ("plan.pdf", "application/pdf", page),
                     ("brief.eml", "application/octet-stream", names["brief.eml"])], [one[:2] for one in files]

    # --- a long name, nothing in it, and the id; the same one twice goes once
    rows = house.json("inquiry", "attachments", number)["attachments"]
    ids = {one["name"]: one["id"] for one in rows}
    assert len(ids) == 3, ids
    empty = house.json("inquiry", "attach", number, paths["b\u00e4r" * 60 + ".bin"])
    mail = house.json("inquiry", "reply", number, "Noch etwas.", "attach=" + empty["id"], "attach=" + ids["plan.pdf"],
                      "attach=plan.pdf")
    eventually(lambda: mail_state(house, number, mail["id"])["state"] == "sent", 60)
    assert [one[2] for one in parts(server.handler.mails[-1][3])[1]] == [b"", page]

    # --- what does not belong here, is not there, or is too much
    other = house.json("inquiry", "new", "Anderer", "email=eve@kunde.example")["number"]
    count = len(server.handler.mails)
    assert "weder eine Datei hier" in house.rufbus("inquiry", "reply", number, "x", "attach=nichts.pdf", code=1)
    assert "gehört nicht zu Vorgang" in house.rufbus("inquiry", "reply", other, "x", "attach=" + ids["plan.pdf"], code=1)
    big = write(house, "groß.bin", os.urandom(21 << 20))
    said = house.rufbus("inquiry", "reply", number, "x", "attach=" + big, code=1)
    assert "zusammen 21 MB" in said and "20 MB" in said, said
    assert len(server.handler.mails) == count

    # --- more than the mail server takes: its word for it, before the bytes are sent
    house.kill("timekeeping", 15)
    configure(house, "timekeeping", reply_max_megabytes=30)
    house.start("timekeeping")
    large = write(house, "sehr groß.bin", os.urandom(29 << 20))
    mail = house.json("inquiry", "reply", number, "Zu groß?", "attach=" + large)
    row = eventually(lambda: [one for one in [mail_state(house, number, mail["id"])] if one["state"] == "failed"], 60)
    assert "552" in row[0]["detail"] and len(server.handler.mails) == count, row
    mail = house.json("inquiry", "reply", number, "Groß.", "attach=groß.bin")
    eventually(lambda: mail_state(house, number, mail["id"])["state"] == "sent", 90)
    with open(big, "rb") as file:
        assert parts(server.handler.mails[-1][3])[1] == [("groß.bin", "application/octet-stream", file.read())]

    # --- timekeeping is away when it is to be sent: it waits, says why, and then goes out whole
    house.kill("notifier", 15)
    mail = house.json("inquiry", "reply", number, "Später.", "attach=plan.pdf")
    house.start("notifier")
    followed(house, "notifier", "timekeeping")
    eventually(lambda: mail_state(house, number, mail["id"])["state"] == "sent", 60)
    count = len(server.handler.mails)
    silent = Silent()
    house.kill("notifier", 15)
    configure(house, "notifier", **{**smtp, "smtp": "smtp://localhost:%d" % silent.port})
    house.start("notifier")
    mail = house.json("inquiry", "reply", number, "Unterbrochen.", "attach=plan.pdf")
    assert silent.came.wait(30)
    eventually(lambda: mail_state(house, number, mail["id"])["state"] == "started", 30)
    house.kill("timekeeping")
    house.kill("notifier")
    silent.stop()
    configure(house, "notifier", **smtp)
    house.start("notifier")
    row = eventually(lambda: [one for one in house.json("mails")["mails"] if one["note"] == mail["id"] and
                              "ist gerade nicht zu holen" in one.get("reason", "")], 60)
    assert row[0]["state"] in ("wanted", "started") and len(server.handler.mails) == count, row
    house.start("timekeeping")
    eventually(lambda: mail_state(house, number, mail["id"])["state"] == "sent", 60)
    assert [one[2] for one in parts(server.handler.mails[-1][3])[1]] == [page]

    # --- deleted before it was sent: nothing goes out, and it says why
    count = len(server.handler.mails)
    house.kill("notifier", 15)
    mail = house.json("inquiry", "reply", number, "Falsche Datei.", "attach=plan.pdf", "attach=groß.bin")
    house.rufbus("inquiry", "detach", ids["plan.pdf"], "falsche Datei")
    house.start("notifier")
    row = eventually(lambda: [one for one in [mail_state(house, number, mail["id"])] if one["state"] == "failed"], 60)
    assert "Nicht gesendet" in row[0]["detail"] and "plan.pdf" in row[0]["detail"], row
    assert len(server.handler.mails) == count

    # --- nobody but the mail room reads that way, and nothing that was not promised
    place = ["mail=" + mail["id"], "attachment=" + empty["id"], "offset=0"]
    said = house.rufbus("call", "inquiry_mail_bytes", *place, code=1)
    assert "inquiry_mail_bytes" in said or "follow" in said, said
    refused = house.rufbus("--as", "notifier", "call", "inquiry_mail_bytes", *place, code=1)
    assert "nicht zu versenden" in refused, refused
    for name in ("contacts", "notifier", "timekeeping"):
        house.kill(name, 15)
    server.stop()
    house.rufbus("check")
    print("ok:", len(server.handler.mails), "mails")

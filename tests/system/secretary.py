# SPDX-License-Identifier: Apache-2.0
"""A secretary's day on the command line: settings, absences, messages, deletions, appointments."""
import base64
import datetime

import icalendar
from house import House, eventually

with House() as house:
    house.start("contacts", "telephony")

    # A client, its person, and what holds for a call.
    client = house.json("client", "add", "Kanzlei Seidel", 'numbers=[{"typed": "030 1234567"}]',
                        "hours=Mo-Fr 8-12, 13-17", "holidays=DE-BE", "style=formal",
                        "greeting={mandant}, {tageszeit}.")
    assert client["hours"] == "Mo–Fr 08:00–12:00, 13:00–17:00", client
    identity = client["id"]
    member = house.json("member", "add", identity, "Herr Seidel", "hours=Mo-Do 9-12")
    now = house.json("client", "now", identity, member["id"], "at=03.04.2026 10:00")
    assert not now["open"] and now["closed_why"] == "Karfreitag", now
    assert now["greeting"] == "Kanzlei Seidel, Guten Tag." and "greeting" in now["inherited"], now
    assert now["opens_at"].startswith("2026-04-07T07:00:00"), now
    assert "Herr Seidel" in house.rufbus("client", "people", identity)
    why = house.json("client", "why", identity)
    assert [each["obstacle"] for each in why["obstacles"]] == ["transmission_unset"], why
    house.rufbus("client", "edit", identity, "version=1", "transmission=true")
    assert house.json("client", "why", identity)["recognised"]
    assert "ja" in house.rufbus("client", "why", identity)
    refused = house.rufbus("client", "edit", identity, "version=2", "hours=immer", code=1)
    assert "Öffnungszeiten" in refused, refused

    # A message is told once.
    contact = house.json("contact", "add", "Eva Groß", f"client={identity}",
                         "message=Termin am Donnerstag", "phones=[]")["id"]
    assert "Termin am Donnerstag" in house.rufbus("message", "tell", contact)
    again = house.rufbus("message", "tell", contact, code=1)
    assert "schon ausgerichtet" in again and "admin" in again, again
    assert "Termin am Donnerstag" in house.rufbus("messages", contact)
    eventually(lambda: [figure for figure in house.json("--service", "telephony", "stats")["figures"]
                        if figure["name"] == "rows_told_in_call" and figure["value"] == 1])

    # Staff: away, and who stands in.
    bert = house.json("staff", "add", "Bert")["id"]
    anna = house.json("staff", "add", "Anna", f"deputy={bert}")["id"]
    absence = house.json("absence", "add", anna, "vacation", "01.07.2026", "15.07.2026 12:00")
    assert absence["from"].startswith("2026-06-30T22:00:00"), absence
    there = house.rufbus("staff", "present", anna, "at=02.07.2026 10:00")
    assert "abwesend" in there and "Bert" in there and "15.07.2026 12:00" in there, there
    circle = house.rufbus("staff", "edit", bert, "version=1", f"deputy={anna}", code=1)
    assert "Bert → Anna → Bert" in circle, circle

    # Mere callers go by themselves; the preview changes nothing.
    house.rufbus("contact", "add", "Ein Anrufer", 'categories=["Anrufer"]')
    assert "Ein Anrufer" not in house.rufbus("purge", "--dry-run")
    assert "Ein Anrufer" in house.rufbus("purge", "--dry-run", "200")
    assert "Nichts gefunden" in house.rufbus("purge", "log")

    # Appointments, and the calendar as another program reads it.
    start = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) + datetime.timedelta(days=3)
    house.rufbus("appointment", "add", "Jahresgespräch; Müller, Söhne", start.isoformat(),
                 f"contact={contact}", f'staff=["{anna}"]', "place=Zimmer 4", "remind_minutes=30",
                 "text=Zeile eins\nZeile zwei, " + "lang " * 40)
    assert "Jahresgespräch" in house.rufbus("appointments")
    secret = house.json("calendar", "address", anna)["token"]
    feed = house.json("call", "calendar_feed", f"token={secret}")
    calendar = icalendar.Calendar.from_ical(base64.b64decode(feed["content"]))
    events = [part for part in calendar.walk("VEVENT")]
    assert len(events) == 1 and not events[0].errors, events
    assert str(events[0]["summary"]) == "Jahresgespräch; Müller, Söhne", events[0]["summary"]
    assert str(events[0]["description"]).startswith("Zeile eins\nZeile zwei, lang"), events[0]
    assert events[0].decoded("dtstart") == start, events[0].decoded("dtstart")
    assert calendar.walk("VALARM")[0].decoded("trigger") == datetime.timedelta(minutes=-30)

    house.kill("contacts", 15)
    house.kill("telephony", 15)
    house.rufbus("check")
    print("ok")

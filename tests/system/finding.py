# SPDX-License-Identifier: Apache-2.0
"""Taking over an archive of inquiries and finding in it, as people do: import, similar, search, kill -9."""
import json
import os
import signal

from house import House, eventually

DATA = os.path.join(os.path.dirname(__file__), "..", "data", "search")
INQUIRIES = os.path.join(DATA, "inquiries.jsonl")

with open(INQUIRIES, encoding="utf-8") as file:
    TOPICS = {str(row["id"]): row["topic"] for row in map(json.loads, file)}
with open(os.path.join(DATA, "queries.jsonl"), encoding="utf-8") as file:
    QUERIES = [json.loads(line) for line in file]


def is_hit(house, query):
    hits = house.json("inquiry", "similar", query["q"], "limit=3")["hits"]
    assert all(hit["solution"] for hit in hits), hits
    return query["topic"] in [TOPICS[hit["source"]] for hit in hits]


with House() as house:
    house.start("contacts", "notifier", "telephony", "timekeeping")

    # A file with faults: the good rows are taken, each other one is told with its reason.
    path = os.path.join(house.home, "old.jsonl")
    with open(path, "w", encoding="utf-8") as file:
        file.write('{"id": "A7", "subject": "Toner leer", "solution": "Getauscht.", "opened_at": "2024-03-01", "topic": "x"}\n')
        file.write('{"id": 8, "subject": ""}\n\nkein JSON\n{"subject": "ohne Kennung"}\n')
        file.write('{"id": "A9", "subject": "Noch offen", "channel": "visit"}\n')
    said = house.rufbus("import", "inquiries", path, "--archive", "ALTHAUS")
    assert "2 neu" in said and "3 abgelehnt" in said and "Zeile 4" in said and "topic" in said, said
    again = house.json("import", "inquiries", path, "--archive", "ALTHAUS")
    assert again["added"] == 0 and again["known"] == 2 and again["rejected"] == 3, again
    assert [reject["row"] for reject in again["rejects"]] == [2, 4, 5], again
    hit = house.json("inquiry", "similar", "toner")["hits"][0]
    assert hit["source"] == "ALTHAUS:A7" and hit["solution"] == "Getauscht." and hit["opened_at"].startswith("2024-02-29T23"), hit

    # As other programs write it: a mark at the start, lines ended twice, blanks for nothing, foreign letters.
    with open(path, "wb") as file:
        file.write(b'\xef\xbb\xbf{"id": 1, "subject": "Mit Marke", "solution": "  ", "text": "eins\\r\\nzwei"}\r\n')
        file.write('{"id": 2, "subject": "Größe"}\r\n'.encode("latin-1"))
        file.write(b'{"id": 3, "subject": " "}\r\n')
    told = house.json("import", "inquiries", path, "--archive", "WINDOWS")
    assert told["added"] == 1 and [reject["row"] for reject in told["rejects"]] == [2, 3], told
    assert "UTF-8" in told["rejects"][0]["problem"] and told["rejects"][1]["field"] == "subject", told
    hit = house.json("archive", "Marke")["hits"][0]
    assert hit["state"] == "open" and hit["detail"] == "eins  zwei", hit

    # The whole archive, killed within, given again: every inquiry is there once.
    first = os.path.join(house.home, "first.jsonl")
    with open(INQUIRIES, encoding="utf-8") as file, open(first, "w", encoding="utf-8") as out:
        out.writelines(file.readlines()[:700])
    assert house.json("import", "inquiries", first)["added"] == 700
    house.kill("timekeeping", signal.SIGKILL)
    house.start("timekeeping")
    told = house.json("import", "inquiries", INQUIRIES)
    assert told["added"] == 1300 and told["known"] == 700 and told["rejected"] == 0, told
    assert "2000 schon übernommen" in house.rufbus("import", "inquiries", INQUIRIES)

    # How good it is, at once and after another kill; unit and service tests look at all queries.
    few = QUERIES[::6]
    assert sum(is_hit(house, query) for query in few) >= 0.9 * len(few)
    house.kill("timekeeping", signal.SIGKILL)
    house.start("timekeeping")
    assert sum(is_hit(house, query) for query in few) >= 0.9 * len(few)
    said = house.rufbus("inquiry", "similar", "Druker streift")
    assert "Übereinstimmung" in said and "Lösung" in said, said

    # search: who and what at once; forms and prefixes; fields ask the archive alone; pages.
    house.rufbus("contact", "add", "name=Toni Tonerwerk")
    eventually(lambda: "Toni Tonerwerk" in house.rufbus("archive", "tonerw"))
    said = house.rufbus("search", "toner", "getauscht")
    assert "ALTHAUS-A7" in said, said
    said = house.rufbus("search", "toni")
    assert "Kontakte" in said and "Archiv" in said, said
    found = house.json("search", "toner", "kind=inquiry", "limit=5")
    assert found["hits"] == [] and len(found["records"]["hits"]) == 5 and found["records"]["more"], found
    second = house.json("search", "toner", "kind=inquiry", "limit=5", "after=" + found["records"]["next"])
    assert not {hit["id"] for hit in second["records"]["hits"]} & {hit["id"] for hit in found["records"]["hits"]}
    old = house.json("search", "until=01.01.2025")["records"]["hits"]
    assert [hit["title"] for hit in old] == ["ALTHAUS-A7 Toner leer"], old
    assert house.json("archive", "Häuser", "kind=inquiry", "order=relevance")["hits"] is not None
    assert "rufbus staff" in house.rufbus("search", "toner", "staff=Niemand", code=2)
    house.rufbus("search", code=2)
    house.rufbus("archive", "x", "after=unsinn", code=1)

// SPDX-License-Identifier: Apache-2.0
// ical.js as the foreign reader and writer of vCard 4.0: "write" takes people as JSON on standard
// input and gives cards, "read" the other way round.
"use strict";
const fs = require("fs");

function write(ICAL, people) {
    return people.map((p) => {
        const card = new ICAL.Component("vcard");
        const add = (name, value, type) => {
            const property = new ICAL.Property(name, card);
            if (type) property.setParameter("type", type);
            if (Array.isArray(value) && name === "categories") property.setValues(value);
            else property.setValue(value);
            card.addProperty(property);
        };
        add("version", "4.0");
        add("fn", p.name);
        if (p.family || p.given) add("n", [p.family, p.given, "", "", ""]);
        if (p.firm) add("org", [p.firm]);
        if (p.organisation) add("kind", "org");
        for (const [typed, label] of p.phones) add("tel", typed, { "Büro": "work", mobil: "cell" }[label]);
        for (const email of p.emails) add("email", email);
        for (const a of p.addresses) add("adr", ["", "", a[0], a[2], "", a[1], a[3]]);
        if (p.note) add("note", p.note);
        add("x-rufbus-customer-number", p.number);
        return card.toString() + "\r\n";
    }).join("");
}

function read(ICAL, text) {
    let cards = ICAL.parse(text);
    if (typeof cards[0] === "string") cards = [cards];
    return cards.map((jcard) => {
        const card = new ICAL.Component(jcard);
        const first = (name) => card.getFirstPropertyValue(name) || "";
        const n = card.getFirstPropertyValue("n") || ["", "", "", "", ""];
        const types = { work: "Büro", cell: "mobil" };
        return {
            name: first("fn"), family: n[0], given: n[1], firm: [].concat(first("org"))[0],
            organisation: first("kind") === "org", number: first("x-rufbus-customer-number"), note: first("note"),
            phones: card.getAllProperties("tel").map((t) => [t.getFirstValue(), types[t.getParameter("type")] || ""]),
            emails: card.getAllProperties("email").map((e) => e.getFirstValue()),
            addresses: card.getAllProperties("adr").map((a) => a.getFirstValue()).map((a) => [a[2], a[5], a[3], a[6]]),
        };
    });
}

import("ical.js").then((module) => {
    const ICAL = module.default;
    const input = fs.readFileSync(0, "utf8");
    process.stdout.write(process.argv[2] === "write" ? write(ICAL, JSON.parse(input)) : JSON.stringify(read(ICAL, input)));
});

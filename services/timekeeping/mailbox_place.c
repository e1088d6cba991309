// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/mailbox_place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool take_piece(char *to_text, size_t size, const char *from, const char *to)
{
    return from && to && to > from && (size_t)(to - from) < size &&
           snprintf(to_text, size, "%.*s", (int)(to - from), from) > 0;
}

static bool take_words(struct mailbox_place *out, const char *words)
{
    while (*words == ',') {
        const char *word = words + 1, *end = word + strcspn(word, ",");
        char value[200], *at = value;
        if (!take_piece(value, sizeof value, word, end))
            return false;
        if (strcmp(at, "tls=yes") == 0)
            out->at.tls = IMAP_TLS_YES;
        else if (strcmp(at, "tls=starttls") == 0)
            out->at.tls = IMAP_TLS_STARTTLS;
        else if (strcmp(at, "tls=no") == 0)
            out->at.tls = IMAP_TLS_NO;
        else if (strncmp(at, "ca=", 3) == 0)
            (void)snprintf(out->at.ca, sizeof out->at.ca, "%s", at + 3);
        else if (strncmp(at, "client=", 7) != 0 || !id_parse(at + 7, &out->client))
            return false;
        words = end;
    }
    return *words == '\0';
}

static bool folder_valid(const char *folder)
{
    for (const char *at = folder; *at; at++) {
        if (*at < ' ' || *at > '~' || *at == '"' || *at == '\\' || *at == '&')
            return false;
    }
    return true;
}

// NAME=USER:PASSWORD@HOST:PORT/FOLDER; the password may hold any sign, the user "@".
bool mailbox_place_read(const char *spec, struct mailbox_place *out)
{
    const char *name = strchr(spec, '='), *at = strrchr(spec, '@');
    const char *user = name ? name + 1 : NULL, *colon = user ? strchr(user, ':') : NULL;
    const char *port = at ? strchr(at, ':') : NULL, *folder = port ? strchr(port, '/') : NULL;
    char *end;

    *out = (struct mailbox_place){ 0 };
    if (!colon || !folder || colon > at)
        return false;
    long number = strtol(port + 1, &end, 10);
    out->at.port = (int)number;
    const char *words = folder + strcspn(folder, ",");
    if (end != folder || number < 1 || number > 65535 ||
        !take_piece(out->name, sizeof out->name, spec, name) ||
        !take_piece(out->at.user, sizeof out->at.user, user, colon) ||
        !take_piece(out->at.password, sizeof out->at.password, colon + 1, at) ||
        !take_piece(out->at.host, sizeof out->at.host, at + 1, port) ||
        !take_piece(out->at.folder, sizeof out->at.folder, folder + 1, words) ||
        !folder_valid(out->at.folder) || !take_words(out, words))
        return false;
    return snprintf(out->place, sizeof out->place, "%s@%s:%d/%s", out->at.user, out->at.host,
                    out->at.port, out->at.folder) < (int)sizeof out->place;
}

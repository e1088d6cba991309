// SPDX-License-Identifier: Apache-2.0
// libcurl's own FETCH would mark a mail before it is taken; hence only its connection is used.
#include "services/timekeeping/imap.h"

#include <curl/curl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_S   20L
#define LOOK_MS     250
#define LOOKS_MAX   240 // a minute without a byte
#define LINE_MAX_IN ((size_t)4 << 20)
#define LITERAL_MAX ((size_t)80 << 20)

struct imap {
    CURL *curl;
    const atomic_bool *stop;
    int tag;
    int64_t validity;
    char in[16384];
    size_t at, have;
    char *line;
    size_t line_size, line_room;
    uint8_t *literal; // of the last answer
    size_t literal_size;
};

static int give_up(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const struct imap *imap = context;
    (void)a, (void)b, (void)c, (void)d;
    return atomic_load(imap->stop) ? 1 : 0;
}

static bool wait_for(struct imap *imap, short events)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    (void)curl_easy_getinfo(imap->curl, CURLINFO_ACTIVESOCKET, &fd);
    for (int i = 0; fd != CURL_SOCKET_BAD && i < LOOKS_MAX && !atomic_load(imap->stop); i++) {
        struct pollfd ready = { .fd = fd, .events = events };
        if (poll(&ready, 1, LOOK_MS) > 0)
            return true;
    }
    return false;
}

static bool fill(struct imap *imap)
{
    CURLcode rc;
    imap->at = imap->have = 0;
    while ((rc = curl_easy_recv(imap->curl, imap->in, sizeof imap->in, &imap->have)) ==
           CURLE_AGAIN) {
        if (!wait_for(imap, POLLIN))
            return false;
    }
    return rc == CURLE_OK && imap->have > 0;
}

static bool send_text(struct imap *imap, const char *text)
{
    size_t size = strlen(text), sent;
    while (size > 0) {
        CURLcode rc = curl_easy_send(imap->curl, text, size, &sent);
        if (rc == CURLE_AGAIN && wait_for(imap, POLLOUT))
            continue;
        if (rc != CURLE_OK)
            return false;
        text += sent;
        size -= sent;
    }
    return true;
}

static bool take_line(struct imap *imap)
{
    imap->line_size = 0;
    for (;;) {
        if (imap->at == imap->have && !fill(imap))
            return false;
        char c = imap->in[imap->at++];
        if (imap->line_size + 1 >= imap->line_room) {
            size_t room = imap->line_room ? imap->line_room * 2 : 1024;
            char *line = room <= LINE_MAX_IN ? realloc(imap->line, room) : NULL;
            if (!line)
                return false;
            imap->line = line;
            imap->line_room = room;
        }
        if (c == '\n')
            break;
        if (c != '\r' && c != '\0')
            imap->line[imap->line_size++] = c;
    }
    imap->line[imap->line_size] = '\0';
    return true;
}

// "{123}" at the end of a line: so many bytes follow.
static bool take_literal(struct imap *imap)
{
    const char *open = strrchr(imap->line, '{');
    if (!open || imap->line_size == 0 || imap->line[imap->line_size - 1] != '}')
        return true;
    char *end;
    unsigned long long size = strtoull(open + 1, &end, 10);
    if (*end != '}' || size > LITERAL_MAX)
        return false;
    free(imap->literal);
    imap->literal = malloc(size + 1);
    imap->literal_size = 0;
    while (imap->literal && imap->literal_size < size) {
        if (imap->at == imap->have && !fill(imap))
            return false;
        size_t part = imap->have - imap->at;
        if (part > size - imap->literal_size)
            part = size - imap->literal_size;
        memcpy(imap->literal + imap->literal_size, imap->in + imap->at, part);
        imap->literal_size += part;
        imap->at += part;
    }
    return imap->literal != NULL;
}

typedef void imap_hears(void *context, const char *line);

// False: refused, or the connection is gone.
static bool command(struct imap *imap, imap_hears *hears, void *context, const char *format, ...)
{
    char words[600], text[640], tag[16];
    va_list list;
    va_start(list, format);
    int size = vsnprintf(words, sizeof words, format, list);
    va_end(list);
    int tag_size = snprintf(tag, sizeof tag, "R%d ", ++imap->tag);
    if (size < 0 || size >= (int)sizeof words)
        return false;
    (void)snprintf(text, sizeof text, "%s%s\r\n", tag, words);
    if (!send_text(imap, text))
        return false;
    while (take_line(imap)) {
        if (strncmp(imap->line, tag, (size_t)tag_size) == 0)
            return strncmp(imap->line + tag_size, "OK", 2) == 0;
        if (hears)
            hears(context, imap->line);
        if (!take_literal(imap))
            return false;
    }
    return false;
}

static int64_t number_behind(const char *line, const char *word)
{
    const char *at = strstr(line, word);
    return at ? strtoll(at + strlen(word), NULL, 10) : 0;
}

static void hear_validity(void *context, const char *line)
{
    struct imap *imap = context;
    int64_t number = number_behind(line, "[UIDVALIDITY ");
    if (number > 0)
        imap->validity = number;
}

static void set_up(struct imap *imap, const struct imap_place *place, char *error)
{
    char url[300];
    CURL *curl = imap->curl;
    (void)snprintf(url, sizeof url, "%s://%s:%d/", place->tls == IMAP_TLS_YES ? "imaps" : "imap",
                   place->host, place->port);
    (void)curl_easy_setopt(curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "imap,imaps");
    (void)curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_USE_SSL,
                           place->tls == IMAP_TLS_NO ? (long)CURLUSESSL_NONE
                                                     : (long)CURLUSESSL_ALL);
    (void)curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (place->ca[0])
        (void)curl_easy_setopt(curl, CURLOPT_CAINFO, place->ca);
    (void)curl_easy_setopt(curl, CURLOPT_USERNAME, place->user);
    (void)curl_easy_setopt(curl, CURLOPT_PASSWORD, place->password);
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_S);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, CONNECT_S);
    (void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
    (void)curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    (void)curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, give_up);
    (void)curl_easy_setopt(curl, CURLOPT_XFERINFODATA, imap);
}

struct imap *imap_open(const struct imap_place *place, const atomic_bool *stop, char *why,
                       size_t size)
{
    char error[CURL_ERROR_SIZE] = "";
    struct imap *imap = calloc(1, sizeof *imap);
    if (!imap || !(imap->curl = curl_easy_init()))
        abort();
    imap->stop = stop;
    set_up(imap, place, error);
    CURLcode rc = curl_easy_perform(imap->curl);
    (void)curl_easy_setopt(imap->curl, CURLOPT_ERRORBUFFER, NULL);
    if (rc == CURLE_LOGIN_DENIED)
        (void)snprintf(why, size, "Anmeldung abgelehnt; Benutzer und Passwort prüfen");
    else if (rc != CURLE_OK)
        (void)snprintf(why, size, "nicht erreichbar: %.200s",
                       *error ? error : curl_easy_strerror(rc));
    else if (!command(imap, hear_validity, imap, "SELECT \"%s\"", place->folder) ||
             imap->validity == 0)
        (void)snprintf(why, size, "den Ordner %.100s gibt es nicht", place->folder);
    else
        return imap;
    imap_close(imap);
    return NULL;
}

void imap_close(struct imap *imap)
{
    if (!imap)
        return;
    curl_easy_cleanup(imap->curl);
    free(imap->line);
    free(imap->literal);
    free(imap);
}

int64_t imap_validity(const struct imap *imap)
{
    return imap->validity;
}

struct first {
    int64_t above, uid;
};

static void hear_search(void *context, const char *line)
{
    struct first *first = context;
    if (strncmp(line, "* SEARCH", 8) != 0)
        return;
    line += 8;
    for (char *end; *line; line = end) {
        int64_t uid = strtoll(line, &end, 10);
        if (end == line)
            return;
        if (uid > first->above && (first->uid == 0 || uid < first->uid))
            first->uid = uid;
    }
}

bool imap_first(struct imap *imap, const char *search, int64_t above, int64_t *ret)
{
    struct first first = { .above = above };
    bool good = command(imap, hear_search, &first, "UID SEARCH %s", search);
    *ret = first.uid;
    return good;
}

static void hear_size(void *context, const char *line)
{
    int64_t size = number_behind(line, "RFC822.SIZE ");
    if (size > 0)
        *(int64_t *)context = size;
}

bool imap_size(struct imap *imap, int64_t uid, int64_t *ret)
{
    *ret = 0;
    return command(imap, hear_size, ret, "UID FETCH %lld (RFC822.SIZE)", (long long)uid);
}

bool imap_fetch(struct imap *imap, int64_t uid, uint8_t **ret, size_t *ret_size)
{
    free(imap->literal);
    imap->literal = NULL;
    if (!command(imap, NULL, NULL, "UID FETCH %lld (BODY.PEEK[])", (long long)uid))
        return false;
    *ret = imap->literal;
    *ret_size = imap->literal_size;
    imap->literal = NULL;
    return true;
}

bool imap_mark_seen(struct imap *imap, int64_t uid)
{
    return command(imap, NULL, NULL, "UID STORE %lld +FLAGS.SILENT (\\Seen)", (long long)uid);
}

// SPDX-License-Identifier: Apache-2.0
// libcurl's own FETCH would mark a mail before it is taken; hence only its connection is used.
#include "services/timekeeping/imap.h"

#include <curl/curl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/timekeeping/imap_read.h"

#define CONNECT_S  20L
#define LOOK_MS    250
#define LOOKS_MAX  240 // a minute without a byte
#define ANSWER_MAX (IMAP_LITERAL_MAX + 2 * IMAP_LINE_MAX)

struct imap {
    CURL *curl;
    const atomic_bool *stop;
    int tag;
    int64_t validity;
    char in[16384];
    size_t at, have;
    size_t came; // bytes of the answer to the command at hand
    struct imap_reader reader;
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
    // Whoever never stops talking is not listened to for ever.
    if (imap->came > ANSWER_MAX || atomic_load(imap->stop))
        return false;
    while ((rc = curl_easy_recv(imap->curl, imap->in, sizeof imap->in, &imap->have)) ==
           CURLE_AGAIN) {
        if (!wait_for(imap, POLLIN))
            return false;
    }
    imap->came += imap->have;
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

// The next line, with its literal when it announces one.
static bool take_line(struct imap *imap)
{
    for (;;) {
        if (imap->at == imap->have && !fill(imap))
            return false;
        size_t used;
        enum imap_read read =
            imap_reader_take(&imap->reader, imap->in + imap->at, imap->have - imap->at, &used);
        imap->at += used;
        if (read != IMAP_READ_MORE)
            return read == IMAP_READ_LINE;
    }
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
    (void)snprintf(tag, sizeof tag, "R%d", ++imap->tag);
    if (size < 0 || size >= (int)sizeof words)
        return false;
    (void)snprintf(text, sizeof text, "%s %s\r\n", tag, words);
    if (!send_text(imap, text))
        return false;
    imap->came = 0;
    while (take_line(imap)) {
        enum imap_status status = imap_line_status(imap->reader.line, tag);
        if (status != IMAP_UNTAGGED)
            return status == IMAP_OK;
        if (hears)
            hears(context, imap->reader.line);
    }
    return false;
}

static void hear_validity(void *context, const char *line)
{
    struct imap *imap = context;
    int64_t number = imap_line_validity(line);
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
    imap_reader_init(&imap->reader);
    set_up(imap, place, error);
    CURLcode rc = curl_easy_perform(imap->curl);
    (void)curl_easy_setopt(imap->curl, CURLOPT_ERRORBUFFER, NULL);
    if (rc == CURLE_LOGIN_DENIED)
        (void)snprintf(why, size, "Anmeldung abgelehnt; Benutzer und Passwort prüfen");
    else if (rc != CURLE_OK)
        (void)snprintf(why, size, "nicht erreichbar: %.200s",
                       *error ? error : curl_easy_strerror(rc));
    else if (!command(imap, hear_validity, imap, "SELECT \"%s\"", place->folder))
        (void)snprintf(why, size, "den Ordner %.100s gibt es nicht", place->folder);
    else if (imap->validity == 0)
        (void)snprintf(why, size, "der Server nennt keine UIDVALIDITY; nichts wird abgeholt");
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
    imap_reader_done(&imap->reader);
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
    int64_t uid = imap_line_first(line, first->above);
    if (uid > 0 && (first->uid == 0 || uid < first->uid))
        first->uid = uid;
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
    int64_t size = imap_line_size(line);
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
    imap_reader_forget(&imap->reader);
    if (!command(imap, NULL, NULL, "UID FETCH %lld (BODY.PEEK[])", (long long)uid))
        return false;
    *ret_size = imap->reader.literal_size;
    *ret = imap_reader_keep(&imap->reader);
    return true;
}

bool imap_mark_seen(struct imap *imap, int64_t uid)
{
    return command(imap, NULL, NULL, "UID STORE %lld +FLAGS.SILENT (\\Seen)", (long long)uid);
}

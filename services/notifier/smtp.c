// SPDX-License-Identifier: Apache-2.0
// What counts is how far it came: before the end of the text went out the server cannot have the
// mail; behind it only its answer tells.
#include "services/notifier/smtp.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/err.h"
#include "common/base/text.h"

#define CONNECT_S   20L
#define BYTES_PER_S ((size_t)32 << 10) // a slow line up

struct talk {
    const char *rest;    // of the message
    size_t left;         // so many bytes of it
    bool text_out;       // its end was handed to libcurl
    int code;            // of the answer that counts: the first refusal, or that to the text
    int code_after_text; // of the answer to the text; 0: it has not come
    char answer[301];
    const atomic_bool *stop;
};

void smtp_begin(void)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
        abort();
}

static size_t give_text(char *out, size_t size, size_t count, void *context)
{
    struct talk *talk = context;
    size_t room = size * count, part = talk->left < room ? talk->left : room;

    memcpy(out, talk->rest, part);
    talk->rest += part;
    talk->left -= part;
    // libcurl knows the size and may not ask again.
    if (talk->left == 0)
        talk->text_out = true;
    return part;
}

// "250 2.0.0 Ok: queued as 4XyZ": the last line of each answer has a blank behind its code.
static size_t take_answer(char *line, size_t size, size_t count, void *context)
{
    struct talk *talk = context;
    size_t length = size * count;
    int code = 0;

    for (size_t i = 0; i < 3 && i < length; i++)
        code = line[i] >= '0' && line[i] <= '9' ? code * 10 + line[i] - '0' : -1000;
    if (length < 3 || code < 100 || (length > 3 && line[3] == '-'))
        return length;
    // What libcurl says and hears while it takes its leave is of no interest.
    if (talk->code >= 400 || talk->code_after_text != 0)
        return length;
    talk->code = code;
    if (talk->text_out)
        talk->code_after_text = code;
    size_t shown = length;
    while (shown > 0 && (line[shown - 1] == '\n' || line[shown - 1] == '\r'))
        shown--;
    if (shown >= sizeof talk->answer)
        shown = sizeof talk->answer - 1;
    memcpy(talk->answer, line, shown);
    talk->answer[shown] = '\0';
    return length;
}

static int look_up(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const struct talk *talk = context;

    (void)a, (void)b, (void)c, (void)d;
    return atomic_load(talk->stop) ? 1 : 0;
}

static void say(struct sending *out, enum send_result result, enum text_id text, const char *detail)
{
    struct err err = { 0 };

    (void)fail(&err, ERR_UNAVAILABLE, NULL, text, detail, NULL);
    out->result = result;
    snprintf(out->reason, sizeof out->reason, "%.300s", err.german);
    // Never half a character at the end.
    size_t size = strlen(out->reason);
    while (size > 0 && !text_valid(out->reason, size))
        out->reason[--size] = '\0';
}

static void judge(CURLcode rc, const struct talk *talk, const char *why, struct sending *out)
{
    out->code = talk->code;
    snprintf(out->answer, sizeof out->answer, "%s", talk->answer);
    if (rc == CURLE_OK || talk->code_after_text / 100 == 2) {
        out->result = SEND_TAKEN;
        return;
    }
    if (talk->text_out && talk->code_after_text == 0) {
        say(out, SEND_UNCERTAIN, TEXT_MAIL_NO_ANSWER, why);
        return;
    }
    switch (rc) {
    case CURLE_LOGIN_DENIED: say(out, SEND_LATER, TEXT_MAIL_AUTH, NULL); return;
    case CURLE_USE_SSL_FAILED: say(out, SEND_LATER, TEXT_MAIL_NO_TLS, NULL); return;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ISSUER_ERROR: say(out, SEND_LATER, TEXT_MAIL_CERTIFICATE, why); return;
    default: break;
    }
    if (talk->code >= 500)
        say(out, SEND_REFUSED, TEXT_MAIL_REFUSED, talk->answer);
    else if (talk->code >= 400)
        say(out, SEND_LATER, TEXT_MAIL_WAITS, talk->answer);
    else
        say(out, SEND_LATER, TEXT_MAIL_TRANSPORT, why);
}

static void set_up(CURL *curl, const struct smtp_server *server, struct talk *talk, char *error)
{
    static const long ssl[] = { [SMTP_TLS_REQUIRED] = CURLUSESSL_ALL,
                                [SMTP_TLS_TRY] = CURLUSESSL_TRY,
                                [SMTP_TLS_NONE] = CURLUSESSL_NONE };

    (void)curl_easy_setopt(curl, CURLOPT_URL, server->url);
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    (void)curl_easy_setopt(curl, CURLOPT_USE_SSL, ssl[server->tls]);
    (void)curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    (void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    if (server->ca[0])
        (void)curl_easy_setopt(curl, CURLOPT_CAINFO, server->ca);
    if (server->user[0]) {
        (void)curl_easy_setopt(curl, CURLOPT_USERNAME, server->user);
        (void)curl_easy_setopt(curl, CURLOPT_PASSWORD, server->password);
    }
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_S);
    (void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
    (void)curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_text);
    (void)curl_easy_setopt(curl, CURLOPT_READDATA, talk);
    (void)curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_answer);
    (void)curl_easy_setopt(curl, CURLOPT_HEADERDATA, talk);
    (void)curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    (void)curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look_up);
    (void)curl_easy_setopt(curl, CURLOPT_XFERINFODATA, talk);
}

void smtp_send(const struct smtp_server *server, const struct smtp_mail *mail,
               const atomic_bool *stop, struct sending *out)
{
    char error[CURL_ERROR_SIZE] = "";
    struct talk talk = { .rest = mail->message, .left = mail->size, .stop = stop };
    CURL *curl = curl_easy_init();
    struct curl_slist *to = curl_slist_append(NULL, mail->to);

    if (!curl || !to)
        abort();
    *out = (struct sending){ 0 };
    set_up(curl, server, &talk, error);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT,
                           server->timeout_s + (long)(mail->size / BYTES_PER_S));
    // SIZE (RFC 1870): what is too large is refused before it is sent.
    (void)curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)mail->size);
    (void)curl_easy_setopt(curl, CURLOPT_MAIL_FROM, mail->from);
    (void)curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
    CURLcode rc = curl_easy_perform(curl);
    judge(rc, &talk, error[0] ? error : curl_easy_strerror(rc), out);
    curl_easy_cleanup(curl);
    curl_slist_free_all(to);
}

// SPDX-License-Identifier: Apache-2.0
// The protocol of one connection: log in, ask what is there, answer whether numbers may be shown.

#include "services/telephony/ami_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "services/telephony/act.h"
#include "services/telephony/ami_md5.h"

#define ACTION_MAX 1024 // Asterisk's limit of a line; ours are shorter
#define ID_MAX     256

struct ami_session {
    struct ami_model *model;
    struct ami_reader *reader;
    void (*send)(void *context, const void *bytes, size_t size);
    void *context;
    char user[129], secret[257];
    enum ami_session_state state;
    int64_t ping_at, dead_at, audit_at;
    bool lists;         // CoreShowChannels is allowed
    int64_t now_us;     // of the bytes being read
    struct err *err;    // of the bytes being read
    bool failed;        // the bytes being read ended the session
    bool refused;       // Getvar is: what the stream shows is shown
    bool recording;     // the other side answers nothing of ours
    bool answers;       // Getvar has been answered
    int64_t give_up_at; // a later action was answered, and Getvar was not
    void (*heard)(void *context, struct id act, enum intent_state state, enum text_id text,
                  const char *detail);
    char tag[17]; // makes our ActionIDs unguessable for callers, who can forge answers
};

static void ask_presentation(void *context, const char *channel, const char *uniqueid);

// Nothing in it may end a line.
static void copy_plain(char *out, size_t size, const char *text)
{
    size_t length = 0;
    for (; text && *text && length < size - 1; text++)
        out[length++] = *text == '\r' || *text == '\n' ? ' ' : *text;
    out[length] = '\0';
}

struct ami_session *ami_session_new(const struct ami_session_options *options)
{
    struct ami_session *session = calloc(1, sizeof *session);
    if (!session)
        abort();
    session->model = options->model;
    session->send = options->send;
    session->context = options->context;
    session->heard = options->heard;
    copy_plain(session->user, sizeof session->user, options->user);
    copy_plain(session->secret, sizeof session->secret, options->secret);
    session->reader = ami_reader_new();
    return session;
}

void ami_session_free(struct ami_session *session)
{
    if (!session)
        return;
    ami_model_ask_presentation(session->model, NULL, NULL);
    ami_reader_free(session->reader);
    explicit_bzero(session->secret, sizeof session->secret);
    free(session);
}

static bool send_action(struct ami_session *session, const char *action, const char *id,
                        const char *more)
{
    char text[ACTION_MAX];
    int size = snprintf(text, sizeof text, "Action: %s\r\n%sActionID: rufbus-%s-%s\r\n\r\n", action,
                        more, session->tag, id);
    bool fits = size > 0 && (size_t)size < sizeof text;
    if (fits)
        session->send(session->context, text, (size_t)size);
    explicit_bzero(text, sizeof text);
    return fits;
}

// From the microsecond of the connection, which nobody outside knows (splitmix64).
static void make_tag(struct ami_session *session, int64_t now_us)
{
    uint64_t mix = (uint64_t)now_us + UINT64_C(0x9e3779b97f4a7c15);
    mix = (mix ^ (mix >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    mix = (mix ^ (mix >> 27)) * UINT64_C(0x94d049bb133111eb);
    (void)snprintf(session->tag, sizeof session->tag, "%016llx",
                   (unsigned long long)(mix ^ (mix >> 31)));
}

void ami_session_connected(struct ami_session *session, int64_t now_us)
{
    ami_reader_reset(session->reader);
    make_tag(session, now_us);
    session->refused = session->recording = session->answers = false;
    session->give_up_at = INT64_MAX;
    session->state = AMI_SESSION_BANNER;
    session->dead_at = now_us + AMI_DEAD_US;
    session->ping_at = INT64_MAX;
    session->audit_at = INT64_MAX;
    session->lists = false;
}

void ami_session_lost(struct ami_session *session, int64_t now_us)
{
    bool was_up = session->state == AMI_SESSION_UP;
    session->state = AMI_SESSION_DOWN;
    ami_model_ask_presentation(session->model, NULL, NULL);
    if (was_up)
        ami_model_lost(session->model, now_us);
}

static void give_up(struct ami_session *session, enum err_code code, enum text_id text,
                    const char *detail)
{
    session->failed = true;
    (void)fail(session->err, code, NULL, text, detail, session->user, NULL);
}

// The secret crosses the network only when the PBX does not know a challenge.
static void log_in(struct ami_session *session, const char *challenge)
{
    char more[ACTION_MAX], key[33];
    if (challenge) {
        ami_md5(challenge, session->secret, key);
        (void)snprintf(more, sizeof more, "AuthType: MD5\r\nUsername: %s\r\nKey: %s\r\n",
                       session->user, key);
    } else {
        (void)snprintf(more, sizeof more, "Username: %s\r\nSecret: %s\r\n", session->user,
                       session->secret);
    }
    (void)send_action(session, "Login", "login", more);
    explicit_bzero(more, sizeof more);
    session->state = AMI_SESSION_LOGIN;
}

static void on_banner(struct ami_session *session, const struct ami_message *message)
{
    const char *banner = ami_value(message, "Banner");
    if (!banner || !strstr(banner, "Call Manager")) {
        give_up(session, ERR_UNAVAILABLE, TEXT_AMI_BANNER, "");
        return;
    }
    (void)send_action(session, "Challenge", "challenge", "AuthType: MD5\r\n");
    session->state = AMI_SESSION_CHALLENGE;
}

// What of the ActionID is behind our tag; NULL when it is not ours.
static const char *own_action(const struct ami_session *session, const struct ami_message *message)
{
    const char *action = ami_value(message, "ActionID");
    size_t size = strlen(session->tag);
    if (!action || strncmp(action, "rufbus-", 7) != 0 ||
        strncmp(action + 7, session->tag, size) != 0 || action[7 + size] != '-')
        return NULL;
    return action + 8 + size;
}

static bool is_response(const struct ami_message *message)
{
    return !strcasecmp(message->fields[0].key, "Response");
}

static bool is_success(const struct ami_message *message)
{
    return !strcasecmp(message->fields[0].value, "Success");
}

// Status alone tells the number dialled (DNID), and may be allowed where CoreShowChannels is not.
static void come_up(struct ami_session *session)
{
    session->state = AMI_SESSION_UP;
    session->ping_at = session->now_us + AMI_PING_US;
    session->audit_at = session->now_us + AMI_AUDIT_US;
    if (!session->refused)
        ami_model_ask_presentation(session->model, ask_presentation, session);
    ami_model_connected(session->model, session->now_us);
    (void)send_action(session, "CoreShowChannels", "channels", "");
    (void)send_action(session, "Status", "status", "");
}

// A recording that is played speaks to whoever once logged in: it will answer nothing.
static bool is_recording(const struct ami_session *session, const struct ami_message *message)
{
    const char *said = ami_value(message, "Message");
    return is_response(message) && is_success(message) && !own_action(session, message) && said &&
           !strcasecmp(said, "Authentication accepted");
}

static bool takes_recording(struct ami_session *session, const struct ami_message *message)
{
    if (!is_recording(session, message))
        return false;
    session->recording = session->refused = true;
    come_up(session);
    return true;
}

static void on_challenge(struct ami_session *session, const struct ami_message *message)
{
    if (takes_recording(session, message))
        return;
    const char *id = own_action(session, message);
    if (!is_response(message) || !id || strcmp(id, "challenge") != 0)
        return;
    const char *challenge = ami_value(message, "Challenge");
    log_in(session, is_success(message) && challenge && *challenge ? challenge : NULL);
}

static void on_login(struct ami_session *session, const struct ami_message *message)
{
    if (takes_recording(session, message))
        return;
    const char *id = own_action(session, message);
    if (!is_response(message) || !id || strcmp(id, "login") != 0)
        return;
    if (!is_success(message)) {
        const char *reason = ami_value(message, "Message");
        give_up(session, ERR_UNAUTHENTICATED, TEXT_AMI_LOGIN, reason ? reason : "");
        return;
    }
    come_up(session);
}

static void ask_presentation(void *context, const char *channel, const char *uniqueid)
{
    struct ami_session *session = context;
    char more[ACTION_MAX], id[ID_MAX], name[ID_MAX];
    copy_plain(name, sizeof name, channel);
    (void)snprintf(id, sizeof id, "shown-%s", uniqueid);
    (void)snprintf(more, sizeof more, "Channel: %s\r\nVariable: CALLERID(pres)\r\n", name);
    (void)send_action(session, "Getvar", id, more);
    if (!session->answers && session->give_up_at == INT64_MAX)
        (void)send_action(session, "Ping", "probe", "");
}

// What the stream shows is shown from now on; the log of the link says so.
static void stop_asking(struct ami_session *session)
{
    session->refused = true;
    session->give_up_at = INT64_MAX;
    ami_model_show_awaited(session->model, session->now_us);
    ami_model_ask_presentation(session->model, NULL, NULL);
}

// "prohib_not_screened", "prohib_passed_screen"...; "unavailable" is no wish of the caller.
static bool is_prohibited(const char *presentation)
{
    return !strncasecmp(presentation, "prohib", 6);
}

// Who may not ask, or is not understood, shows what the stream shows. A channel that is gone was
// not asked in time; its number stays withheld.
static void on_presentation(struct ami_session *session, const struct ami_message *message,
                            const char *uniqueid)
{
    const char *value = ami_value(message, "Value");
    const char *reason = ami_value(message, "Message");
    bool gone = reason && !strncasecmp(reason, "No such channel", 15);
    bool shown = is_success(message) && value && *value && !is_prohibited(value);
    if (!is_success(message) && !gone) {
        stop_asking(session);
        return;
    }
    session->answers = true;
    session->give_up_at = INT64_MAX;
    ami_model_presentation(session->model, uniqueid, shown, session->now_us);
}

static bool is_list_end(const struct ami_message *message)
{
    return !strcasecmp(message->fields[0].value, "CoreShowChannelsComplete");
}

// An Originate is only queued when it is answered; its own event tells what became of it.
static void on_act(struct ami_session *session, const struct ami_message *message, const char *id)
{
    const char *detail = ami_value(message, "Message");
    bool queued = id[0] == 'q';
    struct id act;
    if (!session->heard || id[0] == '\0' || !id_parse(id + 2, &act))
        return;
    if (is_response(message) && !is_success(message)) {
        session->heard(session->context, act, intent_state_FAILED, TEXT_ACT_REFUSED, detail);
    } else if (is_response(message) && !queued) {
        session->heard(session->context, act, intent_state_DONE, TEXT_NONE, NULL);
    } else if (queued && !strcasecmp(message->fields[0].value, "OriginateResponse")) {
        const char *response = ami_value(message, "Response"), *why = ami_value(message, "Reason");
        bool lifted = response && !strcasecmp(response, "Success");
        session->heard(session->context, act, lifted ? intent_state_DONE : intent_state_FAILED,
                       act_reason(why ? strtoll(why, NULL, 10) : 0), NULL);
    }
}

static void on_up(struct ami_session *session, const struct ami_message *message)
{
    static const char asked[] = "shown-";
    const char *id = own_action(session, message);
    if (id && is_response(message) && !strncmp(id, asked, sizeof asked - 1))
        on_presentation(session, message, id + sizeof asked - 1);
    if (id && is_response(message) && !strcmp(id, "probe") && !session->answers &&
        !session->refused)
        session->give_up_at = session->now_us + AMI_GIVE_UP_US;
    if (id && !strncmp(id, "act-", 4))
        on_act(session, message, id + 4);
    if (id && is_response(message) && !strcmp(id, "channels"))
        session->lists = is_success(message);
    if (id || session->recording || !is_list_end(message)) // nobody else asks on this connection
        ami_model_message(session->model, message, session->now_us);
    if (!id || strcmp(id, "status") != 0 || strcasecmp(message->fields[0].value, "StatusComplete"))
        return;
    const char *items = ami_value(message, "ListItems");
    if (!items)
        items = ami_value(message, "Items");
    ami_model_listed(session->model, items ? strtoll(items, NULL, 10) : -1, session->now_us);
}

static void on_message(void *context, const struct ami_message *message)
{
    struct ami_session *session = context;
    if (session->failed)
        return;
    switch (session->state) {
    case AMI_SESSION_DOWN: return;
    case AMI_SESSION_BANNER: on_banner(session, message); return;
    case AMI_SESSION_CHALLENGE: on_challenge(session, message); return;
    case AMI_SESSION_LOGIN: on_login(session, message); return;
    case AMI_SESSION_UP: on_up(session, message); return;
    }
}

bool ami_session_bytes(struct ami_session *session, const void *bytes, size_t size, int64_t now_us,
                       struct err *err)
{
    if (size == 0)
        return true;
    session->now_us = now_us;
    session->dead_at = now_us + AMI_DEAD_US;
    session->err = err;
    session->failed = false;
    ami_reader_feed(session->reader, bytes, size, on_message, session);
    session->err = NULL;
    return !session->failed;
}

int64_t ami_session_due_us(const struct ami_session *session)
{
    if (session->state == AMI_SESSION_DOWN)
        return INT64_MAX;
    const int64_t due[] = { session->ping_at, session->dead_at, session->audit_at,
                            session->give_up_at, ami_model_due_us(session->model) };
    int64_t first = INT64_MAX;
    for (size_t i = 0; i < sizeof due / sizeof due[0]; i++)
        first = due[i] < first ? due[i] : first;
    return first;
}

// An end that was not told (a filter, a mask of events) is found out.
static void audit(struct ami_session *session, int64_t now_us)
{
    session->audit_at = now_us + AMI_AUDIT_US;
    if (!session->lists)
        return;
    ami_model_audit(session->model);
    (void)send_action(session, "CoreShowChannels", "channels", "");
}

bool ami_session_due(struct ami_session *session, int64_t now_us, struct err *err)
{
    if (session->state == AMI_SESSION_DOWN)
        return true;
    if (now_us >= session->dead_at)
        return fail(err, ERR_UNAVAILABLE, NULL, TEXT_AMI_SILENT,
                    int_text(AMI_DEAD_US / 1000000).text, NULL);
    session->now_us = now_us;
    ami_model_due(session->model, now_us);
    if (now_us >= session->give_up_at)
        stop_asking(session);
    if (now_us >= session->ping_at) {
        session->ping_at = now_us + AMI_PING_US;
        (void)send_action(session, "Ping", "ping", "");
    }
    if (now_us >= session->audit_at)
        audit(session, now_us);
    return true;
}

bool ami_session_act(struct ami_session *session, struct id act, const char *action,
                     const char *lines)
{
    char id[ID_MAX];
    bool queued = strcmp(action, "Originate") == 0;
    (void)snprintf(id, sizeof id, "act-%c-%s", queued ? 'q' : 'x', id_text(act).text);
    return session->state == AMI_SESSION_UP && send_action(session, action, id, lines);
}

enum ami_session_state ami_session_state(const struct ami_session *session)
{
    return session->state;
}

bool ami_session_sees_withheld(const struct ami_session *session)
{
    return !session->refused;
}

int64_t ami_session_messages(const struct ami_session *session)
{
    return ami_reader_messages(session->reader);
}

int64_t ami_session_skipped(const struct ami_session *session)
{
    return ami_reader_skipped(session->reader);
}

// SPDX-License-Identifier: Apache-2.0
// The session as a conversation: what it sends, what it takes, when it gives up.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/telephony/ami_md5.h"
#include "services/telephony/ami_session.h"
#include "tests/harness/test.h"

#define SECOND 1000000
#define START  (INT64_C(1795398000) * SECOND)

struct line {
    char sent[8192];
    size_t sent_size;
    char caller[64], caller_name[64], called[64];
    int rows;
    enum call_state state;
    enum call_outcome outcome;
    struct ami_model *model;
    struct ami_session *session;
    struct err err;
};

static void take(void *context, const void *bytes, size_t size)
{
    struct line *line = context;
    CHECK(line->sent_size + size < sizeof line->sent);
    memcpy(line->sent + line->sent_size, bytes, size);
    line->sent_size += size;
    line->sent[line->sent_size] = '\0';
}

static void put(char *out, const char *text)
{
    (void)snprintf(out, 64, "%s", text ? text : "(none)");
}

static void listen(void *context, const struct call *row)
{
    struct line *line = context;
    put(line->caller, row->caller);
    put(line->caller_name, row->caller_name);
    put(line->called, row->called);
    line->state = row->state;
    line->outcome = row->outcome;
    line->rows++;
}

static struct line *line_new(void)
{
    struct line *line = calloc(1, sizeof *line);
    struct ami_model_options model = { "pbx", { "49", "30" }, NULL, listen, line };
    line->model = ami_model_new(&model);
    struct ami_session_options options = { .user = "rufbus",
                                           .secret = "ge\r\nheim",
                                           .model = line->model,
                                           .send = take,
                                           .context = line };
    line->session = ami_session_new(&options);
    return line;
}

static void line_free(struct line *line)
{
    ami_session_free(line->session);
    ami_model_free(line->model);
    free(line);
}

static bool feed(struct line *line, const char *bytes, int64_t now_us)
{
    return ami_session_bytes(line->session, bytes, strlen(bytes), now_us, &line->err);
}

// The ActionID that was sent with `action` last.
static void id_of(const struct line *line, const char *action, char out[256])
{
    char head[64];
    const char *at = line->sent, *found = NULL;
    (void)snprintf(head, sizeof head, "Action: %s\r\n", action);
    while ((at = strstr(at, head))) {
        at += strlen(head);
        found = strstr(at, "ActionID: ");
    }
    CHECK(found != NULL);
    found += strlen("ActionID: ");
    (void)snprintf(out, 256, "%.*s", (int)strcspn(found, "\r"), found);
}

static bool answer(struct line *line, const char *action, const char *response, const char *more,
                   int64_t now_us)
{
    char id[256], text[2048];
    id_of(line, action, id);
    (void)snprintf(text, sizeof text, "Response: %s\r\nActionID: %s\r\n%s\r\n", response, id, more);
    return feed(line, text, now_us);
}

static void log_in(struct line *line, int64_t now_us)
{
    ami_session_connected(line->session, now_us);
    CHECK(feed(line, "Asterisk Call Manager/11.0.0\r\n", now_us));
    CHECK(answer(line, "Challenge", "Success", "Challenge: 212396711\r\n", now_us));
    CHECK(answer(line, "Login", "Success", "Message: Authentication accepted\r\n", now_us));
    CHECK_INT(ami_session_state(line->session), AMI_SESSION_UP);
}

static void rings(struct line *line, const char *uniqueid, int64_t now_us)
{
    char text[2048];
    (void)snprintf(text, sizeof text,
                   "Event: Newchannel\r\nPrivilege: call,all\r\nChannel: PJSIP/trunk-0000001a\r\n"
                   "ChannelState: 4\r\nChannelStateDesc: Ring\r\nCallerIDNum: +4940669690123\r\n"
                   "CallerIDName: Petra Hansen\r\nConnectedLineNum: <unknown>\r\n"
                   "ConnectedLineName: <unknown>\r\nLanguage: en\r\nAccountCode: \r\n"
                   "Context: from-trunk\r\nExten: +493023125101\r\nPriority: 1\r\n"
                   "Uniqueid: %s\r\nLinkedid: %s\r\n\r\n",
                   uniqueid, uniqueid);
    CHECK(feed(line, text, now_us));
}

TEST(it_logs_in_and_asks_what_is_there)
{
    struct line *line = line_new();
    CHECK_INT(ami_session_due_us(line->session), INT64_MAX);
    ami_session_connected(line->session, START);
    CHECK_INT(line->sent_size, 0);
    CHECK(feed(line, "Asterisk Call Man", START));
    CHECK(feed(line, "ager/11.0.0\r\n", START));
    CHECK_INT(ami_session_state(line->session), AMI_SESSION_CHALLENGE);
    CHECK(answer(line, "Challenge", "Success", "Challenge: 212396711\r\n", START));
    CHECK_INT(ami_session_state(line->session), AMI_SESSION_LOGIN);
    // md5sum of "212396711ge  heim"
    CHECK(strstr(line->sent, "Action: Login\r\nAuthType: MD5\r\nUsername: rufbus\r\n"
                             "Key: c60cf9e8b88778760fc3683bdd5ce832\r\n") != NULL);
    CHECK(strstr(line->sent, "heim") == NULL);
    CHECK(strstr(line->sent, "CoreShowChannels") == NULL);
    CHECK(answer(line, "Login", "Success", "Message: Authentication accepted\r\n", START));
    CHECK_INT(ami_session_state(line->session), AMI_SESSION_UP);
    CHECK(strstr(line->sent, "Action: CoreShowChannels\r\n") != NULL);
    CHECK(strstr(line->sent, "Action: Status\r\n") != NULL);
    CHECK_INT(ami_session_messages(line->session), 3);
    CHECK_INT(ami_session_skipped(line->session), 0);
    line_free(line);
}

TEST(a_wrong_secret_is_told_in_both_languages)
{
    struct line *line = line_new();
    ami_session_connected(line->session, START);
    CHECK(feed(line, "Asterisk Call Manager/11.0.0\r\n", START));
    CHECK(answer(line, "Challenge", "Success", "Challenge: 1\r\n", START));
    CHECK(!answer(line, "Login", "Error", "Message: Authentication failed\r\n", START));
    CHECK_REFUSED(&line->err, ERR_UNAUTHENTICATED, "");
    CHECK(strstr(line->err.german, "Kennwort ist falsch") != NULL);
    CHECK(strstr(line->err.german, "rufbus") != NULL);
    CHECK(strstr(line->err.english, "secret is wrong") != NULL);
    CHECK(strstr(line->err.german, "heim") == NULL);
    line_free(line);
}

TEST(a_pbx_that_knows_no_challenge_is_told_the_secret)
{
    struct line *line = line_new();
    ami_session_connected(line->session, START);
    CHECK(feed(line, "Asterisk Call Manager/11.0.0\r\n", START));
    CHECK(answer(line, "Challenge", "Error", "Message: Must specify AuthType\r\n", START));
    CHECK(strstr(line->sent, "Username: rufbus\r\nSecret: ge  heim\r\n") != NULL);
    line_free(line);
}

static void digest(const char *first, const char *second, const char *expected)
{
    char out[33];
    ami_md5(first, second, out);
    CHECK_STR(out, expected);
}

TEST(md5_is_that_of_rfc_1321)
{
    digest("", "", "d41d8cd98f00b204e9800998ecf8427e");
    digest("", "a", "0cc175b9c0f1b6a831c399e269772661");
    digest("message ", "digest", "f96b697d7cb7938d525a2f31aaf161d0");
    digest("abcdefghijklmnopqrst", "uvwxyz", "c3fcd3d76192e4007dfb496cca67e13b");
    digest("1234567890123456789012345678901234567890", "1234567890123456789012345678901234567890",
           "57edf4a22be3c955ac49da2e2107b67a");
}

TEST(another_service_is_no_pbx)
{
    struct line *line = line_new();
    ami_session_connected(line->session, START);
    CHECK(!feed(line, "SSH-2.0-OpenSSH_9.2\r\n", START));
    CHECK_REFUSED(&line->err, ERR_UNAVAILABLE, "");
    CHECK_INT(line->sent_size, 0);
    line_free(line);
}

TEST(it_pings_and_notices_silence)
{
    struct line *line = line_new();
    log_in(line, START);
    size_t before = line->sent_size;
    CHECK_INT(ami_session_due_us(line->session), START + AMI_PING_US);
    CHECK(ami_session_due(line->session, START + AMI_PING_US - 1, &line->err));
    CHECK_INT(line->sent_size, before);
    CHECK(ami_session_due(line->session, START + AMI_PING_US, &line->err));
    CHECK(strstr(line->sent + before, "Action: Ping\r\n") != NULL);
    CHECK(answer(line, "Ping", "Success", "Ping: Pong\r\n", START + AMI_PING_US + 1));
    CHECK(ami_session_due(line->session, START + 2 * AMI_PING_US, &line->err));
    CHECK_INT(ami_session_due_us(line->session), START + 3 * AMI_PING_US);
    CHECK(!ami_session_due(line->session, START + AMI_PING_US + 1 + AMI_DEAD_US, &line->err));
    CHECK_REFUSED(&line->err, ERR_UNAVAILABLE, "");
    ami_session_lost(line->session, START + 4 * AMI_PING_US);
    CHECK_INT(ami_session_due_us(line->session), INT64_MAX);
    line_free(line);
}

TEST(silence_before_the_banner_is_noticed_too)
{
    struct line *line = line_new();
    ami_session_connected(line->session, START);
    CHECK_INT(ami_session_due_us(line->session), START + AMI_DEAD_US);
    CHECK(!ami_session_due(line->session, START + AMI_DEAD_US, &line->err));
    line_free(line);
}

TEST(a_number_is_shown_only_when_the_pbx_says_so)
{
    struct line *line = line_new();
    log_in(line, START);
    rings(line, "1795398001.1", START + SECOND);
    CHECK_STR(line->caller, "(none)");
    CHECK_STR(line->caller_name, "(none)");
    CHECK_STR(line->called, "+493023125101");
    CHECK(strstr(line->sent, "Channel: PJSIP/trunk-0000001a\r\nVariable: CALLERID(pres)\r\n") !=
          NULL);
    CHECK(answer(line, "Getvar", "Success",
                 "Variable: CALLERID(pres)\r\nValue: allowed_not_screened\r\n", START + SECOND));
    CHECK_STR(line->caller, "+4940669690123");
    CHECK_STR(line->caller_name, "Petra Hansen");
    line_free(line);
}

TEST(a_withheld_number_is_never_shown)
{
    static const char *const words[] = { "prohib", "prohib_not_screened", "prohib_passed_screen" };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        struct line *line = line_new();
        char more[128];
        log_in(line, START);
        rings(line, "1795398001.1", START + SECOND);
        (void)snprintf(more, sizeof more, "Variable: CALLERID(pres)\r\nValue: %s\r\n", words[i]);
        CHECK(answer(line, "Getvar", "Success", more, START + SECOND));
        CHECK_STR(line->caller, "(none)");
        CHECK_STR(line->caller_name, "(none)");
        line_free(line);
    }
}

TEST(an_answer_that_a_caller_forged_shows_nothing)
{
    struct line *line = line_new();
    log_in(line, START);
    rings(line, "1795398001.1", START + SECOND);
    CHECK(feed(line,
               "Response: Success\r\nActionID: rufbus-shown-1795398001.1\r\nValue: allowed\r\n\r\n",
               START + SECOND));
    CHECK(feed(
        line, "Response: Error\r\nActionID: rufbus-0-shown-1\r\nMessage: Permission denied\r\n\r\n",
        START + SECOND));
    CHECK_STR(line->caller, "(none)");
    CHECK(ami_session_sees_withheld(line->session));
    line_free(line);
}

TEST(who_may_not_ask_shows_what_the_stream_shows)
{
    struct line *line = line_new();
    log_in(line, START);
    rings(line, "1795398001.1", START + SECOND);
    CHECK(answer(line, "Getvar", "Error", "Message: Permission denied\r\n", START + SECOND));
    CHECK_STR(line->caller, "+4940669690123");
    CHECK(!ami_session_sees_withheld(line->session));
    size_t before = line->sent_size;
    line_free(line);
    CHECK(before > 0);
}

TEST(who_is_not_understood_shows_what_the_stream_shows)
{
    struct line *line = line_new();
    log_in(line, START);
    rings(line, "1795398001.1", START + SECOND);
    CHECK(answer(line, "Getvar", "Error", "Message: Invalid/unknown command: Getvar\r\n", START));
    CHECK_STR(line->caller, "+4940669690123");
    line_free(line);
}

TEST(who_answers_the_next_action_only_never_answers)
{
    struct line *line = line_new();
    log_in(line, START);
    rings(line, "1795398001.1", START + SECOND);
    int64_t probed = START + SECOND + 1000;
    CHECK(answer(line, "Ping", "Success", "Ping: Pong\r\n", probed));
    CHECK_STR(line->caller, "(none)");
    CHECK(ami_session_due(line->session, probed + AMI_GIVE_UP_US - 1, &line->err));
    CHECK_STR(line->caller, "(none)");
    CHECK_INT(ami_session_due_us(line->session), probed + AMI_GIVE_UP_US);
    CHECK(ami_session_due(line->session, probed + AMI_GIVE_UP_US, &line->err));
    CHECK_STR(line->caller, "+4940669690123");
    CHECK(!ami_session_sees_withheld(line->session));
    line_free(line);
}

TEST(once_it_has_answered_it_is_waited_for)
{
    struct line *line = line_new();
    log_in(line, START);
    rings(line, "1795398001.1", START + SECOND);
    CHECK(answer(line, "Getvar", "Success", "Value: allowed\r\n", START + SECOND));
    rings(line, "1795398002.2", START + 2 * SECOND);
    CHECK(answer(line, "Ping", "Success", "Ping: Pong\r\n", START + 3 * SECOND));
    CHECK(ami_session_due(line->session, START + 9 * SECOND, &line->err));
    CHECK_STR(line->caller, "(none)");
    line_free(line);
}

TEST(a_channel_that_is_gone_keeps_its_number_withheld)
{
    struct line *line = line_new();
    log_in(line, START);
    rings(line, "1795398001.1", START + SECOND);
    CHECK(answer(line, "Getvar", "Error", "Message: No such channel\r\n", START + SECOND));
    CHECK_STR(line->caller, "(none)");
    CHECK(ami_session_sees_withheld(line->session));
    line_free(line);
}

TEST(what_was_not_answered_is_asked_again_after_a_new_connection)
{
    struct line *line = line_new();
    char first[256], second[256];
    log_in(line, START);
    rings(line, "1795398001.1", START + SECOND);
    id_of(line, "Getvar", first);
    ami_session_lost(line->session, START + 2 * SECOND);
    log_in(line, START + 3 * SECOND);
    id_of(line, "Getvar", second);
    CHECK(strcmp(first, second) != 0);
    CHECK(answer(line, "Getvar", "Success", "Value: allowed\r\n", START + 3 * SECOND));
    CHECK_STR(line->caller, "+4940669690123");
    line_free(line);
}

TEST(an_end_that_was_not_told_is_found_out)
{
    struct line *line = line_new();
    char id[256], text[1024];
    int64_t now_us = START;
    log_in(line, now_us);
    CHECK(answer(line, "CoreShowChannels", "Success", "EventList: start\r\n", now_us));
    rings(line, "1795398001.1", now_us + SECOND);
    size_t before = line->sent_size;
    for (; now_us < START + AMI_AUDIT_US; now_us += AMI_PING_US) {
        CHECK(answer(line, "Login", "Success", "Ping: Pong\r\n", now_us));
        CHECK(ami_session_due(line->session, now_us, &line->err));
        CHECK(strstr(line->sent + before, "CoreShowChannels") == NULL);
    }
    CHECK(ami_session_due(line->session, now_us, &line->err));
    CHECK(strstr(line->sent + before, "CoreShowChannels") != NULL);
    CHECK_INT(ami_model_live(line->model), 1);
    id_of(line, "CoreShowChannels", id);
    (void)snprintf(text, sizeof text,
                   "Event: CoreShowChannelsComplete\r\nActionID: %s\r\nEventList: Complete\r\n"
                   "ListItems: 0\r\n\r\n",
                   id);
    CHECK(feed(line, text, now_us));
    CHECK_INT(ami_model_live(line->model), 0);
    CHECK_INT(line->outcome, call_outcome_UNKNOWN);
    line_free(line);
}

TEST(a_list_without_the_call_ends_it_as_unknown)
{
    struct line *line = line_new();
    char id[256], text[1024];
    log_in(line, START);
    rings(line, "1795398001.1", START + SECOND);
    ami_session_lost(line->session, START + 2 * SECOND);
    CHECK_INT(ami_model_live(line->model), 1);
    log_in(line, START + 3 * SECOND);
    CHECK(answer(line, "CoreShowChannels", "Error", "Message: Permission denied\r\n", START));
    CHECK_INT(ami_model_live(line->model), 1);
    id_of(line, "Status", id);
    (void)snprintf(text, sizeof text,
                   "Event: StatusComplete\r\nActionID: %s\r\nEventList: Complete\r\n"
                   "ListItems: 0\r\nItems: 0\r\n\r\n",
                   id);
    CHECK(feed(line, text, START + 3 * SECOND));
    CHECK_INT(ami_model_live(line->model), 0);
    CHECK_INT(line->state, call_state_ENDED);
    CHECK_INT(line->outcome, call_outcome_UNKNOWN);
    line_free(line);
}

// A server that plays a capture, whatever it is sent.
TEST(a_recording_is_listened_to)
{
    struct line *line = line_new();
    ami_session_connected(line->session, START);
    CHECK(feed(line,
               "Asterisk Call Manager/11.0.0\r\nResponse: Success\r\nActionID: rb-1\r\n"
               "Message: Authentication accepted\r\n\r\n",
               START));
    CHECK_INT(ami_session_state(line->session), AMI_SESSION_UP);
    rings(line, "1795398001.1", START + SECOND);
    CHECK_STR(line->caller, "+4940669690123");
    CHECK(!ami_session_sees_withheld(line->session));
    line_free(line);
}

// SPDX-License-Identifier: Apache-2.0
// A FRITZ!Box's lines become calls: sequences of lines beside the records that they make.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/wire/codec.h"
#include "services/telephony/fritz_model.h"
#include "services/telephony/number_seen.h"
#include "tests/harness/test.h"

#define BEGIN_US INT64_C(1795516867000000)

struct play {
    struct fritz_model *model;
    struct fritz_reader reader;
    int64_t now_us;
    bool ended_only;
    char told[8000];
    size_t used;
};

static const char *or_dash(const char *text)
{
    return text ? text : "-";
}

static int64_t second(const struct play *play, bool has, int64_t at_us)
{
    (void)play;
    return has ? (at_us - BEGIN_US) / 1000 : -1;
}

// "ended in 030... -> +4930... ag=10 ans=3000 end=9000 talk=6000 answered"
static void take(void *context, const struct call *row)
{
    struct play *play = context;
    struct call whole = *row;
    struct err err = { 0 };
    memset(&whole.id, 1, sizeof whole.id);
    whole.version = 1;
    CHECK(record_check(call_record(), &whole, &err));
    CHECK_OK(&err);
    if (play->ended_only && row->state != call_state_ENDED)
        return;
    play->used += (size_t)snprintf(
        play->told + play->used, sizeof play->told - play->used,
        "%s %s %s>%s ag=%s talks=%s ans=%" PRId64 " end=%" PRId64 " talk=%" PRId64 "%s%s\n",
        call_state_picks()->values[row->state].word,
        row->direction == call_direction_INBOUND ? "in" : "out", or_dash(row->caller),
        or_dash(row->called), or_dash(row->agent), row->talking_count ? row->talking[0] : "-",
        second(play, row->has_answered_at, row->answered_at),
        second(play, row->has_ended_at, row->ended_at), row->talk_ms, row->outcome ? " " : "",
        row->outcome ? call_outcome_picks()->values[row->outcome].word : "");
}

static void heard(void *context, const struct fritz_message *message)
{
    struct play *play = context;
    fritz_model_message(play->model, message, play->now_us);
}

static void play_begin(struct play *play)
{
    struct fritz_model_options options = { .source = "box",
                                           .home = { "49", "30" },
                                           .machines = { { 40, 49 } },
                                           .machine_count = 1,
                                           .call = take,
                                           .context = play };
    *play = (struct play){ .now_us = BEGIN_US, .ended_only = true };
    play->model = fritz_model_new(&options);
    fritz_model_connected(play->model, BEGIN_US);
}

static void play_end(struct play *play)
{
    fritz_model_free(play->model);
}

// Each line of the script: milliseconds since the beginning, a blank, and what happens: the box's
// line (its stamp is added), or !lost, !up, !due.
static void play_line(struct play *play, const char *line, size_t size, size_t piece)
{
    char *words, text[600];
    int64_t ms = strtoll(line, &words, 10);
    size_t left = size - (size_t)(words + 1 - line);
    play->now_us = BEGIN_US + MILLISECONDS(ms);
    if (strncmp(words, " !lost", 6) == 0) {
        fritz_model_lost(play->model, play->now_us);
        fritz_reader_restart(&play->reader);
        return;
    }
    if (strncmp(words, " !up", 4) == 0) {
        fritz_model_connected(play->model, play->now_us);
        return;
    }
    if (strncmp(words, " !due", 5) == 0) {
        fritz_model_due(play->model, play->now_us);
        return;
    }
    int64_t clock = ms / 1000;
    int length =
        snprintf(text, sizeof text, "28.11.26 %02d:%02d:%02d;%.*s\n", (int)(10 + clock / 3600),
                 (int)(clock / 60 % 60), (int)(clock % 60), (int)left, words + 1);
    for (size_t at = 0; at < (size_t)length; at += piece) {
        size_t some = (size_t)length - at < piece ? (size_t)length - at : piece;
        fritz_reader_feed(&play->reader, text + at, some, heard, play);
    }
}

static void play_script(struct play *play, const char *script, size_t piece)
{
    while (*script) {
        size_t size = strcspn(script, "\n");
        play_line(play, script, size, piece);
        script += size + (script[size] == '\n');
    }
}

static const struct {
    const char *what, *script, *ended;
} stories[] = {
    { "answered",
      "0 RING;0;03012345678;7654321;SIP0;\n"
      "3000 CONNECT;0;10;03012345678;\n"
      "9000 DISCONNECT;0;6;",
      "ended in +493012345678>+49307654321 ag=10 talks=- ans=3000 end=9000 talk=6000 answered\n" },
    { "missed: decided by CONNECT, not by seconds",
      "0 RING;0;03012345678;7654321;SIP0;\n"
      "20000 DISCONNECT;0;5;",
      "ended in +493012345678>+49307654321 ag=- talks=- ans=-1 end=20000 talk=0 missed\n" },
    { "answered for less than a second",
      "0 RING;0;03012345678;7654321;SIP0;\n"
      "3000 CONNECT;0;10;03012345678;\n"
      "3400 DISCONNECT;0;0;",
      "ended in +493012345678>+49307654321 ag=10 talks=- ans=3000 end=3400 talk=400 answered\n" },
    { "withheld",
      "0 RING;1;;7654321;SIP0;\n"
      "2000 CONNECT;1;11;;\n"
      "5000 DISCONNECT;1;3;",
      "ended in ->+49307654321 ag=11 talks=- ans=2000 end=5000 talk=3000 answered\n" },
    { "blocked: RING and DISCONNECT together",
      "0 RING;0;09001234567;7654321;SIP0;\n"
      "50 DISCONNECT;0;0;",
      "ended in +499001234567>+49307654321 ag=- talks=- ans=-1 end=50 talk=0 rejected\n" },
    { "whoever hangs up after half a second is missed",
      "0 RING;0;03012345678;7654321;SIP0;\n"
      "500 DISCONNECT;0;0;",
      "ended in +493012345678>+49307654321 ag=- talks=- ans=-1 end=500 talk=0 missed\n" },
    { "answering machine",
      "0 RING;0;03012345678;7654321;SIP0;\n"
      "20000 CONNECT;0;40;03012345678;\n"
      "50000 DISCONNECT;0;30;",
      "ended in +493012345678>+49307654321 ag=- talks=- ans=-1 end=50000 talk=0 voicemail\n" },
    { "a person takes over from the machine",
      "0 RING;0;03012345678;7654321;SIP0;\n"
      "20000 CONNECT;0;41;03012345678;\n"
      "25000 CONNECT;0;10;03012345678;\n"
      "50000 DISCONNECT;0;30;",
      "ended in +493012345678>+49307654321 ag=10 talks=- ans=25000 end=50000 talk=30000 "
      "answered\n" },
    { "the id is used again at once",
      "0 RING;0;03012345678;7654321;SIP0;\n"
      "5000 DISCONNECT;0;0;\n"
      "5000 RING;0;03099999999;7654321;SIP0;\n"
      "6000 CONNECT;0;10;03099999999;\n"
      "8000 DISCONNECT;0;2;",
      "ended in +493012345678>+49307654321 ag=- talks=- ans=-1 end=5000 talk=0 missed\n"
      "ended in +493099999999>+49307654321 ag=10 talks=- ans=6000 end=8000 talk=2000 answered\n" },
    { "a lost DISCONNECT: a new RING on the open id",
      "0 RING;0;03012345678;7654321;SIP0;\n"
      "2000 CONNECT;0;10;03012345678;\n"
      "60000 RING;0;03099999999;7654321;SIP0;\n"
      "70000 DISCONNECT;0;0;",
      "ended in +493012345678>+49307654321 ag=10 talks=- ans=2000 end=-1 talk=0 answered\n"
      "ended in +493099999999>+49307654321 ag=- talks=- ans=-1 end=70000 talk=0 missed\n" },
    { "parallel calls interleave",
      "0 RING;0;03012345678;7654321;SIP0;\n"
      "100 CALL;1;11;7654321;0301112223;SIP0;\n"
      "2000 CONNECT;1;11;0301112223;\n"
      "3000 CONNECT;0;10;03012345678;\n"
      "4000 DISCONNECT;1;2;\n"
      "5000 DISCONNECT;0;2;",
      "ended out +49307654321>+49301112223 ag=11 talks=- ans=2000 end=4000 talk=2000 answered\n"
      "ended in +493012345678>+49307654321 ag=10 talks=- ans=3000 end=5000 talk=2000 answered\n" },
    { "outbound: call-by-call prefix, *31#, # at the end, no area code",
      "0 CALL;0;10;7654321;*31#010330301112223#;SIP0;\n"
      "9000 DISCONNECT;0;0;\n"
      "9000 CALL;0;10;7654321;1112223#;SIP0;\n"
      "19000 DISCONNECT;0;0;",
      "ended out +49307654321>+49301112223 ag=10 talks=- ans=-1 end=9000 talk=0 missed\n"
      "ended out +49307654321>+49301112223 ag=10 talks=- ans=-1 end=19000 talk=0 missed\n" },
    { "connecting in mid-call: nothing is invented",
      "0 CONNECT;3;10;03012345678;\n"
      "4000 DISCONNECT;3;70;",
      "" },
    { "missing and extra last fields, unknown kinds, blank lines, CRLF",
      "0 RING;0;03012345678;7654321\r\n"
      "0 \n"
      "0 HOLD;0;1;2;3;\n"
      "0 PING\n"
      "2000 CONNECT;0;10;03012345678;more;and more;\r\n"
      "4000 DISCONNECT;0\r",
      "ended in +493012345678>+49307654321 ag=10 talks=- ans=2000 end=4000 talk=2000 answered\n" },
    { "broken lines are skipped",
      "0 RING;x;03012345678;7654321;SIP0;\n"
      "0 RING;-1;03012345678;7654321;SIP0;\n"
      "0 CALL;0;10;\n"
      "0 RING\n"
      "0 DISCONNECT;0;0;",
      "" },
    { "the link breaks while talking, the seconds fit: one call",
      "0 RING;0;03012345678;7654321;SIP0;\n"
      "2000 CONNECT;0;10;03012345678;\n"
      "5000 !lost\n"
      "9000 !up\n"
      "62000 DISCONNECT;0;60;",
      "ended in +493012345678>+49307654321 ag=10 talks=- ans=2000 end=62000 talk=60000 "
      "answered\n" },
    { "the link breaks while talking, another call's seconds come: the end was not seen",
      "0 RING;0;03012345678;7654321;SIP0;\n"
      "2000 CONNECT;0;10;03012345678;\n"
      "5000 !lost\n"
      "9000 !up\n"
      "62000 DISCONNECT;0;12;",
      "ended in +493012345678>+49307654321 ag=10 talks=- ans=2000 end=-1 talk=0 answered\n" },
    { "answered in the gap: by whom is hidden",
      "0 RING;0;03012345678;7654321;SIP0;\n"
      "1000 !lost\n"
      "9000 !up\n"
      "62000 DISCONNECT;0;50;",
      "ended in +493012345678>+49307654321 ag=- talks=- ans=12000 end=62000 talk=50000 "
      "answered\n" },
    { "another caller's CONNECT after the gap",
      "0 RING;0;03012345678;7654321;SIP0;\n"
      "1000 !lost\n"
      "90000 !up\n"
      "92000 CONNECT;0;10;03055555555;\n"
      "95000 DISCONNECT;0;3;",
      "ended in +493012345678>+49307654321 ag=- talks=- ans=-1 end=-1 talk=0 unknown\n" },
    { "the box was restarted: what it forgot ends unseen",
      "0 RING;0;03012345678;7654321;SIP0;\n"
      "1000 !lost\n"
      "90000 !up\n"
      "300999 !due\n"
      "301000 !due",
      "ended in +493012345678>+49307654321 ag=- talks=- ans=-1 end=-1 talk=0 unknown\n" },
    { "no call lives longer than twelve hours",
      "0 RING;0;03012345678;7654321;SIP0;\n"
      "2000 CONNECT;0;10;03012345678;\n"
      "43199999 !due\n"
      "43200000 !due",
      "ended in +493012345678>+49307654321 ag=10 talks=- ans=2000 end=-1 talk=0 answered\n" },
    { "unreadable numbers stay as they came",
      "0 RING;0;**610;7654321;SIP0;\n"
      "9000 DISCONNECT;0;0;\n"
      "9000 CALL;0;10;7654321;*21*0301112223#;SIP0;\n"
      "9900 DISCONNECT;0;0;",
      "ended in **610>+49307654321 ag=- talks=- ans=-1 end=9000 talk=0 missed\n"
      "ended out +49307654321>*21*0301112223# ag=10 talks=- ans=-1 end=9900 talk=0 missed\n" },
};

TEST(lines_become_calls)
{
    for (size_t i = 0; i < sizeof stories / sizeof stories[0]; i++) {
        for (size_t piece = 1; piece < 1000; piece *= 7) {
            struct play play;
            play_begin(&play);
            play_script(&play, stories[i].script, piece);
            if (strcmp(play.told, stories[i].ended) != 0)
                printf("%s (in pieces of %zu)\n", stories[i].what, piece);
            CHECK_STR(play.told, stories[i].ended);
            play_end(&play);
        }
    }
}

TEST(a_call_is_told_as_it_goes_on)
{
    struct play play;
    play_begin(&play);
    play.ended_only = false;
    play_script(&play, "0 RING;0;03012345678;7654321;SIP0;\n3000 CONNECT;0;10;03012345678;", 1000);
    CHECK_STR(play.told,
              "ringing in +493012345678>+49307654321 ag=- talks=- ans=-1 end=-1 talk=0\n"
              "talking in +493012345678>+49307654321 ag=10 talks=10 ans=3000 end=-1 talk=0\n");
    CHECK_INT((int64_t)fritz_model_live(play.model), 1);
    play_end(&play);
}

static struct call last;
static char last_ref[80], last_dialled[90], last_line[50], last_time[50];

static void keep_last(void *context, const struct call *row)
{
    (void)context;
    last = *row;
    snprintf(last_ref, sizeof last_ref, "%s", row->source_ref);
    snprintf(last_dialled, sizeof last_dialled, "%s", row->dialled ? row->dialled : "");
    snprintf(last_line, sizeof last_line, "%s", row->line ? row->line : "");
    snprintf(last_time, sizeof last_time, "%s", row->source_time ? row->source_time : "");
}

static struct fritz_model *plain_model(void)
{
    struct fritz_model_options options = { .source = "box",
                                           .home = { "49", "30" },
                                           .machines = { { 40, 49 } },
                                           .machine_count = 1,
                                           .call = keep_last };
    return fritz_model_new(&options);
}

static void said(void *context, const struct fritz_message *message)
{
    fritz_model_message(context, message, BEGIN_US);
}

static void say(struct fritz_model *model, const char *lines)
{
    struct fritz_reader reader = { 0 };
    fritz_reader_feed(&reader, lines, strlen(lines), said, model);
}

// The autumn hour comes twice, the spring hour never, and after a start the box thinks it is 1970:
// our own clock decides, theirs is kept.
TEST(the_boxs_own_clock_is_only_kept)
{
    static const char *const stamps[] = { "25.10.26 02:30:00", "29.03.26 02:30:00",
                                          "01.01.70 01:00:00", "99.99.99 99:99:99", "" };
    for (size_t i = 0; i < sizeof stamps / sizeof stamps[0]; i++) {
        struct fritz_model *model = plain_model();
        char line[120];
        snprintf(line, sizeof line, "%s;RING;0;03012345678;7654321;SIP2;\n", stamps[i]);
        say(model, line);
        CHECK_INT(last.started_at, BEGIN_US);
        CHECK_STR(last_time, stamps[i]);
        CHECK_STR(last_line, "SIP2");
        snprintf(line, sizeof line, "%s;DISCONNECT;0;0;\n", stamps[(i + 1) % 5]);
        say(model, line);
        CHECK_INT(last.state, call_state_ENDED);
        CHECK_INT(last.ended_at, BEGIN_US);
        fritz_model_free(model);
    }
}

TEST(lines_that_reach_us_late_together_are_no_blocked_number)
{
    struct fritz_model *model = plain_model();
    say(model, "28.11.26 10:00:00;RING;0;03012345678;7654321;SIP0;\n"
               "28.11.26 10:00:20;DISCONNECT;0;0;\n");
    CHECK_INT(last.outcome, call_outcome_MISSED);
    say(model, "28.11.26 10:00:00;RING;0;03012345678;7654321;SIP0;\n"
               "28.11.26 10:00:01;DISCONNECT;0;0;\n");
    CHECK_INT(last.outcome, call_outcome_REJECTED);
    fritz_model_free(model);
}

TEST(the_raw_dialled_number_is_kept)
{
    struct fritz_model *model = plain_model();
    say(model, "28.11.26 10:00:00;CALL;0;10;7654321;*31#1112223#;SIP0;\n");
    CHECK_STR(last_dialled, "*31#1112223#");
    fritz_model_free(model);
}

TEST(a_restart_of_ours_takes_the_call_back)
{
    struct fritz_model *model = plain_model();
    say(model, "28.11.26 10:00:00;RING;7;03012345678;7654321;SIP0;\n"
               "28.11.26 10:00:01;CONNECT;7;10;03012345678;\n");
    struct call before = last;
    const char *talking = "10";
    char ref[80];
    snprintf(ref, sizeof ref, "%s", last_ref);
    before.source = "box";
    before.source_ref = ref;
    before.caller = "+493012345678";
    before.called = "+49307654321";
    before.dialled = before.line = before.source_time = NULL;
    before.agent = "10";
    before.parts_count = 0; // told by an earlier version
    before.talking = &talking;
    before.talking_count = 1;
    fritz_model_free(model);

    model = plain_model();
    fritz_model_restore(model, &before);
    CHECK_INT((int64_t)fritz_model_live(model), 1);
    say(model, "28.11.26 10:00:02;DISCONNECT;7;0;\n");
    CHECK_INT(last.state, call_state_ENDED);
    CHECK_INT(last.outcome, call_outcome_ANSWERED);
    CHECK_STR(last_ref, ref);
    fritz_model_free(model);
}

static struct call_part seen_parts[3];

static void keep_parts(void *context, const struct call *row)
{
    keep_last(context, row);
    for (size_t i = 0; i < row->parts_count && i < 3; i++)
        seen_parts[i] = row->parts[i];
}

struct said_at {
    struct fritz_model *model;
    int64_t at_us;
};

static void take_at(void *context, const struct fritz_message *message)
{
    struct said_at *at = context;
    fritz_model_message(at->model, message, at->at_us);
}

static void say_at(struct fritz_model *model, const char *line, int64_t at_us)
{
    struct said_at at = { model, at_us };
    struct fritz_reader reader = { 0 };
    fritz_reader_feed(&reader, line, strlen(line), take_at, &at);
}

// Passed on to a second phone, and a restart of ours in between.
TEST(each_phone_has_its_part)
{
    struct fritz_model_options options = { .source = "box",
                                           .home = { "49", "30" },
                                           .call = keep_parts };
    struct fritz_model *model = fritz_model_new(&options);
    say_at(model, "28.11.26 10:00:00;RING;7;03012345678;7654321;SIP0;\n", BEGIN_US);
    say_at(model, "28.11.26 10:00:05;CONNECT;7;10;03012345678;\n", BEGIN_US + SECONDS(5));
    say_at(model, "28.11.26 10:00:25;CONNECT;7;11;03012345678;\n", BEGIN_US + SECONDS(25));
    CHECK_INT((int64_t)last.parts_count, 2);
    CHECK_INT(seen_parts[0].until, BEGIN_US + SECONDS(25));
    CHECK(!seen_parts[1].has_until);
    struct call before = last;
    const char *talking = "11";
    struct call_part parts[2] = { seen_parts[0], seen_parts[1] };
    char ref[80];
    snprintf(ref, sizeof ref, "%s", last_ref);
    before.source = "box";
    before.source_ref = ref;
    before.agents_rung_count = 0;
    before.caller = before.called = before.dialled = before.line = before.source_time = NULL;
    parts[0].agent = before.agent = "10";
    parts[1].agent = "11";
    before.parts = parts;
    before.talking = &talking;
    before.talking_count = 1;
    fritz_model_free(model);

    model = fritz_model_new(&options);
    fritz_model_restore(model, &before);
    say_at(model, "28.11.26 10:01:25;DISCONNECT;7;60;\n", BEGIN_US + SECONDS(85));
    CHECK_INT((int64_t)last.parts_count, 2);
    CHECK_INT(seen_parts[0].talk_ms, 20000);
    CHECK_INT(seen_parts[1].from, BEGIN_US + SECONDS(25));
    CHECK_INT(seen_parts[1].until, BEGIN_US + SECONDS(85));
    CHECK_INT(seen_parts[1].talk_ms, 60000);
    CHECK_INT(last.talk_ms, 80000);
    fritz_model_free(model);
}

TEST(rows_of_others_are_not_taken_back)
{
    struct fritz_model *model = plain_model();
    struct call row = { .source = "other", .source_ref = "0-1", .state = call_state_RINGING };
    fritz_model_restore(model, &row);
    row.source = "box";
    row.source_ref = "no-number";
    fritz_model_restore(model, &row);
    row.source_ref = "0-1";
    row.state = call_state_ENDED;
    fritz_model_restore(model, &row);
    CHECK_INT((int64_t)fritz_model_live(model), 0);
    fritz_model_free(model);
}

TEST(more_calls_than_a_box_can_have_end_the_oldest)
{
    struct fritz_model *model = plain_model();
    for (int i = 0; i < 200; i++) {
        char line[120];
        snprintf(line, sizeof line, "28.11.26 10:00:00;RING;%d;03012345678;7654321;SIP0;\n", i);
        say(model, line);
    }
    CHECK_INT((int64_t)fritz_model_live(model), 64);
    fritz_model_free(model);
}

// Extension 10 of one box is another phone than that of the next one.
static void keep_agent(void *context, const struct call *row)
{
    char *agent = context;
    (void)snprintf(agent, 100, "%s %s", or_dash(row->agent),
                   row->talking_count ? row->talking[0] : "-");
}

TEST(extensions_of_several_boxes_do_not_collide)
{
    static const struct {
        const char *prefix, *in, *out, *machine;
    } boxes[] = { { NULL, "10 10", "11 11", "- -" }, { "7", "710 710", "711 711", "- -" } };
    for (size_t i = 0; i < sizeof boxes / sizeof boxes[0]; i++) {
        char agent[100] = "";
        struct fritz_model_options options = { .source = "box",
                                               .home = { "49", "30" },
                                               .machines = { { 40, 49 } },
                                               .machine_count = 1,
                                               .prefix = boxes[i].prefix,
                                               .call = keep_agent,
                                               .context = agent };
        struct fritz_model *model = fritz_model_new(&options);
        say(model, "28.11.26 10:00:00;RING;0;0301111111;7654321;SIP0;\n");
        say(model, "28.11.26 10:00:01;CONNECT;0;10;0301111111;\n");
        CHECK_STR(agent, boxes[i].in);
        say(model, "28.11.26 10:00:02;DISCONNECT;0;1;\n");
        say(model, "28.11.26 10:00:03;CALL;1;11;7654321;0302222222;SIP0;\n");
        say(model, "28.11.26 10:00:04;CONNECT;1;11;0302222222;\n");
        CHECK_STR(agent, boxes[i].out);
        say(model, "28.11.26 10:00:05;DISCONNECT;1;1;\n");
        say(model, "28.11.26 10:00:06;RING;0;0303333333;7654321;SIP0;\n");
        say(model, "28.11.26 10:00:07;CONNECT;0;40;0303333333;\n"); // a machine is one in any box
        CHECK_STR(agent, boxes[i].machine);
        fritz_model_free(model);
    }
}

TEST(numbers_as_telephones_send_them)
{
    static const struct {
        const char *sent, *text, *raw;
    } dialled[] = {
        { "03012345678", "+493012345678", "03012345678" },
        { "+493012345678", "+493012345678", "" },
        { "01033030123456", "+4930123456", "01033030123456" },
        { "010011030123456", "+4930123456", "010011030123456" },
        { "#31#0301234567", "+49301234567", "#31#0301234567" },
        { "110", "110", "" },
        { "anonymous", "", "anonymous" },
        { "", "", "" },
        { "  0301234567 ", "+49301234567", "0301234567" },
        { "*100#", "*100#", "" },
    };
    struct phone_home home = { "49", "30" };
    for (size_t i = 0; i < sizeof dialled / sizeof dialled[0]; i++) {
        struct number_seen seen;
        number_dialled(dialled[i].sent, &home, &seen);
        CHECK_STR(seen.text, dialled[i].text);
        CHECK_STR(seen.raw, dialled[i].raw);
    }
    struct number_seen none;
    number_seen(NULL, &home, &none);
    CHECK_STR(none.text, "");
    // Never half a character, whatever the length.
    char long_one[200] = "";
    for (size_t used = 0; used < 120;)
        used += (size_t)snprintf(long_one + used, sizeof long_one - used, "ü");
    number_seen(long_one + 0, &home, &none);
    CHECK_INT((int64_t)strlen(none.text), 80);
}

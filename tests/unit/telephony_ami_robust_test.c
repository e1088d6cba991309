// SPDX-License-Identifier: Apache-2.0
// The captures once more, as the world mistreats them: interleaved, cut off, and with forgeries.

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/telephony/ami_replay.h"
#include "tests/harness/test.h"

#define ROWS_MAX 512

// An ended call in one line, in two parts: what a forged number may change, and what not.
struct end {
    char ref[64];
    char rest[700];
    int64_t ended_at;
};

struct book {
    struct end rows[ROWS_MAX];
    size_t count;
};

static const char *word(const char *text)
{
    return text ? text : "-";
}

static void write_row(char *out, size_t size, const struct call *row)
{
    int used =
        snprintf(out, size, "dir %d called %s agent %s queue %s %lld %lld %lld %lld talk %lld",
                 row->direction, word(row->called), word(row->agent), word(row->queue),
                 (long long)row->started_at, (long long)row->ring_at, (long long)row->answered_at,
                 (long long)row->ended_at, (long long)row->talk_ms);
    used += snprintf(out + used, size - (size_t)used, " outcome %d to %s how %d by %d rung",
                     row->outcome, word(row->transferred_to), row->transfer_type, row->ended_by);
    for (size_t i = 0; i < row->agents_rung_count; i++)
        used += snprintf(out + used, size - (size_t)used, " %s", row->agents_rung[i]);
}

static void listen(void *context, const struct call *row)
{
    struct book *book = context;
    if (row->state != call_state_ENDED || book->count == ROWS_MAX)
        return;
    struct end *end = &book->rows[book->count++];
    (void)snprintf(end->ref, sizeof end->ref, "%s", row->source_ref);
    write_row(end->rest, sizeof end->rest, row);
    end->ended_at = row->ended_at;
}

static const struct end *find(const struct book *book, const char *ref)
{
    for (size_t i = 0; i < book->count; i++) {
        if (!strcmp(book->rows[i].ref, ref))
            return &book->rows[i];
    }
    return NULL;
}

static struct ami_model *model_new(struct book *book)
{
    struct ami_model_options options = { "pbx", { "49", "30" }, NULL, listen, book };
    return ami_model_new(&options);
}

static struct ami_replay *open_capture(const char *path)
{
    struct ami_replay *replay = NULL;
    struct err err = { 0 };
    bool opened = ami_replay_open(path, 0, &replay, &err);
    CHECK_OK(&err);
    CHECK(opened);
    return replay;
}

static struct book *play_whole(const char *path)
{
    struct book *book = calloc(1, sizeof *book);
    struct ami_model *model = model_new(book);
    struct ami_replay *replay = open_capture(path);
    for (const struct ami_replay_step *step; (step = ami_replay_next(replay));)
        ami_replay_play(replay, step, model, step->at_us);
    ami_replay_free(replay);
    ami_model_free(model);
    return book;
}

static void captures(glob_t *files)
{
    CHECK_INT(glob(test_path("data/ami/*.timing.csv"), 0, NULL, files), 0);
}

// False for a further connection; `out` is the .ami beside the timing file.
static bool capture_path(const char *timing, char out[4096])
{
    (void)snprintf(out, 4096, "%.*s.ami", (int)(strlen(timing) - strlen(".timing.csv")), timing);
    return !strstr(timing, ".conn");
}

static uint32_t draw(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33);
}

// --- interleaved

#define TOGETHER 6

// An account's view (what it may see) belongs to the link, so accounts are not mixed.
static bool is_alone(const char *path)
{
    static const char *const names[] = { "account_", "restart_", "stop_", "reconnect_", "login_" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strstr(path, names[i]))
            return true;
    }
    return false;
}

static void play_together(struct ami_replay *const *replays, size_t count, struct book *book,
                          uint64_t *chance)
{
    struct ami_model *model = model_new(book);
    size_t left = count;
    ami_model_connected(model, 1);
    while (left > 0) {
        size_t start = draw(chance) % count, i = start;
        while (!ami_replay_peek(replays[i]))
            i = (i + 1) % count;
        const struct ami_replay_step *step = ami_replay_next(replays[i]);
        if (step->kind == AMI_REPLAY_BYTES_CAME)
            ami_replay_play(replays[i], step, model, step->at_us);
        if (!ami_replay_peek(replays[i]))
            left--;
    }
    // The time of the last calls' grace is over.
    struct ami_field field = { "Event", "Later" };
    struct ami_message later = { &field, 1 };
    ami_model_message(model, &later, INT64_C(4000000000000000));
    ami_model_free(model);
}

static void check_together(char paths[TOGETHER][4096], size_t count, uint64_t *chance)
{
    struct book *book = calloc(1, sizeof *book);
    struct ami_replay *replays[TOGETHER];
    size_t expected = 0;
    for (size_t i = 0; i < count; i++)
        replays[i] = open_capture(paths[i]);
    play_together(replays, count, book, chance);
    for (size_t i = 0; i < count; i++) {
        struct book *alone = play_whole(paths[i]);
        ami_replay_free(replays[i]);
        expected += alone->count;
        for (size_t k = 0; k < alone->count; k++) {
            const struct end *got = find(book, alone->rows[k].ref);
            CHECK(got != NULL);
            CHECK_STR(got->rest, alone->rows[k].rest);
        }
        free(alone);
    }
    CHECK_INT(book->count, expected);
    free(book);
}

TEST(interleaved_captures_do_not_touch_each_other)
{
    glob_t files = { 0 };
    static char paths[TOGETHER][4096];
    uint64_t chance = test_seed();
    size_t count = 0;
    captures(&files);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        if (!capture_path(files.gl_pathv[i], paths[count]) || is_alone(paths[count]))
            continue;
        if (++count == TOGETHER) {
            check_together(paths, count, &chance);
            count = 0;
        }
    }
    globfree(&files);
}

// --- cut off

// Plays until `keep` bytes have come; then the connection is lost.
static struct book *play_until(const char *path, size_t keep)
{
    struct book *book = calloc(1, sizeof *book);
    struct ami_model *model = model_new(book);
    struct ami_replay *replay = open_capture(path);
    int64_t now_us = 0;
    for (const struct ami_replay_step *step; keep > 0 && (step = ami_replay_next(replay));) {
        struct ami_replay_step piece = *step;
        if (piece.size > keep)
            piece.size = keep;
        keep -= piece.size;
        now_us = step->at_us;
        ami_replay_play(replay, &piece, model, now_us);
    }
    ami_model_lost(model, now_us);
    ami_replay_free(replay);
    ami_model_free(model);
    return book;
}

static size_t bytes_of(const char *path)
{
    struct ami_replay *replay = open_capture(path);
    size_t sum = 0;
    for (const struct ami_replay_step *step; (step = ami_replay_next(replay));)
        sum += step->size;
    ami_replay_free(replay);
    return sum;
}

TEST(a_stream_cut_off_anywhere_invents_no_end)
{
    glob_t files = { 0 };
    char path[4096];
    uint64_t chance = test_seed();
    captures(&files);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        if (!capture_path(files.gl_pathv[i], path))
            continue;
        struct book *whole = play_whole(path);
        size_t size = bytes_of(path);
        for (int round = 0; round < 12 && size > 0; round++) {
            struct book *part = play_until(path, draw(&chance) % size);
            CHECK(part->count <= whole->count);
            for (size_t k = 0; k < part->count; k++) {
                const struct end *same = find(whole, part->rows[k].ref);
                CHECK(same != NULL);
                CHECK_INT(part->rows[k].ended_at, same->ended_at);
            }
            free(part);
        }
        free(whole);
    }
    globfree(&files);
}

// --- forged

struct forging {
    const char *number, *behind; // what the caller put behind the number
    struct ami_model *model;
    struct ami_reader *reader;
    int64_t now_us;
};

static void pass(void *context, const struct ami_message *message)
{
    const struct forging *forging = context;
    ami_model_message(forging->model, message, forging->now_us);
}

static void feed(struct forging *forging, const char *bytes, size_t size)
{
    ami_reader_feed(forging->reader, bytes, size, pass, forging);
}

// Every time the PBX prints the number, it prints what the caller put behind it too. The captures
// are small enough that no piece cuts the number.
static void feed_forged(struct forging *forging, const char *bytes, size_t size)
{
    const char *end = bytes + size;
    const char *at = bytes;
    for (const char *hit;
         (hit = memmem(at, (size_t)(end - at), forging->number, strlen(forging->number)));) {
        hit += strlen(forging->number);
        feed(forging, at, (size_t)(hit - at));
        feed(forging, forging->behind, strlen(forging->behind));
        at = hit;
    }
    feed(forging, at, (size_t)(end - at));
}

static struct book *play_forged(const char *path, const char *number, const char *behind)
{
    struct book *book = calloc(1, sizeof *book);
    struct ami_replay *replay = open_capture(path);
    struct forging forging = { number, behind, model_new(book), ami_reader_new(), 0 };
    for (const struct ami_replay_step *step; (step = ami_replay_next(replay));) {
        forging.now_us = step->at_us;
        if (step->kind == AMI_REPLAY_CONNECTED)
            ami_model_connected(forging.model, step->at_us);
        if (step->kind == AMI_REPLAY_LOST)
            ami_model_lost(forging.model, step->at_us);
        feed_forged(&forging, step->bytes ? step->bytes : "", step->size);
    }
    ami_model_free(forging.model);
    ami_reader_free(forging.reader);
    ami_replay_free(replay);
    return book;
}

static void check_forged(const char *name, const char *behind)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s.ami", test_path("data/ami"), name);
    struct book *honest = play_whole(path);
    struct book *forged = play_forged(path, "+4940669690123", behind);
    CHECK(honest->count > 0);
    CHECK_INT(forged->count, honest->count);
    for (size_t i = 0; i < honest->count; i++) {
        const struct end *got = find(forged, honest->rows[i].ref);
        CHECK(got != NULL);
        CHECK_STR(got->rest, honest->rows[i].rest);
    }
    free(honest);
    free(forged);
}

TEST(what_a_caller_puts_into_its_number_changes_nothing)
{
    // A number holds 79 bytes, 14 of which are the number's own.
    static const char *const injected[] = {
        "\r\nUniqueid: 1\r\nLinkedid: 1",
        "\r\nUniqueid: 1795397814.17\r\nLinkedid: 1795397814.17",
        "\r\nEvent: Hangup\r\nChannel: PJSIP/101-00000009",
        "\r\nContext: x\r\nExten: 666\r\nPriority: 1",
        "\r\nChannelStateDesc: Up\r\nChannelState: 6",
        "\r\nDestUniqueid: 1\r\nDestChannel: PJSIP/666-00000001",
        "\r\nForgedChannelStateDesc: Up",
        "\r\n\r\n",
        "\r\n\r\n\r\n\r\n\r\n\r\n",
        "\r\nFoo: bar\r\n\r\nEvent: Hangup\r\nChannel: PJSIP/101-00000009",
        "\r\n\r\nEvent: Hangup\r\nChannel: PJSIP/trunk-00000008",
        "\r\n\r\nEvent: Hangup\r\nChannel: PJSIP/101-00000009\r\nUniqueid: 1",
        "\r\n\r\nEvent: Newchannel\r\nChannel: PJSIP/7-1\r\nChannelState: 4",
        "\r\n\r\nEvent: Newchannel\r\nChannelStateDesc: x\r\nUniqueid: 7",
        "\r\n\r\nEvent: CoreShowChannelsComplete\r\nListItems: 0\r\n\r\n",
        "\r\n\r\nEvent: Shutdown\r\nRestart: True\r\n\r\n",
        "\r\n\r\nEvent: FullyBooted\r\nUptime: 0\r\n\r\n",
        "\r\n\r\nResponse: Error\r\nMessage: x\r\n\r\n",
        "\r\n\r\nEvent: BlindTransfer\r\nResult: Success\r\nExtension: 666",
        "\r\n\r\nEvent: Cdr\r\nLastApplication: VoiceMail",
    };
    static const char *const names[] = {
        "inbound_answered_caller_hangs_up",
        "inbound_missed_caller_gives_up",
        "account_full_noise",
        "transfer_ami_blind_agent",
        "queue_abandoned",
        "transfer_attended_feature",
        "park_retrieve",
        "restart_midcall",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        for (size_t k = 0; k < sizeof injected / sizeof injected[0]; k++)
            check_forged(names[i], injected[k]);
    }
}

// --- junk

static void rows_only(void *context, const struct call *row)
{
    size_t *rows = context;
    (*rows) += row->state == call_state_ENDED;
}

// Bytes flipped, doubled and left out, for the sanitizers to watch.
static void play_spoiled(const char *bytes, size_t size, uint64_t *chance)
{
    size_t ended = 0;
    struct ami_model_options options = { "pbx", { "49", "30" }, NULL, rows_only, &ended };
    struct forging to = { NULL, NULL, ami_model_new(&options), ami_reader_new(), 1 };
    size_t at = 0;
    ami_model_connected(to.model, 1);
    while (at < size) {
        size_t length = 1 + draw(chance) % 700;
        char byte = (char)draw(chance);
        length = length < size - at ? length : size - at;
        to.now_us += draw(chance) % 100000;
        feed(&to, bytes + at, length);
        feed(&to, &byte, draw(chance) % 2);
        at += length;
        if (draw(chance) % 8 == 0 && at > 2000)
            at -= 2000;
        at += draw(chance) % 8 == 0 ? 300 : 0;
    }
    ami_model_lost(to.model, to.now_us);
    ami_model_free(to.model);
    ami_reader_free(to.reader);
}

// The first connection's bytes lie in one piece.
static const char *first_connection(struct ami_replay *replay, size_t *size)
{
    const char *bytes = NULL;
    *size = 0;
    for (const struct ami_replay_step *step; (step = ami_replay_next(replay));) {
        if (step->connection != 0 || step->kind != AMI_REPLAY_BYTES_CAME)
            continue;
        bytes = bytes ? bytes : step->bytes;
        *size += step->size;
    }
    return bytes;
}

TEST(spoiled_streams_break_nothing)
{
    glob_t files = { 0 };
    char path[4096];
    uint64_t chance = test_seed();
    captures(&files);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        if (!capture_path(files.gl_pathv[i], path))
            continue;
        size_t size = 0;
        struct ami_replay *replay = open_capture(path);
        const char *bytes = first_connection(replay, &size);
        if (bytes)
            play_spoiled(bytes, size, &chance);
        ami_replay_free(replay);
    }
    globfree(&files);
}

static void newchannel(struct ami_model *model, struct ami_reader *reader, int number)
{
    char text[1024];
    struct forging to = { NULL, NULL, model, reader, 1795398000000000 + number };
    int size = snprintf(text, sizeof text,
                        "Event: Newchannel\r\nPrivilege: call,all\r\nChannel: PJSIP/t-%08x\r\n"
                        "ChannelState: 4\r\nChannelStateDesc: Ring\r\nCallerIDNum: 1\r\n"
                        "CallerIDName: x\r\nConnectedLineNum: x\r\nConnectedLineName: x\r\n"
                        "Language: en\r\nAccountCode: \r\nContext: c\r\nExten: 1\r\n"
                        "Priority: 1\r\nUniqueid: 1.%d\r\nLinkedid: 1.%d\r\n\r\n",
                        (unsigned)number, number, number);
    feed(&to, text, (size_t)size);
}

TEST(endless_junk_does_not_fill_the_memory)
{
    size_t ended = 0;
    struct ami_model_options options = { "pbx", { "49", "30" }, NULL, rows_only, &ended };
    struct ami_model *model = ami_model_new(&options);
    struct ami_reader *reader = ami_reader_new();
    ami_model_connected(model, 1);
    for (int i = 0; i < 6000; i++)
        newchannel(model, reader, i);
    CHECK(ami_model_live(model) <= 4096);
    CHECK_INT(ami_model_live(model) + ended, 6000);
    ami_model_free(model);
    ami_reader_free(reader);
}

// SPDX-License-Identifier: Apache-2.0
// Captures as they lie on disk: the bytes of each connection, and when each piece came.

#include "services/telephony/ami_replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ami_replay {
    char *bytes[AMI_REPLAY_CONNECTIONS];
    size_t sizes[AMI_REPLAY_CONNECTIONS];
    size_t connections;
    bool untimed[AMI_REPLAY_CONNECTIONS]; // no timing file: the PBX's own times count, if any
    struct ami_replay_step *steps;
    size_t count, room, at;
    struct ami_reader *readers[AMI_REPLAY_CONNECTIONS];
    size_t open; // connections that are up now
};

static bool read_all(FILE *file, char **ret, size_t *ret_size)
{
    if (fseek(file, 0, SEEK_END) != 0)
        return false;
    long size = ftell(file);
    if (size < 0 || size > AMI_REPLAY_BYTES || fseek(file, 0, SEEK_SET) != 0)
        return false;
    char *bytes = malloc((size_t)size + 1);
    if (!bytes)
        return false;
    if (fread(bytes, 1, (size_t)size, file) != (size_t)size) {
        free(bytes);
        return false;
    }
    bytes[size] = '\0';
    *ret = bytes;
    *ret_size = (size_t)size;
    return true;
}

// *ret stays NULL when there is no such file.
static bool load(const char *path, char **ret, size_t *ret_size, struct err *err)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return true;
    bool whole = read_all(file, ret, ret_size);
    (void)fclose(file);
    if (!whole)
        return fail(err, ERR_UNAVAILABLE, NULL, TEXT_AMI_REPLAY_UNREADABLE, path, NULL);
    return true;
}

static void add_step(struct ami_replay *replay, struct ami_replay_step step)
{
    if (replay->count == replay->room) {
        replay->room = replay->room ? replay->room * 2 : 256;
        replay->steps = realloc(replay->steps, replay->room * sizeof *replay->steps);
        if (!replay->steps)
            abort();
    }
    replay->steps[replay->count++] = step;
}

// "1795398683.089383" in microseconds; 0 when it is none.
static int64_t read_time(const char *text, char **end)
{
    long long seconds = strtoll(text, end, 10);
    int64_t us = 0;
    if (*end == text || seconds < 0 || seconds > INT64_C(253402300799))
        return 0;
    if (**end != '.')
        return seconds * 1000000;
    const char *at = *end + 1;
    for (int digit = 0; digit < 6; digit++)
        us = us * 10 + (*at >= '0' && *at <= '9' ? *at++ - '0' : 0);
    while (*at >= '0' && *at <= '9')
        at++;
    *end += at - *end;
    return seconds * 1000000 + us;
}

// One line "offset,length,time"; false when it is none or does not fit the bytes.
static bool read_piece(const char *line, size_t size, struct ami_replay_step *step, size_t *offset)
{
    char *end = NULL;
    unsigned long long at = strtoull(line, &end, 10);
    if (end == line || *end != ',')
        return false;
    const char *next = end + 1;
    unsigned long long length = strtoull(next, &end, 10);
    if (end == next || *end != ',' || at > size || length > size - at)
        return false;
    step->at_us = read_time(end + 1, &end);
    step->size = (size_t)length;
    *offset = (size_t)at;
    return step->at_us > 0;
}

static bool add_pieces(struct ami_replay *replay, size_t connection, const char *timing)
{
    struct ami_replay_step step = { AMI_REPLAY_BYTES_CAME, connection, 0, NULL, 0 };
    size_t offset = 0, expected = 0, first = replay->count;
    const char *line = strchr(timing, '\n'); // behind the headline
    for (; line && line[1]; line = strchr(line + 1, '\n')) {
        if (line[1] == '\r' || line[1] == '\n')
            continue;
        if (!read_piece(line + 1, replay->sizes[connection], &step, &offset) || offset != expected)
            return false;
        step.bytes = replay->bytes[connection] + offset;
        expected = offset + step.size;
        if (replay->count == first) {
            struct ami_replay_step up = { AMI_REPLAY_CONNECTED, connection, step.at_us, NULL, 0 };
            add_step(replay, up);
        }
        add_step(replay, step);
    }
    return replay->count > first && expected == replay->sizes[connection];
}

static void add_whole(struct ami_replay *replay, size_t connection, int64_t at_us)
{
    add_step(replay, (struct ami_replay_step){ AMI_REPLAY_CONNECTED, connection, at_us, NULL, 0 });
    add_step(replay,
             (struct ami_replay_step){ AMI_REPLAY_BYTES_CAME, connection, at_us,
                                       replay->bytes[connection], replay->sizes[connection] });
}

static void add_end(struct ami_replay *replay, size_t connection)
{
    int64_t at_us = replay->steps[replay->count - 1].at_us;
    add_step(replay, (struct ami_replay_step){ AMI_REPLAY_LOST, connection, at_us, NULL, 0 });
}

static void name_files(const char *path, size_t connection, char bytes[4096], char timing[4096])
{
    size_t stem = strlen(path);
    if (stem > 4 && !strcmp(path + stem - 4, ".ami"))
        stem -= 4;
    if (stem > 4000)
        stem = 4000;
    char middle[32] = "";
    if (connection > 0)
        (void)snprintf(middle, sizeof middle, ".conn%zu", connection + 1);
    (void)snprintf(bytes, 4096, "%.*s%s.ami", (int)stem, path, middle);
    (void)snprintf(timing, 4096, "%.*s%s.timing.csv", (int)stem, path, middle);
}

// *ret_found false: there is no such connection.
static bool add_connection(struct ami_replay *replay, const char *path, int64_t without_timing_us,
                           bool *ret_found, struct err *err)
{
    char bytes_path[4096], timing_path[4096];
    size_t connection = replay->connections, timing_size = 0;
    char *timing = NULL;
    name_files(path, connection, bytes_path, timing_path);
    *ret_found = false;
    if (!load(bytes_path, &replay->bytes[connection], &replay->sizes[connection], err))
        return false;
    if (!replay->bytes[connection])
        return true;
    replay->readers[connection] = ami_reader_new();
    replay->connections++;
    if (!load(timing_path, &timing, &timing_size, err))
        return false;
    bool fits = true;
    if (timing)
        fits = add_pieces(replay, connection, timing) || replay->sizes[connection] == 0;
    else
        add_whole(replay, connection, without_timing_us);
    replay->untimed[connection] = !timing;
    free(timing);
    if (!fits)
        return fail(err, ERR_INVALID, NULL, TEXT_AMI_REPLAY_TIMING, timing_path, NULL);
    if (replay->count > 0)
        add_end(replay, connection);
    *ret_found = true;
    return true;
}

// In the order of time; what came at the same time stays in the order of the files.
static void merge(struct ami_replay_step *steps, size_t count, struct ami_replay_step *spare)
{
    if (count < 2)
        return;
    size_t half = count / 2, a = 0, b = half;
    merge(steps, half, spare);
    merge(steps + half, count - half, spare);
    for (size_t i = 0; i < count; i++) {
        bool left = b == count || (a < half && steps[a].at_us <= steps[b].at_us);
        spare[i] = left ? steps[a++] : steps[b++];
    }
    memcpy(steps, spare, count * sizeof *steps);
}

static void sort(struct ami_replay *replay)
{
    struct ami_replay_step *spare = calloc(replay->count + 1, sizeof *spare);
    if (!spare)
        abort();
    merge(replay->steps, replay->count, spare);
    free(spare);
}

bool ami_replay_open(const char *path, int64_t without_timing_us, struct ami_replay **ret,
                     struct err *err)
{
    struct ami_replay *replay = calloc(1, sizeof *replay);
    bool found = true, done = true;
    if (!replay)
        abort();
    while (done && found && replay->connections < AMI_REPLAY_CONNECTIONS)
        done = add_connection(replay, path, without_timing_us, &found, err);
    if (done && replay->connections == 0)
        done = fail(err, ERR_NOT_FOUND, NULL, TEXT_AMI_REPLAY_MISSING, path, NULL);
    if (!done) {
        ami_replay_free(replay);
        return false;
    }
    sort(replay);
    *ret = replay;
    return true;
}

void ami_replay_free(struct ami_replay *replay)
{
    if (!replay)
        return;
    for (size_t i = 0; i < AMI_REPLAY_CONNECTIONS; i++) {
        free(replay->bytes[i]);
        ami_reader_free(replay->readers[i]);
    }
    free(replay->steps);
    free(replay);
}

const struct ami_replay_step *ami_replay_peek(const struct ami_replay *replay)
{
    return replay->at < replay->count ? &replay->steps[replay->at] : NULL;
}

const struct ami_replay_step *ami_replay_next(struct ami_replay *replay)
{
    const struct ami_replay_step *step = ami_replay_peek(replay);
    if (step)
        replay->at++;
    return step;
}

struct listening {
    struct ami_model *model;
    int64_t now_us;
    bool untimed;
};

static void pass(void *context, const struct ami_message *message)
{
    struct listening *to = context;
    int64_t stamp_us = to->untimed ? ami_stamp_us(message) : 0;
    if (stamp_us > to->now_us)
        to->now_us = stamp_us;
    ami_model_message(to->model, message, to->now_us);
}

void ami_replay_play(struct ami_replay *replay, const struct ami_replay_step *step,
                     struct ami_model *model, int64_t now_us)
{
    bool as_it_was = now_us == step->at_us;
    struct listening to = { model, now_us, replay->untimed[step->connection] && as_it_was };
    struct ami_reader *reader = replay->readers[step->connection];
    switch (step->kind) {
    case AMI_REPLAY_CONNECTED:
        ami_reader_reset(reader);
        if (replay->open++ == 0)
            ami_model_connected(model, now_us);
        return;
    case AMI_REPLAY_BYTES_CAME: ami_reader_feed(reader, step->bytes, step->size, pass, &to); return;
    case AMI_REPLAY_LOST:
        if (--replay->open == 0)
            ami_model_lost(model, now_us);
        return;
    }
}

int64_t ami_replay_messages(const struct ami_replay *replay)
{
    int64_t sum = 0;
    for (size_t i = 0; i < replay->connections; i++)
        sum += ami_reader_messages(replay->readers[i]);
    return sum;
}

int64_t ami_replay_skipped(const struct ami_replay *replay)
{
    int64_t sum = 0;
    for (size_t i = 0; i < replay->connections; i++)
        sum += ami_reader_skipped(replay->readers[i]);
    return sum;
}

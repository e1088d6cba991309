// SPDX-License-Identifier: Apache-2.0
// Any bytes as a manager interface's stream, whole and in pieces: the same messages, and calls that
// keep the contract's limits.
#include <stdlib.h>
#include <string.h>

#include "common/wire/codec.h"
#include "services/telephony/ami_model.h"
#include "tests/fuzz/target.h"

struct run {
    struct ami_model *model;
    int64_t now_us;
    uint64_t sum; // of the calls told, to compare two runs
};

static void take_call(void *context, const struct call *row)
{
    struct run *run = context;
    struct call whole = *row;
    struct err err = { 0 };
    memset(&whole.id, 1, sizeof whole.id);
    whole.version = 1;
    if (!record_check(call_record(), &whole, &err))
        abort();
    struct mp_writer writer;
    mp_writer_init(&writer);
    encode(call_record(), &whole, &writer);
    for (size_t i = 0; i < writer.size; i++)
        run->sum = run->sum * 31 + writer.data[i];
    mp_writer_done(&writer);
}

static void take_message(void *context, const struct ami_message *message)
{
    struct run *run = context;
    ami_model_message(run->model, message, run->now_us);
}

static uint64_t play(const uint8_t *data, size_t size, size_t piece)
{
    struct run run = { .now_us = 1795516867000000 };
    struct ami_model_options options = {
        .source = "fuzz", .home = { "49", NULL }, .call = take_call, .context = &run
    };
    struct ami_reader *reader = ami_reader_new();
    run.model = ami_model_new(&options);
    ami_model_connected(run.model, run.now_us);
    for (size_t at = 0; at < size; at += piece)
        ami_reader_feed(reader, data + at, size - at < piece ? size - at : piece, take_message,
                        &run);
    ami_model_lost(run.model, run.now_us);
    ami_model_free(run.model);
    ami_reader_free(reader);
    return run.sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (play(data, size, size + 1) != play(data, size, 1))
        abort();
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
// Any bytes as a FRITZ!Box's lines, whole and in pieces: the same calls, within the contract's
// limits.
#include <stdlib.h>
#include <string.h>

#include "common/wire/codec.h"
#include "services/telephony/fritz_model.h"
#include "tests/fuzz/target.h"

struct run {
    struct fritz_model *model;
    int64_t now_us;
    uint64_t sum;
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

// Every message takes a second; now and then the link breaks.
static void take_message(void *context, const struct fritz_message *message)
{
    struct run *run = context;
    run->now_us += 1000000;
    if (run->now_us % 7000000 == 0)
        fritz_model_lost(run->model, run->now_us);
    fritz_model_message(run->model, message, run->now_us);
    fritz_model_due(run->model, run->now_us);
}

static uint64_t play(const uint8_t *data, size_t size, size_t piece)
{
    struct run run = { .now_us = 1795516867000000 };
    struct fritz_reader reader = { 0 };
    struct fritz_model_options options = { .source = "fuzz",
                                           .home = { "49", "30" },
                                           .machines = { { 40, 49 } },
                                           .machine_count = 1,
                                           .call = take_call,
                                           .context = &run };
    run.model = fritz_model_new(&options);
    fritz_model_connected(run.model, run.now_us);
    for (size_t at = 0; at < size; at += piece)
        fritz_reader_feed(&reader, data + at, size - at < piece ? size - at : piece, take_message,
                          &run);
    fritz_model_free(run.model);
    return run.sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (play(data, size, size + 1) != play(data, size, 1))
        abort();
    return 0;
}

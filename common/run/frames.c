// SPDX-License-Identifier: Apache-2.0
#include "common/run/frames.h"

static bool last_frame(zmq_msg_t *frame)
{
    return !zmq_msg_more(frame);
}

bool frames_receive(void *socket, struct frames *frames)
{
    frames->count = 0;
    frames->beyond = 0;
    for (;;) {
        zmq_msg_t frame;
        zmq_msg_init(&frame);
        if (zmq_msg_recv(&frame, socket, ZMQ_DONTWAIT) < 0) {
            zmq_msg_close(&frame);
            return false;
        }
        bool last = last_frame(&frame);
        if (frames->count < FRAMES_MAX) {
            frames->parts[frames->count++] = frame;
        } else {
            frames->beyond++;
            zmq_msg_close(&frame);
        }
        if (last)
            return true;
    }
}

void frames_done(struct frames *frames)
{
    for (size_t i = 0; i < frames->count; i++)
        zmq_msg_close(&frames->parts[i]);
    frames->count = 0;
}

struct bytes frame_bytes(struct frames *frames, size_t nth)
{
    return (struct bytes){ zmq_msg_data(&frames->parts[nth]), zmq_msg_size(&frames->parts[nth]) };
}

static bool send_part(void *socket, const void *data, size_t size, int flags)
{
    return zmq_send(socket, data, size, flags | ZMQ_DONTWAIT) >= 0;
}

bool frames_send(void *socket, struct bytes first, const struct outgoing *message)
{
    if (first.data && !send_part(socket, first.data, first.size, ZMQ_SNDMORE))
        return false;
    return send_part(socket, message->head.data, message->head.size, ZMQ_SNDMORE) &&
           send_part(socket, message->body.data, message->body.size, 0);
}

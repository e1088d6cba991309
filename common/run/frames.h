// SPDX-License-Identifier: Apache-2.0
// Messages as libzmq has them: some frames each.
#pragma once

#include <zmq.h>

#include "common/step/server.h"

#define FRAMES_MAX 4 // route, head, body, and one more to see that there is more

struct frames {
    zmq_msg_t parts[FRAMES_MAX];
    size_t count, beyond;
};

// Receives one message; frames beyond FRAMES_MAX are read and dropped. False when none waits.
bool frames_receive(void *socket, struct frames *frames);
void frames_done(struct frames *frames);
struct bytes frame_bytes(struct frames *frames, size_t nth);
// `first` without data: none.
bool frames_send(void *socket, struct bytes first, const struct outgoing *message);

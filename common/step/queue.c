// SPDX-License-Identifier: Apache-2.0
// Deliveries in the order in which they were handed in.
#include <stddef.h>

#include "common/step/internal.h"

void queue_add(struct queue *queue, struct delivery *message)
{
    message->next = NULL;
    if (queue->last)
        queue->last->next = message;
    else
        queue->first = message;
    queue->last = message;
    queue->count++;
}

struct delivery *queue_take(struct queue *queue)
{
    struct delivery *message = queue->first;
    if (!message)
        return NULL;
    queue->first = message->next;
    if (!queue->first)
        queue->last = NULL;
    queue->count--;
    return message;
}

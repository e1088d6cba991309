// SPDX-License-Identifier: Apache-2.0
// Messages under way in a house: a heap by the time when they are due.
#include <stdlib.h>
#include <string.h>

#include "tests/harness/house.h"

struct bytes bytes_copy(struct bytes bytes)
{
    uint8_t *copy = malloc(bytes.size + 1);

    if (!copy)
        abort();
    if (bytes.size)
        memcpy(copy, bytes.data, bytes.size);
    return (struct bytes){ copy, bytes.size };
}

void mail_free(struct mail *mail)
{
    free((void *)mail->head.data);
    free((void *)mail->body.data);
}

static bool sooner(const struct mail *a, const struct mail *b)
{
    return a->due_us != b->due_us ? a->due_us < b->due_us : a->number < b->number;
}

static void swap(struct mail *a, struct mail *b)
{
    struct mail kept = *a;

    *a = *b;
    *b = kept;
}

static void heap_add(struct house *house, const struct mail *mail)
{
    size_t at = house->mail_count;

    if (house->mail_count == house->mail_room) {
        house->mail_room = house->mail_room ? 2 * house->mail_room : 64;
        house->mails = realloc(house->mails, house->mail_room * sizeof *house->mails);
        if (!house->mails)
            abort();
    }
    house->mails[house->mail_count++] = *mail;
    for (; at > 0 && sooner(&house->mails[at], &house->mails[(at - 1) / 2]); at = (at - 1) / 2)
        swap(&house->mails[at], &house->mails[(at - 1) / 2]);
}

static void heap_sink(struct house *house)
{
    for (size_t at = 0;;) {
        size_t least = at;

        for (size_t child = 2 * at + 1; child <= 2 * at + 2; child++)
            if (child < house->mail_count && sooner(&house->mails[child], &house->mails[least]))
                least = child;
        if (least == at)
            return;
        swap(&house->mails[at], &house->mails[least]);
        at = least;
    }
}

static void post_at(struct house *house, const struct mail *mail, int64_t due_us)
{
    struct mail copy = *mail;

    copy.head = bytes_copy(mail->head);
    copy.body = bytes_copy(mail->body);
    copy.due_us = due_us;
    copy.number = ++house->mail_number;
    heap_add(house, &copy);
}

void mail_post(struct house *house, const struct mail *mail)
{
    int64_t delay_us = 0;
    enum mail_fate fate =
        house->judge ? house->judge(house->judge_context, mail, &delay_us) : MAIL_DELIVER;

    if (fate == MAIL_DROP)
        return;
    if (fate == MAIL_REPEAT)
        post_at(house, mail, house->now_us);
    post_at(house, mail, house->now_us + delay_us);
}

bool mail_take(struct house *house, int64_t until_us, struct mail *out)
{
    if (house->mail_count == 0 || house->mails[0].due_us > until_us)
        return false;
    *out = house->mails[0];
    house->mails[0] = house->mails[--house->mail_count];
    heap_sink(house);
    return true;
}

int64_t mail_due_us(const struct house *house)
{
    return house->mail_count ? house->mails[0].due_us : INT64_MAX;
}

// SPDX-License-Identifier: Apache-2.0
#include "services/notifier/port_files.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "common/run/caller.h"
#include "proto/stubs.h"
#include "services/notifier/letter_files.h"

#define ARENA_BYTES ((size_t)4 << 20)
#define WAIT_MS     2000 // so long may the end of the process have to wait
#define SILENCES    5
#define HASH_BYTES  32

struct fetching {
    struct caller *caller;
    struct arena *arena; // of one answer
    const struct mail_task *task;
    const struct inquiry_mail_file *file;
    const atomic_bool *stop;
    struct sending *out;
};

void parcel_add(struct parcel *parcel, const char *bytes, size_t size)
{
    if (parcel->room - parcel->size < size) {
        size_t room = (parcel->size + size) + (parcel->size + size) / 4;
        char *more = realloc(parcel->bytes, room);
        if (!more)
            abort();
        parcel->bytes = more;
        parcel->room = room;
    }
    if (bytes)
        memcpy(parcel->bytes + parcel->size, bytes, size);
    parcel->size += size;
}

// Never fails to fail: for `return`.
static bool not_now(struct fetching *fetching, enum send_result result, enum text_id text,
                    const char *detail)
{
    struct err err = { 0 };
    struct sending *out = fetching->out;

    (void)fail(&err, ERR_UNAVAILABLE, NULL, text, fetching->file->name, detail, NULL);
    *out = (struct sending){ .result = result };
    snprintf(out->reason, sizeof out->reason, "%.300s", err.german);
    size_t size = strlen(out->reason);
    while (size > 0 && !text_valid(out->reason, size))
        out->reason[--size] = '\0';
    return false;
}

// --- one file
static bool refused(struct fetching *fetching)
{
    const struct err *why = &caller_client(fetching->caller)->refused;
    // Gone for good is only what timekeeping itself says is gone.
    bool gone = why->code == ERR_NOT_FOUND || why->code == ERR_CONFLICT;

    return not_now(fetching, gone ? SEND_REFUSED : SEND_LATER,
                   gone ? TEXT_MAIL_FILE_GONE : TEXT_MAIL_FILE_WAITS, why->german);
}

static bool fetch(struct fetching *fetching, uint8_t *bytes)
{
    int64_t size = fetching->file->size, at = 0;

    for (int silences = 0; at < size;) {
        struct inquiry_mail_place in = { fetching->task->answer, fetching->file->id, at };
        struct attachment_bytes got = { 0 };
        arena_reset(fetching->arena);
        enum call_result result =
            call_inquiry_mail_bytes(caller_client(fetching->caller), &in, &got);
        if (result == CALL_REFUSED)
            return refused(fetching);
        if (result == CALL_UNKNOWN && (++silences == SILENCES || atomic_load(fetching->stop)))
            return not_now(fetching, SEND_LATER, TEXT_MAIL_FILE_WAITS,
                           "timekeeping antwortet nicht");
        if (result == CALL_UNKNOWN)
            continue;
        if (got.bytes.size == 0 || (int64_t)got.bytes.size > size - at)
            return not_now(fetching, SEND_REFUSED, TEXT_MAIL_FILE_WRONG, NULL);
        memcpy(bytes + at, got.bytes.data, got.bytes.size);
        at += (int64_t)got.bytes.size;
        silences = 0;
    }
    return true;
}

static bool is_promised(const struct inquiry_mail_file *file, const uint8_t *bytes)
{
    uint8_t hash[HASH_BYTES];

    (void)crypto_generichash(hash, sizeof hash, bytes, (size_t)file->size, NULL, 0);
    return file->hash.size == sizeof hash && memcmp(hash, file->hash.data, sizeof hash) == 0;
}

static void add_file(struct fetching *fetching, struct parcel *parcel, const uint8_t *bytes)
{
    size_t size = letter_base64_size((size_t)fetching->file->size);

    arena_reset(fetching->arena);
    const char *head = letter_file_head(fetching->task->boundary, fetching->file, fetching->arena);
    if (!head)
        abort(); // the arena is far larger
    parcel_add(parcel, head, strlen(head));
    parcel_add(parcel, NULL, size);
    letter_base64(bytes, (size_t)fetching->file->size, parcel->bytes + parcel->size - size);
}

static bool bring(struct fetching *fetching, struct parcel *parcel)
{
    uint8_t *bytes = malloc((size_t)fetching->file->size + 1);

    if (!bytes)
        abort();
    bool good = fetch(fetching, bytes);
    if (good && !is_promised(fetching->file, bytes))
        good = not_now(fetching, SEND_REFUSED, TEXT_MAIL_FILE_WRONG, NULL);
    if (good)
        add_file(fetching, parcel, bytes);
    free(bytes);
    return good;
}

// --- all of them
static bool bring_all(struct fetching *fetching, struct parcel *parcel)
{
    const struct mail_task *task = fetching->task;

    for (size_t i = 0; i < task->file_count; i++) {
        fetching->file = &task->files[i];
        if (!bring(fetching, parcel))
            return false;
    }
    arena_reset(fetching->arena);
    const char *end = letter_files_end(task->boundary, fetching->arena);
    if (!end)
        abort(); // likewise
    parcel_add(parcel, end, strlen(end));
    return true;
}

bool parcel_add_files(struct parcel *parcel, const struct files_source *source,
                      const struct mail_task *task, const atomic_bool *stop, struct sending *out)
{
    struct fetching fetching = { .arena = arena_new(ARENA_BYTES),
                                 .task = task,
                                 .file = &task->files[0],
                                 .stop = stop,
                                 .out = out };
    struct caller_options options = { .keys = source->keys,
                                      .run = source->run,
                                      .name = "notifier",
                                      .service = "timekeeping",
                                      .wait_ms = WAIT_MS,
                                      .arena = fetching.arena };
    struct err err = { 0 };

    fetching.caller = caller_new(&options, &err);
    bool good = fetching.caller ? bring_all(&fetching, parcel)
                                : not_now(&fetching, SEND_LATER, TEXT_MAIL_FILE_WAITS, err.german);
    caller_free(fetching.caller);
    arena_free(fetching.arena);
    return good;
}

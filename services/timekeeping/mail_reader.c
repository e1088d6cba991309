// SPDX-License-Identifier: Apache-2.0
// The other process is this program anew (exec): nothing of this one's memory is left in it, and
// its limit of memory is not used up by the store's map.
#include "services/timekeeping/mail_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sodium.h>

#include "common/mail/eml.h"
#include "common/wire/codec.h"
#include "proto/proto.h"

#define MEMORY_MAX   ((rlim_t)1 << 30)
#define CPU_S        20
#define RESULT_MAX   ((size_t)160 << 20)
#define PART_MAX     ((size_t)50 << 20)
#define ROOM         ((size_t)1 << 16)
#define LOOK_MS      250
#define LOOKS_MAX    240 // a minute without a byte
#define HASH_BYTES   32
#define TRIES        2
#define LENGTH_BYTES 4

// --- the other process
struct buffer {
    uint8_t *bytes;
    size_t size, room;
};

static bool room_for(struct buffer *buffer, size_t size)
{
    if (buffer->room - buffer->size >= size)
        return true;
    size_t room = (buffer->size + size) * 2;
    uint8_t *bytes = room <= RESULT_MAX * 2 ? realloc(buffer->bytes, room) : NULL;
    if (!bytes)
        return false;
    buffer->bytes = bytes;
    buffer->room = room;
    return true;
}

static bool write_all(int fd, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        ssize_t count = write(fd, bytes, size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        bytes += count;
        size -= (size_t)count;
    }
    return true;
}

static bool write_frame(const uint8_t *bytes, size_t size)
{
    uint8_t head[LENGTH_BYTES];
    for (int i = 0; i < LENGTH_BYTES; i++)
        head[i] = (uint8_t)(size >> (8 * i));
    return write_all(STDOUT_FILENO, head, sizeof head) && write_all(STDOUT_FILENO, bytes, size);
}

static bool write_record(const struct record *record, const void *row)
{
    struct mp_writer writer;
    struct err err = { 0 };
    if (!record_check(record, row, &err))
        return false;
    mp_writer_init(&writer);
    encode(record, row, &writer);
    struct bytes bytes = mp_writer_bytes(&writer);
    bool good = write_frame(bytes.data, bytes.size);
    mp_writer_done(&writer);
    return good;
}

static bool write_part(const struct eml_part *part)
{
    uint8_t hash[HASH_BYTES];
    struct attachment_new in = { .name = *part->name ? part->name : "Anlage",
                                 .content_type = *part->content_type ? part->content_type : NULL,
                                 .size = (int64_t)part->size,
                                 .hash = { hash, sizeof hash } };
    if (part->size > PART_MAX)
        return false;
    (void)crypto_generichash(hash, sizeof hash, part->bytes, part->size, NULL, 0);
    return write_record(attachment_new_record(), &in) && write_frame(part->bytes, part->size);
}

static bool write_mail(const struct eml *eml, const struct buffer *whole)
{
    struct eml_part all = { "Nachricht.eml", "message/rfc822", whole->bytes, whole->size };
    struct inquiry_mail_new in = { .message_id = eml->message_id,
                                   .in_reply_to = eml->in_reply_to,
                                   .references = (const char **)(uintptr_t)eml->references,
                                   .references_count = eml->reference_count,
                                   .from = eml->from,
                                   .from_name = eml->from_name,
                                   .reply_to = eml->reply_to,
                                   .to = (const char **)(uintptr_t)eml->to,
                                   .to_count = eml->to_count,
                                   .subject = eml->subject,
                                   .text = eml->text,
                                   .has_cut = eml->cut,
                                   .cut = eml->cut,
                                   .has_automatic = eml->automatic,
                                   .automatic = eml->automatic,
                                   .has_at = eml->has_at,
                                   .at = eml->at_us };
    if (!write_record(inquiry_mail_new_record(), &in))
        return false;
    for (size_t i = 0; i < eml->part_count; i++) {
        if (!write_part(&eml->parts[i]))
            return false;
    }
    return !eml->cut || write_part(&all);
}

int mail_reader_main(void)
{
    struct buffer mail = { 0 };
    struct err err = { 0 };
    ssize_t count = 1;
    while (count > 0) {
        if (!room_for(&mail, ROOM))
            return 1;
        count = read(STDIN_FILENO, mail.bytes + mail.size, ROOM);
        mail.size += count > 0 ? (size_t)count : 0;
    }
    struct eml *eml = count == 0 ? eml_read(mail.bytes, mail.size, &err) : NULL;
    bool good = eml && write_mail(eml, &mail);
    eml_free(eml);
    free(mail.bytes);
    return good ? 0 : 1;
}

// --- this process
static void limit(int resource, rlim_t soft, rlim_t hard)
{
    struct rlimit both = { soft, hard };
    if (setrlimit(resource, &both) != 0)
        _exit(2);
}

// Between fork and exec: only what a signal handler might call.
static _Noreturn void become_reader(int in, int out)
{
    char program[] = "/proc/self/exe", word[] = MAIL_READER_WORD;
    char *argv[] = { program, word, NULL }, *envp[] = { NULL };
    sigset_t none;
    (void)sigemptyset(&none); // this thread's mask is inherited, and would hold SIGXCPU back
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0)
        _exit(2);
    (void)close_range(STDERR_FILENO + 1, ~0U, 0);
#ifndef __SANITIZE_ADDRESS__ // its shadow needs terabytes of address space
    limit(RLIMIT_AS, MEMORY_MAX, MEMORY_MAX);
#endif
    limit(RLIMIT_CPU, CPU_S, CPU_S + 1);
    limit(RLIMIT_FSIZE, 0, 0);
    limit(RLIMIT_CORE, 0, 0);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        _exit(2);
    (void)execve(program, argv, envp);
    _exit(2);
}

static bool read_all(int fd, const atomic_bool *stop, struct buffer *out)
{
    for (int looks = 0; looks < LOOKS_MAX && !atomic_load(stop);) {
        struct pollfd ready = { .fd = fd, .events = POLLIN };
        if (poll(&ready, 1, LOOK_MS) <= 0) {
            looks++;
            continue;
        }
        if (out->size > RESULT_MAX || !room_for(out, ROOM))
            return false;
        ssize_t count = read(fd, out->bytes + out->size, ROOM);
        if (count <= 0)
            return count == 0;
        out->size += (size_t)count;
        looks = 0;
    }
    return false;
}

static uint8_t *read_once(const uint8_t *mail, size_t size, const atomic_bool *stop,
                          size_t *ret_size, bool *ret_judged)
{
    int in[2], out[2], status = -1;
    struct buffer result = { 0 };
    *ret_judged = false;
    if (pipe2(in, O_CLOEXEC) != 0)
        return NULL;
    if (pipe2(out, O_CLOEXEC) != 0) {
        (void)close(in[0]);
        (void)close(in[1]);
        return NULL;
    }
    pid_t reader = fork();
    if (reader == 0)
        become_reader(in[0], out[1]);
    (void)close(in[0]);
    (void)close(out[1]);
    bool good = reader > 0 && write_all(in[1], mail, size);
    (void)close(in[1]);
    good = good && read_all(out[0], stop, &result);
    (void)close(out[0]);
    if (reader > 0 && !good)
        (void)kill(reader, SIGKILL);
    while (reader > 0 && waitpid(reader, &status, 0) < 0 && errno == EINTR)
        ;
    if (good && WIFEXITED(status) && WEXITSTATUS(status) == 0 && result.size > 0) {
        *ret_size = result.size;
        return result.bytes;
    }
    free(result.bytes);
    *ret_judged = reader > 0 && ((WIFEXITED(status) && WEXITSTATUS(status) == 1) ||
                                 (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU));
    return NULL;
}

// What dies without a word may have been killed for want of memory: it is not the mail's fault yet.
uint8_t *mail_reader_read(const uint8_t *mail, size_t size, const atomic_bool *stop,
                          size_t *ret_size)
{
    uint8_t *result = NULL;
    bool judged = false;
    for (int i = 0; i < TRIES && !result && !judged && !atomic_load(stop); i++)
        result = read_once(mail, size, stop, ret_size, &judged);
    return result;
}

bool mail_reader_frame(struct bytes *rest, struct bytes *ret)
{
    const uint8_t *at = rest->data;
    if (rest->size < LENGTH_BYTES)
        return false;
    size_t size = (size_t)at[0] | (size_t)at[1] << 8 | (size_t)at[2] << 16 | (size_t)at[3] << 24;
    if (size > rest->size - LENGTH_BYTES)
        return false;
    *ret = (struct bytes){ at + LENGTH_BYTES, size };
    *rest = (struct bytes){ at + LENGTH_BYTES + size, rest->size - LENGTH_BYTES - size };
    return true;
}

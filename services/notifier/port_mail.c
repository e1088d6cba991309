// SPDX-License-Identifier: Apache-2.0
// Loop: begin a mail (committed) -> thread: send it -> loop: say what became of it (until that is
// committed) -> the next one.
#include "services/notifier/port_mail.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/base/civil.h"
#include "common/base/email.h"
#include "common/run/setting.h"
#include "services/notifier/mails.h"
#include "services/notifier/port_files.h"
#include "services/notifier/post.h"
#include "services/notifier/smtp.h"

#define LOOK_MS  250
#define RETRY_MS 1000

#define TASK_BYTES ((size_t)64 << 10)

// The mail that is on its way; one at a time.
struct task {
    struct mail_task begun;
    struct parcel parcel;
    struct arena *arena; // what `begun` points to
    struct sending sending;
};

enum step { IDLE, BEGINNING, SENDING, FINISHING };

struct mail_room {
    struct post post; // first: it is request.context
    struct loop *loop;
    struct server *server;
    struct smtp_server smtp;
    struct files_source source;
    int timer;
    enum step step;
    struct task task;
    bool found;     // BEGINNING found one
    bool recovered; // what had been begun before this process has been judged
    bool more;
    bool pending; // the server holds an input of ours
    bool stopping;
    // Shared with the thread.
    pthread_t thread;
    bool has_thread;
    pthread_mutex_t lock;
    pthread_cond_t wanted;
    bool has_task, is_sent;
    atomic_bool stop;
    int event_fd;
};

static void look(void *context, int64_t now_us);

static void look_after(struct mail_room *room, int64_t after_ms)
{
    if (!room->timer && !room->stopping)
        room->timer = loop_after(room->loop, after_ms, look, room);
}

static void task_clear(struct task *task)
{
    free(task->parcel.bytes);
    arena_free(task->arena);
    *task = (struct task){ 0 };
}

static void room_free(struct mail_room *room)
{
    task_clear(&room->task);
    (void)pthread_cond_destroy(&room->wanted);
    (void)pthread_mutex_destroy(&room->lock);
    (void)close(room->event_fd);
    free(room);
}

static void ask_server(struct mail_room *room, const struct input *input)
{
    room->pending = true;
    server_input(room->server, input);
}

// False: the process ends, and the room is gone.
static bool answered(struct mail_room *room)
{
    bool stopping = room->stopping;
    room->pending = false;
    if (stopping)
        room_free(room);
    return !stopping;
}

// --- the thread
static void send_one(struct mail_room *room, struct task *task)
{
    const struct mail_task *begun = &task->begun;
    if (begun->file_count > 0 &&
        !parcel_add_files(&task->parcel, &room->source, begun, &room->stop, &task->sending))
        return;
    struct smtp_mail mail = { begun->from, begun->to, task->parcel.bytes, task->parcel.size };
    smtp_send(&room->smtp, &mail, &room->stop, &task->sending);
}

static void *send_all(void *argument)
{
    struct mail_room *room = argument;
    (void)pthread_mutex_lock(&room->lock);
    while (!atomic_load(&room->stop)) {
        if (!room->has_task) {
            (void)pthread_cond_wait(&room->wanted, &room->lock);
            continue;
        }
        (void)pthread_mutex_unlock(&room->lock);
        send_one(room, &room->task);
        (void)pthread_mutex_lock(&room->lock);
        room->has_task = false;
        room->is_sent = true;
        uint64_t one = 1;
        (void)!write(room->event_fd, &one, sizeof one);
    }
    (void)pthread_mutex_unlock(&room->lock);
    return NULL;
}

static void thread_start(struct mail_room *room)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&room->thread, NULL, send_all, room) != 0)
        abort();
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    room->has_thread = true;
}

static void hand_over(struct mail_room *room)
{
    room->step = SENDING;
    (void)pthread_mutex_lock(&room->lock);
    room->has_task = true;
    (void)pthread_cond_signal(&room->wanted);
    (void)pthread_mutex_unlock(&room->lock);
}

// --- finishing
static void finish(struct mail_room *room);

static bool run_finish(struct request *rq, void *argument)
{
    struct mail_room *room = argument;
    return mails_finish(rq, room->task.begun.intent, room->task.begun.mail, &room->task.sending);
}

static void finish_again(void *context, int64_t now_us)
{
    (void)now_us;
    struct mail_room *room = context;
    room->timer = 0;
    finish(room);
}

static void done_finish(void *argument, bool committed)
{
    struct mail_room *room = argument;
    if (!answered(room))
        return;
    if (!committed) {
        room->timer = loop_after(room->loop, RETRY_MS, finish_again, room);
        return;
    }
    task_clear(&room->task);
    room->step = IDLE;
    look_after(room, 0);
}

static void finish(struct mail_room *room)
{
    room->step = FINISHING;
    struct input input = { run_finish, done_finish, room };
    ask_server(room, &input);
}

static void sent(void *context, int fd, int64_t now_us)
{
    (void)now_us;
    struct mail_room *room = context;
    uint64_t count;
    (void)!read(fd, &count, sizeof count);
    (void)pthread_mutex_lock(&room->lock);
    bool is_sent = room->is_sent;
    room->is_sent = false;
    (void)pthread_mutex_unlock(&room->lock);
    if (is_sent && room->step == SENDING)
        finish(room);
}

// --- beginning
static char *kept(struct arena *arena, const char *bytes, size_t size)
{
    char *copy = arena_text(arena, bytes, size);
    if (!copy)
        abort(); // far larger than 20 attachments' names
    return copy;
}

// The request's memory is gone before the thread begins.
static void task_fill(struct task *task, const struct mail_task *begun)
{
    struct arena *arena = task->arena = arena_new(TASK_BYTES);
    struct inquiry_mail_file *files = arena_array(arena, begun->file_count + 1, sizeof *files);
    struct mail_task *own = &task->begun;
    if (!files)
        abort(); // likewise
    *own = *begun;
    own->from = kept(arena, begun->from, strlen(begun->from));
    own->to = kept(arena, begun->to, strlen(begun->to));
    own->message = NULL;
    own->boundary = begun->boundary ? kept(arena, begun->boundary, strlen(begun->boundary)) : NULL;
    for (size_t i = 0; i < begun->file_count; i++) {
        const struct inquiry_mail_file *file = &begun->files[i];
        files[i] = *file;
        files[i].name = kept(arena, file->name, strlen(file->name));
        files[i].content_type = kept(arena, file->content_type, strlen(file->content_type));
        files[i].hash.data =
            (const uint8_t *)kept(arena, (const char *)file->hash.data, file->hash.size);
    }
    own->files = files;
    parcel_add(&task->parcel, begun->message, strlen(begun->message));
}

static bool run_begin(struct request *rq, void *argument)
{
    struct mail_room *room = argument;
    struct mail_task begun;
    task_clear(&room->task); // of a batch that is repeated
    room->found = mails_begin(rq, &begun);
    if (!room->found)
        return rq->err.code == ERR_NONE;
    task_fill(&room->task, &begun);
    return true;
}

static void done_begin(void *argument, bool committed)
{
    struct mail_room *room = argument;
    if (!answered(room))
        return;
    if (committed && room->found) {
        hand_over(room);
        return;
    }
    task_clear(&room->task);
    room->step = IDLE;
    look_after(room, committed ? LOOK_MS : RETRY_MS);
}

static bool run_recover(struct request *rq, void *argument)
{
    struct mail_room *room = argument;
    room->more = mails_recover(rq);
    return rq->err.code == ERR_NONE;
}

static void done_recover(void *argument, bool committed)
{
    struct mail_room *room = argument;
    if (!answered(room))
        return;
    room->step = IDLE;
    room->recovered = committed && !room->more;
    look_after(room, committed ? 0 : RETRY_MS);
}

static void look(void *context, int64_t now_us)
{
    struct mail_room *room = context;
    room->timer = 0;
    if (room->step != IDLE || room->stopping)
        return;
    if (room->recovered && room->post.due_us > now_us) {
        look_after(room, LOOK_MS);
        return;
    }
    room->step = BEGINNING;
    struct input input = { run_begin, done_begin, room };
    if (!room->recovered)
        input = (struct input){ run_recover, done_recover, room };
    ask_server(room, &input);
}

// --- options
static bool take_text(const struct app_start *start, const char *option, char *out, size_t size,
                      struct err *err)
{
    const char *value = start->value(start, option, 0);
    if (snprintf(out, size, "%s", value) < (int)size)
        return true;
    return fail(err, ERR_INVALID, option, TEXT_TEXT_TOO_LONG, int_text((int64_t)size - 1).text,
                int_text((int64_t)strlen(value)).text, NULL);
}

static bool settle_times(struct mail_room *room, const struct app_start *start, struct err *err)
{
    int64_t timeout_s, pause_ms, most_ms, hours;
    if (!setting_number(start, "smtp-timeout", 1, 3600, &timeout_s, err) ||
        !setting_number(start, "mail-pause", 1, 3600000, &pause_ms, err) ||
        !setting_number(start, "mail-pause-most", 1, 86400000, &most_ms, err) ||
        !setting_number(start, "mail-give-up", 1, 720, &hours, err))
        return false;
    room->smtp.timeout_s = (long)timeout_s;
    room->post.policy.pause_us = MILLISECONDS(pause_ms);
    room->post.policy.pause_most_us = MILLISECONDS(most_ms);
    room->post.policy.give_up_us = SECONDS(hours * 3600);
    return true;
}

static bool settle(struct mail_room *room, const struct app_start *start, struct err *err)
{
    struct smtp_server *smtp = &room->smtp;
    struct post *post = &room->post;
    int tls = 0, resend = 0;
    if (!take_text(start, "smtp", smtp->url, sizeof smtp->url, err) ||
        !take_text(start, "smtp-user", smtp->user, sizeof smtp->user, err) ||
        !take_text(start, "smtp-password", smtp->password, sizeof smtp->password, err) ||
        !take_text(start, "smtp-ca", smtp->ca, sizeof smtp->ca, err) ||
        !take_text(start, "mail-from", post->from, sizeof post->from, err) ||
        !take_text(start, "mail-name", post->from_name, sizeof post->from_name, err) ||
        !setting_zone(start, &post->zone, err) ||
        !setting_pick(start, "smtp-tls", "required, try, none", &tls, err) ||
        !setting_pick(start, "mail-resend", "yes, no", &resend, err) ||
        !settle_times(room, start, err) ||
        !colour_rules_read(start->value(start, "colours", 0), &post->colours, err))
        return false;
    smtp->tls = (enum smtp_tls)tls;
    post->policy.resend = resend == 0;
    post->configured = smtp->url[0] != '\0';
    if (!post->configured)
        return true;
    if (strncmp(smtp->url, "smtp://", 7) != 0 && strncmp(smtp->url, "smtps://", 8) != 0)
        return fail(err, ERR_INVALID, "smtp", TEXT_MAIL_URL, smtp->url, NULL);
    return email_valid(post->from) ||
           fail(err, ERR_INVALID, "mail-from", TEXT_MAIL_FROM, post->from, NULL);
}

const struct option mail_options[MAIL_OPTIONS] = {
    { "smtp", "smtp://RECHNER:587", false, NULL,
      "Mailserver für Telefonnotizen; auch smtps://RECHNER:465",
      "mail server for call notes; also smtps://HOST:465" },
    { "smtp-user", "NAME", false, NULL, "Anmeldung am Mailserver", "login at the mail server" },
    { "smtp-password", "GEHEIMNIS", false, NULL, "dazu; nur in notifier.conf angeben",
      "its password; give it in notifier.conf only" },
    { "smtp-tls", "required|try|none", false, "required",
      "STARTTLS: verlangt, wenn möglich, oder nicht (nur im eigenen Netz)",
      "STARTTLS: required, if possible, or not (within your own network only)" },
    { "smtp-ca", "DATEI", false, NULL, "Zertifikate, denen zu trauen ist; sonst die des Systems",
      "certificates to trust; else the system's" },
    { "smtp-timeout", "SEKUNDEN", false, "120", "für eine Mail höchstens", "for one mail at most" },
    { "mail-from", "ADRESSE", false, NULL, "Absender", "sender" },
    { "mail-name", "NAME", false, NULL, "Name des Absenders", "the sender's name" },
    { "mail-resend", "yes|no", false, "yes",
      "noch einmal senden, was vielleicht schon ankam (mit derselben Message-ID)",
      "send again what has perhaps arrived (with the same Message-ID)" },
    { "mail-pause", "MILLISEKUNDEN", false, "30000", "vor dem zweiten Versuch; dann das Doppelte",
      "before the second try; then twice that" },
    { "mail-pause-most", "MILLISEKUNDEN", false, "3600000", "höchstens zwischen zwei Versuchen",
      "at most between two tries" },
    { "mail-give-up", "STUNDEN", false, "48", "nach der Bestellung aufgeben",
      "give up so long after it was ordered" },
    SETTING_ZONE_OPTION(": nach ihr nennen Mails Zeiten", ": mails name times by it"),
    { "colours", "REGELN", false, COLOUR_USUAL,
      "Farben der Tafeln: BEDINGUNG=FARBE; ..., die erste passende gilt",
      "colours of the boards: CONDITION=COLOUR; ..., the first that fits holds" },
};

// --- life
static void *create(const struct app *app, struct err *err)
{
    (void)app;
    (void)err;
    struct mail_room *room = calloc(1, sizeof *room);
    if (!room)
        abort();
    post_init(&room->post);
    atomic_init(&room->stop, false);
    (void)pthread_mutex_init(&room->lock, NULL);
    (void)pthread_cond_init(&room->wanted, NULL);
    room->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (room->event_fd < 0)
        abort();
    smtp_begin();
    return room;
}

static bool start_port(void *port, const struct app_start *start, struct err *err)
{
    struct mail_room *room = port;
    room->loop = start->loop;
    room->server = start->server;
    room->source = (struct files_source){ .keys = start->keys, .run = start->run };
    if (!settle(room, start, err))
        return false;
    loop_watch(room->loop, room->event_fd, false, sent, room);
    thread_start(room);
    look_after(room, 0);
    return true;
}

// What is on its way is cut off, and judged at the next start.
static void stop(void *port)
{
    struct mail_room *room = port;
    room->stopping = true;
    if (room->timer)
        loop_cancel(room->loop, room->timer);
    (void)pthread_mutex_lock(&room->lock);
    atomic_store(&room->stop, true);
    (void)pthread_cond_signal(&room->wanted);
    (void)pthread_mutex_unlock(&room->lock);
    if (room->has_thread) {
        (void)pthread_join(room->thread, NULL);
        loop_unwatch(room->loop, room->event_fd);
    }
    // While the server holds an input of ours, that one's `done` frees the room.
    if (!room->pending)
        room_free(room);
}

const struct port mail_port = { create, start_port, stop };

// SPDX-License-Identifier: Apache-2.0
// Of each mailbox: thread: find, fetch and read the next mail -> loop: take it, then its
// attachments piece by piece (each step committed) -> thread: mark it, look for the next one.
#include "services/timekeeping/port_imap.h"

#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "common/run/log.h"
#include "common/run/setting.h"
#include "common/wire/codec.h"
#include "services/timekeeping/attachments.h"
#include "services/timekeeping/imap.h"
#include "services/timekeeping/mail_reader.h"
#include "services/timekeeping/mailbox_place.h"
#include "services/timekeeping/mailboxes.h"

#define MAILBOXES_MAX 20
#define MAIL_MAX      ((int64_t)75 << 20)
#define PIECE         ((size_t)512 << 10)
#define RETRY_MS      1000
#define PAUSE_MOST_S  900

enum found { FOUND_NOTHING, FOUND_MAIL, FOUND_BAD, FOUND_DOWN };
enum step { STEP_CURSOR, STEP_TAKE, STEP_BEGIN, STEP_PIECE, STEP_SKIP, STEP_FINISH };

struct mailbox {
    struct loop *loop;
    struct server *server;
    struct mailbox_place at;
    char detail[301], said[301];
    struct mailbox_row row;
    int64_t every_s, pause_s;
    int timer;
    bool pending, stopping;
    enum step step;
    // The mail at hand.
    uint8_t *mail;
    struct bytes rest, part, bytes; // frames still to come; the attachment's record and content
    struct id inquiry, mail_id, attachment;
    int64_t offset;
    bool whole, refused, no_room; // of the last step
    struct mailbox_end end;
    // Shared with the thread; whoever holds `working` owns them.
    pthread_t thread;
    bool has_thread;
    pthread_mutex_t lock;
    pthread_cond_t wanted;
    bool working, answered;
    atomic_bool stop;
    int event_fd;
    int64_t validity, uid, since, seen, new_validity, new_uid;
    int64_t again_validity, again_uid; // of one that waits; 0: none
    bool coming, again;                // `new_uid` is that one
    enum found found;
    enum mailbox_reason bad_for;
    uint8_t *result;
    size_t result_size;
};

struct imap_port {
    struct mailbox *boxes[MAILBOXES_MAX];
    const struct mailbox_row *rows[MAILBOXES_MAX];
    size_t count;
};

// --- the thread
static bool next_uid(struct mailbox *box, struct imap *imap)
{
    char search[80], day[20];
    time_t since = (time_t)(box->since / SECONDS(1));
    struct tm tm;
    bool same = box->new_validity == box->validity;
    box->again = false;
    if (same && box->coming) {
        box->new_uid = box->uid;
        return true;
    }
    box->again = box->again_uid && box->again_validity == box->new_validity;
    if (box->again) {
        box->new_uid = box->again_uid;
        return true;
    }
    (void)gmtime_r(&since, &tm);
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    (void)snprintf(day, sizeof day, "%d-%s-%d", tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900);
    if (same)
        (void)snprintf(search, sizeof search, "UID %lld:*", (long long)box->uid + 1);
    else // numbered anew, or never seen: what came since the pick-up began, and what is unread
        (void)snprintf(search, sizeof search, "OR UNSEEN SINCE %s",
                       box->validity ? day : "1-Jan-2100");
    return imap_first(imap, search, same ? box->uid : 0, &box->new_uid);
}

static enum found fetch(struct mailbox *box, struct imap *imap)
{
    int64_t size;
    uint8_t *mail = NULL;
    size_t mail_size = 0;
    if (!imap_size(imap, box->new_uid, &size))
        return FOUND_DOWN;
    // One that was deleted meanwhile is a loss only while its attachments wait.
    box->bad_for = size > 0     ? mailbox_reason_LARGE
                   : box->again ? mailbox_reason_GONE
                                : mailbox_reason_ABSENT;
    if (size == 0 || size > MAIL_MAX)
        return FOUND_BAD;
    box->bad_for = mailbox_reason_UNREADABLE;
    if (!imap_fetch(imap, box->new_uid, &mail, &mail_size))
        return FOUND_DOWN;
    box->result = mail ? mail_reader_read(mail, mail_size, &box->stop, &box->result_size) : NULL;
    free(mail);
    if (atomic_load(&box->stop))
        return FOUND_DOWN;
    return box->result ? FOUND_MAIL : FOUND_BAD;
}

static enum found look_into(struct mailbox *box, struct imap **imap)
{
    box->detail[0] = '\0';
    if (!*imap)
        *imap = imap_open(&box->at.at, &box->stop, box->detail, sizeof box->detail);
    if (!*imap)
        return FOUND_DOWN;
    (void)snprintf(box->detail, sizeof box->detail, "die Verbindung brach ab");
    box->new_validity = imap_validity(*imap);
    if (box->seen && box->new_validity == box->validity && !imap_mark_seen(*imap, box->seen))
        return FOUND_DOWN;
    box->seen = 0;
    if (!next_uid(box, *imap))
        return FOUND_DOWN;
    enum found found = box->new_uid ? fetch(box, *imap) : FOUND_NOTHING;
    if (found != FOUND_DOWN)
        box->detail[0] = '\0';
    return found;
}

static void *work(void *argument)
{
    struct mailbox *box = argument;
    struct imap *imap = NULL;
    (void)pthread_mutex_lock(&box->lock);
    while (!atomic_load(&box->stop)) {
        if (!box->working || box->answered) {
            (void)pthread_cond_wait(&box->wanted, &box->lock);
            continue;
        }
        (void)pthread_mutex_unlock(&box->lock);
        box->found = look_into(box, &imap);
        if (box->found == FOUND_DOWN || box->found == FOUND_NOTHING) {
            imap_close(imap);
            imap = NULL;
        }
        (void)pthread_mutex_lock(&box->lock);
        box->answered = true;
        uint64_t one = 1;
        (void)!write(box->event_fd, &one, sizeof one);
    }
    (void)pthread_mutex_unlock(&box->lock);
    imap_close(imap);
    return NULL;
}

static void thread_start(struct mailbox *box)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&box->thread, NULL, work, box) != 0)
        abort();
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    box->has_thread = true;
}

static void hand_over(struct mailbox *box)
{
    (void)pthread_mutex_lock(&box->lock);
    box->working = true;
    (void)pthread_cond_signal(&box->wanted);
    (void)pthread_mutex_unlock(&box->lock);
}

// --- the loop
static void box_free(struct mailbox *box)
{
    free(box->mail);
    free(box->result);
    (void)pthread_cond_destroy(&box->wanted);
    (void)pthread_mutex_destroy(&box->lock);
    (void)close(box->event_fd);
    free(box);
}

static void keep_cursor(struct mailbox *box, const struct mailbox_cursor *cursor)
{
    box->validity = cursor->validity;
    box->uid = cursor->uid;
    box->since = cursor->since;
    box->coming = cursor->has_coming && cursor->coming;
    box->inquiry = cursor->inquiry;
    box->mail_id = cursor->mail;
}

// How far it is, and whether one that waits may come now.
static bool run_cursor(struct request *rq, struct mailbox *box, struct mailbox_cursor *cursor)
{
    struct mailbox_waiting waiting;
    bool found;
    mailbox_cursor_get(rq, box->at.name, box->at.place, cursor);
    if (!mailbox_waiting_next(rq, cursor, &waiting, &found))
        return false;
    box->again_validity = found ? waiting.validity : 0;
    box->again_uid = found ? waiting.uid : 0;
    return true;
}

static bool run_take(struct request *rq, struct mailbox *box, const struct mailbox_pick *pick,
                     struct mailbox_cursor *cursor)
{
    struct inquiry_mail_new in;
    struct bytes rest = { box->mail, box->rest.size }, frame;
    if (!mail_reader_frame(&rest, &frame) ||
        !decode(inquiry_mail_new_record(), frame, DECODE_STRICT, rq->arena, &in, &rq->err))
        return false;
    struct mailbox_pick whole = *pick;
    whole.attachments = rest.size > 0;
    return mailbox_take(rq, &whole, &in, cursor);
}

static void keep_attachment(struct mailbox *box, const struct attachment *row)
{
    box->attachment = row->id;
    box->offset = row->has_received ? row->received : 0;
    box->whole = row->state != attachment_state_COMING;
}

static bool run_begin(struct request *rq, struct mailbox *box)
{
    struct attachment_new in;
    struct attachment row;
    if (!decode(attachment_new_record(), box->part, DECODE_STRICT, rq->arena, &in, &rq->err))
        return false;
    in.inquiry = box->inquiry;
    in.mail = box->mail_id;
    if (!attachments_begin(rq, &in, &row))
        return false;
    keep_attachment(box, &row);
    return true;
}

static bool run_piece(struct request *rq, struct mailbox *box)
{
    size_t at = (size_t)box->offset, left = at < box->bytes.size ? box->bytes.size - at : 0;
    struct attachment_piece in = { .id = box->attachment,
                                   .offset = box->offset,
                                   .bytes = { box->bytes.data + at, left < PIECE ? left : PIECE } };
    struct attachment row;
    if (left == 0 || !attachments_add(rq, &in, &row))
        return false;
    keep_attachment(box, &row);
    return true;
}

static bool run(struct request *rq, void *argument)
{
    struct mailbox *box = argument;
    struct mailbox_pick pick = { .name = box->at.name,
                                 .place = box->at.place,
                                 .client = box->at.client,
                                 .validity = box->new_validity,
                                 .uid = box->new_uid,
                                 .again = box->again };
    struct mailbox_cursor cursor;
    bool good = true;
    switch (box->step) {
    case STEP_CURSOR: good = run_cursor(rq, box, &cursor); break;
    case STEP_TAKE: good = run_take(rq, box, &pick, &cursor); break;
    case STEP_SKIP: good = mailbox_skip(rq, &pick, box->bad_for, &cursor); break;
    case STEP_FINISH: good = mailbox_finish(rq, &pick, &box->end, &cursor); break;
    case STEP_BEGIN: good = run_begin(rq, box); break;
    case STEP_PIECE: good = run_piece(rq, box); break;
    }
    box->refused = !good;
    box->no_room = rq->err.code == ERR_TOO_LARGE && strcmp(rq->err.field, "size") == 0;
    if (good && box->step != STEP_BEGIN && box->step != STEP_PIECE)
        keep_cursor(box, &cursor);
    return good;
}

static void done(void *argument, bool committed);

static void ask(struct mailbox *box, enum step step)
{
    struct input input = { run, done, box };
    box->step = step;
    box->pending = true;
    server_input(box->server, &input);
}

static void look(void *context, int64_t now_us)
{
    struct mailbox *box = context;
    (void)now_us;
    box->timer = 0;
    ask(box, STEP_CURSOR);
}

static void look_after(struct mailbox *box, int64_t after_ms)
{
    if (!box->stopping && !box->timer)
        box->timer = loop_after(box->loop, after_ms, look, box);
}

static void mail_done(struct mailbox *box, bool taken)
{
    free(box->mail);
    box->mail = NULL;
    if (taken)
        box->seen = box->new_uid;
    ask(box, STEP_CURSOR);
}

static void say_skipped(const struct mailbox *box, const char *what)
{
    log_write(LEVEL_WARNING, "event=mail_%s mailbox=%s validity=%lld uid=%lld", what, box->at.name,
              (long long)box->new_validity, (long long)box->new_uid);
}

static void next_part(struct mailbox *box)
{
    if (mail_reader_frame(&box->rest, &box->part) && mail_reader_frame(&box->rest, &box->bytes))
        ask(box, STEP_BEGIN);
    else
        ask(box, STEP_FINISH);
}

static void mail_taken(struct mailbox *box)
{
    struct bytes first;
    box->rest.data = box->mail;
    box->end = (struct mailbox_end){ 0 };
    if ((box->coming || box->again) && mail_reader_frame(&box->rest, &first))
        next_part(box);
    else
        mail_done(box, true);
}

static void after_part(struct mailbox *box)
{
    if (box->refused) {
        int64_t size = (int64_t)box->bytes.size;
        if (!box->no_room)
            box->end.partly = true;
        else if (box->end.short_of == 0 || size < box->end.short_of)
            box->end.short_of = size;
        say_skipped(box, box->no_room ? "attachment_waits" : "attachment_skipped");
        next_part(box);
    } else if (box->whole) {
        next_part(box);
    } else {
        ask(box, STEP_PIECE);
    }
}

// What `server_input` held was carried out, refused, or (the store is full) must come again.
static void done(void *argument, bool committed)
{
    struct mailbox *box = argument;
    box->pending = false;
    if (box->stopping) {
        box_free(box);
        return;
    }
    if (!committed) { // resumed by the cursor
        free(box->mail);
        box->mail = NULL;
        look_after(box, RETRY_MS);
        return;
    }
    switch (box->step) {
    case STEP_CURSOR: hand_over(box); break;
    case STEP_TAKE:
        if (!box->refused) {
            mail_taken(box);
            break;
        }
        say_skipped(box, "skipped");
        box->bad_for = mailbox_reason_REFUSED;
        ask(box, STEP_SKIP);
        break;
    case STEP_BEGIN:
    case STEP_PIECE: after_part(box); break;
    case STEP_SKIP: mail_done(box, false); break;
    case STEP_FINISH: mail_done(box, box->end.short_of == 0 && !box->end.partly); break;
    }
}

static void say_state(struct mailbox *box, bool up)
{
    if (up != box->row.connected || !up)
        log_write(up ? LEVEL_INFO : LEVEL_WARNING, "event=mailbox mailbox=%s up=%s detail=\"%s\"",
                  box->at.name, up ? "yes" : "no", box->detail);
    box->row.connected = up;
    (void)snprintf(box->said, sizeof box->said, "%s", box->detail);
    box->row.detail = *box->said ? box->said : NULL;
}

static void came(void *context, int fd, int64_t now_us)
{
    struct mailbox *box = context;
    uint64_t count;
    (void)now_us;
    (void)!read(fd, &count, sizeof count);
    (void)pthread_mutex_lock(&box->lock);
    bool answered = box->answered;
    box->answered = box->working = false;
    (void)pthread_mutex_unlock(&box->lock);
    if (!answered)
        return;
    say_state(box, box->found != FOUND_DOWN);
    if (box->found == FOUND_DOWN) {
        box->pause_s = box->pause_s * 2 < PAUSE_MOST_S ? box->pause_s * 2 : PAUSE_MOST_S;
        look_after(box, box->pause_s * 1000);
        return;
    }
    box->pause_s = box->every_s;
    if (box->found == FOUND_NOTHING) {
        look_after(box, box->every_s * 1000);
        return;
    }
    if (box->found == FOUND_BAD) {
        say_skipped(box, "skipped");
        ask(box, STEP_SKIP);
        return;
    }
    box->mail = box->result;
    box->result = NULL;
    box->rest = (struct bytes){ box->mail, box->result_size };
    ask(box, STEP_TAKE);
}

// --- life
static struct mailbox *box_new(const struct app_start *start, const char *spec, int64_t every_s)
{
    struct mailbox *box = calloc(1, sizeof *box);
    if (!box)
        abort();
    box->loop = start->loop;
    box->server = start->server;
    box->every_s = box->pause_s = every_s;
    atomic_init(&box->stop, false);
    (void)pthread_mutex_init(&box->lock, NULL);
    (void)pthread_cond_init(&box->wanted, NULL);
    box->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (box->event_fd < 0)
        abort();
    if (mailbox_place_read(spec, &box->at)) {
        box->row = (struct mailbox_row){ .name = box->at.name,
                                         .place = box->at.place,
                                         .client = box->at.client,
                                         .detail = "noch nicht nachgesehen" };
        return box;
    }
    box_free(box);
    return NULL;
}

// Its cursor is found by the name.
static bool name_taken(const struct imap_port *port, const char *name)
{
    for (size_t i = 0; i < port->count; i++) {
        if (strcmp(port->boxes[i]->at.name, name) == 0)
            return true;
    }
    return false;
}

struct imap_port *imap_port_start(const struct app_start *start, struct timekeeping_house *house,
                                  struct err *err)
{
    int64_t every_s;
    const char *spec;
    if (!setting_number(start, "imap-every-seconds", 1, PAUSE_MOST_S, &every_s, err))
        return NULL;
    struct imap_port *port = calloc(1, sizeof *port);
    if (!port || curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
        abort();
    while ((spec = start->value(start, "imap", (int)port->count)) != NULL && *spec) {
        struct mailbox *box = port->count < MAILBOXES_MAX ? box_new(start, spec, every_s) : NULL;
        if (box && name_taken(port, box->at.name)) {
            (void)fail(err, ERR_INVALID, "imap", TEXT_MAILBOX_TWICE, box->at.name, NULL);
            box_free(box);
            imap_port_stop(port);
            return NULL;
        }
        if (!box) { // the password is not repeated in a message that may land in a log
            (void)fail(err, ERR_INVALID, "imap",
                       port->count < MAILBOXES_MAX ? TEXT_MAILBOX_FORM : TEXT_MAILBOX_MANY,
                       int_text(MAILBOXES_MAX).text, NULL);
            imap_port_stop(port);
            return NULL;
        }
        port->rows[port->count] = &box->row;
        port->boxes[port->count++] = box;
    }
    for (size_t i = 0; i < port->count; i++) {
        loop_watch(start->loop, port->boxes[i]->event_fd, false, came, port->boxes[i]);
        thread_start(port->boxes[i]);
        look_after(port->boxes[i], 0);
    }
    house->mailboxes = port->rows;
    house->mailboxes_count = port->count;
    return port;
}

void imap_port_stop(struct imap_port *port)
{
    for (size_t i = 0; port && i < port->count; i++) {
        struct mailbox *box = port->boxes[i];
        box->stopping = true;
        if (box->timer)
            loop_cancel(box->loop, box->timer);
        (void)pthread_mutex_lock(&box->lock);
        atomic_store(&box->stop, true);
        (void)pthread_cond_signal(&box->wanted);
        (void)pthread_mutex_unlock(&box->lock);
        if (box->has_thread) {
            (void)pthread_join(box->thread, NULL);
            loop_unwatch(box->loop, box->event_fd);
        }
        if (!box->pending) // else the server's `done` frees it
            box_free(box);
    }
    free(port);
}

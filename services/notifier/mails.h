// SPDX-License-Identifier: Apache-2.0
// The mail room at work: notes become mails, mails are begun and finished. What a port does between
// mails_begin and mails_finish is the effect outside.
#pragma once

#include "common/step/request.h"
#include "services/notifier/mail.h"

// Applies telephony's fact `call_note`: a new order to mail it becomes a mail to each address. Made
// of note, order and address, so that each is sent once, however often the note is told.
bool mails_take_note(struct request *rq, const struct fact *fact, const void *row);

// Applies timekeeping's fact `inquiry_mail`: an answer becomes a mail, once, under the Message-ID
// that timekeeping gave it.
bool mails_take_answer(struct request *rq, const struct fact *fact, const void *row);

// One try, as the port needs it; everything in the request's arena.
struct mail_task {
    struct id intent, mail;
    const char *from, *to;
    const char *message; // RFC 5322; with attachments: up to the first of them
    struct id answer;    // the inquiry_mail that promises these; its boundary. NULL: none
    const char *boundary;
    const struct inquiry_mail_file *files;
    size_t file_count;
};
// The mail that is due, begun: its intent and state are to be committed before anything is sent.
// False when none is due; the post's due_us then says when to look again.
MUST_USE bool mails_begin(struct request *rq, struct mail_task *out);
// What became of it.
MUST_USE bool mails_finish(struct request *rq, struct id intent, struct id mail,
                           const struct sending *sending);
// At the start of the process: what had been begun is uncertain. At most 100; true: more.
bool mails_recover(struct request *rq);

MUST_USE bool mails_page(struct request *rq, const struct mail_query *query, struct mail_page *out);

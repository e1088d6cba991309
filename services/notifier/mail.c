// SPDX-License-Identifier: Apache-2.0
// Waiting is the only state that a mail comes back to.
#include "services/notifier/mail.h"

#include <string.h>

#include "common/base/err.h"
#include "common/base/text.h"

static void again(struct mail_row *mail, const struct mail_policy *policy, int64_t now_us)
{
    int64_t pause_us = policy->pause_us;

    for (int64_t i = 1; i < mail->attempts && pause_us < policy->pause_most_us; i++)
        pause_us *= 2;
    if (pause_us > policy->pause_most_us)
        pause_us = policy->pause_most_us;
    mail->state = mail_state_WANTED;
    mail->has_next_at = true;
    mail->next_at = now_us + pause_us;
}

static void stop(struct mail_row *mail, enum mail_state state)
{
    mail->state = state;
    mail->has_next_at = false;
    mail->next_at = 0;
}

void mail_begin(struct mail_row *mail, int64_t now_us)
{
    stop(mail, mail_state_STARTED);
    mail->attempts++;
    mail->moved_at = now_us;
    mail->version++;
}

// Foreign bytes: made valid, and short enough for the row.
static const char *kept(struct arena *arena, const char *text)
{
    char *clean = *text ? text_clean(arena, text, strlen(text)) : NULL;
    size_t characters = 0;

    for (char *c = clean; c && *c; c++) {
        if (((unsigned char)*c & 0xC0) != 0x80 && characters++ == 300) {
            *c = '\0';
            break;
        }
    }
    return clean;
}

bool mail_moved(struct mail_row *mail, const struct sending *sending,
                const struct mail_policy *policy, int64_t now_us, struct arena *arena)
{
    bool over = now_us - mail->wanted_at >= policy->give_up_us;

    mail->version++;
    mail->moved_at = now_us;
    mail->has_code = sending->code != 0;
    mail->code = sending->code;
    mail->answer = kept(arena, sending->answer);
    mail->reason = kept(arena, sending->reason);
    if ((*sending->answer && !mail->answer) || (*sending->reason && !mail->reason))
        return false;
    switch (sending->result) {
    case SEND_TAKEN: stop(mail, mail_state_SENT); break;
    case SEND_REFUSED: stop(mail, mail_state_FAILED); break;
    case SEND_LATER:
        if (over)
            stop(mail, mail_state_FAILED);
        else
            again(mail, policy, now_us);
        break;
    case SEND_UNCERTAIN:
        if (!policy->resend || over) {
            stop(mail, mail_state_UNKNOWN);
            break;
        }
        mail->has_repeated = mail->repeated = true;
        again(mail, policy, now_us);
        break;
    }
    return true;
}

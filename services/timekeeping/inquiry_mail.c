// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/inquiry_mail.h"

#include <string.h>
#include <strings.h>

#include "common/base/email.h"
#include "common/base/text.h"

// --- subjects
bool subject_number(const char *subject, struct inquiry_number *out)
{
    for (const char *open = strchr(subject, '['); open; open = strchr(open + 1, '[')) {
        char inside[INQUIRY_NUMBER_MAX + 1];
        size_t size = strcspn(open + 1, "]");
        // Only the whole form: "[123]" is more often somebody else's ticket.
        if (open[1 + size] != ']' || size < 11 || size >= sizeof inside || open[5] != '-')
            continue;
        memcpy(inside, open + 1, size);
        inside[size] = '\0';
        if (inquiry_number_read(inside, 0, out))
            return true;
    }
    return false;
}

// Of the mark before a subject, such as "AW: ", or "[2026-000123] ": how long it is; 0: none.
static size_t mark_size(const char *subject)
{
    static const char *const marks[] = { "re:", "aw:", "antw:", "antwort:", "fwd:", "fw:",
                                         "wg:", "tr:", "r:",    "sv:",      "rif:" };
    struct inquiry_number number;
    size_t size = 0;

    for (size_t i = 0; size == 0 && i < COUNT_OF(marks); i++) {
        if (strncasecmp(subject, marks[i], strlen(marks[i])) == 0)
            size = strlen(marks[i]);
    }
    if (size == 0 && *subject == '[' && subject_number(subject, &number) &&
        strncmp(subject + 1, number.text, strlen(number.text)) == 0)
        size = strlen(number.text) + 2;
    return size ? size + strspn(subject + size, " \t") : 0;
}

const char *subject_bare(const char *subject)
{
    size_t size = strspn(subject, " \t");

    subject += size;
    while ((size = mark_size(subject)) > 0)
        subject += size;
    return subject;
}

char *text_of_at_most(const char *text, size_t characters, struct arena *arena)
{
    size_t size = 0;

    for (size_t count = 0; text[size]; size++) {
        if (((unsigned char)text[size] & 0xC0) != 0x80 && count++ == characters)
            break;
    }
    return arena_text(arena, text, size);
}

char *subject_of_reply(const char *number, const char *subject, struct arena *arena)
{
    char *whole = arena_format(arena, "[%s] Re: %s", number, subject_bare(subject));

    return whole ? text_of_at_most(whole, MAIL_SUBJECT_MOST, arena) : NULL;
}

// --- threads
bool inquiry_take_message(struct inquiry *row, const char *message_id, struct arena *arena)
{
    size_t count = row->message_ids_count, first;

    for (size_t i = 0; i < count; i++) {
        if (strcmp(row->message_ids[i], message_id) == 0)
            return false;
    }
    const char **ids = arena_array(arena, count + 1, sizeof *ids);
    if (!ids)
        return false;
    first = count >= INQUIRY_MESSAGES ? count + 1 - INQUIRY_MESSAGES : 0;
    for (size_t i = first; i < count; i++)
        ids[i - first] = row->message_ids[i];
    ids[count - first] = message_id;
    row->message_ids = ids;
    row->message_ids_count = count - first + 1;
    return true;
}

bool mail_references(const struct inquiry_mail *last, struct arena *arena, struct inquiry_mail *out)
{
    size_t count = last->references_count;
    size_t first = count >= MAIL_REFERENCES ? count + 1 - MAIL_REFERENCES : 0;
    const char **all = arena_array(arena, count + 1, sizeof *all);

    if (!all)
        return false;
    for (size_t i = first; i < count; i++)
        all[i - first] = last->references[i];
    all[count - first] = last->message_id;
    out->in_reply_to = last->message_id;
    out->references = all;
    out->references_count = count - first + 1;
    return true;
}

// --- addresses
const char *mail_domain(const char *address)
{
    const char *at = address && email_valid(address) ? strchr(address, '@') : NULL;

    return at && strlen(at + 1) <= 80 ? at + 1 : "rufbus.invalid";
}

bool address_equal(const char *a, const char *b)
{
    return a && b && strcasecmp(a, b) == 0;
}

// --- delivery
bool inquiry_mail_moved(struct inquiry_mail *row, const struct mail_row *told)
{
    const char *detail = told->state == mail_state_SENT ? told->answer : told->reason;

    if (!detail)
        detail = told->answer;
    if (row->state == told->state && text_equal(row->detail, detail))
        return false;
    row->state = told->state;
    row->detail = detail;
    row->has_moved_at = true;
    row->moved_at = told->moved_at;
    return true;
}

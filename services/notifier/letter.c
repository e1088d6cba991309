// SPDX-License-Identifier: Apache-2.0
// Encoded words (RFC 2047) in the head, quoted-printable in the body: any mail server passes both.
#include "services/notifier/letter.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/base/civil.h"
#include "common/base/text.h"

#define SUBJECT_MAX 300 // characters, as proto/notifier_mail.def says of mail.subject
#define LINE_MAX    76
#define WORD_BYTES  42 // of text in one encoded word: 56 in Base64, 68 with its frame

// --- a text that grows; `data` NULL: only counted
struct writer {
    char *data;
    size_t size;
};

static void put(struct writer *out, const char *text, size_t size)
{
    if (out->data)
        memcpy(out->data + out->size, text, size);
    out->size += size;
}

static void put_text(struct writer *out, const char *text)
{
    put(out, text, strlen(text));
}

// Writes twice: first to know how long it is.
typedef void writing(struct writer *out, const void *argument);

static char *written(writing *write, const void *argument, struct arena *arena)
{
    struct writer out = { 0 };
    write(&out, argument);
    out.data = arena_alloc(arena, out.size + 1);
    if (!out.data)
        return NULL;
    out.size = 0;
    write(&out, argument);
    return out.data;
}

// --- what it says
struct saying {
    const struct call_note *note;
    const struct letter_people *people;
};

static const char *caller_of(const struct call_note *note)
{
    if (note->contact_name)
        return note->contact_name;
    return note->number ? note->number : "unbekannter Anrufer";
}

static const char *client_of(const struct call_note *note, const struct letter_people *people)
{
    return people->client ? people->client : note->client_name;
}

static void write_subject(struct writer *out, const void *argument)
{
    const struct saying *saying = argument;
    const struct call_note *note = saying->note;
    const char *client = client_of(note, saying->people);

    put_text(out, "Telefonnotiz: ");
    put_text(out, caller_of(note));
    if (client) {
        put_text(out, " für ");
        put_text(out, client);
    }
    if (note->subject) {
        put_text(out, " – ");
        put_text(out, note->subject);
    } else if (note->outcome) {
        put_text(out, " – ");
        put_text(out, note_outcome_picks()->values[note->outcome].german);
    }
}

char *letter_subject(const struct call_note *note, const struct letter_people *people,
                     struct arena *arena)
{
    struct saying saying = { note, people };
    char *subject = written(write_subject, &saying, arena);
    size_t characters = 0;

    for (char *c = subject; c && *c; c++) {
        if (((unsigned char)*c & 0xC0) != 0x80 && characters++ == SUBJECT_MAX)
            *c = '\0';
        if (*c == '\0')
            break;
    }
    return subject;
}

static void put_line(struct writer *out, const char *label, const char *value)
{
    char padded[24];

    if (!value || !*value)
        return;
    // Labels are ASCII, so that characters and bytes agree.
    snprintf(padded, sizeof padded, "%-13s", label);
    put_text(out, padded);
    put_text(out, value);
    put_text(out, "\n");
}

static void put_addressees(struct writer *out, const struct saying *saying)
{
    const struct letter_people *people = saying->people;
    const char *client = client_of(saying->note, people);
    bool to_client = saying->note->has_to_client && saying->note->to_client;

    if (people->to_count == 0 && !to_client)
        return;
    put_text(out, "An:          ");
    if (to_client && client)
        put_text(out, client);
    for (size_t i = 0; i < people->to_count; i++) {
        if (i > 0 || (to_client && client))
            put_text(out, ", ");
        put_text(out, people->to[i]);
    }
    put_text(out, "\n");
}

static void write_text(struct writer *out, const void *argument)
{
    const struct saying *saying = argument;
    const struct call_note *note = saying->note;
    const char *zone = saying->people->zone;

    put_text(out, "Telefonnotiz\n\n");
    put_addressees(out, saying);
    put_line(out, "Anruf von:", caller_of(note));
    if (note->new_caller)
        put_line(out, "Firma:", note->new_caller->organisation);
    if (note->contact_name)
        put_line(out, "Telefon:", note->number);
    put_line(out, "Mandant:", client_of(note, saying->people));
    put_line(out, "Zeit:", civil_local(note->called_at, zone).text);
    put_line(out, "Notiert von:", saying->people->writer);
    put_line(out, "Betreff:", note->subject);
    if (note->outcome)
        put_line(out, "Ergebnis:", note_outcome_picks()->values[note->outcome].german);
    if (note->text) {
        put_text(out, "\n");
        put_text(out, note->text);
        put_text(out, "\n");
    }
    for (size_t i = 0; i < note->lines_count; i++) {
        put_text(out, i == 0 ? "\n" : "");
        put_text(out, civil_local(note->lines[i].at, zone).text);
        put_text(out, "  ");
        put_text(out, note->lines[i].text);
        put_text(out, "\n");
    }
}

char *letter_text(const struct call_note *note, const struct letter_people *people,
                  struct arena *arena)
{
    struct saying saying = { note, people };
    return written(write_text, &saying, arena);
}

// --- the head
static void put_base64(struct writer *out, const char *bytes, size_t size)
{
    static const char signs[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        unsigned first = (unsigned char)bytes[i];
        unsigned second = i + 1 < size ? (unsigned char)bytes[i + 1] : 0;
        unsigned third = i + 2 < size ? (unsigned char)bytes[i + 2] : 0;
        char four[4] = { signs[first >> 2], signs[(first & 3) << 4 | second >> 4],
                         i + 1 < size ? signs[(second & 15) << 2 | third >> 6] : '=',
                         i + 2 < size ? signs[third & 63] : '=' };
        put(out, four, sizeof four);
    }
}

static bool is_plain(const char *text)
{
    size_t size = strlen(text);
    if (size > 50 || strstr(text, "=?"))
        return false;
    for (; *text; text++) {
        if ((unsigned char)*text < ' ' || (unsigned char)*text > '~')
            return false;
    }
    return true;
}

// Whole characters only in each word; controls become blanks.
static void put_words(struct writer *out, const char *text)
{
    while (*text) {
        char piece[WORD_BYTES];
        size_t size = strnlen(text, WORD_BYTES);
        while (text[size] && size > 1 && ((unsigned char)text[size] & 0xC0) == 0x80)
            size--;
        for (size_t i = 0; i < size; i++)
            piece[i] = (unsigned char)text[i] < ' ' || text[i] == 0x7F ? ' ' : text[i];
        put_text(out, "=?UTF-8?B?");
        put_base64(out, piece, size);
        put_text(out, text[size] ? "?=\r\n " : "?=");
        text += size;
    }
}

static void put_phrase(struct writer *out, const char *text)
{
    bool quoted = is_plain(text) && !strpbrk(text, "\"\\");
    if (!quoted) {
        put_words(out, text);
        return;
    }
    put_text(out, "\"");
    put_text(out, text);
    put_text(out, "\"");
}

static void put_address(struct writer *out, const char *field, const char *name,
                        const char *address)
{
    put_text(out, field);
    put_text(out, ": ");
    if (name) {
        put_phrase(out, name);
        put_text(out, "\r\n ");
    }
    put_text(out, "<");
    put_text(out, address);
    put_text(out, ">\r\n");
}

// "Sat, 28 Nov 2026 10:41:07 +0000": RFC 5322 knows English names only.
static void put_date(struct writer *out, int64_t at_us)
{
    static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    time_t seconds = (time_t)(at_us / 1000000);
    struct tm at;
    char text[60];

    (void)gmtime_r(&seconds, &at);
    snprintf(text, sizeof text, "Date: %s, %02d %s %d %02d:%02d:%02d +0000\r\n", days[at.tm_wday],
             at.tm_mday, months[at.tm_mon], at.tm_year + 1900, at.tm_hour, at.tm_min, at.tm_sec);
    put_text(out, text);
}

// --- the body: quoted-printable (RFC 2045, 6.7)
static bool is_literal(unsigned char byte, const char *next)
{
    if (byte == ' ' || byte == '\t')
        return *next != '\n' && *next != '\r' && *next != '\0';
    return byte > ' ' && byte <= '~' && byte != '=';
}

static void put_body(struct writer *out, const char *text)
{
    size_t column = 0;
    for (; *text; text++) {
        char code[4];
        unsigned char byte = (unsigned char)*text;
        if (byte == '\r' && text[1] == '\n')
            continue;
        if (byte == '\n') {
            put_text(out, "\r\n");
            column = 0;
            continue;
        }
        size_t size = is_literal(byte, text + 1) ? 1 : 3;
        // A dot alone at the beginning of a line means the end to a mail server.
        if (column == 0 && byte == '.')
            size = 3;
        if (column + size > LINE_MAX - 1) {
            put_text(out, "=\r\n");
            column = 0;
        }
        snprintf(code, sizeof code, size == 1 ? "%c" : "=%02X", byte);
        put(out, code, size);
        column += size;
    }
    put_text(out, "\r\n");
}

struct rendering {
    const struct letter_head *head;
    const char *text;
};

// Foreign Message-IDs: nothing but what one may hold, so that none can add a line.
static void put_message_id(struct writer *out, const char *message_id)
{
    for (; *message_id; message_id++) {
        if (*message_id > ' ' && *message_id <= '~')
            put(out, message_id, 1);
    }
}

static void put_thread(struct writer *out, const struct letter_head *head)
{
    if (head->in_reply_to) {
        put_text(out, "\r\nIn-Reply-To: ");
        put_message_id(out, head->in_reply_to);
    }
    for (size_t i = 0; i < head->reference_count; i++) {
        put_text(out, i == 0 ? "\r\nReferences: " : "\r\n ");
        put_message_id(out, head->references[i]);
    }
}

static void write_all(struct writer *out, const void *argument)
{
    const struct rendering *rendering = argument;
    const struct letter_head *head = rendering->head;

    put_date(out, head->date_us);
    put_address(out, "From", head->from_name, head->from);
    put_address(out, "To", head->to_name, head->to);
    if (head->reply_to)
        put_address(out, "Reply-To", NULL, head->reply_to);
    put_text(out, "Subject: ");
    if (is_plain(head->subject))
        put_text(out, head->subject);
    else
        put_words(out, head->subject);
    put_text(out, "\r\nMessage-ID: ");
    put_text(out, head->message_id);
    put_thread(out, head);
    put_text(out, "\r\nMIME-Version: 1.0\r\n");
    if (!head->by_hand)
        put_text(out, "Auto-Submitted: auto-generated\r\n");
    if (head->boundary) {
        put_text(out, "Content-Type: multipart/mixed;\r\n boundary=\"");
        put_text(out, head->boundary);
        put_text(out, "\"\r\n\r\n--");
        put_text(out, head->boundary);
        put_text(out, "\r\n");
    }
    put_text(out, "Content-Type: text/plain; charset=UTF-8\r\n"
                  "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
    put_body(out, rendering->text);
}

char *letter_render(const struct letter_head *head, const char *text, struct arena *arena)
{
    struct rendering rendering = { head, text };
    return written(write_all, &rendering, arena);
}

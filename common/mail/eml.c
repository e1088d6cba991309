// SPDX-License-Identifier: Apache-2.0
// GMime finds the parts; what they mean for an inquiry is decided here.
#include "common/mail/eml.h"

#include <gmime/gmime.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/civil.h"
#include "common/base/email.h"
#include "common/base/text.h"
#include "common/mail/text.h"

#define DEPTH_MAX    20
#define MEMORY_LEAST ((size_t)16 << 20)
#define IDS_MOST     8192 // bytes: room for more than the last 20
#define FORWARDED    "Weitergeleitete Nachricht.eml"

struct reading {
    struct eml *eml;
    const void *bytes;
    size_t size;
    GMimeMessage *message;
    char *html; // of the first part of HTML
};

// --- texts
static const char *short_text(struct reading *reading, const char *text, size_t characters)
{
    size_t size = 0, count = 0;
    char *clean = text ? text_clean(reading->eml->arena, text, strlen(text)) : NULL;

    if (!clean)
        return NULL;
    for (; clean[size]; size++) {
        if (((unsigned char)clean[size] & 0xC0) != 0x80 && count++ == characters)
            break;
        if (clean[size] == '\n' || clean[size] == '\t')
            clean[size] = ' ';
    }
    clean[size] = '\0';
    clean += strspn(clean, " ");
    for (size = strlen(clean); size > 0 && clean[size - 1] == ' '; size--)
        clean[size - 1] = '\0';
    return *clean ? clean : NULL;
}

static const char *message_id(struct reading *reading, const char *id)
{
    if (!id || !*id || strlen(id) > EML_ID_MAX - 2)
        return NULL;
    for (const char *c = id; *c; c++) {
        if (*c <= ' ' || *c > '~' || *c == '<' || *c == '>')
            return NULL;
    }
    return arena_format(reading->eml->arena, "<%s>", id);
}

// --- the head
// Only the last ones count, and GMime takes quadratic time for a list of them.
static const char *ids_tail(const char *header)
{
    size_t size = header ? strlen(header) : 0;
    const char *tail = size > IDS_MOST ? strchr(header + size - IDS_MOST, '<') : header;

    return size > IDS_MOST && !tail ? "" : tail;
}

static void read_ids(struct reading *reading)
{
    struct eml *eml = reading->eml;
    GMimeObject *object = GMIME_OBJECT(reading->message);
    const char *header = ids_tail(g_mime_object_get_header(object, "References"));
    GMimeReferences *all = header ? g_mime_references_parse(NULL, header) : NULL;
    int count = all ? g_mime_references_length(all) : 0;

    eml->message_id = message_id(reading, g_mime_message_get_message_id(reading->message));
    for (int i = count > EML_REFERENCES_MAX ? count - EML_REFERENCES_MAX : 0; i < count; i++) {
        const char *id = message_id(reading, g_mime_references_get_message_id(all, i));
        if (id)
            eml->references[eml->reference_count++] = id;
    }
    if (all)
        g_mime_references_free(all);
    header = ids_tail(g_mime_object_get_header(object, "In-Reply-To"));
    all = header ? g_mime_references_parse(NULL, header) : NULL;
    if (all && g_mime_references_length(all) > 0)
        eml->in_reply_to = message_id(reading, g_mime_references_get_message_id(all, 0));
    if (all)
        g_mime_references_free(all);
}

// The same mail has the same bytes: its hash does as well as an id of its own.
static bool set_message_id(struct reading *reading)
{
    uint8_t hash[16];
    char hex[2 * sizeof hash + 1];

    if (reading->eml->message_id)
        return true;
    (void)crypto_generichash(hash, sizeof hash, reading->bytes, reading->size, NULL, 0);
    (void)sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    reading->eml->message_id = arena_format(reading->eml->arena, "<%s@rufbus.invalid>", hex);
    return reading->eml->message_id != NULL;
}

static const char *address_of(struct reading *reading, const char *address)
{
    const char *text = short_text(reading, address, EML_ID_MAX);

    return text && email_valid(text) ? text : NULL;
}

static void add_addresses(struct reading *reading, InternetAddressList *list)
{
    struct eml *eml = reading->eml;
    int count = list ? internet_address_list_length(list) : 0;

    for (int i = 0; i < count && eml->to_count < EML_ADDRESSES_MAX; i++) {
        InternetAddress *one = internet_address_list_get_address(list, i);
        const char *address =
            INTERNET_ADDRESS_IS_MAILBOX(one)
                ? address_of(reading,
                             internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(one)))
                : NULL;
        for (size_t k = 0; address && k < eml->to_count; k++) {
            if (strcasecmp(eml->to[k], address) == 0)
                address = NULL;
        }
        if (address)
            eml->to[eml->to_count++] = address;
    }
}

static const char *first_address(struct reading *reading, InternetAddressList *list)
{
    InternetAddress *first = list && internet_address_list_length(list) > 0
                                 ? internet_address_list_get_address(list, 0)
                                 : NULL;

    return first && INTERNET_ADDRESS_IS_MAILBOX(first)
               ? address_of(reading,
                            internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(first)))
               : NULL;
}

static void read_addresses(struct reading *reading)
{
    static const char *const delivered[] = { "Delivered-To", "X-Original-To", "Envelope-To" };
    struct eml *eml = reading->eml;
    InternetAddressList *from = g_mime_message_get_from(reading->message);
    InternetAddress *first = from && internet_address_list_length(from) > 0
                                 ? internet_address_list_get_address(from, 0)
                                 : NULL;

    eml->from = first_address(reading, from);
    eml->reply_to = first_address(reading, g_mime_message_get_reply_to(reading->message));
    if (eml->reply_to && eml->from && strcasecmp(eml->reply_to, eml->from) == 0)
        eml->reply_to = NULL;
    if (first)
        eml->from_name = short_text(reading, internet_address_get_name(first), EML_NAME_MAX);
    add_addresses(reading, g_mime_message_get_to(reading->message));
    add_addresses(reading, g_mime_message_get_cc(reading->message));
    for (size_t i = 0; i < COUNT_OF(delivered); i++) {
        const char *header = g_mime_object_get_header(GMIME_OBJECT(reading->message), delivered[i]);
        InternetAddressList *list = header ? internet_address_list_parse(NULL, header) : NULL;
        add_addresses(reading, list);
        if (list)
            g_object_unref(list);
    }
}

static bool is_report(const struct reading *reading)
{
    GMimeObject *object = reading->message->mime_part;
    GMimeContentType *type = object ? g_mime_object_get_content_type(object) : NULL;

    return type && g_mime_content_type_is_type(type, "multipart", "report");
}

// RFC 3834, and what those say who do not know it.
static bool is_automatic(struct reading *reading)
{
    GMimeObject *object = GMIME_OBJECT(reading->message);
    const char *submitted = g_mime_object_get_header(object, "Auto-Submitted");
    const char *precedence = g_mime_object_get_header(object, "Precedence");
    const char *path = g_mime_object_get_header(object, "Return-Path");

    return (submitted && strncasecmp(submitted, "no", 2) != 0) ||
           (precedence &&
            (strncasecmp(precedence, "auto", 4) == 0 || strncasecmp(precedence, "bulk", 4) == 0 ||
             strncasecmp(precedence, "junk", 4) == 0)) ||
           (path && strncmp(path, "<>", 2) == 0) || is_report(reading);
}

static void read_head(struct reading *reading)
{
    struct eml *eml = reading->eml;
    GDateTime *date = g_mime_message_get_date(reading->message);
    int64_t seconds = date ? g_date_time_to_unix(date) : -1;

    read_ids(reading);
    read_addresses(reading);
    eml->subject =
        short_text(reading, g_mime_message_get_subject(reading->message), EML_SUBJECT_MAX);
    eml->automatic = is_automatic(reading);
    eml->has_at = seconds > 0 && seconds < CIVIL_TIME_MAX / 1000000;
    if (eml->has_at)
        eml->at_us = seconds * 1000000;
}

// --- parts
static struct bytes_of {
    const uint8_t *data;
    size_t size;
} content_of(struct reading *reading, GMimePart *part)
{
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    GMimeStream *stream = g_mime_stream_mem_new();
    struct bytes_of out = { 0 };

    if (content && g_mime_data_wrapper_write_to_stream(content, stream) >= 0) {
        GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
        out.data = (const uint8_t *)arena_text(reading->eml->arena, bytes->data, bytes->len);
        out.size = out.data ? bytes->len : 0;
    }
    // What cannot be taken out stays in the whole mail.
    reading->eml->cut |= content && !out.data;
    g_object_unref(stream);
    return out;
}

static struct eml_part *next_part(struct reading *reading)
{
    struct eml *eml = reading->eml;

    if (eml->part_count < EML_PARTS_MAX)
        return &eml->parts[eml->part_count++];
    eml->cut = true;
    return NULL;
}

static const char *type_of(struct reading *reading, GMimeObject *object)
{
    GMimeContentType *type = g_mime_object_get_content_type(object);
    char *text = type ? g_mime_content_type_get_mime_type(type) : NULL;
    const char *copy = short_text(reading, text, EML_NAME_MAX);

    g_free(text);
    return copy ? copy : "application/octet-stream";
}

// Without folders of any system; NULL when nothing but dots is left.
static const char *bare_name(struct reading *reading, const char *given)
{
    const char *name = given ? given : "";

    for (; given && *given; given++) {
        if (*given == '/' || *given == '\\')
            name = given + 1;
    }
    name = short_text(reading, name, EML_ID_MAX);
    return name && name[strspn(name, ". ")] ? name : NULL;
}

static void add_file(struct reading *reading, GMimePart *part)
{
    struct eml_part *out = next_part(reading);

    if (!out)
        return;
    struct bytes_of content = content_of(reading, part);
    const char *name = bare_name(reading, g_mime_part_get_filename(part));
    *out = (struct eml_part){ .name = name ? name : "",
                              .content_type = type_of(reading, GMIME_OBJECT(part)),
                              .bytes = content.data ? content.data : (const uint8_t *)"",
                              .size = content.size };
}

// A whole mail, or what lies too deep, stays as it came.
static void add_whole(struct reading *reading, GMimeObject *object)
{
    struct eml_part *out = next_part(reading);
    char *text = out ? g_mime_object_to_string(object, NULL) : NULL;

    if (!out)
        return;
    size_t size = text ? strlen(text) : 0;
    const char *copy = text ? arena_text(reading->eml->arena, text, size) : NULL;
    reading->eml->cut |= !copy;
    *out = (struct eml_part){ .name = FORWARDED,
                              .content_type = "message/rfc822",
                              .bytes = (const uint8_t *)(copy ? copy : ""),
                              .size = copy ? size : 0 };
    g_free(text);
}

static bool is_attached(GMimePart *part)
{
    GMimeContentDisposition *disposition =
        g_mime_object_get_content_disposition(GMIME_OBJECT(part));

    return g_mime_part_get_filename(part) ||
           (disposition && g_mime_content_disposition_is_attachment(disposition));
}

// The first text and the first page are the mail's own; others are files.
static bool take_text(struct reading *reading, GMimePart *part)
{
    struct eml *eml = reading->eml;
    GMimeContentType *type = g_mime_object_get_content_type(GMIME_OBJECT(part));
    bool plain = g_mime_content_type_is_type(type, "text", "plain");
    bool html = g_mime_content_type_is_type(type, "text", "html");

    if (is_attached(part) || !(plain || html) ||
        (plain ? eml->text != NULL : reading->html != NULL))
        return false;
    struct bytes_of content = content_of(reading, part);
    char *text = mail_text(eml->arena, content.data ? (const char *)content.data : "", content.size,
                           g_mime_content_type_get_parameter(type, "charset"));
    eml->cut |= !text;
    if (plain)
        eml->text = text;
    else
        reading->html = text;
    return true;
}

static void take_object(struct reading *reading, GMimeObject *object, int depth)
{
    if (!object)
        return;
    if (GMIME_IS_MULTIPART(object) && depth < DEPTH_MAX) {
        GMimeMultipart *all = GMIME_MULTIPART(object);
        int count = g_mime_multipart_get_count(all);
        for (int i = 0; i < count && reading->eml->part_count < EML_PARTS_MAX; i++)
            take_object(reading, g_mime_multipart_get_part(all, i), depth + 1);
        return;
    }
    if (GMIME_IS_PART(object)) {
        if (!take_text(reading, GMIME_PART(object)))
            add_file(reading, GMIME_PART(object));
        return;
    }
    if (GMIME_IS_MESSAGE_PART(object)) {
        GMimeMessage *inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
        if (inner)
            add_whole(reading, GMIME_OBJECT(inner));
        return;
    }
    add_whole(reading, object);
}

static bool settle_text(struct reading *reading)
{
    struct eml *eml = reading->eml;
    char *text = (char *)(uintptr_t)eml->text;
    size_t size = 0, count = 0;

    if ((!text || !text[strspn(text, " \t\n")]) && reading->html)
        text = mail_text_of_html(eml->arena, reading->html);
    if (!text)
        return true;
    for (; text[size]; size++) {
        if (((unsigned char)text[size] & 0xC0) != 0x80 && count++ == EML_TEXT_MAX)
            break;
    }
    eml->cut |= text[size] != '\0';
    text[size] = '\0';
    while (size > 0 && strchr(" \t\n", text[size - 1]))
        text[--size] = '\0';
    text += strspn(text, "\n");
    eml->text = *text ? text : NULL;
    return true;
}

// --- reports
static GMimeMessage *parse(const void *bytes, size_t size)
{
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes, size);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeParserOptions *options = g_mime_parser_options_new();
    const char *charsets[] = { "utf-8", "windows-1252", "iso-8859-1", NULL };

    g_mime_parser_options_set_fallback_charsets(options, charsets);
    g_mime_parser_set_format(parser, GMIME_FORMAT_MESSAGE);
    GMimeMessage *message = g_mime_parser_construct_message(parser, options);
    g_mime_parser_options_free(options);
    g_object_unref(parser);
    g_object_unref(stream);
    return message;
}

// The head of the mail that could not be delivered is in the report: to its thread it belongs.
static void take_reported(struct reading *reading)
{
    struct eml *eml = reading->eml;

    for (size_t i = 0; i < eml->part_count && eml->reference_count < EML_REFERENCES_MAX; i++) {
        const struct eml_part *part = &eml->parts[i];
        bool head = strcmp(part->content_type, "message/rfc822") == 0 ||
                    strcmp(part->content_type, "text/rfc822-headers") == 0;
        GMimeMessage *inner = head ? parse(part->bytes, part->size) : NULL;
        const char *id = inner ? message_id(reading, g_mime_message_get_message_id(inner)) : NULL;
        if (id)
            eml->references[eml->reference_count++] = id;
        if (inner)
            g_object_unref(inner);
    }
}

// --- all of it
static bool is_mail(GMimeMessage *message)
{
    GMimeObject *object = GMIME_OBJECT(message);

    return g_mime_object_get_header(object, "From") || g_mime_object_get_header(object, "Date") ||
           g_mime_object_get_header(object, "Subject") ||
           g_mime_object_get_header(object, "Message-ID") || g_mime_object_get_header(object, "To");
}

struct eml *eml_read(const void *bytes, size_t size, struct err *err)
{
    struct reading reading = { .bytes = bytes, .size = size };

    if (size > EML_BYTES_MAX) {
        (void)fail(err, ERR_TOO_LARGE, NULL, TEXT_EML_LARGE, "100", NULL);
        return NULL;
    }
    reading.eml = calloc(1, sizeof *reading.eml);
    if (!reading.eml)
        abort();
    reading.eml->arena = arena_new(MEMORY_LEAST + 12 * size);
    g_mime_init(); // never shut down: GMime does not begin a second time
    reading.message = parse(bytes, size);
    bool good = reading.message && is_mail(reading.message);
    if (good) {
        read_head(&reading);
        take_object(&reading, reading.message->mime_part, 0);
        if (is_report(&reading))
            take_reported(&reading);
        good = settle_text(&reading) && set_message_id(&reading);
    }
    if (reading.message)
        g_object_unref(reading.message);
    if (good)
        return reading.eml;
    (void)fail(err, ERR_INVALID, NULL, TEXT_EML_EMPTY, NULL);
    eml_free(reading.eml);
    return NULL;
}

void eml_free(struct eml *eml)
{
    if (!eml)
        return;
    arena_free(eml->arena);
    free(eml);
}

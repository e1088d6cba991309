// SPDX-License-Identifier: Apache-2.0
// One part of the container through expat, piece by piece, within the limits: a bomb is refused by
// what is announced, by what comes, and by what grows without an event.
#include <stdlib.h>
#include <string.h>

#include "common/sheet/xlsx_internal.h"

#define PIECE        65536
#define DEPTH_MAX    64
#define SILENT_MAX   ((uint64_t)4 << 20)
#define RATIO_MAX    400
#define RATIO_BEYOND ((uint64_t)64 << 20)

static const char *bare(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

const char *xml_attribute(const char **attributes, const char *name)
{
    for (; attributes[0]; attributes += 2) {
        if (strcmp(bare(attributes[0]), name) == 0)
            return attributes[1];
    }
    return NULL;
}

void xml_stop(struct xml *xml)
{
    (void)XML_StopParser(xml->parser, XML_FALSE);
}

static void moved(struct xml *xml)
{
    xml->event_at = xml->fed;
}

static void XMLCALL on_start(void *user, const char *name, const char **attributes)
{
    struct xml *xml = user;
    moved(xml);
    if (++xml->depth > DEPTH_MAX) {
        (void)sheet_damaged(xml->reading->err, "XML");
        xml_stop(xml);
        return;
    }
    xml->reader->start(xml, bare(name), attributes);
}

static void XMLCALL on_end(void *user, const char *name)
{
    struct xml *xml = user;
    moved(xml);
    xml->depth--;
    xml->reader->end(xml, bare(name));
}

static void XMLCALL on_text(void *user, const char *bytes, int size)
{
    struct xml *xml = user;
    moved(xml);
    if (xml->reader->text)
        xml->reader->text(xml, bytes, (size_t)size);
}

// No list needs a document type; it is what entity bombs are made of.
static void XMLCALL on_doctype(void *user, const char *name, const char *system, const char *public,
                               int internal)
{
    struct xml *xml = user;
    (void)name;
    (void)system;
    (void)public;
    (void)internal;
    (void)fail(xml->reading->err, ERR_INVALID, NULL, TEXT_SHEET_DTD, NULL);
    xml_stop(xml);
}

bool zip_has(zip_t *zip, const char *name)
{
    return zip_name_locate(zip, name, ZIP_FL_NOCASE) >= 0;
}

static zip_file_t *part_open(struct reading *reading, zip_t *zip, const char *name)
{
    zip_stat_t stat;
    zip_int64_t index = zip_name_locate(zip, name, ZIP_FL_NOCASE);
    if (index < 0 || zip_stat_index(zip, (zip_uint64_t)index, 0, &stat) != 0) {
        (void)sheet_damaged(reading->err, name);
        return NULL;
    }
    if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) && stat.encryption_method != ZIP_EM_NONE) {
        (void)fail(reading->err, ERR_INVALID, NULL, TEXT_SHEET_ENCRYPTED, NULL);
        return NULL;
    }
    bool sized = (stat.valid & ZIP_STAT_SIZE) && (stat.valid & ZIP_STAT_COMP_SIZE);
    if (sized && (stat.size > reading->limits->part_bytes ||
                  (stat.size > RATIO_BEYOND && stat.size / (stat.comp_size + 1) > RATIO_MAX))) {
        (void)sheet_too_large(reading->err, name, (int64_t)reading->limits->part_bytes);
        return NULL;
    }
    zip_file_t *file = zip_fopen_index(zip, (zip_uint64_t)index, 0);
    if (!file)
        (void)sheet_damaged(reading->err, name);
    return file;
}

static bool feed(struct xml *xml, zip_file_t *file, const char *name)
{
    struct reading *reading = xml->reading;
    for (;;) {
        void *piece = XML_GetBuffer(xml->parser, PIECE);
        zip_int64_t size = piece ? zip_fread(file, piece, PIECE) : -1;
        if (size < 0)
            return sheet_damaged(reading->err, name);
        xml->fed += (uint64_t)size;
        if (xml->fed > reading->limits->part_bytes)
            return sheet_too_large(reading->err, name, (int64_t)reading->limits->part_bytes);
        enum XML_Status status = XML_ParseBuffer(xml->parser, (int)size, size == 0);
        if (reading->err->code != ERR_NONE)
            return false;
        if (status == XML_STATUS_ERROR)
            return XML_GetErrorCode(xml->parser) == XML_ERROR_ABORTED
                       ? false
                       : sheet_damaged(reading->err, name);
        if (xml->fed - xml->event_at > SILENT_MAX)
            return sheet_too_large(reading->err, name, (int64_t)SILENT_MAX);
        if (size == 0)
            return true;
    }
}

bool xml_part(struct reading *reading, zip_t *zip, const char *name,
              const struct xml_reader *reader, void *context)
{
    struct xml xml = { .reading = reading, .reader = reader, .context = context };
    zip_file_t *file = part_open(reading, zip, name);
    if (!file)
        return false;
    xml.parser = XML_ParserCreate(NULL);
    if (!xml.parser)
        abort();
    XML_SetUserData(xml.parser, &xml);
    XML_SetElementHandler(xml.parser, on_start, on_end);
    XML_SetCharacterDataHandler(xml.parser, on_text);
    XML_SetStartDoctypeDeclHandler(xml.parser, on_doctype);
    bool good = feed(&xml, file, name);
    XML_ParserFree(xml.parser);
    (void)zip_fclose(file);
    return good;
}

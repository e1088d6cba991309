// SPDX-License-Identifier: Apache-2.0
// What the files of the .xlsx reader share: parts of the container, the workbook's tables.
#pragma once

#include <expat.h>
#include <zip.h>

#include "common/sheet/sheet_internal.h"

// --- a part of the container, as XML
struct xml;
struct xml_reader {
    // Names without namespace prefix; `attributes` as expat gives them.
    void (*start)(struct xml *xml, const char *name, const char **attributes);
    void (*end)(struct xml *xml, const char *name);
    void (*text)(struct xml *xml, const char *bytes, size_t size); // may be NULL
};
struct xml {
    XML_Parser parser;
    struct reading *reading;
    const struct xml_reader *reader;
    void *context;
    int depth;
    uint64_t event_at; // where the last event was: what grows without one is refused
    uint64_t fed;
};
// False: reading->err says why, or (with err empty) xml_stop was called.
bool xml_part(struct reading *reading, zip_t *zip, const char *name,
              const struct xml_reader *reader, void *context);
void xml_stop(struct xml *xml);
// The value of an attribute whose name without prefix is this; NULL.
const char *xml_attribute(const char **attributes, const char *name);
// The container's bytes come from a FILE * that stays the caller's.
zip_int64_t file_source(void *file, void *data, zip_uint64_t size, zip_source_cmd_t command);
bool zip_has(zip_t *zip, const char *name);

// --- texts kept aside
struct shared_texts {
    struct buffer bytes; // each with its NUL
    size_t *starts;
    size_t count, room;
};
bool shared_read(struct reading *reading, zip_t *zip, const char *name, struct shared_texts *out);
const char *shared_text(const struct shared_texts *texts, size_t index); // NULL: no such
void shared_done(struct shared_texts *texts);
// `_x000D_` stands for the code point; appends to `out`.
void text_unescape(const char *bytes, size_t size, struct buffer *out);

// --- how numbers are shown
struct number_style {
    bool date;
    uint8_t width; // of a format such as 00000; 0: none
};
struct styles {
    struct number_style *cells; // by a cell's style
    size_t count;
};
bool styles_read(struct reading *reading, zip_t *zip, const char *name, struct styles *out);
void styles_done(struct styles *styles);
// The text of a number cell in the arena, and whether it is a date; NULL: no number at all.
const char *number_text(const char *value, struct number_style style, bool date1904,
                        struct arena *arena, enum cell_kind *ret_kind);

// --- the rows of one sheet
struct workbook {
    bool date1904;
    struct shared_texts shared;
    struct styles styles;
};
bool rows_read(struct reading *reading, zip_t *zip, const char *name,
               const struct workbook *workbook);

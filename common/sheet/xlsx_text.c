// SPDX-License-Identifier: Apache-2.0
// The table of shared texts: runs of one text are joined, phonetic notes left out.
#include <stdlib.h>
#include <string.h>

#include "common/sheet/xlsx_internal.h"

// Escapes that text_unescape knows: "_x000D_".
#define ESCAPE 7

static int hex(char sign)
{
    if (sign >= '0' && sign <= '9')
        return sign - '0';
    if (sign >= 'A' && sign <= 'F')
        return sign - 'A' + 10;
    return sign >= 'a' && sign <= 'f' ? sign - 'a' + 10 : -1;
}

static int32_t escaped(const char *bytes, size_t size)
{
    int32_t code = 0;
    if (size < ESCAPE || bytes[0] != '_' || bytes[1] != 'x' || bytes[6] != '_')
        return -1;
    for (int i = 2; i < 6; i++) {
        int digit = hex(bytes[i]);
        if (digit < 0)
            return -1;
        code = code << 4 | digit;
    }
    return code == 0 || (code >= 0xD800 && code <= 0xDFFF) ? -1 : code;
}

void text_unescape(const char *bytes, size_t size, struct buffer *out)
{
    size_t from = 0;
    for (size_t i = 0; i < size; i++) {
        int32_t code = bytes[i] == '_' ? escaped(bytes + i, size - i) : -1;
        if (code < 0)
            continue;
        buffer_add(out, bytes + from, i - from);
        buffer_utf8(out, (uint32_t)code);
        i += ESCAPE - 1;
        from = i + 1;
    }
    buffer_add(out, bytes + from, size - from);
}

// --- reading
struct shared_state {
    struct shared_texts *texts;
    struct buffer text; // of the present item, as in the file
    bool in_item, in_text;
    int phonetic; // depth within <rPh>
};

static void shared_start(struct xml *xml, const char *name, const char **attributes)
{
    struct shared_state *state = xml->context;
    (void)attributes;
    if (strcmp(name, "si") == 0) {
        state->in_item = true;
        state->text.size = 0;
    } else if (strcmp(name, "rPh") == 0) {
        state->phonetic++;
    } else if (strcmp(name, "t") == 0) {
        state->in_text = state->in_item && state->phonetic == 0;
    }
}

static void keep(struct shared_texts *texts, const struct buffer *text)
{
    if (texts->count == texts->room) {
        texts->room = texts->room ? texts->room * 2 : 256;
        texts->starts = realloc(texts->starts, texts->room * sizeof *texts->starts);
        if (!texts->starts)
            abort(); // bounded by the limit on texts: each takes a byte at least
    }
    texts->starts[texts->count++] = texts->bytes.size;
    text_unescape(text->data ? text->data : "", text->size, &texts->bytes);
    buffer_add(&texts->bytes, "", 1);
}

static void shared_end(struct xml *xml, const char *name)
{
    struct shared_state *state = xml->context;
    const struct sheet_limits *limits = xml->reading->limits;
    if (strcmp(name, "t") == 0)
        state->in_text = false;
    else if (strcmp(name, "rPh") == 0 && state->phonetic > 0)
        state->phonetic--;
    if (strcmp(name, "si") != 0 || !state->in_item)
        return;
    state->in_item = false;
    keep(state->texts, &state->text);
    if (state->texts->bytes.size + state->texts->count * sizeof(size_t) > limits->text_bytes) {
        (void)sheet_too_large(xml->reading->err, "sharedStrings.xml", (int64_t)limits->text_bytes);
        xml_stop(xml);
    }
}

static void shared_add(struct xml *xml, const char *bytes, size_t size)
{
    struct shared_state *state = xml->context;
    const struct sheet_limits *limits = xml->reading->limits;
    if (!state->in_text)
        return;
    buffer_add(&state->text, bytes, size);
    if (state->text.size > limits->cell_bytes) {
        (void)sheet_too_large(xml->reading->err, "Bytes in einer Zelle / bytes in a cell",
                              (int64_t)limits->cell_bytes);
        xml_stop(xml);
    }
}

bool shared_read(struct reading *reading, zip_t *zip, const char *name, struct shared_texts *out)
{
    static const struct xml_reader reader = { shared_start, shared_end, shared_add };
    struct shared_state state = { .texts = out };
    bool good = xml_part(reading, zip, name, &reader, &state);
    buffer_done(&state.text);
    return good;
}

const char *shared_text(const struct shared_texts *texts, size_t index)
{
    return index < texts->count ? texts->bytes.data + texts->starts[index] : NULL;
}

void shared_done(struct shared_texts *texts)
{
    buffer_done(&texts->bytes);
    free(texts->starts);
    *texts = (struct shared_texts){ .count = 0 };
}

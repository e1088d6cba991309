// SPDX-License-Identifier: Apache-2.0
// The bounded reader, and the writer on msgpack-c's packer.
#include "common/wire/mp.h"

#include <msgpack.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"

#define ROOM_MIN 256

void mp_reader_init(struct mp_reader *reader, struct bytes frame, bool lenient, struct err *err)
{
    reader->at = frame.data;
    reader->end = frame.data ? frame.data + frame.size : frame.data;
    reader->nodes = 0;
    reader->lenient = lenient;
    reader->err = err;
}

static size_t left(const struct mp_reader *reader)
{
    return (size_t)(reader->end - reader->at);
}

static bool refuse(struct mp_reader *reader, enum text_id text)
{
    return fail(reader->err, ERR_INVALID, NULL, text, NULL);
}

// A big-endian number of `size` bytes; moves on.
static bool take(struct mp_reader *reader, size_t size, uint64_t *ret)
{
    if (left(reader) < size)
        return refuse(reader, TEXT_TRUNCATED);
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | reader->at[i];
    reader->at += size;
    *ret = value;
    return true;
}

static bool unsigned_value(struct mp_reader *reader, size_t size, struct mp_value *out)
{
    // The least value that needs this many bytes.
    static const uint64_t least[] = { [1] = 0x80, [2] = 0x100, [4] = 0x10000, [8] = 0x100000000 };
    uint64_t value;
    if (!take(reader, size, &value))
        return false;
    if (value < least[size] && !reader->lenient)
        return refuse(reader, TEXT_NUMBER_NOT_SHORTEST);
    if (value > (uint64_t)INT_LIMIT)
        return refuse(reader, TEXT_NUMBER_BEYOND_JSON);
    out->type = MP_INT;
    out->integer = (int64_t)value;
    return true;
}

static bool signed_value(struct mp_reader *reader, size_t size, struct mp_value *out)
{
    static const int64_t most[] = { [1] = -33, [2] = -129, [4] = -32769, [8] = -2147483649 };
    uint64_t raw;
    if (!take(reader, size, &raw))
        return false;
    int shift = 64 - (int)size * 8;
    int64_t value = (int64_t)(raw << shift) >> shift;
    if (value > most[size] && !reader->lenient)
        return refuse(reader, TEXT_NUMBER_NOT_SHORTEST);
    if (value < -INT_LIMIT || value > INT_LIMIT)
        return refuse(reader, TEXT_NUMBER_BEYOND_JSON);
    out->type = MP_INT;
    out->integer = value;
    return true;
}

static bool span(struct mp_reader *reader, enum mp_type type, uint64_t size, struct mp_value *out)
{
    if (size > left(reader))
        return refuse(reader, TEXT_TRUNCATED);
    out->type = type;
    out->bytes = (struct bytes){ reader->at, (size_t)size };
    reader->at += size;
    if (type == MP_STR && !text_valid((const char *)out->bytes.data, out->bytes.size))
        return refuse(reader, TEXT_TEXT_INVALID);
    return true;
}

// str, bin, array and map with a length of their own bytes; `least` is the shortest form's bound.
static bool sized(struct mp_reader *reader, enum mp_type type, size_t size, uint64_t least,
                  struct mp_value *out)
{
    uint64_t count;
    if (!take(reader, size, &count))
        return false;
    if (count < least && !reader->lenient)
        return refuse(reader, TEXT_NUMBER_NOT_SHORTEST);
    if (type == MP_STR || type == MP_BIN)
        return span(reader, type, count, out);
    if (count > left(reader) / (type == MP_MAP ? 2 : 1))
        return refuse(reader, TEXT_TRUNCATED);
    out->type = type;
    out->count = (uint32_t)count;
    return true;
}

static bool counted(struct mp_reader *reader, enum mp_type type, uint32_t count,
                    struct mp_value *out)
{
    if (count > left(reader) / (type == MP_MAP ? 2 : 1))
        return refuse(reader, TEXT_TRUNCATED);
    out->type = type;
    out->count = count;
    return true;
}

static bool tagged(struct mp_reader *reader, uint8_t tag, struct mp_value *out)
{
    switch (tag) {
    case 0xC0: out->type = MP_NIL; return true;
    case 0xC2:
    case 0xC3:
        out->type = MP_BOOL;
        out->boolean = tag == 0xC3;
        return true;
    case 0xC4: return sized(reader, MP_BIN, 1, 0, out);
    case 0xC5: return sized(reader, MP_BIN, 2, 0x100, out);
    case 0xC6: return sized(reader, MP_BIN, 4, 0x10000, out);
    case 0xCC: return unsigned_value(reader, 1, out);
    case 0xCD: return unsigned_value(reader, 2, out);
    case 0xCE: return unsigned_value(reader, 4, out);
    case 0xCF: return unsigned_value(reader, 8, out);
    case 0xD0: return signed_value(reader, 1, out);
    case 0xD1: return signed_value(reader, 2, out);
    case 0xD2: return signed_value(reader, 4, out);
    case 0xD3: return signed_value(reader, 8, out);
    case 0xD9: return sized(reader, MP_STR, 1, 32, out);
    case 0xDA: return sized(reader, MP_STR, 2, 0x100, out);
    case 0xDB: return sized(reader, MP_STR, 4, 0x10000, out);
    case 0xDC: return sized(reader, MP_ARRAY, 2, 16, out);
    case 0xDD: return sized(reader, MP_ARRAY, 4, 0x10000, out);
    case 0xDE: return sized(reader, MP_MAP, 2, 16, out);
    case 0xDF: return sized(reader, MP_MAP, 4, 0x10000, out);
    case 0xCA:
    case 0xCB: return refuse(reader, TEXT_FLOAT_REFUSED);
    default: return refuse(reader, TEXT_EXT_REFUSED);
    }
}

bool mp_next(struct mp_reader *reader, struct mp_value *out)
{
    if (reader->at == reader->end)
        return refuse(reader, TEXT_TRUNCATED);
    if (++reader->nodes > MP_NODES_MAX)
        return refuse(reader, TEXT_NODES);
    uint8_t tag = *reader->at++;
    if (tag <= 0x7F || tag >= 0xE0) {
        out->type = MP_INT;
        out->integer = (int8_t)tag;
        return true;
    }
    if (tag <= 0x8F)
        return counted(reader, MP_MAP, tag & 0x0F, out);
    if (tag <= 0x9F)
        return counted(reader, MP_ARRAY, tag & 0x0F, out);
    if (tag <= 0xBF)
        return span(reader, MP_STR, tag & 0x1F, out);
    return tagged(reader, tag, out);
}

bool mp_skip(struct mp_reader *reader, struct bytes *ret_span)
{
    // What is still to come at each depth.
    uint64_t open[MP_DEPTH_MAX + 1] = { 1 };
    int depth = 0;
    const uint8_t *begin = reader->at;
    while (depth >= 0) {
        if (open[depth] == 0) {
            depth--;
            continue;
        }
        open[depth]--;
        struct mp_value value;
        if (!mp_next(reader, &value))
            return false;
        if (value.type != MP_ARRAY && value.type != MP_MAP)
            continue;
        if (depth == MP_DEPTH_MAX)
            return refuse(reader, TEXT_DEPTH);
        open[++depth] = (uint64_t)value.count * (value.type == MP_MAP ? 2 : 1);
    }
    if (ret_span)
        *ret_span = (struct bytes){ begin, (size_t)(reader->at - begin) };
    return true;
}

bool mp_finish(struct mp_reader *reader)
{
    return reader->at == reader->end || refuse(reader, TEXT_TRAILING);
}

// --- writing
void mp_writer_init(struct mp_writer *writer)
{
    *writer = (struct mp_writer){ 0 };
}

void mp_writer_done(struct mp_writer *writer)
{
    free(writer->data);
    *writer = (struct mp_writer){ 0 };
}

void mp_writer_reset(struct mp_writer *writer)
{
    writer->size = 0;
}

struct bytes mp_writer_bytes(const struct mp_writer *writer)
{
    return (struct bytes){ writer->data, writer->size };
}

static int append(void *data, const char *bytes, size_t size)
{
    struct mp_writer *writer = data;
    if (writer->room - writer->size < size) {
        size_t room = writer->room ? writer->room * 2 : ROOM_MIN;
        while (room - writer->size < size)
            room *= 2;
        writer->data = realloc(writer->data, room);
        if (!writer->data)
            abort();
        writer->room = room;
    }
    if (size)
        memcpy(writer->data + writer->size, bytes, size);
    writer->size += size;
    return 0;
}

static msgpack_packer packer_of(struct mp_writer *writer)
{
    msgpack_packer packer;
    msgpack_packer_init(&packer, writer, append);
    return packer;
}

void mp_nil(struct mp_writer *writer)
{
    msgpack_packer packer = packer_of(writer);
    msgpack_pack_nil(&packer);
}

void mp_bool(struct mp_writer *writer, bool value)
{
    msgpack_packer packer = packer_of(writer);
    if (value)
        msgpack_pack_true(&packer);
    else
        msgpack_pack_false(&packer);
}

void mp_int(struct mp_writer *writer, int64_t value)
{
    msgpack_packer packer = packer_of(writer);
    msgpack_pack_int64(&packer, value);
}

void mp_str(struct mp_writer *writer, const char *text)
{
    if (!text) {
        mp_nil(writer);
        return;
    }
    msgpack_packer packer = packer_of(writer);
    size_t size = strlen(text);
    msgpack_pack_str(&packer, size);
    msgpack_pack_str_body(&packer, text, size);
}

void mp_bin(struct mp_writer *writer, struct bytes value)
{
    msgpack_packer packer = packer_of(writer);
    msgpack_pack_bin(&packer, value.size);
    msgpack_pack_bin_body(&packer, value.data, value.size);
}

void mp_raw(struct mp_writer *writer, struct bytes value)
{
    append(writer, (const char *)value.data, value.size);
}

void mp_array(struct mp_writer *writer, uint32_t count)
{
    msgpack_packer packer = packer_of(writer);
    msgpack_pack_array(&packer, count);
}

void mp_map(struct mp_writer *writer, uint32_t count)
{
    msgpack_packer packer = packer_of(writer);
    msgpack_pack_map(&packer, count);
}

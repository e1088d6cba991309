// SPDX-License-Identifier: Apache-2.0
// Any bytes as a file of vCards: what is a card keeps the contract's limits, and what we write of
// it is one card again.
#include "services/contacts/vcard.h"

#include <stdlib.h>
#include <string.h>

#include "common/wire/codec.h"
#include "services/contacts/contact.h"
#include "tests/fuzz/target.h"

struct text {
    char *bytes;
    size_t size, room;
};

static void put(void *context, const char *bytes, size_t size)
{
    struct text *text = context;
    if (text->size + size > text->room) {
        text->room = (text->size + size) * 2;
        text->bytes = realloc(text->bytes, text->room);
        if (!text->bytes)
            abort();
    }
    memcpy(text->bytes + text->size, bytes, size);
    text->size += size;
}

// How many cards there are; `each` sees them (may be NULL).
static int read_all(const char *bytes, size_t size, void (*each)(const struct contact_new *card))
{
    struct vcard_reader *reader = vcard_reader_new();
    struct contact_new card;
    int cards = 0;
    for (size_t at = 0; at <= size;) {
        struct err err = { 0 };
        const char *end = at < size ? memchr(bytes + at, '\n', size - at) : NULL;
        size_t line = end ? (size_t)(end - bytes) - at : size - at;
        enum vcard_step step = at == size ? vcard_end(reader, &card, &err)
                                          : vcard_feed(reader, bytes + at, line, &card, &err);
        if ((step == VCARD_FAULT) != (err.code != ERR_NONE))
            abort();
        if (step == VCARD_CARD && each)
            each(&card);
        cards += step == VCARD_CARD;
        if (at == size)
            break;
        at += line + (end != NULL);
    }
    vcard_reader_free(reader);
    return cards;
}

static void write_and_read(const struct contact_new *card)
{
    struct phone_home home = { .country = "49" };
    struct arena *arena = arena_new(8 << 20);
    struct editor editor = { arena, &home, 1000000, "fuzz" };
    struct contact contact;
    struct err err = { 0 };
    if (!record_check(contact_new_record(), card, &err))
        abort();
    if (contact_make(card, &editor, (struct id){ { 1 } }, &contact, &err)) {
        for (int version = VCARD_3; version <= VCARD_4; version++) {
            struct text text = { .size = 0 };
            vcard_write(&contact, (enum vcard_version)version, put, &text);
            if (read_all(text.bytes, text.size, NULL) != 1)
                abort();
            free(text.bytes);
        }
    }
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    (void)read_all((const char *)data, size, write_and_read);
    return 0;
}

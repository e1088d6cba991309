// SPDX-License-Identifier: Apache-2.0
// Field by field, by descriptor, so that a field which is added to the contract is merged too.
// Message and handling note are lists of lines: both must be read by whoever takes the next call.
#include "services/contacts/merge.h"

#include <string.h>

#include "common/base/text.h"
#include "common/wire/change.h"
#include "common/wire/codec.h"
#include "services/contacts/item.h"

#define CONFLICTS_MAX 80 // as contact_merged.conflicts says

struct work {
    const struct contact *from, *to;
    const struct contact *others; // brought by others
    size_t other_count;
    struct contact *out, *brought;
    struct merge_conflict *conflicts;
    size_t conflict_count;
    struct arena *arena;
    struct err *err;
};

static bool full(struct err *err)
{
    return fail(err, ERR_TOO_LARGE, NULL, TEXT_ROW_TOO_LARGE, NULL);
}

// --- what is merged how
static bool is_named(const struct field *field, const char *name)
{
    return strcmp(field->name, name) == 0;
}

// Not a person's to say: identity, stamps, whose it is.
static bool is_frame(const struct field *field)
{
    return is_named(field, "id") || is_named(field, "version") || is_named(field, "client") ||
           is_named(field, "created_at") || is_named(field, "edited_at") ||
           is_named(field, "edited_by");
}

static bool has_lines(const struct field *field)
{
    return is_named(field, "handling_note") || is_named(field, "message");
}

// A person's names do not belong to an organisation, nor the other way round.
static bool is_part_of_name(const struct field *field)
{
    return is_named(field, "given_name") || is_named(field, "family_name");
}

static void take(const struct field *field, void *to, const void *from)
{
    row_take_field(field, to, from);
}

static bool values_equal(const struct field *field, const void *a, const void *b)
{
    return field_present(field, a) == field_present(field, b) && row_field_equal(field, a, b);
}

// --- conflicts
static bool conflict(struct work *work, const struct field *field, const char *kept,
                     const char *other)
{
    if (work->conflict_count == CONFLICTS_MAX || !other)
        return full(work->err);
    work->conflicts[work->conflict_count++] =
        (struct merge_conflict){ .field = field->name, .kept = kept, .other = other };
    return true;
}

// --- lists
static const void *find_same(const struct field *field, const uint8_t *items, size_t count,
                             const void *item, struct arena *arena)
{
    for (size_t i = 0; i < count; i++) {
        if (item_same(field, items + i * item_size(field), item, arena))
            return items + i * item_size(field);
    }
    return NULL;
}

static bool others_hold(const struct work *work, const struct field *field, const void *item)
{
    for (size_t i = 0; i < work->other_count; i++) {
        if (items_hold(field, &work->others[i], item))
            return true;
    }
    return false;
}

// One item of `from`: into the list, or beside the one that is there. `*ret_brought`: the item that
// taking back would remove; NULL: it is the kept contact's own.
static bool list_item(struct work *work, const struct field *field, uint8_t *items, size_t *count,
                      const void *item, const void **ret_brought)
{
    size_t size = item_size(field);
    const void *there = find_same(field, items, *count, item, work->arena);
    if (there) {
        *ret_brought = others_hold(work, field, there) ? there : NULL;
        return item_equal(field, there, item) ||
               conflict(work, field, item_text(field, there, work->arena),
                        item_text(field, item, work->arena));
    }
    memcpy(items + (*count)++ * size, item, size);
    *ret_brought = item;
    return true;
}

static bool merge_list(struct work *work, const struct field *field)
{
    size_t own = items_count(field, work->to), more = items_count(field, work->from);
    size_t size = item_size(field), count = own, brought_count = 0;
    uint8_t *items = arena_array(work->arena, own + more, size);
    uint8_t *brought = arena_array(work->arena, more, size);
    if (!items || !brought)
        return full(work->err);
    if (own)
        memcpy(items, items_at(field, work->to, 0), own * size);
    for (size_t i = 0; i < more; i++) {
        const void *item = items_at(field, work->from, i), *came;
        if (!list_item(work, field, items, &count, item, &came))
            return false;
        if (came && !find_same(field, brought, brought_count, came, work->arena))
            memcpy(brought + brought_count++ * size, came, size);
    }
    if (count > (size_t)field->max)
        return fail(work->err, ERR_CONFLICT, field->name, TEXT_MERGE_TOO_MANY, field->german,
                    int_text(field->max).text, NULL);
    items_set(field, work->out, items, count);
    items_set(field, work->brought, brought, brought_count);
    return true;
}

static bool undo_list(struct work *work, const struct field *field)
{
    size_t size = item_size(field), kept = 0, count = items_count(field, work->to);
    uint8_t *items = arena_array(work->arena, count, size);
    if (!items)
        return full(work->err);
    for (size_t i = 0; i < count; i++) {
        const void *item = items_at(field, work->to, i);
        if (!items_hold(field, work->brought, item) || others_hold(work, field, item))
            memcpy(items + kept++ * size, item, size);
    }
    items_set(field, work->out, items, kept);
    return true;
}

// --- lines
struct lines {
    const char *const *line;
    size_t count;
};

static const char *lines_text(const struct field *field, const struct contact *contact)
{
    if (is_named(field, "handling_note"))
        return contact->handling_note;
    return contact->message ? contact->message->text : NULL;
}

static bool split(const char *text, struct arena *arena, struct lines *out)
{
    size_t room = 1;
    for (const char *at = text ? text : ""; *at; at++)
        room += *at == '\n';
    const char **line = arena_array(arena, room, sizeof *line);
    *out = (struct lines){ .line = line };
    while (line && text) {
        size_t size = strcspn(text, "\n");
        line[out->count] = arena_text(arena, text, size);
        if (!line[out->count++])
            return false;
        text = text[size] ? text + size + 1 : NULL;
    }
    return line != NULL;
}

static bool lines_hold(const struct lines *lines, const char *line)
{
    for (size_t i = 0; i < lines->count; i++) {
        if (strcmp(lines->line[i], line) == 0)
            return true;
    }
    return false;
}

// NULL: nothing, or no memory.
static const char *join(const char *text, const char *line, struct arena *arena)
{
    return text ? arena_format(arena, "%s\n%s", text, line) : line;
}

static bool others_have_line(const struct work *work, const struct field *field, const char *line)
{
    for (size_t i = 0; i < work->other_count; i++) {
        struct lines lines;
        if (split(lines_text(field, &work->others[i]), work->arena, &lines) &&
            lines_hold(&lines, line))
            return true;
    }
    return false;
}

// A message keeps its first author and time; a text that vanishes takes both with it.
static bool set_lines(struct work *work, const struct field *field, struct contact *contact,
                      const char *text, const struct message *like)
{
    if (is_named(field, "handling_note")) {
        contact->handling_note = text;
        return true;
    }
    contact->message = NULL;
    if (!text)
        return true;
    struct message *message = arena_alloc(work->arena, sizeof *message);
    if (!message)
        return full(work->err);
    *message = *like;
    message->text = text;
    contact->message = message;
    return true;
}

static bool merge_lines(struct work *work, const struct field *field)
{
    const char *text = lines_text(field, work->to), *brought = NULL;
    struct lines own, more;
    if (!split(text, work->arena, &own) ||
        !split(lines_text(field, work->from), work->arena, &more))
        return full(work->err);
    for (size_t i = 0; i < more.count; i++) {
        bool there = lines_hold(&own, more.line[i]);
        if (!*more.line[i])
            continue;
        if (!there)
            text = join(text, more.line[i], work->arena);
        if (!there || others_have_line(work, field, more.line[i]))
            brought = join(brought, more.line[i], work->arena);
        if (!text || (!there && !brought))
            return full(work->err);
    }
    const struct field *limit =
        is_named(field, "message") ? record_field(message_record(), "text") : field;
    if (text && text_length(text) > (size_t)limit->max)
        return fail(work->err, ERR_CONFLICT, field->name, TEXT_MERGE_TOO_LONG, field->german,
                    int_text(limit->max).text, NULL);
    const struct message *like = work->to->message ? work->to->message : work->from->message;
    return set_lines(work, field, work->out, text, like) &&
           set_lines(work, field, work->brought, brought, work->from->message);
}

static bool undo_lines(struct work *work, const struct field *field)
{
    const char *text = NULL;
    struct lines now, brought;
    if (!split(lines_text(field, work->to), work->arena, &now) ||
        !split(lines_text(field, work->brought), work->arena, &brought))
        return full(work->err);
    for (size_t i = 0; i < now.count; i++) {
        if (lines_hold(&brought, now.line[i]) && !others_have_line(work, field, now.line[i]))
            continue;
        text = join(text, now.line[i], work->arena);
        if (!text)
            return full(work->err);
    }
    return set_lines(work, field, work->out, text, work->to->message);
}

// Lines of the message that are still there come back; what was told must not be told again.
static bool restore_message(struct work *work, struct contact *from)
{
    const struct field *field = record_field(contact_record(), "message");
    const char *text = NULL;
    struct lines before, now;
    if (!from->message)
        return true;
    if (!split(from->message->text, work->arena, &before) ||
        !split(lines_text(field, work->to), work->arena, &now))
        return full(work->err);
    for (size_t i = 0; i < before.count; i++) {
        if (!lines_hold(&now, before.line[i]))
            continue;
        text = join(text, before.line[i], work->arena);
        if (!text)
            return full(work->err);
    }
    return set_lines(work, field, from, text, from->message);
}

// --- all other fields
static bool others_say(const struct work *work, const struct field *field, const void *row)
{
    for (size_t i = 0; i < work->other_count; i++) {
        if (field_present(field, &work->others[i]) && values_equal(field, &work->others[i], row))
            return true;
    }
    return false;
}

static bool merge_value(struct work *work, const struct field *field)
{
    bool has = field_present(field, work->to);
    if (!field_present(field, work->from))
        return true;
    if (has && values_equal(field, work->to, work->from)) {
        if (!field->required && others_say(work, field, work->to))
            take(field, work->brought, work->from);
        return true;
    }
    if (has || (is_part_of_name(field) && work->from->kind != work->to->kind))
        return conflict(work, field, has ? value_text(field, work->to, work->arena) : NULL,
                        value_text(field, work->from, work->arena));
    take(field, work->out, work->from);
    take(field, work->brought, work->from);
    return true;
}

static bool undo_value(struct work *work, const struct field *field)
{
    if (field->required || !field_present(field, work->brought) ||
        !values_equal(field, work->to, work->brought) || others_say(work, field, work->to))
        return true;
    row_empty_field(field, work->out);
    return true;
}

// --- the whole
static bool each_field(struct work *work, bool undo)
{
    const struct record *record = contact_record();
    for (size_t i = 0; i < record->count; i++) {
        const struct field *field = &record->fields[i];
        bool good = true;
        if (is_frame(field))
            continue;
        if (has_lines(field))
            good = undo ? undo_lines(work, field) : merge_lines(work, field);
        else if (field_is_list(field))
            good = undo ? undo_list(work, field) : merge_list(work, field);
        else
            good = undo ? undo_value(work, field) : merge_value(work, field);
        if (!good)
            return false;
    }
    return true;
}

static void stamp(struct contact *contact, int64_t version, const struct editor *editor)
{
    contact->version = version;
    contact->edited_at = editor->now_us;
    contact->edited_by = editor->actor;
}

// What a record requires, so that the part can be stored as a contact.
static struct contact part_of(const struct contact *contact)
{
    return (struct contact){ .id = contact->id,
                             .version = contact->version,
                             .client = contact->client,
                             .kind = contact->kind,
                             .name = contact->name,
                             .created_at = contact->created_at,
                             .edited_at = contact->edited_at,
                             .edited_by = contact->edited_by };
}

bool merge_make(const struct merging *in, struct merged *out, struct err *err)
{
    struct work work = {
        .from = in->from,
        .to = in->to,
        .others = in->brought,
        .other_count = in->brought_count,
        .out = &out->to,
        .brought = &out->brought,
        .conflicts = arena_array(in->editor->arena, CONFLICTS_MAX, sizeof *work.conflicts),
        .arena = in->editor->arena,
        .err = err,
    };
    if (!work.conflicts)
        return full(err);
    out->to = *in->to;
    out->brought = part_of(in->from);
    if (!each_field(&work, false))
        return false;
    stamp(&out->to, in->to->version + 1, in->editor);
    out->conflicts = work.conflicts;
    out->conflict_count = work.conflict_count;
    return true;
}

bool merge_undo(const struct unmerging *in, struct contact *ret_from, struct contact *ret_to,
                struct err *err)
{
    struct contact brought = *in->brought;
    struct work work = {
        .to = in->to,
        .others = in->others,
        .other_count = in->other_count,
        .out = ret_to,
        .brought = &brought,
        .arena = in->editor->arena,
        .err = err,
    };
    *ret_to = *in->to;
    *ret_from = *in->before;
    if (!each_field(&work, true) || !restore_message(&work, ret_from))
        return false;
    stamp(ret_to, in->to->version + 1, in->editor);
    stamp(ret_from, in->before->version + 2, in->editor);
    return true;
}

bool merge_lists(const struct contact *from, struct contact *to, struct arena *arena,
                 struct err *err)
{
    const struct record *record = contact_record();
    const struct contact kept = *to;
    struct contact brought = part_of(from);
    struct work work = {
        .from = from,
        .to = &kept,
        .out = to,
        .brought = &brought,
        .conflicts = arena_array(arena, CONFLICTS_MAX, sizeof *work.conflicts),
        .arena = arena,
        .err = err,
    };
    if (!work.conflicts)
        return full(err);
    for (size_t i = 0; i < record->count; i++) {
        if (field_is_list(&record->fields[i]) && !merge_list(&work, &record->fields[i]))
            return false;
    }
    return true;
}

// SPDX-License-Identifier: Apache-2.0
// What a client is made of, and what a change does to it.
#include "services/contacts/client.h"

#include "common/wire/change.h"
#include "common/wire/codec.h"
#include "proto/settings.h"
#include "services/contacts/check.h"

static bool read_numbers(struct client_row *client, const struct editor *editor, struct err *err)
{
    if (client->numbers_count == 0)
        return true;
    client->numbers = numbers_matched(client->numbers, client->numbers_count, editor, err);
    return client->numbers != NULL;
}

static bool client_check(struct client_row *client, const struct editor *editor, struct err *err)
{
    const struct settings settings = {
        .hours = &client->hours,
        .zone = &client->zone,
        .holidays = &client->holidays,
        .closed_days = &client->closed_days,
        .closed_count = client->closed_days_count,
        .greeting = client->greeting,
        .guide = client->guide,
    };
    return record_check(client_row_record(), client, err) && check_email(client->email, err) &&
           check_language(client->language, err) && settings_read(&settings, editor->arena, err);
}

bool client_make(const struct client_new *in, const struct editor *editor, struct id id,
                 struct client_row *out, struct err *err)
{
    *out = (struct client_row){
        .id = id,
        .version = 1,
        .edited_at = editor->now_us,
        .edited_by = editor->actor,
    };
    row_take(client_row_record(), out, (struct given){ client_new_record(), in });
    return row_trim(client_row_record(), out, editor->arena, err) &&
           read_numbers(out, editor, err) && client_check(out, editor, err);
}

bool client_apply(const struct client_row *row, const struct client_change *change,
                  const struct editor *editor, struct client_row *out, struct err *err)
{
    struct given given = { client_change_record(), change };
    *out = *row;
    row_take(client_row_record(), out, given);
    if (!row_clear(client_row_record(), out, given, change->clear, change->clear_count, err) ||
        !row_trim(client_row_record(), out, editor->arena, err) ||
        (change->numbers_count && !read_numbers(out, editor, err)) ||
        !client_check(out, editor, err))
        return false;
    if (row_equal(client_row_record(), row, out))
        return true;
    out->version = row->version + 1;
    out->edited_at = editor->now_us;
    out->edited_by = editor->actor;
    return true;
}

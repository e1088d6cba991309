// SPDX-License-Identifier: Apache-2.0
// The files of a caller on the board. A locked file (section 203 StGB) is shown to nobody here, for
// a row goes to everybody who watches.
#include "services/notifier/board.h"

#include <string.h>

#include "proto/party.h"

bool board_shows_file(const struct file *file)
{
    return file->state == file_state_OPEN && !(file->has_locked && file->locked);
}

bool board_file_kept(const struct file *file, struct arena *arena, struct file *out)
{
    struct party *parties = arena_array(arena, file->parties_count, sizeof *parties);

    if (!parties)
        return false;
    *out = (struct file){
        .id = file->id,
        .version = file->version,
        .client = file->client,
        .number = file->number,
        .title = file->title,
        .kind = file->kind,
        .state = file->state,
        .parties = parties,
        .lawyer = file->lawyer,
        .clerk = file->clerk,
        .opened_at = file->opened_at,
        .edited_at = file->edited_at,
        .edited_by = file->edited_by,
    };
    for (size_t i = 0; i < file->parties_count; i++)
        if (!id_is_zero(file->parties[i].contact))
            parties[out->parties_count++] = (struct party){ .contact = file->parties[i].contact,
                                                            .role = file->parties[i].role };
    return true;
}

struct id board_responsible(const struct file *file)
{
    return id_is_zero(file->lawyer) ? file->clerk : file->lawyer;
}

static bool comes_before(const struct board_part *a, const struct board_part *b)
{
    bool a_opposes = party_side_of(a->role) == party_side_OPPOSING;
    bool b_opposes = party_side_of(b->role) == party_side_OPPOSING;

    if (a_opposes != b_opposes)
        return a_opposes;
    return a->file->opened_at > b->file->opened_at;
}

static void part_remove(struct board_parts *parts, size_t place)
{
    parts->count--;
    memmove(&parts->list[place], &parts->list[place + 1],
            (parts->count - place) * sizeof parts->list[0]);
}

// A caller who was merged of two may be in one file twice: the graver part counts.
void board_parts_add(struct board_parts *parts, const struct board_part *part)
{
    size_t place = 0;

    for (size_t i = 0; i < parts->count; i++) {
        if (!id_equal(parts->list[i].file->id, part->file->id))
            continue;
        if (!comes_before(part, &parts->list[i]))
            return;
        part_remove(parts, i);
    }
    while (place < parts->count && !comes_before(part, &parts->list[place]))
        place++;
    if (place == BOARD_FILES_MAX)
        return;
    if (parts->count == BOARD_FILES_MAX)
        parts->count--;
    memmove(&parts->list[place + 1], &parts->list[place],
            (parts->count - place) * sizeof parts->list[0]);
    parts->list[place] = *part;
    parts->count++;
}

bool board_files_make(const struct board_parts *parts, struct arena *arena,
                      struct board_caller *caller)
{
    struct board_file *rows = arena_array(arena, parts->count, sizeof *rows);

    if (!rows)
        return false;
    for (size_t i = 0; i < parts->count; i++) {
        const struct board_part *part = &parts->list[i];

        rows[i] = (struct board_file){
            .file = part->file->id,
            .number = part->file->number,
            .title = part->file->title,
            .role = part->role,
            .side = party_side_of(part->role),
            .responsible = board_responsible(part->file),
            .responsible_name = part->responsible ? part->responsible->name : NULL,
        };
        if (rows[i].side == party_side_OPPOSING)
            caller->has_opponent = caller->opponent = true;
    }
    caller->files = rows;
    caller->files_count = parts->count;
    return true;
}

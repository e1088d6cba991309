// SPDX-License-Identifier: Apache-2.0
// Searching by time: a search takes the segments like piles of papers, each sorted once something
// of it can be next: in a table that grows with time this is the youngest one, and no other is
// opened for the first page.
#include <stdlib.h>

#include "common/store/derived_seek.h"

struct paper {
    int64_t time;
    uint16_t place;
};

struct shelf {
    int64_t next; // of its next paper; not opened: none of it is later
    bool opened, empty;
    struct paper *papers;
    size_t count, at;
};

// Loose documents of a segment: the first one, and how many.
static size_t loose_of(const struct seek *seek, uint32_t segment, size_t *ret_first)
{
    size_t least = 0, beyond = seek->loose_count;
    while (least < beyond) {
        size_t middle = (least + beyond) / 2;
        if (segment_of(seek->loose[middle].ordinal) < segment)
            least = middle + 1;
        else
            beyond = middle;
    }
    size_t count = 0;
    while (least + count < seek->loose_count &&
           segment_of(seek->loose[least + count].ordinal) == segment)
        count++;
    *ret_first = least;
    return count;
}

static bool loose_fits(const struct seek *seek, const struct loose *loose)
{
    return loose->rank <= seek->rank && loose->time != DOC_TIME_NONE;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

// What its latest document can be at most, without looking into it.
static void shelf_bound(struct seek *seek, uint32_t segment)
{
    struct shelf *shelf = &seek->shelves[segment];
    int64_t least, most = INT64_MIN;
    size_t first, count = loose_of(seek, segment, &first);
    bool any = times_bounds(seek->txn, seek->database, segment, &least, &most);
    for (size_t i = first; i < first + count; i++) {
        if (!loose_fits(seek, &seek->loose[i]))
            continue;
        any = true;
        most = seek->loose[i].time > most ? seek->loose[i].time : most;
    }
    if (seek->has_span)
        most = earlier(most, seek->until - 1);
    shelf->next = earlier(most, seek->behind_time);
    shelf->empty = !any || (seek->has_span && most < seek->from);
}

bool shelves_open(struct seek *seek)
{
    seek->rank = SEEK_TEXT;
    seek->shelves = arena_array(seek->arena, (size_t)seek->last_segment + 1, sizeof *seek->shelves);
    for (uint32_t i = 0; seek->shelves && !seek->ended && i <= seek->last_segment; i++)
        shelf_bound(seek, i);
    return seek->shelves != NULL;
}

static int later_first(const void *a, const void *b)
{
    const struct paper *x = a, *y = b;
    if (x->time != y->time)
        return x->time > y->time ? -1 : 1;
    return y->place - x->place;
}

// What was given already is left out.
static bool is_behind(const struct seek *seek, int64_t time, uint64_t ordinal)
{
    return time < seek->behind_time ||
           (time == seek->behind_time && ordinal < seek->behind_ordinal);
}

static void paper_add(struct seek *seek, struct shelf *shelf, int64_t time, uint64_t ordinal)
{
    if (time != DOC_TIME_NONE && is_behind(seek, time, ordinal))
        shelf->papers[shelf->count++] = (struct paper){ time, place_of(ordinal) };
}

// Sorts what may fit of a segment. False when the arena is full.
static bool shelf_open(struct seek *seek, uint32_t segment)
{
    struct shelf *shelf = &seek->shelves[segment];
    uint64_t base = (uint64_t)segment << SEGMENT_BITS;
    size_t first, count = loose_of(seek, segment, &first);
    seek->segment = segment;
    seek_candidates(seek);
    for (size_t i = first; i < first + count; i++)
        set_bit(&seek->set, place_of(seek->loose[i].ordinal), false);
    shelf->opened = true;
    shelf->papers = arena_array(seek->arena, set_count(&seek->set) + count, sizeof *shelf->papers);
    if (!shelf->papers)
        return false;
    if (!set_empty(&seek->set) && times_read(seek->txn, seek->database, segment, seek->times)) {
        for (int place = set_last(&seek->set, (int)SEGMENT_SIZE); place >= 0;
             place = set_last(&seek->set, place))
            paper_add(seek, shelf, seek->times->at[place], base | (unsigned)place);
    }
    for (size_t i = first; i < first + count; i++) {
        if (loose_fits(seek, &seek->loose[i]))
            paper_add(seek, shelf, seek->loose[i].time, seek->loose[i].ordinal);
    }
    if (shelf->count)
        qsort(shelf->papers, shelf->count, sizeof *shelf->papers, later_first);
    return true;
}

static void shelf_turn(struct shelf *shelf)
{
    shelf->empty = shelf->at == shelf->count;
    if (!shelf->empty)
        shelf->next = shelf->papers[shelf->at].time;
}

// Where the latest paper may be: among equals first what is not opened yet, then the youngest.
static struct shelf *shelf_latest(struct seek *seek, uint32_t *ret_segment)
{
    struct shelf *best = NULL;
    for (uint32_t i = 0; i <= seek->last_segment; i++) {
        struct shelf *shelf = &seek->shelves[i];
        if (shelf->empty ||
            (best && (shelf->next < best->next ||
                      (shelf->next == best->next && shelf->opened && !best->opened))))
            continue;
        best = shelf;
        *ret_segment = i;
    }
    return best;
}

bool shelves_next(struct seek *seek, void *row, enum seek_rank *ret_rank)
{
    while (txn_sound(seek->txn)) {
        uint32_t segment;
        struct shelf *shelf = shelf_latest(seek, &segment);
        if (!shelf)
            return false;
        if (!shelf->opened) {
            if (!shelf_open(seek, segment)) {
                seek->cut = true;
                return false;
            }
            shelf_turn(shelf);
            continue;
        }
        if (seek->looked >= seek->most) {
            seek->cut = true;
            return false;
        }
        uint64_t ordinal = (uint64_t)segment << SEGMENT_BITS | shelf->papers[shelf->at++].place;
        shelf_turn(shelf);
        struct bytes key = seek_candidate(seek, ordinal);
        if (key.size == 0 || !seek_row(seek, key, row))
            continue;
        *ret_rank = seek->rank;
        return true;
    }
    return false;
}

// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/similar.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/stem.h"
#include "common/store/derived_rank.h"
#include "services/timekeeping/alike.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/record_show.h"
#include "services/timekeeping/store.h"
#include "services/timekeeping/store_inquiry.h"
#include "services/timekeeping/store_search.h"

#define LIMIT       5
#define CANDIDATES  60  // of the best: as many as it takes to choose by length and solution
#define LOOKED      300 // rows read for them, at most,
#define SAME_MOST   4   // as a solution that is in so many of them already needs no further one
#define MEMORY_MOST ((size_t)12 << 20) // of the request's
#define LONG_COUNTS 0.3                // so much a text of twice the mean length must have more
#define SHARE_LEAST 4                  // percent; less is chance, see the README
#define TEXT_SHOWN  1000               // characters

struct candidate {
    struct inquiry inquiry;
    const char *solution; // its stems
    double score, share;
    size_t words;
    size_t same; // further ones with just this solution, which were not kept
};

static bool too_large(struct request *rq)
{
    return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
}

static struct rank *open_rank(struct request *rq, const struct inquiry_similar_query *in)
{
    struct seek_options among = { .scope = &rq->scope };

    among.tags[among.tag_count++] = (struct seek_tag){ TAG_HELPED, { (const uint8_t *)"1", 1 } };
    if (!id_is_zero(in->client))
        among.tags[among.tag_count++] =
            (struct seek_tag){ doc_scope_kind(SCOPE_MARK_CLIENT),
                               { in->client.bytes, sizeof in->client.bytes } };
    return rank_open(rq->txn, &inquiry_table, &among, rq->arena);
}

static void want(struct rank *rank, const struct alike *asks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        switch (asks[i].by) {
        case ALIKE_STEM:
            rank_tag(rank, TAG_STEM, asks[i].one, asks[i].weight, asks[i].extra);
            break;
        case ALIKE_BONES:
            rank_tag(rank, TAG_BONES, asks[i].one, asks[i].weight, asks[i].extra);
            break;
        case ALIKE_PARTS: rank_word(rank, asks[i].one, asks[i].weight, asks[i].extra); break;
        case ALIKE_PAIR:
            rank_tags(rank, TAG_STEM, asks[i].one, asks[i].other, asks[i].weight);
            break;
        }
    }
}

static size_t words_of(const char *text)
{
    size_t count = text && *text;

    for (; text && *text; text++)
        count += *text == ' ';
    return count;
}

// The last one with just this solution, if there are enough of them.
static struct candidate *full_of(struct candidate *candidates, size_t count, const char *solution)
{
    struct candidate *last = NULL;
    size_t same = 0;

    for (size_t i = 0; i < count; i++) {
        if (strcmp(candidates[i].inquiry.solution, solution) == 0) {
            last = &candidates[i];
            same++;
        }
    }
    return same < SAME_MOST ? NULL : last;
}

static bool complete_candidate(struct request *rq, struct candidate *candidate,
                               const struct ranked *ranked)
{
    const struct inquiry *inquiry = &candidate->inquiry;

    candidate->solution = stem_text(rq->arena, inquiry->solution);
    candidate->score = ranked->score;
    candidate->share = ranked->share;
    candidate->words =
        words_of(inquiry->subject) + words_of(inquiry->text) + words_of(inquiry->solution);
    candidate->same = 0;
    return candidate->solution != NULL;
}

// Reads those of the best that may be shown.
static size_t read_candidates(struct request *rq, struct rank *rank, struct id except,
                              struct candidate *candidates)
{
    struct ranked best[LOOKED];
    size_t found = rank_best(rank, best, LOOKED), count = 0;

    for (size_t i = 0; i < found && count < CANDIDATES && arena_used(rq->arena) < MEMORY_MOST;
         i++) {
        struct inquiry *inquiry = &candidates[count].inquiry;
        if (best[i].share * 100 < SHARE_LEAST || !rank_row(rank, &best[i], inquiry) ||
            !inquiry->solution || id_equal(inquiry->id, except) || file_hidden(rq, inquiry->file))
            continue;
        struct candidate *full = full_of(candidates, count, inquiry->solution);
        if (full)
            full->same++;
        else if (complete_candidate(rq, &candidates[count], &best[i]))
            count++;
    }
    return count;
}

static int better_first(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;

    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    if (x->inquiry.opened_at != y->inquiry.opened_at)
        return x->inquiry.opened_at > y->inquiry.opened_at ? -1 : 1;
    return memcmp(&y->inquiry.id, &x->inquiry.id, sizeof(struct id));
}

// Long texts have much of anything.
static void weigh_lengths(struct candidate *candidates, size_t count)
{
    double mean = 0;

    for (size_t i = 0; i < count; i++)
        mean += (double)candidates[i].words / (double)count;
    for (size_t i = 0; i < count; i++)
        candidates[i].score /= 1 - LONG_COUNTS + LONG_COUNTS * (double)candidates[i].words / mean;
    if (count)
        qsort(candidates, count, sizeof *candidates, better_first);
}

static struct inquiry_similar_hit hit_of(struct request *rq, const struct candidate *candidate)
{
    const struct inquiry *inquiry = &candidate->inquiry;
    struct client_row client = { .name = NULL };

    if (!id_is_zero(inquiry->client) && !kept_client(rq, inquiry->client, &client))
        client.name = NULL;
    return (struct inquiry_similar_hit){
        .id = inquiry->id,
        .number = inquiry->number,
        .source = inquiry->source,
        .share = (int64_t)(candidate->share * 100),
        .subject = inquiry->subject,
        .text = record_excerpt(rq, inquiry->text, TEXT_SHOWN),
        .solution = inquiry->solution,
        .alike = (int64_t)candidate->same,
        .opened_at = inquiry->opened_at,
        .client = inquiry->client,
        .client_name = client.name,
    };
}

// Each solution once: who looks for help wants to see other ways, not the same one again.
static size_t choose(struct request *rq, const struct candidate *candidates, size_t count,
                     struct inquiry_similar_hit *hits, size_t limit)
{
    const struct candidate *chosen[CANDIDATES];
    size_t hit_count = 0;

    for (size_t i = 0; i < count; i++) {
        size_t same = 0;
        while (same < hit_count && !alike_texts(candidates[i].solution, chosen[same]->solution))
            same++;
        if (same < hit_count) {
            hits[same].alike += 1 + (int64_t)candidates[i].same;
        } else if (hit_count < limit) {
            chosen[hit_count] = &candidates[i];
            hits[hit_count++] = hit_of(rq, &candidates[i]);
        }
    }
    return hit_count;
}

bool similar_find(struct request *rq, const struct inquiry_similar_query *in,
                  struct inquiry_similar_hits *out)
{
    size_t limit = in->has_limit ? (size_t)in->limit : LIMIT, ask_count = 0;
    struct candidate *candidates = arena_array(rq->arena, CANDIDATES, sizeof *candidates);
    struct inquiry_similar_hit *hits = arena_array(rq->arena, limit, sizeof *hits);
    struct alike *asks;

    if (!candidates || !hits || !alike_ask(rq->arena, in->text, &asks, &ask_count))
        return too_large(rq);
    struct rank *rank = open_rank(rq, in);
    want(rank, asks, ask_count);
    size_t count = read_candidates(rq, rank, in->except, candidates);
    weigh_lengths(candidates, count);
    out->hits = hits;
    out->hits_count = choose(rq, candidates, count, hits, limit);
    out->complete = !rank_cut(rank);
    return true;
}

// SPDX-License-Identifier: Apache-2.0
// Chunked work: a row says how far it is; the flip at the end makes it count.
#include "common/step/job.h"

#include <string.h>

#define CHUNK_ROWS 200

static void job_key(const void *row, struct key *key)
{
    const struct job *job = row;
    key_id(key, job->id);
}

static void unfinished(const void *row, struct keys *keys)
{
    const struct job *job = row;
    if (job->has_finished && job->finished)
        return;
    struct key key;
    key_init(&key);
    key_int(&key, job->begun_at);
    keys_add(keys, &key);
}

static const struct index indexes[] = {
    { "job.unfinished", unfinished, .query = "the oldest job that is not finished" },
};

const struct table job_table = {
    .name = "job",
    .number = 1002,
    .record = job_record,
    .key = job_key,
    .indexes = indexes,
    .index_count = COUNT_OF(indexes),
};

struct id job_begin(struct request *rq, const char *kind, struct bytes argument)
{
    struct job job = {
        .id = new_id(rq),
        .kind = kind,
        .begun_at = rq->now_us,
        .argument = argument,
    };
    (void)!table_put(rq->txn, &job_table, &job, &rq->err);
    return job.id;
}

static const struct job_kind *kind_of(const struct job_kind *kinds, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    }
    return NULL;
}

static bool oldest(struct request *rq, const struct job_kind *kinds, size_t count, struct job *job,
                   const struct job_kind **ret_kind)
{
    struct walk_options options = { .index = &indexes[0], .scope = &scope_house };
    struct walk *walk = walk_open(rq->txn, &job_table, &options, rq->arena);
    *ret_kind = NULL;
    while (!*ret_kind && walk_next(walk, job))
        *ret_kind = kind_of(kinds, count, job->kind);
    walk_close(walk);
    return *ret_kind != NULL;
}

bool job_step(struct request *rq, const struct job_kind *kinds, size_t kind_count)
{
    struct job job;
    const struct job_kind *kind;
    bool last = false;
    if (!oldest(rq, kinds, kind_count, &job, &kind))
        return false;
    if (!kind->chunk(rq, &job, CHUNK_ROWS, &last))
        return false;
    if (last && kind->flip && !kind->flip(rq, &job))
        return false;
    if (last)
        job.has_finished = job.finished = true;
    return table_put(rq->txn, &job_table, &job, &rq->err);
}

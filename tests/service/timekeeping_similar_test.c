// SPDX-License-Identifier: Apache-2.0
// Past inquiries like the one at hand: how good it is on the labelled set (tests/data/search), what
// must never show, and that an import counts once.
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "services/timekeeping/api.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/store.h"
#include "services/timekeeping/store_inquiry.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"

#define INQUIRIES "tests/data/search/inquiries.jsonl"
#define QUERIES   "tests/data/search/queries.jsonl"
// Written before anybody had seen what comes of them, and damaged by a program: see the README
// there.
#define BLIND_1   "tests/data/search/blind-1.jsonl"
#define BLIND_2   "tests/data/search/blind-2.jsonl"
#define HARDER    "tests/data/search/harder.jsonl"
#define BATCH     200
#define KINDS_MAX 8
#define GOOD      0.90
#define GOOD_HARD 0.85 // 288 of 316
#define FEW       30   // every so manieth

static FILE *open_data(const char *name)
{
    char path[600];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", RUFBUS_SOURCE, name);
    file = fopen(path, "r");
    CHECK(file != NULL);
    return file;
}

static json_t *next_object(FILE *file)
{
    char line[20000];
    json_error_t fault;

    return fgets(line, sizeof line, file) ? json_loads(line, 0, &fault) : NULL;
}

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

// --- the archive

struct archive {
    json_t *objects; // of the file, in order
};

static void send(struct fixture *fx, struct inquiry_old *rows, size_t count, const char *archive,
                 struct inquiry_import_result *out)
{
    struct inquiry_import_in in = { .archive = archive, .rows = rows, .rows_count = count };

    CHECK_INT(call_inquiry_import(&fx->client, &in, out), CALL_DONE);
}

static struct archive load_archive(struct fixture *fx)
{
    static struct inquiry_old rows[BATCH];
    static char sources[BATCH][20];
    struct archive archive = { .objects = json_array() };
    FILE *file = open_data(INQUIRIES);
    size_t count = 0;

    for (json_t *object = next_object(file);; object = next_object(file)) {
        if (count == BATCH || (!object && count)) {
            struct inquiry_import_result out = { 0 };
            send(fx, rows, count, NULL, &out);
            CHECK_INT(out.added, (int64_t)count);
            CHECK_INT((int64_t)out.rejects_count, 0);
            count = 0;
            fixture_reset(fx);
        }
        if (!object)
            break;
        json_array_append_new(archive.objects, object);
        snprintf(sources[count], sizeof sources[count], "%d",
                 (int)json_integer_value(json_object_get(object, "id")));
        rows[count] = (struct inquiry_old){ .row = (int64_t)json_array_size(archive.objects),
                                            .source = sources[count],
                                            .subject = text_of(object, "subject"),
                                            .text = text_of(object, "text"),
                                            .solution = text_of(object, "solution") };
        count++;
    }
    fclose(file);
    return archive;
}

static const char *topic_of(const struct archive *archive, const struct inquiry_similar_hit *hit)
{
    return text_of(json_array_get(archive->objects, (size_t)strtoul(hit->source, NULL, 10) - 1),
                   "topic");
}

// --- how good it is

struct tally {
    const char *kind;
    int asked, hit;
};

static struct tally *tally_of(struct tally *tallies, const char *kind)
{
    size_t i = 0;

    while (tallies[i].kind && strcmp(tallies[i].kind, kind) != 0)
        i++;
    CHECK(i < KINDS_MAX);
    if (!tallies[i].kind)
        tallies[i].kind = strdup(kind);
    return &tallies[i];
}

static bool is_hit(struct fixture *fx, const struct archive *archive, const json_t *query)
{
    struct inquiry_similar_query in = { .text = text_of(query, "q"),
                                        .has_limit = true,
                                        .limit = 3 };
    struct inquiry_similar_hits out = { 0 };
    bool hit = false;

    CHECK_INT(call_inquiry_similar(&fx->client, &in, &out), CALL_DONE);
    CHECK(out.complete && out.hits_count <= 3);
    for (size_t i = 0; i < out.hits_count; i++)
        hit |= strcmp(topic_of(archive, &out.hits[i]), text_of(query, "topic")) == 0;
    if (!hit)
        fprintf(stderr, "  missed (%s): %s\n", text_of(query, "kind"), in.text);
    fixture_reset(fx);
    return hit;
}

// Every so manieth query of the file.
static double ask_all(struct fixture *fx, const struct archive *archive, const char *queries,
                      int every)
{
    struct tally tallies[KINDS_MAX + 1] = { { 0 } };
    FILE *file = open_data(queries);
    int asked = 0, hit = 0, nth = 0;

    for (json_t *query = next_object(file); query; query = next_object(file)) {
        if (nth++ % every != 0) {
            json_decref(query);
            continue;
        }
        struct tally *tally = tally_of(tallies, text_of(query, "kind"));
        bool good = is_hit(fx, archive, query);
        tally->asked++;
        tally->hit += good;
        asked++;
        hit += good;
        json_decref(query);
    }
    fclose(file);
    for (size_t i = 0; tallies[i].kind; i++) {
        fprintf(stderr, "  hit@3 %-14s %3d of %3d\n", tallies[i].kind, tallies[i].hit,
                tallies[i].asked);
        free((void *)(uintptr_t)tallies[i].kind);
    }
    fprintf(stderr, "  hit@3 %-14s %3d of %3d\n", "all", hit, asked);
    return (double)hit / asked;
}

TEST(the_right_topic_is_among_the_first_three)
{
    struct fixture *fx = fixture_new_with(&timekeeping_service, NULL, (size_t)1 << 30);
    struct archive archive = load_archive(fx);

    CHECK_INT(fixture_rows(fx, &inquiry_table), 2000);
    // Just taken over, then indexed and the process has died.
    CHECK(ask_all(fx, &archive, QUERIES, FEW) >= GOOD);
    CHECK(ask_all(fx, &archive, BLIND_1, FEW) >= GOOD);
    fixture_wait(fx, 12000000);
    fixture_crash(fx);
    fixture_start(fx);
    CHECK(ask_all(fx, &archive, QUERIES, 1) >= GOOD);
    CHECK(ask_all(fx, &archive, BLIND_1, 1) >= GOOD);
    CHECK(ask_all(fx, &archive, BLIND_2, 1) >= GOOD);
    CHECK(ask_all(fx, &archive, HARDER, 2) >= GOOD_HARD);
    json_decref(archive.objects);
    fixture_free(fx);
}

// SPDX-License-Identifier: Apache-2.0
// Every capture in tests/data/ami against the truth beside it, field by field.

#include <glob.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/telephony/ami_replay.h"
#include "tests/harness/test.h"

#define ROWS_MAX  256
#define EXACT_US  50000
#define PARTS_MAX 8

struct part_seen {
    char agent[48];
    int64_t from, until, talk_ms, held_ms;
};

// What is kept of an ended call.
struct sighting {
    char ref[64], direction[20], caller[128], caller_name[256], called[128], agent[48];
    char rung[256], outcome[20], transferred_to[128], transfer_type[20], ended_by[20], queue[80];
    char action_id[80];
    int64_t started_at, ring_at, answered_at, ended_at, talk_ms;
    struct part_seen parts[PARTS_MAX];
    size_t part_count;
    int times; // how often it was told to have ended
};

struct book {
    struct sighting rows[ROWS_MAX];
    size_t count;
};

static void put(char *out, size_t size, const char *text)
{
    (void)snprintf(out, size, "%s", text ? text : "");
}

static void keep_parts(struct sighting *seen, const struct call *row)
{
    for (size_t i = 0; i < row->parts_count && i < PARTS_MAX; i++) {
        const struct call_part *part = &row->parts[i];
        struct part_seen *kept = &seen->parts[seen->part_count++];
        put(kept->agent, sizeof kept->agent, part->agent);
        kept->from = part->from;
        kept->until = part->has_until ? part->until : 0;
        kept->talk_ms = part->talk_ms;
        kept->held_ms = part->held_ms;
    }
}

static void listen(void *context, const struct call *row)
{
    struct book *book = context;
    if (row->state != call_state_ENDED)
        return;
    for (size_t i = 0; i < book->count; i++) {
        if (!strcmp(book->rows[i].ref, row->source_ref)) {
            book->rows[i].times++;
            return;
        }
    }
    if (book->count == ROWS_MAX)
        return;
    struct sighting *seen = &book->rows[book->count++];
    *seen = (struct sighting){ .times = 1 };
    put(seen->ref, sizeof seen->ref, row->source_ref);
    put(seen->direction, sizeof seen->direction,
        call_direction_picks()->values[row->direction].word);
    put(seen->caller, sizeof seen->caller, row->caller);
    put(seen->caller_name, sizeof seen->caller_name, row->caller_name);
    put(seen->called, sizeof seen->called, row->called);
    put(seen->agent, sizeof seen->agent, row->agent);
    put(seen->queue, sizeof seen->queue, row->queue);
    put(seen->action_id, sizeof seen->action_id, row->action_id);
    for (size_t i = 0; i < row->agents_rung_count; i++) {
        size_t used = strlen(seen->rung);
        (void)snprintf(seen->rung + used, sizeof seen->rung - used, "%s%s", used ? " " : "",
                       row->agents_rung[i]);
    }
    put(seen->outcome, sizeof seen->outcome, call_outcome_picks()->values[row->outcome].word);
    put(seen->transferred_to, sizeof seen->transferred_to, row->transferred_to);
    put(seen->transfer_type, sizeof seen->transfer_type,
        transfer_kind_picks()->values[row->transfer_type].word);
    put(seen->ended_by, sizeof seen->ended_by, call_ended_by_picks()->values[row->ended_by].word);
    seen->started_at = row->started_at;
    seen->ring_at = row->has_ring_at ? row->ring_at : 0;
    seen->answered_at = row->has_answered_at ? row->answered_at : 0;
    seen->ended_at = row->has_ended_at ? row->ended_at : 0;
    seen->talk_ms = row->talk_ms;
    keep_parts(seen, row);
}

// What is compared, and how many differences were printed.
struct comparison {
    const char *scenario;
    const char *ref;
    int differences;
};

static void differ(struct comparison *to, const char *field, const char *got, const char *want)
{
    if (to->differences++ == 0)
        printf("%-32s %-18s %-14s %-26s %s\n", "capture", "call", "field", "got", "truth");
    printf("%-32s %-18s %-14s %-26s %s\n", to->scenario, to->ref, field, got, want);
}

static void same_text(struct comparison *to, const char *field, const char *got, const char *want)
{
    if (strcmp(got, want ? want : "") != 0)
        differ(to, field, got, want ? want : "(null)");
}

static void same_time(struct comparison *to, const char *field, int64_t got, int64_t want,
                      int64_t start)
{
    char got_text[40], want_text[40];
    if ((got == 0) == (want == 0) && llabs(got - want) <= EXACT_US)
        return;
    (void)snprintf(got_text, sizeof got_text, got ? "%+.3f" : "absent",
                   (double)(got - start) / 1e6);
    (void)snprintf(want_text, sizeof want_text, want ? "%+.3f" : "absent",
                   (double)(want - start) / 1e6);
    differ(to, field, got_text, want_text);
}

static const char *text_of(const json_t *call, const char *key)
{
    const char *text = json_string_value(json_object_get(call, key));
    return text ? text : "";
}

static int64_t time_of(const json_t *call, const char *key)
{
    const json_t *time = json_object_get(call, key);
    return json_is_number(time) ? llround(json_number_value(time) * 1e6) : 0;
}

static bool is_one_of(const char *name, const char *const *names)
{
    for (; *names; names++) {
        if (!strcmp(name, *names))
            return true;
    }
    return false;
}

// As the number would be read by hand; only its first line is a number.
static void number_of(const json_t *call, char out[128])
{
    static const struct phone_home berlin = { "49", "30" };
    struct phone phone = { 0 };
    struct err err = { 0 };
    put(out, 128, text_of(call, "caller_number"));
    out[strcspn(out, "\r\n")] = '\0';
    if (strcmp(text_of(call, "direction"), "inbound") != 0)
        return;
    // Without prefix it may be of any area.
    if (strcmp(out, "669690123") != 0 && phone_read(out, &berlin, &phone, &err) && phone.e164[0])
        put(out, 128, phone.e164);
}

// What was no UTF-8 when it was sent cannot be told from the stream.
static bool same_name(const char *got, const char *want)
{
    static const char replacement[] = "\xef\xbf\xbd";
    while (*got && *want) {
        if (!strncmp(got, replacement, 3)) {
            got += 3;
            want++;
            while (((unsigned char)*want & 0xc0) == 0x80)
                want++;
            continue;
        }
        if (*got++ != *want++)
            return false;
    }
    return !*got && !*want;
}

struct span {
    int64_t from, to;
};

static int by_start(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    return x->from < y->from ? -1 : x->from > y->from;
}

static int64_t talk_of(const json_t *call)
{
    struct span spans[64];
    size_t count = 0, at = 0;
    const json_t *talk = json_object_get(call, "talk"), *item = NULL;
    int64_t sum = 0, until = 0;
    json_array_foreach(talk, at, item)
    {
        if (count < 64)
            spans[count++] = (struct span){ time_of(item, "from"), time_of(item, "to") };
    }
    qsort(spans, count, sizeof spans[0], by_start);
    for (size_t i = 0; i < count; i++) {
        int64_t from = spans[i].from > until ? spans[i].from : until;
        if (spans[i].to > from)
            sum += spans[i].to - from;
        if (spans[i].to > until)
            until = spans[i].to;
    }
    return sum / 1000;
}

static void rung_of(const json_t *call, char out[256])
{
    size_t at = 0;
    const json_t *item = NULL;
    out[0] = '\0';
    json_array_foreach(json_object_get(call, "agents_rung"), at, item)
    {
        size_t used = strlen(out);
        (void)snprintf(out + used, 256 - used, "%s%s", used ? " " : "", json_string_value(item));
    }
}

static void compare_who(struct comparison *to, const struct sighting *got, const json_t *call)
{
    char rung[256], number[128];
    rung_of(call, rung);
    number_of(call, number);
    same_text(to, "direction", got->direction, text_of(call, "direction"));
    // Its number is known to the PBX and marked as private, which the stream does not say.
    if (!json_is_string(json_object_get(call, "withheld_number"))) {
        same_text(to, "caller", got->caller, number);
        if (!same_name(got->caller_name, text_of(call, "caller_name")))
            differ(to, "caller_name", got->caller_name, text_of(call, "caller_name"));
    }
    same_text(to, "called", got->called, text_of(call, "called_number"));
    same_text(to, "agent", got->agent, text_of(call, "agent"));
    same_text(to, "agents_rung", got->rung, rung);
    if (*text_of(call, "queue"))
        same_text(to, "queue", got->queue, text_of(call, "queue"));
    same_text(to, "outcome", got->outcome, text_of(call, "outcome"));
    same_text(to, "transferred_to", got->transferred_to, text_of(call, "transferred_to"));
    same_text(to, "transfer_type", got->transfer_type, text_of(call, "transfer_type"));
    same_text(to, "ended_by", got->ended_by, text_of(call, "ended_by"));
    if (*got->action_id) // only some OriginateResponse names it
        same_text(to, "action_id", got->action_id, text_of(call, "action_id"));
}

static void compare_when(struct comparison *to, const struct sighting *got, const json_t *call)
{
    // There the first byte that tells came later than what it tells of.
    static const char *const late[] = { "originate_failures", "originate_sync", "reconnect_ringing",
                                        NULL };
    int64_t start = time_of(call, "start");
    char got_ms[24], want_ms[24];
    int64_t talk = talk_of(call);
    if (!is_one_of(to->scenario, late)) {
        same_time(to, "started_at", got->started_at, start, start);
        // Told by the phone, which once noted a ring before the call had begun.
        if (time_of(call, "ring_start") == 0 || time_of(call, "ring_start") >= start)
            same_time(to, "ring_at", got->ring_at, time_of(call, "ring_start"), start);
        same_time(to, "answered_at", got->answered_at, time_of(call, "answer"), start);
    } else if ((got->answered_at != 0) != (time_of(call, "answer") != 0)) {
        same_time(to, "answered_at", got->answered_at, time_of(call, "answer"), start);
    }
    same_time(to, "ended_at", got->ended_at, time_of(call, "end"), start);
    if (llabs(got->talk_ms - talk) * 1000 <= EXACT_US || is_one_of(to->scenario, late))
        return;
    (void)snprintf(got_ms, sizeof got_ms, "%lld", (long long)got->talk_ms);
    (void)snprintf(want_ms, sizeof want_ms, "%lld", (long long)talk);
    differ(to, "talk_ms", got_ms, want_ms);
}

// --- parts: what each phone had in the call
// The truth's spans of one agent, as one: no phone comes back into a call in these captures.
static size_t parts_of(const json_t *call, struct part_seen out[PARTS_MAX])
{
    size_t count = 0, at = 0;
    const json_t *item = NULL;
    json_array_foreach(json_object_get(call, "talk"), at, item)
    {
        size_t i = 0;
        int64_t from = time_of(item, "from"), to = time_of(item, "to");
        while (i < count && strcmp(out[i].agent, text_of(item, "agent")) != 0)
            i++;
        if (i == PARTS_MAX)
            return count;
        if (i == count) {
            out[count] = (struct part_seen){ .from = from, .until = to };
            put(out[count++].agent, sizeof out[i].agent, text_of(item, "agent"));
        }
        out[i].from = from < out[i].from ? from : out[i].from;
        out[i].until = to > out[i].until ? to : out[i].until;
        out[i].talk_ms += (to - from) / 1000;
    }
    return count;
}

// How long a phone held the other party, read from the captures by hand: no truth says it.
static int64_t held_of(const char *scenario, const char *agent)
{
    static const struct {
        const char *scenario, *agent;
        int64_t held_ms;
    } holds[] = {
        { "hold_unhold", "101", 3005 },
        { "transfer_blind_feature_code", "101", 2062 },
        { "transfer_attended_feature", "101", 2065 }, // then it asks 102, which is no hold
        { "transfer_attended_refer_external", "103", 4063 },
    };
    for (size_t i = 0; i < sizeof holds / sizeof holds[0]; i++) {
        if (!strcmp(holds[i].scenario, scenario) && !strcmp(holds[i].agent, agent))
            return holds[i].held_ms;
    }
    return 0;
}

static void same_ms(struct comparison *to, const char *field, int64_t got, int64_t want)
{
    char got_ms[24], want_ms[24];
    if (llabs(got - want) * 1000 <= EXACT_US)
        return;
    (void)snprintf(got_ms, sizeof got_ms, "%lld", (long long)got);
    (void)snprintf(want_ms, sizeof want_ms, "%lld", (long long)want);
    differ(to, field, got_ms, want_ms);
}

static void compare_part(struct comparison *to, const struct part_seen *got,
                         const struct part_seen *want)
{
    // The second call of that phone, the question, is not held.
    int64_t held = got->talk_ms > 3000 ? held_of(to->scenario, want->agent) : 0;
    same_time(to, "part.from", got->from, want->from, want->from);
    same_time(to, "part.until", got->until, want->until, want->from);
    same_ms(to, "part.talk_ms", got->talk_ms, want->talk_ms);
    same_ms(to, "part.held_ms", got->held_ms, held);
}

static void compare_parts(struct comparison *to, const struct sighting *got, const json_t *call)
{
    struct part_seen want[PARTS_MAX];
    size_t count = parts_of(call, want);
    if (got->part_count != count)
        same_ms(to, "parts", (int64_t)got->part_count * 1000, (int64_t)count * 1000);
    for (size_t i = 1; i < got->part_count; i++) {
        if (got->parts[i].from < got->parts[i - 1].from)
            differ(to, "parts", "not in order", "in order");
    }
    for (size_t i = 0; i < count; i++) {
        size_t k = 0;
        while (k < got->part_count && strcmp(got->parts[k].agent, want[i].agent) != 0)
            k++;
        if (k == got->part_count)
            differ(to, "part.agent", "none", want[i].agent);
        else
            compare_part(to, &got->parts[k], &want[i]);
    }
}

static const struct sighting *find(const struct book *book, const char *ref)
{
    for (size_t i = 0; i < book->count; i++) {
        if (!strcmp(book->rows[i].ref, ref))
            return &book->rows[i];
    }
    return NULL;
}

static void play(struct ami_replay *replay, struct book *book, size_t cut)
{
    struct ami_model_options options = { "pbx", { "49", "30" }, NULL, listen, book };
    struct ami_model *model = ami_model_new(&options);
    const struct ami_replay_step *step = NULL;
    while ((step = ami_replay_next(replay))) {
        struct ami_replay_step piece = *step;
        size_t left = step->size;
        for (; cut && left > cut; left -= cut) {
            piece.size = cut;
            ami_replay_play(replay, &piece, model, step->at_us);
            piece.bytes += cut;
        }
        piece.size = left;
        ami_replay_play(replay, &piece, model, step->at_us);
    }
    ami_model_free(model);
}

static int compare_all(const char *scenario, const struct book *book, const json_t *truth)
{
    struct comparison to = { scenario, "", 0 };
    size_t at = 0, expected = 0;
    const json_t *call = NULL;
    json_array_foreach(json_object_get(truth, "calls"), at, call)
    {
        to.ref = text_of(call, "linkedid");
        if (!*to.ref || strstr(text_of(call, "seen"), "events were off"))
            continue;
        expected++;
        const struct sighting *got = find(book, to.ref);
        if (!got) {
            differ(&to, "(row)", "none", "a call");
            continue;
        }
        if (got->times != 1)
            differ(&to, "(row)", "told twice", "once");
        compare_who(&to, got, call);
        compare_when(&to, got, call);
        compare_parts(&to, got, call);
    }
    if (book->count > expected) {
        to.ref = "";
        differ(&to, "(rows)", "calls too many", book->rows[book->count - 1].ref);
    }
    return to.differences;
}

static int run_capture(const char *path, size_t cut)
{
    struct book *book = calloc(1, sizeof *book);
    struct ami_replay *replay = NULL;
    struct err err = { 0 };
    char ami[4096], scenario[128];
    const char *slash = strrchr(path, '/');
    size_t stem = strlen(path) - strlen(".truth.json");
    put(scenario, sizeof scenario, slash + 1);
    scenario[strcspn(scenario, ".")] = '\0';
    (void)snprintf(ami, sizeof ami, "%.*s.ami", (int)stem, path);
    json_t *truth = json_load_file(path, 0, NULL);
    CHECK(truth != NULL);
    bool opened = ami_replay_open(ami, 0, &replay, &err);
    CHECK_OK(&err);
    CHECK(opened);
    play(replay, book, cut);
    int differences = compare_all(scenario, book, truth);
    ami_replay_free(replay);
    json_decref(truth);
    free(book);
    return differences;
}

static void run_all(size_t cut)
{
    glob_t files = { 0 };
    int differences = 0;
    const char *folder = getenv("RUFBUS_CAPTURES"); // other captures of the same kind
    char pattern[4096];
    (void)snprintf(pattern, sizeof pattern, "%s/*.truth.json",
                   folder ? folder : test_path("data/ami"));
    CHECK_INT(glob(pattern, 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++)
        differences += run_capture(files.gl_pathv[i], cut);
    printf("%zu captures, %d differences\n", files.gl_pathc, differences);
    CHECK(files.gl_pathc > 0);
    globfree(&files);
    CHECK_INT(differences, 0);
}

TEST(every_call_of_every_capture_comes_out_right)
{
    run_all(0);
}

TEST(cut_into_single_bytes_they_come_out_the_same)
{
    run_all(1);
}

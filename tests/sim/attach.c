// SPDX-License-Identifier: Apache-2.0
// Attachments: announced and brought piece by piece, repeated, out of order, with wrong bytes; at
// rest what is here is what was announced, every content is there once, and nothing is left over.
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "services/timekeeping/store_attachment.h"
#include "tests/sim/due.h"

#define CONTENTS   6
#define HASH_BYTES 32
#define PIECE      65536 // the smallest that is not the last
#define LARGEST    200000

static const struct mirror *timekeeping(const struct sim *sim)
{
    return &sim->mirrors[MIRROR_TIMEKEEPING];
}

// --- what files there are
static const int64_t sizes[CONTENTS] = { 0, 1000, PIECE, 100000, 2 * PIECE, LARGEST };

static uint8_t byte_of(size_t content, int64_t at)
{
    return (uint8_t)(at * 31 + (at >> 8) * 7 + (int64_t)content);
}

static struct bytes bytes_of(struct sim *sim, size_t content, int64_t from, int64_t until)
{
    uint8_t *bytes = arena_alloc(sim->arena, (size_t)(until - from) + 1);

    if (!bytes)
        abort();
    for (int64_t at = from; at < until; at++)
        bytes[at - from] = byte_of(content, at);
    return (struct bytes){ bytes, (size_t)(until - from) };
}

static struct bytes hash_of(struct sim *sim, struct bytes bytes)
{
    uint8_t *hash = arena_alloc(sim->arena, HASH_BYTES);

    if (!hash || crypto_generichash(hash, HASH_BYTES, bytes.data, bytes.size, NULL, 0) != 0)
        abort();
    return (struct bytes){ hash, HASH_BYTES };
}

static size_t content_of(const struct attachment *row)
{
    size_t content = 0;

    while (sizes[content] != row->size) // each has its own
        content++;
    return content;
}

// --- asking
bool attachment_begin_begin(struct sim *sim, size_t desk, struct op *op)
{
    static const char *const names[] = { "Vertrag.pdf", "C:\\Fotos\\Front.jpg" };
    size_t content = (size_t)sim_below(sim, CONTENTS);
    struct attachment_new in = { .name = op->name, .size = sizes[content] };

    (void)desk;
    if (!work_target(sim, op, MIRROR_TIMEKEEPING, "inquiry"))
        return false;
    in.inquiry = op->target;
    op->target = (struct id){ { 0 } };
    op->version = 0;
    // The same file of the same inquiry goes on where it was.
    if (sim_below(sim, 2))
        in.name = names[sim_below(sim, COUNT_OF(names))];
    in.hash = hash_of(sim, bytes_of(sim, content, 0, in.size));
    work_say(op, &method_attachment_begin, &in);
    return true;
}

static const struct attachment *pick(struct sim *sim, struct op *op, enum attachment_state state)
{
    for (int tries = 0; tries < 20; tries++) {
        const struct told_fact *fact =
            mirror_at(timekeeping(sim), mirror_pick(sim, timekeeping(sim), "attachment"));
        const struct attachment *row = fact ? fact_row(sim, fact) : NULL;

        if (!row || row->state != state)
            continue;
        op->target = row->id;
        return row;
    }
    return NULL;
}

// Where the next piece begins, as the service last said; 0 while it is down.
static int64_t received(struct sim *sim, struct id id)
{
    struct fixture *fx = sim->services[MIRROR_TIMEKEEPING];
    struct blob blob = { .received = 0 };

    if (!fx->store || !fixture_row(fx, &blob_table, id, &blob))
        return 0;
    fixture_reset(fx);
    return blob.received;
}

bool attachment_chunk_begin(struct sim *sim, size_t desk, struct op *op)
{
    const struct attachment *row = pick(sim, op, attachment_state_COMING);
    struct attachment_piece in = { .offset = 0 };
    int64_t until;

    (void)desk;
    if (!row)
        return false;
    in.id = row->id;
    in.offset = sim_below(sim, 5) ? received(sim, row->id) : PIECE * (int64_t)sim_below(sim, 4);
    until = in.offset + PIECE + (int64_t)sim_below(sim, 3) * PIECE / 2;
    if (until > row->size)
        until = row->size;
    if (until < in.offset)
        return false;
    op->wrong = sim_below(sim, 15) == 0;
    in.bytes = bytes_of(sim, content_of(row) + op->wrong, in.offset, until);
    work_say(op, &method_attachment_chunk, &in);
    return true;
}

// The first bytes of what is still coming are never refused, however often they come.
void attachment_refused(struct sim *sim, const struct op *op, enum err_code code)
{
    const struct attachment_piece *asked = work_asked(sim, op);
    const struct attachment *row = fact_row(
        sim, mirror_at(timekeeping(sim), mirror_last(timekeeping(sim), "attachment", op->target)));
    bool bad = code == ERR_INVALID || code == ERR_CONFLICT;

    if (bad && asked->offset == 0 &&
        (row->state == attachment_state_COMING || row->state == attachment_state_HERE))
        sim_fail(sim, "attachment_chunk refuses with %s what it had asked for", err_word(code));
}

bool attachment_delete_begin(struct sim *sim, size_t desk, struct op *op)
{
    bool here = sim_below(sim, 4) > 0;
    const struct attachment *row =
        pick(sim, op, here ? attachment_state_HERE : attachment_state_COMING);
    struct attachment_removal in = { .reason = op->name };

    (void)desk;
    if (!row)
        return false;
    in.id = row->id;
    work_say(op, &method_attachment_delete, &in);
    return true;
}

bool attachment_read_begin(struct sim *sim, size_t desk, struct op *op)
{
    const struct attachment *row = pick(sim, op, attachment_state_HERE);
    struct attachment_place in = { .offset = 0 };

    (void)desk;
    if (!row)
        return false;
    in.id = row->id;
    in.offset = (int64_t)sim_below(sim, (uint64_t)row->size + 1);
    op->place = in.offset;
    work_say(op, &method_attachment_read, &in);
    return true;
}

// --- what was answered
void attachment_answered(struct sim *sim, const struct op *op, const struct attachment *row)
{
    if (op->kind == OP_ATTACH_CHUNK || op->kind == OP_ATTACH_BEGIN)
        op_find(sim, op->request)->place =
            row->state == attachment_state_HERE ? row->size : row->received;
}

void attachment_check_bytes(struct sim *sim, const struct op *op,
                            const struct attachment_bytes *out)
{
    const struct told_fact *fact =
        mirror_at(timekeeping(sim), mirror_last(timekeeping(sim), "attachment", op->target));
    const struct attachment *row = fact_row(sim, fact);
    int64_t until = op->place + (int64_t)out->bytes.size;

    if (out->offset != op->place || out->size != row->size || until > row->size ||
        out->more != (until < row->size) ||
        !bytes_same(out->bytes, bytes_of(sim, content_of(row), op->place, until)))
        sim_fail(sim, "attachment %s reads otherwise than it was brought", id_text(row->id).text);
}

// --- from fact to fact
void attachment_check_order(struct sim *sim, const struct told_fact *before,
                            const struct told_fact *now)
{
    const struct attachment *was = fact_row(sim, before), *is = fact_row(sim, now);
    const struct id_text id = id_text(was->id);
    bool unfinished =
        was->state == attachment_state_COMING || was->state == attachment_state_REFUSED;
    struct attachment expected = *was;

    if (now->deleted) {
        if (!unfinished || was->added_at + DAYS(1) > due_now(sim))
            sim_fail(sim, "attachment %s is gone", id.text);
        return;
    }
    if (was->state != attachment_state_COMING &&
        (was->state != attachment_state_HERE || is->state != attachment_state_DELETED))
        sim_fail(sim, "attachment %s goes from state %d to %d", id.text, (int)was->state,
                 (int)is->state);
    expected.version++;
    expected.state = is->state;
    if (is->state == attachment_state_DELETED) {
        expected.has_deleted_at = true;
        expected.deleted_at = is->deleted_at;
        expected.deleted_by = is->deleted_by;
        expected.reason = is->reason;
    }
    if (!bytes_same(row_bytes(sim, attachment_record(), &expected), now->row))
        sim_fail(sim, "attachment %s changed otherwise", id.text);
}

// --- at rest
bool attachments_idle(struct sim *sim)
{
    struct walk_options options = { .index = blob_unused, .scope = &scope_house };
    struct store *store = sim->services[MIRROR_TIMEKEEPING]->store;
    struct err err = { 0 };
    struct txn *txn = store ? store_read(store, &err) : NULL;
    struct blob blob;

    if (!txn)
        return false;
    struct walk *walk = walk_open(txn, &blob_table, &options, sim->arena);
    bool waits = walk_next(walk, &blob);
    walk_close(walk);
    txn_drop(txn);
    return !waits;
}

struct contents {
    struct sim *sim;
    struct txn *txn;
    int64_t bytes, pieces;
};

static bool same_hash(struct bytes a, struct bytes b)
{
    return a.size == HASH_BYTES && bytes_same(a, b);
}

// Attachments that have this content, in this state.
static int64_t users(struct sim *sim, const struct blob *blob, enum attachment_state state)
{
    int64_t count = 0;

    for (size_t seq = 1; seq <= timekeeping(sim)->count; seq++) {
        const struct told_fact *fact = mirror_at(timekeeping(sim), seq);
        const struct attachment *row;

        if (fact->after || fact->deleted || !mirror_is(fact, "attachment"))
            continue;
        row = fact_row(sim, fact);
        if (row->state == state &&
            (state == attachment_state_HERE ? same_hash(row->hash, blob->hash)
                                            : id_equal(row->id, blob->id)))
            count++;
    }
    return count;
}

// One after the other, without gap, and nothing behind the end.
static void check_pieces(struct contents *contents, const struct blob *blob, int64_t *ret_end)
{
    struct walk_options options = { .scope = &scope_house, .prefix = key_of_id(blob->id) };
    struct walk *walk = walk_open(contents->txn, &blob_piece_table, &options, contents->sim->arena);
    struct blob_piece piece;

    *ret_end = 0;
    while (walk_next(walk, &piece)) {
        if (piece.offset != *ret_end)
            sim_fail(contents->sim, "content %s has a piece at %lld, not at %lld",
                     id_text(blob->id).text, (long long)piece.offset, (long long)*ret_end);
        *ret_end = piece.offset + (int64_t)piece.bytes.size;
        contents->pieces++;
    }
    walk_close(walk);
}

static void check_blob(struct contents *contents, const struct blob *blob)
{
    struct sim *sim = contents->sim;
    const struct id_text id = id_text(blob->id);
    enum attachment_state state = blob->whole ? attachment_state_HERE : attachment_state_COMING;
    int64_t end, wanted = users(sim, blob, state);

    contents->bytes += blob->size;
    check_pieces(contents, blob, &end);
    if (end != blob->received || (blob->whole && end != blob->size))
        sim_fail(sim, "content %s says it has %lld bytes of %lld and has %lld", id.text,
                 (long long)blob->received, (long long)blob->size, (long long)end);
    else if (blob->uses != wanted || wanted == 0)
        sim_fail(sim, "content %s is used %lld times, attachments have it %lld times", id.text,
                 (long long)blob->uses, (long long)wanted);
}

static void check_blobs(struct contents *contents)
{
    struct sim *sim = contents->sim;
    struct walk_options options = { .scope = &scope_house };
    struct bytes hashes[CONTENTS];
    struct walk *walk = walk_open(contents->txn, &blob_table, &options, sim->arena);
    struct blob blob;
    size_t whole = 0;

    while (!sim->failed && walk_next(walk, &blob)) {
        check_blob(contents, &blob);
        for (size_t i = 0; blob.whole && i < whole; i++)
            if (same_hash(hashes[i], blob.hash))
                sim_fail(sim, "content %s is there twice", id_text(blob.id).text);
        if (blob.whole && whole < CONTENTS)
            hashes[whole++] = blob.hash;
    }
    walk_close(walk);
}

static bool read_care(struct contents *contents, struct blob_care *care)
{
    struct walk_options options = { .scope = &scope_house };
    struct walk *walk = walk_open(contents->txn, &blob_care_table, &options, contents->sim->arena);
    bool found = walk_next(walk, care);

    walk_close(walk);
    return found;
}

static void check_store(struct sim *sim)
{
    struct fixture *fx = sim->services[MIRROR_TIMEKEEPING];
    struct err err = { 0 };
    struct contents contents = { .sim = sim, .txn = store_read(fx->store, &err) };
    struct blob_care care = { .bytes = 0 };

    if (!contents.txn)
        abort();
    check_blobs(&contents);
    if (!sim->failed && read_care(&contents, &care) && care.bytes != contents.bytes)
        sim_fail(sim, "contents count as %lld bytes and have %lld", (long long)care.bytes,
                 (long long)contents.bytes);
    txn_drop(contents.txn);
    if (!sim->failed && fixture_rows(fx, &blob_piece_table) != contents.pieces)
        sim_fail(sim, "%lld pieces belong to no content",
                 (long long)(fixture_rows(fx, &blob_piece_table) - contents.pieces));
    if (!sim->failed && care.bytes > SIM_ATTACHED_MOST)
        sim_fail(sim, "contents have %lld bytes, more than may be", (long long)care.bytes);
}

// Read as anybody would read it. What the service does meanwhile empties the arena.
static void check_content(struct sim *sim, size_t seq)
{
    struct fixture *fx = sim->services[MIRROR_TIMEKEEPING];
    struct attachment_place in = { .id = mirror_at(timekeeping(sim), seq)->entity };
    uint8_t *bytes = malloc(LARGEST);
    struct attachment_bytes out = { .more = true };

    while (bytes && out.more && !sim->failed) {
        if (call_attachment_read(&fx->client, &in, &out) != CALL_DONE ||
            out.bytes.size > (size_t)(LARGEST - in.offset)) {
            sim_fail(sim, "attachment %s cannot be read: %s", id_text(in.id).text,
                     fx->client.refused.english);
            break;
        }
        if (out.bytes.size)
            memcpy(bytes + in.offset, out.bytes.data, out.bytes.size);
        in.offset += (int64_t)out.bytes.size;
    }
    fixture_reset(fx);
    const struct attachment *row = fact_row(sim, mirror_at(timekeeping(sim), seq));
    if (!sim->failed &&
        (in.offset != row->size ||
         !same_hash(hash_of(sim, (struct bytes){ bytes, (size_t)in.offset }), row->hash)))
        sim_fail(sim, "attachment %s is not what was announced", id_text(in.id).text);
    free(bytes);
}

// What was acknowledged is here; what was right is not refused.
static void check_brought(struct sim *sim, const struct attachment *row)
{
    int64_t most = 0;
    bool wrong = false;

    for (size_t i = 0; i < sim->op_count; i++) {
        const struct op *op = &sim->ops[i];

        if (op->kind != OP_ATTACH_CHUNK || !id_equal(op->target, row->id))
            continue;
        wrong = wrong || op->wrong;
        if (op->place > most)
            most = op->place;
    }
    if (row->state == attachment_state_REFUSED && !wrong)
        sim_fail(sim, "attachment %s is refused, and every piece was right", id_text(row->id).text);
    else if (row->state == attachment_state_COMING && received(sim, row->id) < most)
        sim_fail(sim, "attachment %s has lost bytes that were acknowledged", id_text(row->id).text);
    else if (row->state == attachment_state_COMING && most == row->size)
        sim_fail(sim, "attachment %s has all its bytes and is not here", id_text(row->id).text);
}

static void check_count(struct sim *sim, const struct inquiry *inquiry)
{
    int64_t count = 0;

    for (size_t seq = 1; seq <= timekeeping(sim)->count; seq++) {
        const struct told_fact *fact = mirror_at(timekeeping(sim), seq);
        const struct attachment *row;

        if (fact->after || fact->deleted || !mirror_is(fact, "attachment"))
            continue;
        row = fact_row(sim, fact);
        count += row->state == attachment_state_HERE && id_equal(row->inquiry, inquiry->id);
    }
    if (inquiry->attachments != count)
        sim_fail(sim, "inquiry %s counts %lld attachments, not %lld", inquiry->number,
                 (long long)inquiry->attachments, (long long)count);
}

// Whoever sees every file, also a locked one.
static void as_clerk(struct sim *sim)
{
    fixture_as(sim->services[MIRROR_TIMEKEEPING], ROLE_BIT(ADMIN), scope_house,
               id_text(sim->staff).text);
}

void attachments_check(struct sim *sim)
{
    as_clerk(sim);
    for (size_t seq = 1; seq <= timekeeping(sim)->count && !sim->failed; seq++) {
        const struct told_fact *fact = mirror_at(timekeeping(sim), seq);

        arena_reset(sim->arena);
        if (fact->after || fact->deleted)
            continue;
        if (mirror_is(fact, "inquiry"))
            check_count(sim, fact_row(sim, fact));
        if (!mirror_is(fact, "attachment"))
            continue;
        const struct attachment *row = fact_row(sim, fact);
        check_brought(sim, row);
        if (row->state == attachment_state_HERE && !sim->failed)
            check_content(sim, seq);
    }
    arena_reset(sim->arena);
    if (!sim->failed)
        check_store(sim);
}

// --- at the end
// What is coming can always be brought, however long ago it was begun.
static void bring_rest(struct sim *sim, struct id id, size_t content)
{
    struct fixture *fx = sim->services[MIRROR_TIMEKEEPING];
    struct attachment_piece in = { .id = id, .offset = received(sim, id) };
    struct attachment out = { .state = attachment_state_COMING };

    while (out.state == attachment_state_COMING && !sim->failed) {
        int64_t left = sizes[content] - in.offset;
        int64_t until = in.offset + (left > PIECE ? PIECE : left);

        in.bytes = bytes_of(sim, content, in.offset, until);
        if (call_attachment_chunk(&fx->client, &in, &out) != CALL_DONE)
            sim_fail(sim, "attachment %s cannot be brought: %s", id_text(id).text,
                     fx->client.refused.english);
        in.offset = until;
    }
    fixture_reset(fx);
}

void attachments_bring(struct sim *sim)
{
    size_t count = timekeeping(sim)->count;

    timekeeping(sim)->fx->skew_us = 0; // whoever brings it must not seem to come from the future
    as_clerk(sim);
    for (size_t seq = 1; seq <= count && !sim->failed; seq++) {
        const struct told_fact *fact = mirror_at(timekeeping(sim), seq);

        arena_reset(sim->arena);
        if (!mirror_is(fact, "attachment") || fact->after || fact->deleted)
            continue;
        const struct attachment *row = fact_row(sim, fact);
        if (row->state == attachment_state_COMING)
            bring_rest(sim, row->id, content_of(row));
    }
    house_wait(sim->house, SECONDS(2)); // until what nobody has is removed
    if (!sim->failed)
        attachments_check(sim);
}

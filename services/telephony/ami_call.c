// SPDX-License-Identifier: Apache-2.0
// The calls that live now: how they begin, who they are from, and what happens to them.

#include "services/telephony/ami_state.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

// A number dialled within the house is not longer than this and does not begin with a zero.
#define INSIDE_DIGITS 6
// With the plus: a number that begins with the country code and is longer than one within it.
#define CERTAIN_DIGITS 12

// At most `most` characters, never cut within one; `size` bytes with the NUL.
void ami_copy(char *out, size_t size, const char *text, size_t most)
{
    size_t bytes = 0;
    for (size_t characters = 0; text[bytes] && characters < most; characters++) {
        size_t next = bytes + 1;
        while (((unsigned char)text[next] & 0xc0) == 0x80)
            next++;
        if (next >= size)
            break;
        bytes = next;
    }
    memcpy(out, text, bytes);
    out[bytes] = '\0';
}

struct ami_call *ami_call_find(const struct ami_model *model, const char *ref)
{
    struct ami_call *call = model->calls;
    while (call && strcmp(call->ref, ref) != 0)
        call = call->next;
    return call;
}

void ami_call_touch(struct ami_model *model, struct ami_call *call)
{
    if (call->touched)
        return;
    call->touched = true;
    call->next_touched = model->touched;
    model->touched = call;
}

// Memory is bounded: the call begun first is given up for the newest.
static void give_up_oldest(struct ami_model *model)
{
    struct ami_call *oldest = model->oldest;
    for (size_t i = 0; i < AMI_BUCKETS; i++) {
        struct ami_channel *next = NULL;
        for (struct ami_channel *at = model->buckets[i]; at; at = next) {
            next = at->next;
            if (at->current == oldest)
                ami_channel_drop(model, at);
        }
    }
    oldest->unseen = true;
    oldest->phones = 0;
    ami_call_touch(model, oldest);
    ami_calls_settle(model);
}

struct ami_call *ami_call_add(struct ami_model *model, const char *ref)
{
    if (model->call_count >= AMI_CALLS_MAX || model->channel_count >= AMI_CHANNELS_MAX)
        give_up_oldest(model);
    struct ami_call *call = calloc(1, sizeof *call);
    if (!call)
        abort();
    ami_copy(call->ref, sizeof call->ref, ref, AMI_ID_MAX);
    call->started_at = model->now_us;
    call->state = call_state_WAITING;
    call->next = model->calls;
    if (model->calls)
        model->calls->previous = call;
    model->calls = call;
    if (!model->oldest)
        model->oldest = call;
    model->call_count++;
    ami_call_touch(model, call);
    return call;
}

void ami_call_free(struct ami_model *model, struct ami_call *call)
{
    for (size_t i = 0; i < AMI_BUCKETS; i++) {
        for (struct ami_channel *at = model->buckets[i]; at; at = at->next) {
            if (at->home == call)
                at->home = NULL;
        }
    }
    ami_call_quiet_until(model, call, 0);
    if (call->previous)
        call->previous->next = call->next;
    else
        model->calls = call->next;
    if (call->next)
        call->next->previous = call->previous;
    else
        model->oldest = call->previous;
    model->call_count--;
    free(call);
}

static bool is_one_of(const char *text, const char *const *words)
{
    for (; text && *words; words++) {
        if (!strcasecmp(text, *words))
            return true;
    }
    return false;
}

// What providers and phones write where a number or name is withheld. Who is only not known by name
// ("Unbekannt") has not withheld the number.
static bool is_withheld(const char *number, const char *name)
{
    static const char *const words[] = { "anonymous", "anonym",      "restricted", "private",
                                         "withheld",  "unterdrückt", NULL };
    static const char *const no_numbers[] = { "unbekannt", "unavailable", "unknown", NULL };
    return is_one_of(number, words) || is_one_of(number, no_numbers) || is_one_of(name, words);
}

void ami_call_withhold(struct ami_call *call)
{
    call->withheld = true;
    call->caller[0] = '\0';
    call->caller_name[0] = '\0';
}

// The PBX prints quotes and backslashes of a name with a backslash before them.
static void copy_name(char *out, size_t size, const char *name)
{
    char plain[AMI_LINE_MAX];
    size_t length = 0;
    for (const char *at = name; *at && length < sizeof plain - 1; at++) {
        if (*at == '\\' && (at[1] == '"' || at[1] == '\\'))
            at++;
        plain[length++] = *at;
    }
    plain[length] = '\0';
    ami_copy(out, size, plain, 120);
}

// Mended without doubt: a plus was lost before a number longer than any within the country, or a
// zero before a mobile number. "669690123" may be of any area.
static bool is_certain(const struct phone *phone, const char *number)
{
    size_t size = strlen(phone->e164);
    return !phone->mended || phone->kind == PHONE_MOBILE ||
           (size >= CERTAIN_DIGITS && !strcmp(phone->e164 + 1, number));
}

void ami_set_caller(const struct ami_model *model, struct ami_call *call, const char *number,
                    const char *name)
{
    struct phone phone = { 0 };
    struct err err = { 0 };
    if (is_withheld(number, name)) {
        ami_call_withhold(call);
        return;
    }
    if (name)
        copy_name(call->caller_name, sizeof call->caller_name, name);
    if (!number)
        return;
    ami_copy(call->caller, sizeof call->caller, number, 80);
    if (call->root_is_phone || !phone_read(number, &model->home, &phone, &err))
        return;
    if (phone.e164[0] && is_certain(&phone, number))
        ami_copy(call->caller, sizeof call->caller, phone.e164, 80);
}

static bool leads_outside(const char *dialled)
{
    return dialled[0] == '0' || dialled[0] == '+' || strlen(dialled) > INSIDE_DIGITS;
}

static void set_direction(struct ami_call *call, const struct ami_channel *root,
                          const struct ami_side *side)
{
    call->direction = call_direction_INBOUND;
    if (root->kind == AMI_LOCAL || (root->dialed && root->kind == AMI_PHONE))
        call->direction = call_direction_CLICK_TO_DIAL;
    else if (root->dialed)
        call->direction = call_direction_OUTBOUND;
    else if (root->kind == AMI_PHONE)
        call->direction =
            leads_outside(side->exten) ? call_direction_OUTBOUND : call_direction_INTERNAL;
}

void ami_call_begin(struct ami_model *model, struct ami_call *call, struct ami_channel *root,
                    const struct ami_side *side, bool from_list)
{
    ami_copy(call->root, sizeof call->root, root->uniqueid, AMI_ID_MAX);
    ami_copy(call->root_extension, sizeof call->root_extension, root->extension, 40);
    call->root_is_phone = root->kind == AMI_PHONE;
    call->root_up = root->state == AMI_UP;
    if (call->restored) // who it is from was decided when it began; it may have been withheld
        return;
    // A channel that Asterisk opens itself is down at first and not in the dialplan.
    root->dialed = root->state == AMI_DOWN || (from_list && root->state == AMI_RINGING);
    set_direction(call, root, side);
    if (from_list && root->kind == AMI_PHONE && root->state == AMI_UP)
        call->direction = call_direction_ABSENT; // it dialled, or was dialled for
    if (from_list && root->kind == AMI_PHONE)    // number and name may be those it shows by now
        ami_set_caller(model, call, root->extension, NULL);
    else if (!root->dialed || root->kind == AMI_PHONE)
        ami_set_caller(model, call, side->number, side->caller_name);
    if (!root->dialed && !from_list)
        ami_call_called(call, side->exten, 3);
    if (call->direction == call_direction_OUTBOUND ||
        call->direction == call_direction_CLICK_TO_DIAL)
        ami_copy(call->agent, sizeof call->agent, root->extension, 40);
    if (call->direction == call_direction_INBOUND && model->ask && !call->withheld &&
        call->caller[0]) {
        call->awaited = true;
        model->ask(model->ask_context, root->name, root->uniqueid);
    }
}

// Dialled through a Local channel: the first phone it rings is the one that dials.
bool ami_call_adopt(struct ami_call *call, const struct ami_channel *phone,
                    const struct ami_side *side)
{
    if (call->direction != call_direction_CLICK_TO_DIAL || call->root_is_phone ||
        phone->kind != AMI_PHONE)
        return false;
    call->root_is_phone = true;
    ami_copy(call->root, sizeof call->root, phone->uniqueid, AMI_ID_MAX);
    ami_copy(call->root_extension, sizeof call->root_extension, phone->extension, 40);
    ami_copy(call->agent, sizeof call->agent, phone->extension, 40);
    ami_copy(call->caller, sizeof call->caller, phone->extension, 40);
    if (side->caller_name)
        copy_name(call->caller_name, sizeof call->caller_name, side->caller_name);
    return true;
}

void ami_call_rings(const struct ami_model *model, struct ami_call *call)
{
    if (!call->ring_at && !call->ring_hidden && !(call->gap_at && call->root_up))
        call->ring_at = model->now_us;
}

void ami_call_dialled(struct ami_call *call, const char *number)
{
    if (call->direction || !call->root_is_phone)
        return;
    call->direction = call_direction_CLICK_TO_DIAL;
    if (*number)
        call->direction = leads_outside(number) ? call_direction_OUTBOUND : call_direction_INTERNAL;
    if (call->direction != call_direction_INTERNAL)
        ami_copy(call->agent, sizeof call->agent, call->root_extension, 40);
}

bool ami_call_is_blind(const struct ami_call *call, int64_t at_us)
{
    return call->gap_at && at_us < call->gap_at + AMI_BLIND_US;
}

bool ami_call_is_unsure(const struct ami_call *call)
{
    return ami_call_is_blind(call, call->left_at) || (call->gap_at && !call->accounted);
}

void ami_call_goes_out(struct ami_call *call)
{
    if (call->direction != call_direction_INTERNAL)
        return;
    call->direction = call_direction_OUTBOUND;
    if (!call->agent[0])
        ami_copy(call->agent, sizeof call->agent, call->root_extension, 40);
}

void ami_call_called(struct ami_call *call, const char *called, int rank)
{
    if (rank <= call->called_rank || !*called || !strcmp(called, "s"))
        return;
    ami_copy(call->called, sizeof call->called, called, 80);
    call->called_rank = rank;
}

void ami_call_rung(struct ami_call *call, const struct ami_channel *phone)
{
    for (size_t i = 0; i < call->rung_count; i++) {
        if (!strcmp(call->rung[i], phone->extension))
            return;
    }
    if (call->rung_count < AMI_RUNG_MAX)
        ami_copy(call->rung[call->rung_count++], sizeof call->rung[0], phone->extension, 40);
}

// An outside leg that was lifted stands for the extension that was forwarded to it.
static const char *forwarded_from(const struct ami_model *model, const struct ami_call *call)
{
    const struct ami_channel *root = ami_channel_find(model, call->root);
    if (!root || !isdigit((unsigned char)root->exten[0]) || leads_outside(root->exten))
        return "";
    return root->exten;
}

void ami_call_answered(struct ami_model *model, struct ami_call *call, struct ami_channel *leg)
{
    bool first = !call->answered;
    bool is_root = !strcmp(leg->uniqueid, call->root);
    call->answered = true;
    if (leg->dialed && !leg->answered && !is_root) {
        leg->answered = true;
        if (call->transfer)
            call->transfer_answered = true;
    }
    if (call->dark || (call->gap_at && !first && !call->agent[0]))
        return; // somebody else may have spoken before
    if (!is_root && first && !call->answered_at)
        call->answered_at = model->now_us;
    if (call->agent[0])
        return;
    const char *agent = leg->extension;
    if (leg->kind == AMI_TRUNK && !is_root)
        agent = forwarded_from(model, call);
    ami_copy(call->agent, sizeof call->agent, agent, 40);
}

void ami_call_mailbox(struct ami_call *call)
{
    call->mailbox = true;
    call->mailbox_sure = true;
}

void ami_call_goes_on(struct ami_call *call)
{
    call->hangup = (struct ami_hangup){ 0 };
    call->first_leaver = call_ended_by_ABSENT;
    call->in_bridge_last = false;
    call->cancelled = false;
    call->ordered = false;
    call->parking = false;
    call->refused_by = call_ended_by_ABSENT;
    call->mailbox = call->mailbox && call->mailbox_sure;
}

enum call_ended_by ami_call_role(const struct ami_call *call, const struct ami_channel *channel)
{
    bool own_root = !strcmp(channel->uniqueid, call->root);
    if (!call->direction && channel->kind == AMI_PHONE)
        return call_ended_by_UNKNOWN;
    if (channel->kind == AMI_TRUNK)
        return channel->root && !channel->dialed ? call_ended_by_CALLER : call_ended_by_CALLEE;
    if (call->direction == call_direction_INTERNAL)
        return own_root ? call_ended_by_CALLER : call_ended_by_CALLEE;
    if (call->direction == call_direction_CLICK_TO_DIAL && !own_root)
        return call_ended_by_CALLEE;
    return call_ended_by_AGENT;
}

// A call is over when nobody is in it, and no phone that began in it talks on elsewhere.
static bool is_over(const struct ami_call *call)
{
    return call->here == 0 && call->phones == 0 && (!call->restored || call->unseen);
}

// What a menu or mailbox was is said by the Cdr, which may come last.
static bool waits_for_cdr(const struct ami_call *call)
{
    return call->root_up && !call->answered && !call->mailbox_sure && !call->menu &&
           !call->cdr_seen && !call->unseen && call->direction != call_direction_CLICK_TO_DIAL;
}

void ami_call_settle_at(struct ami_model *model, struct ami_call *call, int64_t at_us)
{
    if (!call->settle_at)
        model->settling++;
    call->settle_at = at_us;
}

void ami_call_quiet_until(struct ami_model *model, struct ami_call *call, int64_t at_us)
{
    model->quiet += (at_us != 0) - (size_t)(call->quiet_until != 0);
    call->quiet_until = at_us;
}

// Nothing is told of it yet: nothing is known, or more must come.
static bool must_wait(struct ami_model *model, struct ami_call *call, bool over)
{
    if (call->restored && call->here == 0)
        return true;
    if (over && !call->root[0]) {
        call->unseen = true; // its first channel was never seen: nor was its end
        call->left_at = 0;
    }
    if (over && call->from_cdr && !call->cdr_seen)
        return true; // its other rows may come
    if (!over || !waits_for_cdr(call))
        return false;
    if (!call->settle_at)
        ami_call_settle_at(model, call, model->now_us + AMI_GRACE_US);
    return true;
}

static void settle(struct ami_model *model, struct ami_call *call)
{
    bool over = is_over(call);
    if (must_wait(model, call, over)) {
        ami_call_quiet_until(model, call, 0);
        return;
    }
    if (call->settle_at)
        model->settling--;
    call->settle_at = 0;
    ami_row_tell(model, call, over);
    if (over)
        ami_call_free(model, call);
}

void ami_calls_settle(struct ami_model *model)
{
    while (model->touched) {
        struct ami_call *call = model->touched;
        model->touched = call->next_touched;
        call->touched = false;
        settle(model, call);
    }
}

void ami_calls_overdue(struct ami_model *model, bool all)
{
    if (model->settling == 0 && model->quiet == 0)
        return;
    for (struct ami_call *call = model->calls; call; call = call->next) {
        if (call->quiet_until && model->now_us >= call->quiet_until)
            ami_call_touch(model, call);
        if (!call->settle_at || (!all && model->now_us < call->settle_at))
            continue;
        call->cdr_seen = true;
        ami_call_touch(model, call);
    }
}

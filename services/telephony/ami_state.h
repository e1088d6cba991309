// SPDX-License-Identifier: Apache-2.0
// What the model keeps: channels and the calls they belong to. Private to ami_*.c.
#pragma once

#include "services/telephony/ami_endpoint.h"
#include "services/telephony/ami_model.h"

#define AMI_ID_MAX       200
#define AMI_NAME_MAX     160
#define AMI_RUNG_MAX     50
#define AMI_TALKING_MAX  20
#define AMI_PARTS_MAX    50
#define AMI_CHANNELS_MAX 8192
#define AMI_CALLS_MAX    4096
#define AMI_BUCKETS      1024
#define AMI_STAMP_US     (INT64_C(5) * 1000000) // how far the PBX's clock may be off
#define AMI_GRACE_US     (INT64_C(1) * 1000000) // waited for the Cdr that names the mailbox
#define AMI_QUIET_US     (INT64_C(3) * 500000)  // between two states of a call; see ami_row.c
#define AMI_BLIND_US     (INT64_C(1) * 1000000) // so soon after a gap its cause may be in it
#define AMI_DOUBT_US     (INT64_C(4) * 3600 * 1000000) // how long a call is believed in unseen

// Asterisk's numbers of a channel's state (ChannelState).
enum ami_channel_state { AMI_DOWN = 0, AMI_RING = 4, AMI_RINGING = 5, AMI_UP = 6 };

// Why a phone called was not lifted, as the dial's end says; its hangup may know better.
enum ami_refusal { AMI_NOT_REFUSED, AMI_RANG_OUT, AMI_BUSY, AMI_FAILED };

struct ami_call;

struct ami_channel {
    struct ami_channel *next; // in its bucket
    char uniqueid[AMI_ID_MAX + 1];
    char name[AMI_NAME_MAX + 1];
    char alias[AMI_NAME_MAX + 1]; // what a Rename made of it; "": nothing
    char extension[41];           // of a phone, else ""
    char exten[81];               // where it is in the dialplan
    char bridge[81];              // "" when in none
    enum ami_channel_kind kind;
    int64_t state;            // enum ami_channel_state or another of Asterisk's
    int64_t order;            // counts the channels
    bool root;                // the call began with it
    bool dialed;              // the PBX called it
    bool talking;             // counts in home->talkers
    bool parked;              // its bridge is a parking place
    bool doubtful;            // the link was lost since it was last heard of
    bool answered;            // it was dialed and lifted
    enum ami_refusal refusal; // why it was not
    size_t part;              // 1 + which of home's parts it has; 0: none
    struct ami_call *home;    // its first call: talk counts there; NULL: forgotten
    struct ami_call *current; // where its linked id says it is now
};

// Who asked for the end, as far as it is seen.
struct ami_hangup {
    enum call_ended_by by; // absent: nobody
    bool firm;             // by somebody in the call, not by a phone that refused
    bool root;             // by whoever began the call
};

// One phone's part of a call.
struct ami_part {
    char agent[41];
    int64_t from, until;      // the end of its last conversation
    int64_t talk_us, held_us; // of what is over
    int64_t since;            // it talks since then; 0: not now
    int64_t held_since;       // 0: it does not hold
    bool open;                // its channel lives
    bool restored;            // or so it was before our restart; not seen again yet
};

struct ami_call {
    struct ami_call *next, *previous;
    struct ami_call *next_touched;
    bool touched;
    char ref[AMI_ID_MAX + 1];
    char root[AMI_ID_MAX + 1]; // uniqueid of its first channel
    bool root_is_phone;
    char root_extension[41];
    enum call_state state;
    enum call_direction direction; // absent: not seen
    char caller[321], caller_name[481], called[321], queue[321];
    int called_rank; // how well `called` is known; a better source replaces it
    bool withheld;   // caller and caller_name are never shown
    bool awaited;    // it is being asked whether they may be shown
    char agent[41];
    char rung[AMI_RUNG_MAX][41];
    size_t rung_count;
    int64_t started_at, ring_at, answered_at, left_at; // 0: not (yet) seen
    int64_t talk_us, talk_since, talk_resume;
    struct ami_part parts[AMI_PARTS_MAX];
    size_t part_count;
    size_t talkers;      // phones at home here that are in a bridge
    size_t here, phones; // channels whose current call it is; living phones at home here
    bool answered;       // a person spoke
    bool root_up;        // its first channel was answered, by whomever
    bool mailbox, menu;  // what the PBX did itself
    bool mailbox_sure;   // said by the PBX, not judged by the order of events
    bool queued;         // waits in a queue now
    bool parking;        // waits to be fetched
    bool queue_dialed;   // the phones called last were called by a queue
    bool abandoned;      // it stopped waiting: the caller left, or the time was over
    bool rang_out, busy, rejected, failed; // what became of phones called
    bool root_refused;                     // a click to dial that the agent did not lift
    bool dialing;                          // a phone was called at all
    struct ami_hangup hangup;
    enum call_ended_by first_leaver;    // who left the others in the conversation first
    enum call_ended_by refused_by;      // who did not take it, by an act of their own
    bool ordered, restarted, timed_out; // ended by a program, a restart, a time limit
    bool in_bridge_last;                // somebody left a bridge, and nothing came after
    bool cancelled;                     // the last phones called were given up
    bool consultation;                  // it was the question call of a transfer
    bool unseen;                        // it ended while nobody watched
    bool crashed;
    bool restored;
    int64_t gap_at;   // since when it is seen again after a lost link, or for the first time
    bool accounted;   // a list of all channels has come since
    bool dark;        // its caller was answered unseen, by whomever
    bool ring_hidden; // a phone may have rung unseen
    bool moved;       // whoever spoke left unseen, and it went on
    char transferred_to[321];
    enum transfer_kind transfer;
    bool transfer_answered;
    char action_id[321];
    bool from_cdr;              // only its Cdr is shown to this account
    int64_t cdr_start, cdr_end; // of all its rows, in the PBX's own time; 0: not seen
    int64_t settle_at;          // an ended call waits until then for its Cdr; 0: does not
    bool cdr_seen;
    int64_t quiet_until; // nobody rings or talks any more, which is shown from then on; 0: not so
    uint64_t told;       // sum of the row last told
};

struct ami_held; // see ami_stitch.c

struct ami_model {
    char source[241];
    char country[8], area[16];
    struct phone_home home;
    struct ami_endpoints endpoints;
    void (*call)(void *context, const struct call *row);
    void *context;
    ami_presentation_ask ask;
    void *ask_context;
    struct ami_channel *buckets[AMI_BUCKETS];
    size_t channel_count;
    int64_t channels_ever;
    uint64_t gone[256]; // sums of the ids of channels that hung up
    struct ami_call *calls;
    struct ami_call *oldest; // the list's end
    size_t call_count;
    struct ami_call *touched;
    struct ami_held *held;
    size_t settling;            // calls that wait for their Cdr
    size_t quiet;               // calls with quiet_until
    bool shows_calls;           // this account sees channels
    bool shows_queues;          // and who waits
    bool shows_hangup_requests; // and who hangs up
    bool connected;
    bool shutting_down;
    int64_t lost_at;     // 0: never
    int64_t doubt_until; // 0: every call has been accounted for
    int64_t listed;      // items of a list of channels since the last one was complete
    int64_t now_us;
    bool stamped; // events tell their times
};

// One channel as a message shows it: "", "Dest", "Transferer"... before every key.
struct ami_side {
    const char *name, *uniqueid, *linkedid, *exten, *context;
    const char *number, *caller_name; // NULL: unknown
    int64_t state;                    // -1: not said
    const struct ami_message *message;
    const char *prefix;
};

// False when the message does not show a whole channel, as the PBX prints it: what a caller can
// inject is too short for that.
bool ami_side(const struct ami_message *message, const char *prefix, struct ami_side *out);
// True when the message calls the channel so anywhere: of several names only one is not forged.
// *state is what stands beside that name.
bool ami_side_names(const struct ami_side *side, const char *name, int64_t *state);
int64_t ami_number(const char *text, int64_t otherwise);

// ami_channel.c
enum ami_channel_kind ami_channel_kind(const struct ami_model *model, const char *name);
void ami_channel_extension(const struct ami_model *model, const char *name, char out[41]);
struct ami_channel *ami_channel_find(const struct ami_model *model, const char *uniqueid);
struct ami_channel *ami_channel_named(const struct ami_model *model, const char *name);
// The known channel a message is about, its state, place, and call read anew; NULL when it is
// unknown or the message contradicts what is known.
struct ami_channel *ami_channel_seen(struct ami_model *model, const struct ami_side *side);
struct ami_channel *ami_channel_add(struct ami_model *model, const struct ami_side *side);
// Ids that are over: of channels that hung up, of calls that only their Cdr told.
bool ami_is_gone(const struct ami_model *model, const char *id);
void ami_note_gone(struct ami_model *model, const char *id);
// How many of the call are in that bridge.
size_t ami_bridge_parties(const struct ami_model *model, const struct ami_call *call,
                          const char *bridge);
// Somebody else is in its bridge too.
bool ami_channel_has_company(const struct ami_model *model, const struct ami_channel *channel);
void ami_channel_rename(struct ami_channel *channel, const char *before, const char *name);
void ami_channel_drop(struct ami_model *model, struct ami_channel *channel);
// Calls `each` for all; it may drop the channel it is given.
void ami_channel_each(struct ami_model *model,
                      void (*each)(struct ami_model *model, struct ami_channel *channel));
bool ami_is_party(const struct ami_channel *channel);

// ami_call.c
void ami_copy(char *out, size_t size, const char *text, size_t most);
struct ami_call *ami_call_find(const struct ami_model *model, const char *ref);
struct ami_call *ami_call_add(struct ami_model *model, const char *ref);
void ami_call_touch(struct ami_model *model, struct ami_call *call);
void ami_call_begin(struct ami_model *model, struct ami_call *call, struct ami_channel *root,
                    const struct ami_side *side, bool from_list);
void ami_call_called(struct ami_call *call, const char *called, int rank);
void ami_call_rings(const struct ami_model *model, struct ami_call *call);
// Of a phone's call that was first seen when it was up: what it had dialled; "": it was dialled
// for.
void ami_call_dialled(struct ami_call *call, const char *number);
bool ami_call_adopt(struct ami_call *call, const struct ami_channel *phone,
                    const struct ami_side *side);
// A phone's call that turns out to lead outside, although its number looked like one within.
void ami_call_goes_out(struct ami_call *call);
void ami_call_withhold(struct ami_call *call);
void ami_call_rung(struct ami_call *call, const struct ami_channel *phone);
void ami_call_answered(struct ami_model *model, struct ami_call *call, struct ami_channel *leg);
// The PBX says that its mailbox has the caller.
void ami_call_mailbox(struct ami_call *call);
// Something new began: who asked for an end before did not end the call.
void ami_call_goes_on(struct ami_call *call);
enum call_ended_by ami_call_role(const struct ami_call *call, const struct ami_channel *channel);
void ami_call_free(struct ami_model *model, struct ami_call *call);
// Tells what changed in the calls touched, and forgets the ended ones.
void ami_calls_settle(struct ami_model *model);
void ami_calls_overdue(struct ami_model *model, bool all);
// It ended, or went on elsewhere, so soon after a gap that the reason may lie in it.
bool ami_call_is_blind(const struct ami_call *call, int64_t at_us);
// Or channels of it are not known at all, as nobody could list them.
bool ami_call_is_unsure(const struct ami_call *call);
void ami_call_settle_at(struct ami_model *model, struct ami_call *call, int64_t at_us);
void ami_call_quiet_until(struct ami_model *model, struct ami_call *call, int64_t at_us);
void ami_set_caller(const struct ami_model *model, struct ami_call *call, const char *number,
                    const char *name);

// ami_outcome.c
enum call_outcome ami_outcome(const struct ami_model *model, const struct ami_call *call);
enum call_ended_by ami_ended_by(const struct ami_model *model, const struct ami_call *call);

// ami_row.c
void ami_row_tell(struct ami_model *model, struct ami_call *call, bool ended);

// ami_talk.c
void ami_talk_enter(struct ami_model *model, struct ami_channel *channel, const char *bridge,
                    bool parking);
void ami_talk_leave(struct ami_model *model, struct ami_channel *channel);

// ami_part.c: the phone's conversation begins or ends, its channel is gone, it holds.
void ami_part_talks(struct ami_model *model, struct ami_channel *channel);
void ami_part_pauses(struct ami_model *model, struct ami_channel *channel);
void ami_part_ends(struct ami_channel *channel);
void ami_part_holds(struct ami_model *model, struct ami_channel *channel, bool holds);
// Into an array of AMI_PARTS_MAX; returns how many. `agent` points into the call.
size_t ami_parts_fill(const struct ami_model *model, const struct ami_call *call, bool ended,
                      struct call_part *out);
void ami_parts_restore(struct ami_call *call, const struct call *row);

// ami_cdr.c
void ami_on_cdr(struct ami_model *model, const struct ami_message *message);

// ami_event.c
void ami_event(struct ami_model *model, const struct ami_message *message);
// ami_transfer.c
void ami_on_blind_transfer(struct ami_model *model, const struct ami_message *message);
void ami_on_attended_transfer(struct ami_model *model, const struct ami_message *message);
void ami_on_parked(struct ami_model *model, const struct ami_message *message);
void ami_on_unparked(struct ami_model *model, const struct ami_message *message);
void ami_on_originated(struct ami_model *model, const struct ami_message *message);
void ami_note_redirect(struct ami_model *model, struct ami_channel *channel, const char *before);
// ami_list.c
// Who may not ask for the list stops to hope after a time.
void ami_doubts_overdue(struct ami_model *model);
void ami_on_listed(struct ami_model *model, const struct ami_message *message);
void ami_on_list_complete(struct ami_model *model, const struct ami_message *message);
void ami_on_shutdown(struct ami_model *model, const struct ami_message *message);
void ami_on_booted(struct ami_model *model, const struct ami_message *message);

// ami_stitch.c: an injected line end breaks a message in two; they are joined again. Returns the
// message to be read, NULL when more must come.
const struct ami_message *ami_stitch(struct ami_model *model, const struct ami_message *message);
void ami_stitch_forget(struct ami_model *model);

// SPDX-License-Identifier: Apache-2.0
// The simulation: one seed runs the services, a PBX, desks and screens in one process, breaks
// what may break, and compares what comes out with what must.
#pragma once

#include "common/base/civil.h"
#include "common/step/service.h"
#include "common/wire/codec.h"
#include "common/wire/envelope.h"
#include "services/contacts/house.h"
#include "services/telephony/switchboard.h"
#include "services/timekeeping/house.h"
#include "tests/harness/fixture.h"

#define SIM_DESKS         6
#define SIM_SCREENS       18
#define SIM_NUMBERS       6  // own numbers on which the house is called
#define SIM_PHONES        6  // extensions 101 ...
#define SIM_HOOKS         16 // calls of the webhook of which is known when they began
#define SIM_IDLE_DAYS     2  // when mere callers go by themselves
#define SIM_ANNOUNCE_DAYS 1
// A gap of business time where most of it happens: it begins on a Monday at nine.
#define SIM_GAPPED_HOURS  "Mo-Fr 9:00-9:01, 9:02-18:00"
#define SIM_CALLERS       8           // numbers outside
#define SIM_REMIND_US     SECONDS(15) // a clock that runs longer is suspicious
#define SIM_ATTACHED_MOST 400000      // bytes of attachments
#define SIM_LIMIT_US      SECONDS(50) // and stops counting

// --- what one service's log has told, in order; facts[i].seq is i + 1
struct told_fact {
    const struct fact_kind *kind;
    struct id entity, cause;
    int64_t version;
    bool deleted;
    struct bytes row;
    int64_t at_us;        // of the house's clock
    uint64_t life;        // of the service, in which it was written
    size_t before, after; // of the same entity: its seq; 0: none
    char *ref;            // of a call: the PBX's id
    // Of a board's row: whose it is.
    struct id client;
    struct id *staff, *teams;
    size_t staff_count, teams_count;
};
struct mirror {
    struct fixture *fx;
    uint64_t epoch;
    struct told_fact *facts;
    size_t count, room;
    size_t *slots; // the last fact of each entity, by hash; 0: free
    size_t slot_count;
    size_t genesis; // facts up to here were made before the simulation began
};
enum {
    MIRROR_CONTACTS,
    MIRROR_TELEPHONY,
    MIRROR_NOTIFIER,
    MIRROR_TIMEKEEPING,
    MIRROR_BILLING, // simulated
    MIRRORS,
};

// --- one request of a desk, for ever
enum op_kind {
    OP_CONTACT_ADD,
    OP_CONTACT_EDIT,
    OP_CONTACT_DELETE,
    OP_CONTACT_GET,
    OP_CONTACT_LIST,
    OP_CLIENT_EDIT,
    OP_STAFF_ADD,
    OP_STAFF_EDIT,
    OP_TEAM_ADD,
    OP_CALL_CONTACT,
    OP_MESSAGE_SET,
    OP_MESSAGE_TELL,
    OP_CONTACT_MERGE,
    OP_CONTACT_UNMERGE,
    OP_AGENT_ON,
    OP_AGENT_OFF,
    OP_AGENT_PAUSE,
    OP_AGENT_RESUME,
    OP_NOTE_ADD,
    OP_NOTE_EDIT,
    OP_HOOK,
    OP_MISSED_DONE,
    OP_DIAL,
    OP_PURGE_UNDO,
    OP_CALL_LIST,
    OP_BOARD_GET,
    OP_CLOCK_START,
    OP_CLOCK_STOP,
    OP_CLOCK_PAUSE,
    OP_CLOCK_RESUME,
    OP_CLOCK_CORRECT,
    OP_CLOCK_LIST,
    OP_ENTRY_BOOK,
    OP_ENTRY_CORRECT,
    OP_ENTRY_EDIT,
    OP_ENTRY_REBOOK,
    OP_ENTRY_SPLIT,
    OP_ENTRY_DELETE,
    OP_ENTRY_UNDO,
    OP_ENTRY_LIST,
    OP_INQUIRY_ADD,
    OP_INQUIRY_PUT_OFF,
    OP_INQUIRY_SOLVE,
    OP_INQUIRY_WAIT,
    OP_INQUIRY_REOPEN,
    OP_SLA_SET,
    OP_INQUIRY_LIST,
    OP_MEASURE_ADD,
    OP_MEASURE_DONE,
    OP_CALLBACK_ADD,
    OP_CALLBACK_EDIT,
    OP_CALLBACK_DONE,
    OP_CALLBACK_WITHDRAW,
    OP_CALLBACK_REOPEN,
    OP_CALLBACK_LIST,
    OP_RESUBMISSION_ADD,
    OP_RESUBMISSION_EDIT,
    OP_RESUBMISSION_DONE,
    OP_RESUBMISSION_LIST,
    OP_ABSENCE_ADD,
    OP_ABSENCE_EDIT,
    OP_DEPUTY,
    OP_MAIL_IN,
    OP_MAIL_OUT,
    OP_FILE_LOCK,
    OP_ATTACH_BEGIN,
    OP_ATTACH_CHUNK,
    OP_ATTACH_DELETE,
    OP_ATTACH_READ,
    OP_REUSE, // another body under an id that was used before
    OP_KINDS,
};
struct op {
    struct id request;
    enum op_kind kind;
    size_t desk;
    const struct method *method;
    struct bytes body;
    struct id target;
    int64_t version;      // that the editor saw
    char name[60];        // what is written, unique for this op
    int64_t least;        // GET: a version that was acknowledged before it was asked
    bool finished, after; // AFTER: asked to have seen what this desk did before
    enum call_result result;
    enum err_code refused;
    int effects;     // facts of its own kind that it caused
    int also;        // and of others
    bool wide;       // lists are set too
    size_t fact;     // the last effect: its seq
    struct id other; // what the target goes into
    int64_t other_version;
    int64_t hook; // of which call of the webhook
    int said;
    size_t seen;    // the target's fact that was seen
    int64_t place;  // of a file: how much is here, it was told; from where it is read
    bool wrong;     // not those that were announced
    int64_t set_at; // of the message that is told; 0: any
};

struct sim;

struct faults {
    // Chances per million; 0: never in this seed.
    uint32_t drop, repeat, delay, crash, rude, cut;
    int64_t delay_max_us;
    bool clocks, outages, revokes, link, upgrades, ages;
    int64_t outage_us, clock_us, revoke_us, age_us; // when the next one comes
    int64_t up_us[MIRRORS];                         // when a dead service starts again; 0: it lives
    int64_t apart_us;                               // until then no mail passes between services
    int64_t back_us;                                // when the revoked principal is accepted again
    size_t revoked;                                 // which one; SIZE_MAX: none
};

struct sim {
    uint64_t seed;
    struct rng rng;
    struct house *house;
    struct fixture *services[MIRRORS];
    struct service made[MIRRORS]; // what they are made of: the product's, with the seed's changes
    struct switchboard board;
    struct contacts_house rules;
    struct timekeeping_house times;
    struct arena *arena; // emptied before every turn
    struct mirror mirrors[MIRRORS];
    struct op *ops;
    size_t op_count, op_room;
    struct desk *desks;
    struct screen *screens;
    struct pbx *pbx;
    struct link_sim *link;
    struct faults faults;
    struct id clients[2], team, staff;
    size_t noun;                          // what most of its work is about
    int serial;                           // of names
    int64_t hooks, hook_began[SIM_HOOKS]; // calls of the webhook so far; when the latest began
    uint64_t lives[MIRRORS];
    uint64_t trace, mails, crashes, sent_bytes;
    int64_t steps;
    bool calm;  // no more faults
    bool quiet; // no more work
    bool verbose;
    bool failed;
    char failure[1000];
};

// The first failure counts.
void sim_fail(struct sim *sim, const char *format, ...) PRINTF_LIKE(2, 3);
bool sim_chance(struct sim *sim, uint32_t per_million);
uint64_t sim_below(struct sim *sim, uint64_t below);
int64_t sim_now(const struct sim *sim);
int sim_service(const struct sim *sim, const struct fixture *fx); // MIRROR_...
void sim_say(struct sim *sim, const char *format, ...) PRINTF_LIKE(2, 3);

// --- world.c
struct sim_result {
    bool failed;
    char failure[1000];
    uint64_t trace, crashes, mails;
    int64_t steps;
    size_t facts, ops, calls;
};
struct sim_order {
    uint64_t seed;
    int64_t steps;      // of work under faults
    const char *canary; // NULL: the services as they are
    const char *noun;   // what most of its work is about; NULL: the seed says
    bool verbose;
};
void sim_run(const struct sim_order *order, struct sim_result *out);

// --- canary.c
bool canary_known(const char *name);
// The service with the fault of this name, if it is one of this service.
const struct service *canary_service(const char *name, const struct service *service);

// --- genesis.c
void sim_genesis(struct sim *sim);
const char *sim_own_number(size_t nth);
const char *sim_caller_number(size_t nth);

// --- faults.c
void faults_begin(struct sim *sim);
void faults_turn(struct sim *sim);
int64_t faults_due_us(const struct sim *sim);
void faults_end(struct sim *sim); // all is well from now on
enum mail_fate faults_judge(void *context, const struct mail *mail, int64_t *ret_delay_us);
extern const struct house_watch faults_watch;

// --- mirror.c
void mirror_begin(struct mirror *mirror, struct fixture *fx);
void mirror_free(struct mirror *mirror);
// Takes over what the log has told since, and checks it.
void mirror_read(struct sim *sim, struct mirror *mirror);
// A service came back: nothing that it had told may be gone.
void mirror_compare(struct sim *sim, struct mirror *mirror);
// The seq of the entity's last fact of this kind; 0: none.
size_t mirror_last(const struct mirror *mirror, const char *kind, struct id entity);
const struct told_fact *mirror_at(const struct mirror *mirror, size_t seq);
// The fact with this version; NULL: there is none.
const struct told_fact *mirror_version(const struct mirror *mirror, const char *kind,
                                       struct id entity, int64_t version);
bool mirror_is(const struct told_fact *fact, const char *kind);
const char *mirror_service(const struct sim *sim, const struct mirror *mirror);
extern const char *const mirror_names[MIRRORS];
int mirror_named(const char *service); // MIRROR_...
// An entity of this kind that lives, by chance; 0: none.
size_t mirror_pick(struct sim *sim, const struct mirror *mirror, const char *kind);
// The row decoded into the arena; fails the simulation when it cannot be.
const void *fact_row(struct sim *sim, const struct told_fact *fact);
bool fact_visible(const struct told_fact *fact, const struct scope *scope);
bool bytes_same(struct bytes a, struct bytes b);
struct bytes bytes_kept(struct bytes bytes);
struct bytes row_bytes(struct sim *sim, const struct record *record, const void *row);

// --- desk.c, work.c, read.c
void desks_begin(struct sim *sim);
void desks_free(struct sim *sim);
void desks_turn(struct sim *sim);
int64_t desks_due_us(const struct sim *sim);
bool desks_idle(const struct sim *sim);
struct op *op_find(struct sim *sim, struct id request);
// A fact names the request as its cause: is it right?
void op_caused(struct sim *sim, struct mirror *mirror, size_t seq);
void ops_check(struct sim *sim);
const char *desk_name(const struct sim *sim, size_t desk);
const struct scope *desk_scope(const struct sim *sim, size_t desk);
void desk_revoke(struct sim *sim, size_t desk, bool revoked);
// `noun` NULL: whatever the seed says.
void work_begin(struct sim *sim, const char *noun);
bool work_noun_known(const char *name);
bool work_next(struct sim *sim, size_t desk, struct op *op);
void work_answered(struct sim *sim, const struct op *op, const void *answer);

// Asked of a desk and refused for good: may it be?
void work_refused(struct sim *sim, const struct op *op, enum err_code code);
// What the answer must be.
struct bytes work_answer(struct sim *sim, const struct op *op);
// It may change nothing: then the answer is the row as it was told once.
bool work_may_rest(const struct op *op);
bool work_rested(struct sim *sim, const struct op *op, struct bytes answer);
// How many facts of other kinds it causes; -1: as many as it takes.
int work_also(const struct op *op);

// --- merge.c
// May this fact make something live again that was gone?
bool merge_revives(struct sim *sim, const struct told_fact *fact);
void merges_check(struct sim *sim);
// The contact as it is now, by contacts' log, also in another one; NULL: it is gone.
const struct contact *merge_now(struct sim *sim, struct id contact);

// --- agent.c
void agent_check(struct sim *sim, const struct told_fact *before, const struct told_fact *fact);
void agents_check(struct sim *sim);

// --- note.c, hook.c
void notes_check(struct sim *sim);
void hooks_check(struct sim *sim);

// --- missed.c
void missed_check_order(struct sim *sim, const struct told_fact *before,
                        const struct told_fact *now);
void missed_check(struct sim *sim);

// --- dial.c
struct dial *dial_new(struct sim *sim);
void dial_free(struct dial *dial);
void dial_turn(struct dial *dial);
int64_t dial_due_us(const struct dial *dial);
void dial_heard(struct dial *dial, struct id act, enum intent_state state, enum text_id text);
void dial_lost(struct dial *dial); // what the PBX has not answered it will not answer
void dial_asked(struct sim *sim, const char *act);
void dial_check_order(struct sim *sim, const struct told_fact *before, const struct told_fact *now);
bool dials_idle(struct sim *sim);
void dials_check(struct sim *sim);

// --- purge.c
// Of contacts' log, written by nobody who asked: may it be?
void purge_check(struct sim *sim, size_t seq);

// --- clock.c, clock_truth.c
void clock_check_order(struct sim *sim, const struct told_fact *before,
                       const struct told_fact *now);
void clocks_check(struct sim *sim);
bool clock_answered(struct sim *sim, const struct op *op, struct bytes answer);

// --- entry.c
void entry_check_order(struct sim *sim, const struct told_fact *before,
                       const struct told_fact *now);
void entries_check(struct sim *sim);
bool jobs_idle(struct sim *sim, int service); // it has nothing left to do

// --- inquiry.c
void inquiry_check_order(struct sim *sim, const struct told_fact *before,
                         const struct told_fact *now);
void measure_check_order(struct sim *sim, const struct told_fact *before,
                         const struct told_fact *now);
void inquiries_check(struct sim *sim);

// --- due.c, due_truth.c, stand_in.c
void callback_check_order(struct sim *sim, const struct told_fact *before,
                          const struct told_fact *now);
void resubmission_check_order(struct sim *sim, const struct told_fact *before,
                              const struct told_fact *now);
void dues_check(struct sim *sim);
void stand_ins_check(struct sim *sim);

// --- attach.c
void attachment_check_order(struct sim *sim, const struct told_fact *before,
                            const struct told_fact *now);
bool attachments_idle(struct sim *sim);
void attachments_check(struct sim *sim);
void attachments_bring(struct sim *sim); // what was not finished, in the end

// --- sla.c
void sla_check_order(struct sim *sim, const struct told_fact *before, const struct told_fact *now,
                     size_t seq);
void sla_check(struct sim *sim, const struct inquiry *row);

// --- locked.c
// What a row is about; zero: no file.
struct id fact_file(struct sim *sim, const struct told_fact *fact);
// A file that whoever bears this name must not see, as of this fact; NULL: as it is now.
bool file_shut(struct sim *sim, struct id file, const char *reader, const struct told_fact *as_of);
bool file_shut_always(struct sim *sim, struct id file, const char *reader);
// Fails when the row is about a file that was never open to them.
void fact_check_file(struct sim *sim, const struct told_fact *fact, const char *reader);
bool file_was_locked(struct sim *sim);           // one that was open before
bool file_free(struct sim *sim, struct id file); // as far as the notifier has heard
void locked_check(struct sim *sim);

// --- mail.c
void mail_check_order(struct sim *sim, const struct told_fact *before, const struct told_fact *now);
void mails_check(struct sim *sim);

// --- shown.c
void shown_check(struct sim *sim);

// --- billing.c
extern const struct service billing_sim; // its context: the simulation
void billing_check_report(struct sim *sim, const struct told_fact *lock);
bool billing_idle(struct sim *sim);
void billing_check(struct sim *sim);

// --- tell.c
void tells_check(struct sim *sim);

// --- pbx.c, pbx_story.c, pbx_truth.c
struct pbx *pbx_new(struct sim *sim);
void pbx_free(struct pbx *pbx);
void pbx_turn(struct sim *sim);
int64_t pbx_due_us(const struct sim *sim);
bool pbx_empty(const struct sim *sim);
size_t pbx_calls(const struct sim *sim);
// The line is up (bytes arrive); what comes back goes to pbx_asked.
void pbx_connected(struct sim *sim);
void pbx_asked(struct sim *sim, struct bytes bytes);
// What has not been recorded as ended may have been hidden.
void pbx_unseen(struct sim *sim);
void pbx_check_live(struct sim *sim);
void pbx_check(struct sim *sim);

// --- link.c: the port of telephony, without sockets
struct link_sim *link_sim_new(struct sim *sim);
void link_sim_free(struct link_sim *link); // takes NULL
void link_turn(struct sim *sim);
int64_t link_due_us(const struct sim *sim);
void link_bytes(struct sim *sim, const char *bytes, size_t size);
bool link_act(struct sim *sim, const struct act *act);
bool link_watching(const struct sim *sim);
void link_cut(struct sim *sim);

// --- screen.c, screen_check.c
void screens_begin(struct sim *sim);
void screens_free(struct sim *sim);
void screens_turn(struct sim *sim);
int64_t screens_due_us(const struct sim *sim);
bool screens_current(struct sim *sim);
void screens_check(struct sim *sim);
void screen_revoke(struct sim *sim, size_t screen, bool revoked);
void screen_rescope(struct sim *sim, size_t screen);
void screens_restore(struct sim *sim); // everybody may watch again
// The connection of this route breaks.
void screen_cut(struct sim *sim, const struct caller *caller);
// The notifier died, and its connections with it; some do not notice.
void screens_died(struct sim *sim);
// Asked for each message of a stream when it is sent: may this principal see it?
void screen_sent(struct sim *sim, const struct mail *mail);

// --- end.c
bool end_followed(struct sim *sim); // followers have seen everything
void end_check_projections(struct sim *sim);
void end_check_stores(struct sim *sim);

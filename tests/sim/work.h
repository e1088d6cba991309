// SPDX-License-Identifier: Apache-2.0
// What desks do: one entry for each kind of request, and what the files about them share.
#pragma once

#include "tests/sim/sim.h"

typedef void work_check(struct sim *sim, const struct op *op, const struct told_fact *before,
                        const struct told_fact *fact);

struct work_kind {
    // False: there is nothing to ask for just now.
    bool (*begin)(struct sim *sim, size_t desk, struct op *op);
    uint32_t admin, agent; // how often
    const char *fact;      // the kind of fact that it has as its one effect; NULL: it reads
    work_check *check;     // of each fact that it caused; NULL: there is nothing to say of it
    int also;              // facts of other kinds; -1: as many as it takes
    void (*refused)(struct sim *sim, const struct op *op, enum err_code code);
    bool rests; // it may find nothing to change
};

// --- work.c
const char *work_fact(const struct op *op); // the kind of its one effect
void work_say(struct op *op, const struct method *method, const void *in);
// What was asked for, as it was said.
const void *work_asked(struct sim *sim, const struct op *op);
// A living entity, with a version that was seen; false: there is none.
bool work_target(struct sim *sim, struct op *op, int service, const char *kind);

// --- contact.c, staff.c, call.c
bool contact_add_begin(struct sim *sim, size_t desk, struct op *op);
bool contact_edit_begin(struct sim *sim, size_t desk, struct op *op);
bool contact_delete_begin(struct sim *sim, size_t desk, struct op *op);
bool contact_get_begin(struct sim *sim, size_t desk, struct op *op);
bool contact_list_begin(struct sim *sim, size_t desk, struct op *op);
bool client_edit_begin(struct sim *sim, size_t desk, struct op *op);
bool staff_add_begin(struct sim *sim, size_t desk, struct op *op);
bool staff_edit_begin(struct sim *sim, size_t desk, struct op *op);
bool team_add_begin(struct sim *sim, size_t desk, struct op *op);
bool call_contact_begin(struct sim *sim, size_t desk, struct op *op);
bool call_list_begin(struct sim *sim, size_t desk, struct op *op);
bool board_get_begin(struct sim *sim, size_t desk, struct op *op);
work_check contact_wrote, client_wrote, staff_wrote, call_wrote;

// --- merge.c
bool merge_begin(struct sim *sim, size_t desk, struct op *op);
bool unmerge_begin(struct sim *sim, size_t desk, struct op *op);
work_check merge_check, unmerge_check;
struct bytes merge_answer(struct sim *sim, const struct op *op);
// Somebody who went into this contact, or it; and did they ever go, one after the other?
struct id merge_former(struct sim *sim, struct id contact);
bool merge_led(struct sim *sim, struct id from, struct id to);
bool merge_met(struct sim *sim, struct id one, struct id other); // both went into one

// --- detail.c
// What else is said of a new contact; much of it is the same for several.
void detail_some(struct sim *sim, struct contact_new *in);
// Nothing of `from` is lost: the kept contact says it, or the merge's conflicts do.
void detail_check(struct sim *sim, const struct contact *from, const struct contact *kept,
                  const struct contact_merged *merged);

// --- agent.c
bool agent_on_begin(struct sim *sim, size_t desk, struct op *op);
bool agent_off_begin(struct sim *sim, size_t desk, struct op *op);
bool agent_pause_begin(struct sim *sim, size_t desk, struct op *op);
bool agent_resume_begin(struct sim *sim, size_t desk, struct op *op);
work_check agent_moved;

// --- note.c
bool note_add_begin(struct sim *sim, size_t desk, struct op *op);
bool note_edit_begin(struct sim *sim, size_t desk, struct op *op);
work_check note_add_check, note_edit_check;
// What nobody edited: a line, or that the caller is a contact by now.
bool note_follows(struct sim *sim, const struct told_fact *before, const struct told_fact *fact);
// Some note named this contact as a caller whom nobody knew.
bool note_named(struct sim *sim, struct id contact);

// --- hook.c
bool hook_begin(struct sim *sim, size_t desk, struct op *op);
work_check hook_check;
bool hook_answered(struct sim *sim, const struct op *op, struct bytes answer);

// --- missed.c
bool missed_done_begin(struct sim *sim, size_t desk, struct op *op);
work_check missed_done_check;
// A call as this fact says it, when it has become so with it; NULL: it is none, or was so before.
const struct call *call_became(struct sim *sim, const struct told_fact *fact,
                               bool (*is)(const struct call *call));
bool call_is_spoken(const struct call *call); // somebody outside was spoken with
struct id call_contact(const struct call *call);

// --- dial.c
bool dial_begin(struct sim *sim, size_t desk, struct op *op);
work_check dial_check;

// --- purge.c
bool purge_undo_begin(struct sim *sim, size_t desk, struct op *op);
work_check purge_undo_check;

// --- clock.c
struct id some_staff(struct sim *sim); // somebody's
bool clock_start_begin(struct sim *sim, size_t desk, struct op *op);
bool clock_stop_begin(struct sim *sim, size_t desk, struct op *op);
bool clock_pause_begin(struct sim *sim, size_t desk, struct op *op);
bool clock_resume_begin(struct sim *sim, size_t desk, struct op *op);
bool clock_correct_begin(struct sim *sim, size_t desk, struct op *op);
bool clock_list_begin(struct sim *sim, size_t desk, struct op *op);
work_check clock_moved;

// --- entry.c
bool entry_book_begin(struct sim *sim, size_t desk, struct op *op);
bool entry_correct_begin(struct sim *sim, size_t desk, struct op *op);
bool entry_edit_begin(struct sim *sim, size_t desk, struct op *op);
bool entry_rebook_begin(struct sim *sim, size_t desk, struct op *op);
bool entry_split_begin(struct sim *sim, size_t desk, struct op *op);
bool entry_delete_begin(struct sim *sim, size_t desk, struct op *op);
bool entry_undo_begin(struct sim *sim, size_t desk, struct op *op);
bool entry_list_begin(struct sim *sim, size_t desk, struct op *op);
work_check entry_moved;

// --- inquiry.c
bool inquiry_add_begin(struct sim *sim, size_t desk, struct op *op);
bool inquiry_put_off_begin(struct sim *sim, size_t desk, struct op *op);
bool inquiry_solve_begin(struct sim *sim, size_t desk, struct op *op);
bool inquiry_list_begin(struct sim *sim, size_t desk, struct op *op);
bool measure_add_begin(struct sim *sim, size_t desk, struct op *op);
bool measure_done_begin(struct sim *sim, size_t desk, struct op *op);

// --- due.c
bool callback_add_begin(struct sim *sim, size_t desk, struct op *op);
bool callback_edit_begin(struct sim *sim, size_t desk, struct op *op);
bool callback_done_begin(struct sim *sim, size_t desk, struct op *op);
bool callback_withdraw_begin(struct sim *sim, size_t desk, struct op *op);
bool callback_reopen_begin(struct sim *sim, size_t desk, struct op *op);
bool callback_list_begin(struct sim *sim, size_t desk, struct op *op);
bool resubmission_add_begin(struct sim *sim, size_t desk, struct op *op);
bool resubmission_edit_begin(struct sim *sim, size_t desk, struct op *op);
bool resubmission_done_begin(struct sim *sim, size_t desk, struct op *op);
bool resubmission_list_begin(struct sim *sim, size_t desk, struct op *op);
work_check callback_wrote, resubmission_wrote;

// --- stand_in.c
bool absence_add_begin(struct sim *sim, size_t desk, struct op *op);
bool absence_edit_begin(struct sim *sim, size_t desk, struct op *op);
bool deputy_begin(struct sim *sim, size_t desk, struct op *op);
work_check absence_wrote, deputy_wrote;

// --- attach.c
bool attachment_begin_begin(struct sim *sim, size_t desk, struct op *op);
bool attachment_chunk_begin(struct sim *sim, size_t desk, struct op *op);
void attachment_refused(struct sim *sim, const struct op *op, enum err_code code);
bool attachment_delete_begin(struct sim *sim, size_t desk, struct op *op);
bool attachment_read_begin(struct sim *sim, size_t desk, struct op *op);
void attachment_answered(struct sim *sim, const struct op *op, const struct attachment *row);
void attachment_check_bytes(struct sim *sim, const struct op *op,
                            const struct attachment_bytes *out);

// --- sla.c
bool sla_set_begin(struct sim *sim, size_t desk, struct op *op);
bool inquiry_wait_begin(struct sim *sim, size_t desk, struct op *op);
bool inquiry_reopen_begin(struct sim *sim, size_t desk, struct op *op);

// --- locked.c
bool file_lock_begin(struct sim *sim, size_t desk, struct op *op);
work_check file_wrote;
// A file, or none; its client is set.
struct id some_file(struct sim *sim, struct id *client);

// --- mail.c
bool mail_in_begin(struct sim *sim, size_t desk, struct op *op);
bool mail_out_begin(struct sim *sim, size_t desk, struct op *op);

// --- tell.c
bool message_set(struct sim *sim, size_t desk, struct op *op);
work_check message_set_check;
bool message_tell_begin(struct sim *sim, size_t desk, struct op *op);
work_check message_tell_check;
void message_tell_refused(struct sim *sim, const struct op *op, enum err_code code);

// SPDX-License-Identifier: Apache-2.0
// Messages of Asterisk's manager interface become calls as a person would count them. Pure: time is
// passed in, nothing is stored. What rights or a lost connection hide is unknown, never invented.
#pragma once

#include "common/base/phone.h"
#include "proto/proto.h"
#include "services/telephony/ami_endpoint.h"
#include "services/telephony/ami_reader.h"

struct ami_model;

struct ami_model_options {
    const char *source;     // name of the link: `source` of every row
    struct phone_home home; // what a caller's number without country or area code means
    const struct ami_endpoints *endpoints; // which are phones, which trunks; NULL: by their names
    // The visible record of a call changed. Everything is filled but id, version, client,
    // client_name, shown_contact, contact, staff and teams. `row` and all it points to are valid
    // during the call only. A call is told once with state ENDED, and then forgotten. NULL: nobody
    // listens. Must not call back into the model.
    void (*call)(void *context, const struct call *row);
    void *context;
};

// Copies the options (with their texts). Never NULL; free with ami_model_free, which takes NULL.
struct ami_model *ami_model_new(const struct ami_model_options *options);
void ami_model_free(struct ami_model *model);

// A call of before our restart that had not ended: goes on as after a lost connection. To be called
// before ami_model_connected. Rows of another source, ended ones, and known ones are ignored.
void ami_model_restore(struct ami_model *model, const struct call *row);

// The link is up (TCP; login follows). Calls known from before are kept in doubt until the list of
// present channels (CoreShowChannels) or an event names them; what the complete list does not name
// has ended unseen: ended_by unknown, outcome unknown unless it was answered, no ended_at.
void ami_model_connected(struct ami_model *model, int64_t now_us);
// The link is down. Live calls stay as they are: nothing is known of them.
void ami_model_lost(struct ami_model *model, int64_t now_us);

// Any message: events, and items of CoreShowChannels, Status; others are ignored. An event's own
// Timestamp counts where it is near to `now_us`, when it was received.
void ami_model_message(struct ami_model *model, const struct ami_message *message, int64_t now_us);
// The PBX tells the times itself (timestampevents=yes), and they are used.
bool ami_model_is_stamped(const struct ami_model *model);
// When the PBX says that it printed the event; 0: it does not say.
int64_t ami_stamp_us(const struct ami_message *message);

// When ami_model_due is to be called next, INT64_MAX: never. The session does both.
int64_t ami_model_due_us(const struct ami_model *model);
void ami_model_due(struct ami_model *model, int64_t now_us);

// Before the list of channels is asked for again: what it then does not name has ended unseen.
void ami_model_audit(struct ami_model *model);

// A whole Status without Channel came to its end, with so many items: as good as a complete
// CoreShowChannels, which the model sees by itself.
void ami_model_listed(struct ami_model *model, int64_t items, int64_t now_us);

// Whether a number may be shown is not in the stream. With a listener, the number and name of a
// caller from outside are kept back (absent in the row) until ami_model_presentation answers.
// NULL, the default: nobody can be asked, and what the stream shows is shown.
typedef void (*ami_presentation_ask)(void *context, const char *channel, const char *uniqueid);
void ami_model_ask_presentation(struct ami_model *model, ami_presentation_ask ask, void *context);
// `shown` false: withheld, number and name are wiped. Unknown channels are ignored.
void ami_model_presentation(struct ami_model *model, const char *uniqueid, bool shown,
                            int64_t now_us);

// Nobody can be asked: what is still kept back is shown.
void ami_model_show_awaited(struct ami_model *model, int64_t now_us);

// Calls that have not ended.
size_t ami_model_live(const struct ami_model *model);

// The PBX's name of a channel of the call `ref`: of the phone that talks at this extension; NULL:
// of whoever began the call, or is left of it. NULL when there is none. Valid until the next
// message.
const char *ami_model_channel(const struct ami_model *model, const char *ref,
                              const char *extension);

// SPDX-License-Identifier: Apache-2.0
// One live connection to Asterisk's manager interface: logs in, asks what is there, keeps alive,
// and gives what comes to the model. Pure: bytes go out through `send`, time is passed in.
#pragma once

#include "common/base/err.h"
#include "services/telephony/ami_model.h"

#define AMI_PING_US (INT64_C(15) * 1000000) // after this long without a Ping
#define AMI_DEAD_US (INT64_C(30) * 1000000) // after this long without a byte
// A PBX answers in order: when it answers a later action and not whether a number may be shown, it
// never will.
#define AMI_GIVE_UP_US (INT64_C(1) * 1000000)
#define AMI_AUDIT_US   (INT64_C(300) * 1000000) // how often it is asked what calls there are

enum ami_session_state {
    AMI_SESSION_DOWN,      // no connection
    AMI_SESSION_BANNER,    // connected, nothing read yet
    AMI_SESSION_CHALLENGE, // asked for a challenge
    AMI_SESSION_LOGIN,     // user and key (or secret) sent
    AMI_SESSION_UP,        // logged in, events flow
};

struct ami_session_options {
    const char *user;
    const char *secret;
    struct ami_model *model; // must outlive the session
    // Bytes for the PBX; to be taken whole. Must not call back into the session.
    void (*send)(void *context, const void *bytes, size_t size);
    void *context;
    // What became of an action of ami_session_act. May be NULL.
    void (*heard)(void *context, struct id act, enum intent_state state, enum text_id text,
                  const char *detail);
};

struct ami_session;

// Copies user and secret. Never NULL; free with ami_session_free, which takes NULL.
struct ami_session *ami_session_new(const struct ami_session_options *options);
void ami_session_free(struct ami_session *session);

// The TCP connection is up, or gone (safe to call when it never was up).
void ami_session_connected(struct ami_session *session, int64_t now_us);
void ami_session_lost(struct ami_session *session, int64_t now_us);

// Bytes came. False with `err`: close the connection and call ami_session_lost; connect again
// later. Errors: ERR_UNAUTHENTICATED wrong user or secret, ERR_UNAVAILABLE no manager interface or
// no reply.
MUST_USE bool ami_session_bytes(struct ami_session *session, const void *bytes, size_t size,
                                int64_t now_us, struct err *err);

// When ami_session_due is to be called next; INT64_MAX: never.
int64_t ami_session_due_us(const struct ami_session *session);
// Sends what is due. False with `err` as above.
MUST_USE bool ami_session_due(struct ami_session *session, int64_t now_us, struct err *err);

// Sends an action whose outcome is told by `heard`: done or failed once, or never. False when
// nothing was sent: not logged in, or too long.
MUST_USE bool ami_session_act(struct ami_session *session, struct id act, const char *action,
                              const char *lines);

// False: the account may not read CALLERID(pres), so that a number which is known to the PBX but
// withheld would be shown. Grant `write = call` or `reporting`. True until the contrary is known.
bool ami_session_sees_withheld(const struct ami_session *session);

enum ami_session_state ami_session_state(const struct ami_session *session);
// Read and skipped since `new`, over all connections: link_row's messages and skipped.
int64_t ami_session_messages(const struct ami_session *session);
int64_t ami_session_skipped(const struct ami_session *session);

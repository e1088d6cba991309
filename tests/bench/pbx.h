// SPDX-License-Identifier: Apache-2.0
// A manager interface that lets everyone in, knows of no channel, and tells what it is given.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct pbx;

// Listens on 127.0.0.1; its port in *ret_port. Asked whether a number may be shown, it says yes, or
// that the account may not ask.
struct pbx *pbx_new(int *ret_port, bool may_ask);
void pbx_free(struct pbx *pbx);                                        // takes NULL
enum pbx_stage { PBX_ALONE, PBX_CONNECTED, PBX_LOGGED_IN, PBX_ASKED }; // asked: and answered
// Until it has come so far.
void pbx_await(struct pbx *pbx, enum pbx_stage stage);
// Whole messages, to whoever is connected.
void pbx_tell(struct pbx *pbx, const void *bytes, size_t size);

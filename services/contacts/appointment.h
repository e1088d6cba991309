// SPDX-License-Identifier: Apache-2.0
// Appointments and actions [Termine, Aktionen], and when somebody is reminded of them. Values in,
// values out.
#pragma once

#include "proto/proto.h"
#include "services/contacts/editor.h"

// A new row, version 1. ERR_INVALID naming the field.
MUST_USE bool appointment_make(const struct appointment_new *in, const struct editor *editor,
                               struct id id, struct appointment *out, struct err *err);
// `out`: `row` as changed, one version on; of the same version when nothing changes.
MUST_USE bool appointment_apply(const struct appointment *row,
                                const struct appointment_change *change,
                                const struct editor *editor, struct appointment *out,
                                struct err *err);

// Neither done nor cancelled.
bool appointment_open(const struct appointment *appointment);

// The reminder's row after the appointment was written: `before` NULL: there is none yet. False:
// nothing is to be written. A time that has been told is not told again; a new time is.
bool reminder_follow(const struct appointment *appointment, const struct reminder *before,
                     int64_t now_us, struct reminder *out);

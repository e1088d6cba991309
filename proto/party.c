// SPDX-License-Identifier: Apache-2.0
// What a role in a file means: on which side it stands, which of several counts.
#include "proto/party.h"

enum party_side party_side_of(enum party_role role)
{
    switch (role) {
    case party_role_CLIENT: return party_side_OURS;
    case party_role_OPPONENT:
    case party_role_OPPOSING_COUNSEL: return party_side_OPPOSING;
    default: return party_side_NEUTRAL;
    }
}

static int gravity(enum party_role role)
{
    switch (role) {
    case party_role_ABSENT: return 0;
    case party_role_OPPONENT: return 4;
    case party_role_OPPOSING_COUNSEL: return 3;
    case party_role_CLIENT: return 2;
    default: return 1;
    }
}

enum party_role file_role_of(const struct file *file, struct id contact)
{
    enum party_role role = party_role_ABSENT;
    for (size_t i = 0; i < file->parties_count; i++) {
        const struct party *party = &file->parties[i];
        if (id_equal(party->contact, contact) && gravity(party->role) > gravity(role))
            role = party->role;
    }
    return role;
}

bool file_shows(const struct file *file, const char *actor)
{
    struct id staff;
    if (!file->has_locked || !file->locked)
        return true;
    if (!id_parse(actor, &staff) || id_is_zero(staff))
        return false;
    if (id_equal(staff, file->lawyer) || id_equal(staff, file->clerk))
        return true;
    for (size_t i = 0; i < file->seen_by_count; i++) {
        if (id_equal(staff, file->seen_by[i]))
            return true;
    }
    return false;
}

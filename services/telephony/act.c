// SPDX-License-Identifier: Apache-2.0
// Numbers that may be dialled, and actions as Asterisk reads them (AMI 11.0.0; the forms are those
// that a real PBX accepted, but for Atxfer, which no capture shows).
#include "services/telephony/act.h"

#include <string.h>

// Whoever needs help lifts the phone: a click may ring a phone that nobody hears.
static const struct {
    const char *country, *number;
} emergency_numbers[] = {
    { "49", "110" },  { "49", "112" },  { "43", "112" },  { "43", "122" },  { "43", "133" },
    { "43", "144" },  { "41", "112" },  { "41", "117" },  { "41", "118" },  { "41", "144" },
    { "423", "112" }, { "423", "117" }, { "423", "118" }, { "423", "144" },
};

#define INSIDE_DIGITS_MAX 5
#define RING_MS           30000 // how long the agent's own phone rings

static bool is_emergency(const struct phone_home *home, const char *digits)
{
    for (size_t i = 0; i < sizeof emergency_numbers / sizeof emergency_numbers[0]; i++) {
        if (strcmp(emergency_numbers[i].country, home->country) == 0 &&
            strcmp(emergency_numbers[i].number, digits) == 0)
            return true;
    }
    return false;
}

// Directory enquiries (118xy; in Switzerland 18xy) are dialled without an area code.
static bool is_enquiries(const struct phone_home *home, const char *digits)
{
    bool swiss = strcmp(home->country, "41") == 0 || strcmp(home->country, "423") == 0;
    const char *prefix = swiss ? "18" : "118";
    size_t size = strlen(digits), least = swiss ? 4 : 5;
    return size >= least && size <= 6 && strspn(digits, "0123456789") == size &&
           strncmp(digits, prefix, strlen(prefix)) == 0;
}

static bool is_inside(const char *typed)
{
    size_t size = strlen(typed);
    return size >= 1 && size <= INSIDE_DIGITS_MAX && typed[0] != '0' &&
           strspn(typed, "0123456789") == size;
}

static bool may_dial(const struct dialling *dialling, const struct phone *phone, const char *digits,
                     const char *field, struct err *err)
{
    if (is_emergency(&dialling->home, digits) && !dialling->emergency)
        return fail(err, ERR_FORBIDDEN, field, TEXT_DIAL_EMERGENCY, digits, NULL);
    bool costly = (phone && phone->kind == PHONE_PREMIUM) || is_enquiries(&dialling->home, digits);
    if (costly && !dialling->premium)
        return fail(err, ERR_FORBIDDEN, field, TEXT_DIAL_PREMIUM, digits, NULL);
    return true;
}

bool act_number(const struct dialling *dialling, const char *typed, const char *field,
                struct arena *arena, const char **ret, struct err *err)
{
    struct phone phone;
    struct err unread = { 0 };
    bool known = phone_read(typed, &dialling->home, &phone, &unread);
    // A few digits are an extension or a short number, not a number of this town.
    bool inside = is_inside(typed) || is_enquiries(&dialling->home, typed);
    const char *number = known && phone.e164[0] && !inside ? phone.e164 : typed;
    if (!known && !inside)
        return fail(err, ERR_INVALID, field, unread.text, typed, NULL);
    if (!may_dial(dialling, known ? &phone : NULL, number, field, err))
        return false;
    *ret = arena_text(arena, number, strlen(number));
    return *ret || fail(err, ERR_TOO_LARGE, field, TEXT_ANSWER_TOO_LARGE, NULL);
}

const char *act_digits(const struct dialling *dialling, const char *number, struct arena *arena)
{
    if (number[0] != '+')
        return arena_text(arena, number, strlen(number));
    const char *country = dialling->home.country;
    size_t size = strlen(country);
    if (strncmp(number + 1, country, size) == 0 && strcmp(country, "423") != 0)
        return arena_format(arena, "%s0%s", dialling->outside, number + 1 + size);
    return arena_format(arena, "%s00%s", dialling->outside, number + 1);
}

// Nothing in a header line may end it.
static const char *plain(struct arena *arena, const char *text)
{
    char *copy = arena_text(arena, text, strlen(text));
    for (char *c = copy; c && *c; c++) {
        if (*c == '\r' || *c == '\n')
            *c = ' ';
    }
    return copy ? copy : "";
}

static const char *phone_channel(const struct dialling *dialling, const char *extension,
                                 struct arena *arena)
{
    const char *mark = strstr(dialling->channel, "{}");
    if (!mark)
        return dialling->channel;
    return arena_format(arena, "%.*s%s%s", (int)(mark - dialling->channel), dialling->channel,
                        extension, mark + 2);
}

static const char *originate(const struct dialling *dialling, const struct act *act,
                             struct arena *arena)
{
    const char *digits = act_digits(dialling, act->number, arena);
    const char *phone = phone_channel(dialling, act->extension, arena);
    if (!digits || !phone)
        return NULL;
    return arena_format(arena,
                        "Channel: %s\r\nContext: %s\r\nExten: %s\r\nPriority: 1\r\nTimeout: %d\r\n"
                        "CallerID: \"%s\" <%s>\r\nChannelId: %s\r\nAsync: true\r\n",
                        plain(arena, phone), dialling->context, plain(arena, digits), RING_MS,
                        plain(arena, digits), plain(arena, digits), id_text(act->id).text);
}

const char *act_lines(const struct dialling *dialling, const struct act *act, const char *channel,
                      struct arena *arena, const char **ret_action)
{
    static const char *const actions[act_kind_COUNT] = {
        [act_kind_DIAL] = "Originate",          [act_kind_FORWARD_BLIND] = "BlindTransfer",
        [act_kind_FORWARD_ATTENDED] = "Atxfer", [act_kind_PICK_UP] = "Redirect",
        [act_kind_HANG_UP] = "Hangup",
    };
    *ret_action = actions[act->kind];
    if (act->kind == act_kind_DIAL)
        return originate(dialling, act, arena);
    const char *name = plain(arena, channel);
    if (act->kind == act_kind_HANG_UP)
        return arena_format(arena, "Channel: %s\r\nCause: 16\r\n", name);
    const char *target = act->kind == act_kind_PICK_UP ? act->extension : act->number;
    const char *digits = act_digits(dialling, target, arena);
    if (!digits)
        return NULL;
    return arena_format(arena, "Channel: %s\r\nExten: %s\r\nContext: %s\r\n%s", name,
                        plain(arena, digits), dialling->context,
                        act->kind == act_kind_PICK_UP ? "Priority: 1\r\n" : "");
}

// As seen: 3 nobody lifted, 0 everything else, a busy phone too. The others are Asterisk's words.
enum text_id act_reason(int64_t reason)
{
    switch (reason) {
    case 1:
    case 3: return TEXT_DIAL_NOT_LIFTED;
    case 5: return TEXT_DIAL_BUSY;
    case 8: return TEXT_DIAL_CONGESTED;
    default: return TEXT_DIAL_FAILED;
    }
}

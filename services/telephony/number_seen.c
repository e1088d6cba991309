// SPDX-License-Identifier: Apache-2.0
// What is not a number is kept as it came: nothing is lost, nothing is invented.
#include "services/telephony/number_seen.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/text.h"

// What PBXs send in place of a number that is withheld.
static bool is_withheld(const char *text)
{
    static const char *const words[] = { "anonymous",  "unknown", "<unknown>",  "withheld",
                                         "restricted", "private", "unavailable" };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcasecmp(text, words[i]) == 0)
            return true;
    }
    return false;
}

// A copy that fits, cut between two characters, without blanks at its ends.
static void copy_trimmed(const char *text, char out[NUMBER_SEEN_MAX + 1])
{
    text += strspn(text, " \t");
    size_t size = strlen(text);
    if (size > NUMBER_SEEN_MAX)
        size = NUMBER_SEEN_MAX;
    while (size > 0 && strchr(" \t", text[size - 1]))
        size--;
    memcpy(out, text, size);
    out[size] = '\0';
    while (size > 0 && !text_valid(out, size))
        out[--size] = '\0';
}

static void decide(const char *cleaned, const struct phone_home *home, struct number_seen *out)
{
    struct phone phone;
    struct err unread = { 0 };
    if (!*cleaned || is_withheld(cleaned))
        return;
    if (phone_read(cleaned, home, &phone, &unread) && phone.e164[0])
        snprintf(out->text, sizeof out->text, "%s", phone.e164);
    else
        snprintf(out->text, sizeof out->text, "%s", cleaned);
}

void number_seen(const char *typed, const struct phone_home *home, struct number_seen *out)
{
    char cleaned[NUMBER_SEEN_MAX + 1] = "";
    *out = (struct number_seen){ 0 };
    if (!typed)
        return;
    copy_trimmed(typed, cleaned);
    decide(cleaned, home, out);
    if (out->text[0] && strcmp(out->text, cleaned) != 0)
        memcpy(out->raw, cleaned, sizeof out->raw);
}

// "*31#0301234567" -> "0301234567"; also #31# and codes with several stars. What is a code alone
// (*21*0301234567#, a diversion) stays whole.
static const char *behind_codes(const char *text)
{
    while (*text == '*' || *text == '#') {
        size_t digits = strspn(text + 1, "0123456789");
        if (digits == 0 || digits > 3 || text[1 + digits] != '#' || !text[2 + digits])
            break;
        text += digits + 2;
    }
    return text;
}

// 010xy or 0100xy in front of a number with its area code, in Germany's fixed network.
static const char *behind_carrier(const char *text, const struct phone_home *home)
{
    if (!home->country || strcmp(home->country, "49") != 0 || strncmp(text, "010", 3) != 0)
        return text;
    size_t prefix = text[3] == '0' ? 6 : 5;
    if (strspn(text, "0123456789") < prefix + 3 || text[prefix] != '0')
        return text;
    return text + prefix;
}

void number_dialled(const char *typed, const struct phone_home *home, struct number_seen *out)
{
    char sent[NUMBER_SEEN_MAX + 1] = "", cleaned[NUMBER_SEEN_MAX + 1];
    *out = (struct number_seen){ 0 };
    if (!typed)
        return;
    copy_trimmed(typed, sent);
    memcpy(cleaned, sent, sizeof cleaned);
    const char *number = behind_carrier(behind_codes(cleaned), home);
    size_t size = strlen(number);
    // "#" alone ends the dialling; behind a code it belongs to it.
    bool is_code = *number == '*' || *number == '#';
    char bare[NUMBER_SEEN_MAX + 1];
    memcpy(bare, number, size + 1);
    while (!is_code && size > 0 && bare[size - 1] == '#')
        bare[--size] = '\0';
    decide(bare, home, out);
    if (strcmp(out->text, sent) != 0)
        memcpy(out->raw, sent, sizeof out->raw);
}

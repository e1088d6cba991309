// SPDX-License-Identifier: Apache-2.0
// The rules, one function each; all of them say what would be right.
#include "services/contacts/check.h"

#include <stdio.h>
#include <string.h>

#include "common/base/email.h"
#include "common/base/text.h"

static void name_item(struct err *err, const char *field, size_t i, const char *within)
{
    (void)snprintf(err->field, sizeof err->field, "%s[%zu]%s", field, i, within);
}

bool check_distinct(const char *field, const char *const *texts, size_t count, struct arena *arena,
                    struct err *err)
{
    const char **folded = arena_array(arena, count, sizeof *folded);
    if (!folded)
        return fail(err, ERR_TOO_LARGE, field, TEXT_ROW_TOO_LARGE, NULL);
    for (size_t i = 0; i < count; i++) {
        folded[i] = text_fold(arena, texts[i]);
        if (!folded[i])
            return fail(err, ERR_TOO_LARGE, field, TEXT_ROW_TOO_LARGE, NULL);
        for (size_t k = 0; k < i; k++) {
            // Signs alone fold to nothing and are told apart as they stand.
            bool twice =
                folded[i][0] ? text_equal(folded[i], folded[k]) : text_equal(texts[i], texts[k]);
            if (!twice)
                continue;
            (void)fail(err, ERR_INVALID, NULL, TEXT_ITEM_TWICE, texts[i], NULL);
            name_item(err, field, i, "");
            return false;
        }
    }
    return true;
}

static size_t count_between(const char *text, char first, char last)
{
    size_t count = 0;
    while (text[count] >= first && text[count] <= last)
        count++;
    return count;
}

static bool is_language(const char *text)
{
    size_t letters = count_between(text, 'a', 'z');
    if (letters != 2 && letters != 3)
        return false;
    if (!text[letters])
        return true;
    const char *region = text + letters + 1;
    return text[letters] == '-' && count_between(region, 'A', 'Z') == 2 && !region[2];
}

bool check_language(const char *language, struct err *err)
{
    if (!language || is_language(language))
        return true;
    return fail(err, ERR_INVALID, "language", TEXT_LANGUAGE_FORM, language, NULL);
}

bool check_languages(const char *const *languages, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (check_language(languages[i], err))
            continue;
        name_item(err, "languages", i, "");
        return false;
    }
    return true;
}

bool check_email(const char *email, struct err *err)
{
    if (!email || email_valid(email))
        return true;
    return fail(err, ERR_INVALID, "email", TEXT_EMAIL_FORM, email, NULL);
}

bool check_emails(const char *const *emails, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (check_email(emails[i], err))
            continue;
        name_item(err, "emails", i, "");
        return false;
    }
    return true;
}

bool check_addresses(const struct address *addresses, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        const char *country = addresses[i].country;
        if (!country || (count_between(country, 'A', 'Z') == 2 && !country[2]))
            continue;
        (void)fail(err, ERR_INVALID, NULL, TEXT_COUNTRY_FORM, country, NULL);
        name_item(err, "addresses", i, ".country");
        return false;
    }
    return true;
}

// --- numbers
static bool number_set(struct number *number, const struct phone *phone, struct arena *arena)
{
    number->e164 = NULL;
    number->extension = NULL;
    if (phone->e164[0])
        number->e164 = arena_text(arena, phone->e164, strlen(phone->e164));
    if (phone->e164[0] && phone->extension[0])
        number->extension = arena_text(arena, phone->extension, strlen(phone->extension));
    return (!phone->e164[0] || number->e164) &&
           (!phone->extension[0] || !phone->e164[0] || number->extension);
}

static struct number *numbers_copy(const struct number *typed, size_t count, struct arena *arena,
                                   struct err *err)
{
    struct number *numbers = arena_array(arena, count, sizeof *numbers);
    if (!numbers)
        (void)fail(err, ERR_TOO_LARGE, NULL, TEXT_ROW_TOO_LARGE, NULL);
    if (numbers && count)
        memcpy(numbers, typed, count * sizeof *numbers);
    return numbers;
}

const struct number *numbers_noted(const struct number *typed, size_t count,
                                   const struct editor *editor, struct err *err)
{
    struct number *numbers = numbers_copy(typed, count, editor->arena, err);
    for (size_t i = 0; numbers && i < count; i++) {
        struct phone phone = { 0 };
        struct err unread = { 0 };
        if (!phone_read(numbers[i].typed, editor->home, &phone, &unread))
            phone = (struct phone){ 0 };
        if (number_set(&numbers[i], &phone, editor->arena))
            continue;
        (void)fail(err, ERR_TOO_LARGE, "phones", TEXT_ROW_TOO_LARGE, NULL);
        return NULL;
    }
    return numbers;
}

static bool number_match(struct number *number, const struct editor *editor, struct err *err)
{
    struct phone phone = { 0 };
    if (!phone_read(number->typed, editor->home, &phone, err))
        return false;
    if (!phone.e164[0])
        return fail(err, ERR_INVALID, NULL, TEXT_NUMBER_SHORT, number->typed, NULL);
    if (!number_set(number, &phone, editor->arena))
        return fail(err, ERR_TOO_LARGE, NULL, TEXT_ROW_TOO_LARGE, NULL);
    return true;
}

const struct number *numbers_matched(const struct number *typed, size_t count,
                                     const struct editor *editor, struct err *err)
{
    struct number *numbers = numbers_copy(typed, count, editor->arena, err);
    for (size_t i = 0; numbers && i < count; i++) {
        if (number_match(&numbers[i], editor, err))
            continue;
        name_item(err, "numbers", i, ".typed");
        return NULL;
    }
    return numbers;
}

// SPDX-License-Identifier: Apache-2.0
// Any bytes as a mail: whatever is read keeps the limits that inquiries set.
#include "common/mail/eml.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/email.h"
#include "common/base/text.h"
#include "tests/fuzz/target.h"

static void check(const char *text, size_t most)
{
    if (text && (!*text || !text_valid(text, strlen(text)) || text_length(text) > most))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = { 0 };
    struct eml *eml = eml_read(data, size, &err);

    if (!eml != (err.code != ERR_NONE))
        abort();
    if (!eml)
        return 0;
    check(eml->message_id, EML_ID_MAX);
    check(eml->in_reply_to, EML_ID_MAX);
    check(eml->from_name, EML_NAME_MAX);
    check(eml->subject, EML_SUBJECT_MAX);
    check(eml->text, EML_TEXT_MAX);
    if (!eml->message_id || (eml->from && !email_valid(eml->from)))
        abort();
    for (size_t i = 0; i < eml->reference_count; i++)
        check(eml->references[i], EML_ID_MAX);
    for (size_t i = 0; i < eml->to_count; i++) {
        check(eml->to[i], EML_ID_MAX);
        if (!email_valid(eml->to[i]))
            abort();
    }
    for (size_t i = 0; i < eml->part_count; i++) {
        if (*eml->parts[i].name)
            check(eml->parts[i].name, EML_ID_MAX);
        check(eml->parts[i].content_type, EML_NAME_MAX);
    }
    eml_free(eml);
    return 0;
}

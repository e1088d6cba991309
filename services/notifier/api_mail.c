// SPDX-License-Identifier: Apache-2.0
// What the mail room is asked.
#include "services/notifier/mails.h"

#define SERVICE_FILE "proto/notifier_mail.def"
#include "proto/handlers.inc"

bool mail_list(struct request *rq, const struct mail_query *in, struct mail_page *out)
{
    return mails_page(rq, in, out);
}

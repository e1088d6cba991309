// SPDX-License-Identifier: Apache-2.0
// Mails of inquiries, as they are asked for.
#include "services/timekeeping/inquiry_mails.h"

#define SERVICE_FILE "proto/timekeeping_mail.def"
#include "proto/handlers.inc"

bool inquiry_mail_add(struct request *rq, const struct inquiry_mail_new *in,
                      struct inquiry_mail_taken *out)
{
    return inquiry_mails_add(rq, in, out);
}

bool inquiry_mail_list(struct request *rq, const struct inquiry_mail_query *in,
                       struct inquiry_mail_page *out)
{
    return inquiry_mails_page(rq, in, out);
}

bool inquiry_reply(struct request *rq, const struct inquiry_answer *in, struct inquiry_mail *out)
{
    return inquiry_mails_reply(rq, in, out);
}

bool inquiry_mail_bytes(struct request *rq, const struct inquiry_mail_place *in,
                        struct attachment_bytes *out)
{
    return inquiry_mail_read(rq, in, out);
}

// SPDX-License-Identifier: Apache-2.0
// Mails of inquiries in the store: taken in, answered, delivered.
#pragma once

#include "common/step/request.h"

// A mail that came: into the inquiry that it answers, else into a new one. The same Message-ID of
// the same client changes nothing.
MUST_USE bool inquiry_mails_add(struct request *rq, const struct inquiry_mail_new *in,
                                struct inquiry_mail_taken *out);
// Answers; the mail room (notifier) follows the fact.
MUST_USE bool inquiry_mails_reply(struct request *rq, const struct inquiry_answer *in,
                                  struct inquiry_mail *out);
// What goes along: attachments of the inquiry that are here, within the house's limit.
MUST_USE bool inquiry_mail_promise(struct request *rq, const struct inquiry_answer *in,
                                   const struct inquiry *inquiry, struct inquiry_mail *out);
// Bytes of what an answer that is to be sent promises. ERR_NOT_FOUND: it does not; ERR_CONFLICT:
// they were deleted.
MUST_USE bool inquiry_mail_read(struct request *rq, const struct inquiry_mail_place *in,
                                struct attachment_bytes *out);
MUST_USE bool inquiry_mails_page(struct request *rq, const struct inquiry_mail_query *in,
                                 struct inquiry_mail_page *out);
// The mail room's word about one of ours; of others nothing happens.
MUST_USE bool inquiry_mails_told(struct request *rq, const struct fact *fact, const void *row);

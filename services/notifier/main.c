// SPDX-License-Identifier: Apache-2.0
// rufbus-notifier: boards, and the streams by which frontends watch them.
#include "common/run/app.h"
#include "services/notifier/api.h"
#include "services/notifier/port_mail.h"

int main(int argc, char **argv)
{
    static const struct app app = {
        .name = "notifier",
        .german = "Tafeln und die Ströme, über die Oberflächen ihnen zusehen.",
        .english = "boards, and the streams by which frontends watch them",
        .service = &notifier_service,
        .port = &mail_port,
        .options = mail_options,
        .option_count = MAIL_OPTIONS,
    };

    return app_run(&app, argc, argv);
}

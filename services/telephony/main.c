// SPDX-License-Identifier: Apache-2.0
// rufbus-telephony
#include "services/telephony/api.h"
#include "services/telephony/port.h"

int main(int argc, char **argv)
{
    static const struct app app = {
        .name = "telephony",
        .german = "liest mit, was Telefonanlagen melden, und führt Buch über die Anrufe.",
        .english = "follows what PBXs report, and keeps the records of calls.",
        .service = &telephony_service,
        .port = &telephony_port,
        .options = telephony_options,
        .option_count = TELEPHONY_OPTIONS,
    };
    return app_run(&app, argc, argv);
}

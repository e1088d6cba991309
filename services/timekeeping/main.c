// SPDX-License-Identifier: Apache-2.0
// rufbus-timekeeping: clocks, services booked, inquiries, callbacks, and finding them again.
#include <string.h>

#include "services/timekeeping/api.h"
#include "services/timekeeping/home.h"
#include "services/timekeeping/mail_reader.h"

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], MAIL_READER_WORD) == 0)
        return mail_reader_main();
    static const struct app app = {
        .name = "timekeeping",
        .german = "Zeiten, Leistungen, Vorgänge, Rückrufe und Wiedervorlagen.",
        .english = "clocks, services booked, inquiries, callbacks, resubmissions",
        .service = &timekeeping_service,
        .port = &home_port,
        .options = home_options,
        .option_count = HOME_OPTIONS,
    };

    return app_run(&app, argc, argv);
}

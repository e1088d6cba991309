// SPDX-License-Identifier: Apache-2.0
// rufbus-contacts: clients, people and organisations, staff.
#include "services/contacts/api.h"
#include "services/contacts/home.h"

int main(int argc, char **argv)
{
    static const struct app app = {
        .name = "contacts",
        .german = "Mandanten, Personen und Firmen, Mitarbeiter.",
        .english = "clients, people and organisations, staff",
        .service = &contacts_service,
        .port = &home_port,
        .options = home_options,
        .option_count = HOME_OPTIONS,
    };

    return app_run(&app, argc, argv);
}

// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/floor.h"
int floor_telephony(const char *folder, const char *run, const char *secret, int port)
{
    (void)folder; (void)run; (void)secret; (void)port; return 1;
}
int floor_notifier(const char *folder, const char *run, const char *secret, const char *peer)
{
    (void)folder; (void)run; (void)secret; (void)peer; return 1;
}

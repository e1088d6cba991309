// SPDX-License-Identifier: Apache-2.0
// The commands that are more than one method: each takes the words behind its own, and returns the
// exit code.
#pragma once

#include "services/cli/cli.h"

int action_call(struct cli *cli);            // call METHOD field=value...
int action_methods(struct cli *cli);         // all methods, or one in full
int action_watch(struct cli *cli);           // a board's stream, until it is interrupted
int action_replay(struct cli *cli);          // what Rufbus makes of a capture
int action_load(struct cli *cli);            // rows from a .jsonl file, in order
int action_schema(struct cli *cli);          // the contract as AsyncAPI or Markdown
int action_top(struct cli *cli);             // every service's figures, once or again and again
int action_trace(struct cli *cli);           // facts as they are decided
int action_completion(struct cli *cli);      // completion bash
int action_man(struct cli *cli);             // the manual page
int action_check(struct cli *cli);           // every store's fsck, every service's ping
int action_keys(struct cli *cli);            // keys new | list | revoke | check
int action_import_contacts(struct cli *cli); // import contacts FILE
int action_import_files(struct cli *cli);    // import files FILE
int action_import_past(struct cli *cli);     // import inquiries FILE
int action_search(struct cli *cli);          // search WORDS...
int action_export_contacts(struct cli *cli); // export contacts FILE
int action_export_files(struct cli *cli);    // export files FILE
int action_inquiry_attach(struct cli *cli);  // inquiry attach NUMBER FILE...
int action_inquiry_reply(struct cli *cli);   // inquiry reply NUMBER TEXT [attach=FILE]...
int action_inquiry_fetch(struct cli *cli);   // inquiry fetch ATTACHMENT [--out FILE]
int action_inquiry_mail(struct cli *cli);    // inquiry mail FILE.eml...
int action_export_entries(struct cli *cli);  // export entries FILE, and so on
int action_export_inquiries(struct cli *cli);
int action_export_callbacks(struct cli *cli);
int action_export_calls(struct cli *cli);
int action_print_open(struct cli *cli); // print open --out FILE, and so on
int action_print_callbacks(struct cli *cli);
int action_print_day(struct cli *cli);
int action_duplicates(struct cli *cli); // contact duplicates [ID]
int action_merge(struct cli *cli);      // contact merge FROM TO
int action_unmerge(struct cli *cli);    // contact unmerge FROM
int action_merges(struct cli *cli);     // contact merges [TO]

// rufbus clock
int action_clock_start(struct cli *cli);   // clock start [TEXT...]
int action_clock_stop(struct cli *cli);    // clock stop [ID]
int action_clock_pause(struct cli *cli);   // clock pause [ID]
int action_clock_resume(struct cli *cli);  // clock resume [ID]
int action_clock_status(struct cli *cli);  // clock status [STAFF]
int action_clock_list(struct cli *cli);    // clock list
int action_clock_correct(struct cli *cli); // clock correct ID TIME REASON...
int action_book(struct cli *cli);          // book KEY [FILE] [MINUTES]
// entry correct | edit | move | split | delete ID: as the entry is now
int action_entry_correct(struct cli *cli);
int action_entry_edit(struct cli *cli);
int action_entry_move(struct cli *cli);
int action_entry_split(struct cli *cli);
int action_entry_delete(struct cli *cli);

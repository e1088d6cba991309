// SPDX-License-Identifier: Apache-2.0
// Scenes that no capture shows, told event by event as the PBX's own sources print them.

#include "services/telephony/ami_endpoint.h"
#include "tests/unit/ami_story.h"

static struct leg second_leg(void)
{
    return (struct leg){ "PJSIP/102-00000003", "1.3", "1.1", 0, "102", "Jörg", "s" };
}

static void call_leg(struct house *house, struct leg *from, struct leg *to)
{
    one(house, "Newchannel", to, "");
    dial(house, "DialBegin", from, to, "");
    to->state = 5;
    one(house, "Newstate", to, "");
}

static void give_up(struct house *house, struct leg *from, struct leg *to, const char *status,
                    const char *cause)
{
    char more[64];
    (void)snprintf(more, sizeof more, "DialStatus: %s\r\n", status);
    dial(house, "DialEnd", from, to, more);
    (void)snprintf(more, sizeof more, "Cause: %s\r\n", cause);
    one(house, "Hangup", to, more);
}

static void rename_channel(struct house *house, const char *from, const char *to,
                           const char *uniqueid)
{
    char text[512];
    (void)snprintf(text, sizeof text,
                   "Event: Rename\r\nPrivilege: call,all\r\nChannel: %s\r\nNewname: %s\r\n"
                   "Uniqueid: %s\r\n\r\n",
                   from, to, uniqueid);
    plain(house, text);
}

// The called phone's channel takes over whoever picked the call up; the other becomes a zombie.
TEST(a_directed_pickup)
{
    struct house *house = house_up();
    struct leg caller = caller_leg(), phone = phone_leg();
    struct leg picks = { "PJSIP/102-00000003", "3.1", "3.1", 4, "102", "Jörg", "*8101" };
    ring(house, &caller, &phone);
    one(house, "Newchannel", &picks, "");
    picks.state = 6;
    one(house, "Newstate", &picks, "");
    rename_channel(house, "PJSIP/102-00000003", "PJSIP/102-00000003<MASQ>", "3.1");
    rename_channel(house, "PJSIP/101-00000002", "PJSIP/102-00000003", "1.2");
    rename_channel(house, "PJSIP/102-00000003<MASQ>", "PJSIP/101-00000002<ZOMBIE>", "3.1");
    picks.name = "PJSIP/101-00000002<ZOMBIE>";
    one(house, "Hangup", &picks, "Cause: 26\r\n");
    house->now_us += SECOND;
    ami_model_due(house->model, house->now_us);
    CHECK_STR(house->ref, "3.1");
    CHECK_INT(house->row.state, call_state_ENDED);
    phone.name = "PJSIP/102-00000003";
    talk(house, &caller, &phone);
    CHECK_STR(house->last, "talking agent 102 rings talks 102");
    hang_up(house, &caller, &phone);
    CHECK_STR(house->last, "ended agent 102 rings talks answered by caller");
    CHECK_INT(house->row.talk_ms, 2000);
    CHECK_INT(ami_model_live(house->model), 0);
    house_free(house);
}

TEST(an_attended_transfer_while_it_still_rings)
{
    struct house *house = house_up();
    struct leg caller = caller_leg(), phone = phone_leg();
    struct leg asks = { "PJSIP/101-00000003", "2.1", "2.1", 4, "101", "Anna", "102" };
    struct leg other = { "PJSIP/102-00000004", "2.2", "2.1", 0, "102", "Jörg", "s" };
    ring(house, &caller, &phone);
    talk(house, &caller, &phone);
    one(house, "Newchannel", &asks, "");
    call_leg(house, &asks, &other);
    say(house, "AttendedTransfer",
        (struct shown[]){ { "OrigTransferer", &phone }, { "SecondTransferer", &asks }, { 0 } },
        "Result: Success\r\nDestType: App\r\nDestApp: Dial\r\n");
    CHECK_STR(house->ref, "1.1");
    CHECK_STR(house->to, "102");
    CHECK(!house->row.transfer_answered);
    house_free(house);
}

static void queue(struct house *house, const char *event, struct leg *caller)
{
    one(house, event, caller, "Queue: zentrale\r\nPosition: 1\r\n");
}

TEST(a_queue_that_runs_out_of_time_is_not_left_by_the_caller)
{
    for (int mailbox = 0; mailbox < 2; mailbox++) {
        struct house *house = house_up();
        struct leg caller = caller_leg(), phone = phone_leg();
        one(house, "Newchannel", &caller, "");
        caller.exten = "140";
        queue(house, "QueueCallerJoin", &caller);
        call_leg(house, &caller, &phone);
        give_up(house, &caller, &phone, "CANCEL", "0");
        queue(house, "QueueCallerAbandon", &caller);
        queue(house, "QueueCallerLeave", &caller);
        if (mailbox) {
            caller.state = 6;
            one(house, "Newstate", &caller, "");
            one(house, "HangupRequest", &caller, "Cause: 16\r\n");
        }
        one(house, "SoftHangupRequest", &caller, "Cause: 16\r\n");
        one(house, "Hangup", &caller, "Cause: 16\r\n");
        ami_model_due(house->model, house->now_us + 2 * SECOND);
        CHECK_STR(house->last, mailbox ? "ended agent - rings talks voicemail by caller"
                                       : "ended agent - rings talks missed by pbx");
        house_free(house);
    }
}

TEST(a_caller_who_waits_where_nobody_is_logged_in_abandons)
{
    struct house *house = house_up();
    struct leg caller = caller_leg();
    one(house, "Newchannel", &caller, "");
    caller.exten = "100";
    queue(house, "QueueCallerJoin", &caller);
    one(house, "HangupRequest", &caller, "Cause: 127\r\n");
    queue(house, "QueueCallerAbandon", &caller);
    queue(house, "QueueCallerLeave", &caller);
    one(house, "Hangup", &caller, "Cause: 127\r\n");
    CHECK_STR(house->last, "ended agent - rings talks abandoned by caller");
    house_free(house);
}

TEST(a_second_queue_takes_over)
{
    struct house *house = house_up();
    struct leg caller = caller_leg(), phone = phone_leg(), other = second_leg();
    one(house, "Newchannel", &caller, "");
    caller.exten = "140";
    queue(house, "QueueCallerJoin", &caller);
    call_leg(house, &caller, &phone);
    give_up(house, &caller, &phone, "CANCEL", "0");
    queue(house, "QueueCallerAbandon", &caller);
    queue(house, "QueueCallerLeave", &caller);
    caller.exten = "100";
    one(house, "QueueCallerJoin", &caller, "Queue: nacht\r\n");
    call_leg(house, &caller, &other);
    talk(house, &caller, &other);
    hang_up(house, &other, &caller);
    CHECK_STR(house->last, "ended agent 102 rings talks answered by agent");
    CHECK_INT(house->row.agents_rung_count, 2);
    house_free(house);
}

static void transfer_blind(struct house *house, struct leg *phone, struct leg *caller,
                           const char *to)
{
    char more[64];
    (void)snprintf(more, sizeof more, "Extension: %s\r\n", to);
    say(house, "BlindTransfer",
        (struct shown[]){ { "Transferer", phone }, { "Transferee", caller }, { 0 } }, more);
    caller->exten = to;
    bridge(house, "BridgeLeave", caller, "b1");
    bridge(house, "BridgeLeave", phone, "b1");
    one(house, "Hangup", phone, "Cause: 16\r\n");
}

TEST(a_blind_transfer_to_a_busy_phone)
{
    struct house *house = house_up();
    struct leg caller = caller_leg(), phone = phone_leg(), other = second_leg();
    ring(house, &caller, &phone);
    talk(house, &caller, &phone);
    transfer_blind(house, &phone, &caller, "102");
    one(house, "Newchannel", &other, "");
    dial(house, "DialBegin", &caller, &other, "");
    one(house, "HangupRequest", &other, "Cause: 17\r\n");
    give_up(house, &caller, &other, "BUSY", "17");
    one(house, "SoftHangupRequest", &caller, "Cause: 16\r\n");
    one(house, "Hangup", &caller, "Cause: 17\r\n");
    CHECK_STR(house->last, "ended agent 101 rings talks transferred by pbx");
    CHECK_STR(house->to, "102");
    CHECK(!house->row.transfer_answered);
    house_free(house);
}

TEST(an_outgoing_call_that_is_passed_on)
{
    struct house *house = house_up();
    struct leg phone = { "PJSIP/101-00000001", "1.1", "1.1", 4, "101", "Anna", "01713920011" };
    struct leg mobile = { "PJSIP/trunk-00000002", "1.2", "1.1", 0, "01713920011", "x", "s" };
    struct leg other = second_leg();
    one(house, "Newchannel", &phone, "");
    call_leg(house, &phone, &mobile);
    talk(house, &phone, &mobile);
    transfer_blind(house, &phone, &mobile, "102");
    call_leg(house, &mobile, &other);
    other.state = 6;
    dial(house, "DialEnd", &mobile, &other, "DialStatus: ANSWER\r\n");
    bridge(house, "BridgeEnter", &other, "b1");
    bridge(house, "BridgeEnter", &mobile, "b1");
    hang_up(house, &mobile, &other);
    CHECK_STR(house->last, "ended agent 101 rings talks transferred by callee");
    CHECK_INT(house->row.direction, call_direction_OUTBOUND);
    CHECK_STR(house->called, "01713920011");
    CHECK_STR(house->to, "102");
    CHECK(house->row.transfer_answered);
    house_free(house);
}

static void park(struct house *house, struct leg *caller, struct leg *phone)
{
    bridge(house, "BridgeLeave", caller, "b1");
    bridge(house, "BridgeEnter", caller, "lot");
    bridge(house, "BridgeLeave", phone, "b1");
    one(house, "Hangup", phone, "Cause: 16\r\n");
}

static void fetch(struct house *house, struct leg *caller, struct leg *by)
{
    by->state = 6;
    one(house, "Newchannel", by, "");
    say(house, "UnParkedCall", (struct shown[]){ { "Parkee", caller }, { "Retriever", by }, { 0 } },
        "ParkingLot: default\r\n");
    bridge(house, "BridgeLeave", caller, "lot");
    by->linkedid = "1.1";
    bridge(house, "BridgeEnter", caller, "b1");
    bridge(house, "BridgeEnter", by, "b1");
}

// Sent to the parking place by a transfer, told before or after: passed on to whoever fetches it.
TEST(a_call_parked_by_a_transfer)
{
    for (int before = 0; before < 2; before++) {
        struct house *house = house_up();
        struct leg caller = caller_leg(), phone = phone_leg();
        struct leg by = { "PJSIP/102-00000005", "5.1", "5.1", 4, "102", "Jörg", "701" };
        const struct shown parkee[] = { { "Parkee", &caller }, { 0 } };
        const struct shown both[] = { { "Transferer", &phone }, { "Transferee", &caller }, { 0 } };
        ring(house, &caller, &phone);
        talk(house, &caller, &phone);
        if (before)
            say(house, "ParkedCall", parkee, "ParkingLot: default\r\n");
        say(house, "BlindTransfer", both, "Extension: 700\r\n");
        if (!before)
            say(house, "ParkedCall", parkee, "ParkingLot: default\r\n");
        park(house, &caller, &phone);
        CHECK_STR(house->last, "waiting agent 101 rings talks");
        CHECK_STR(house->to, "-");
        fetch(house, &caller, &by);
        hang_up(house, &caller, &by);
        CHECK_STR(house->ref, "1.1");
        CHECK_STR(house->last, "ended agent 101 rings talks transferred by caller");
        CHECK_STR(house->to, "102");
        CHECK_INT(house->row.transfer_type, transfer_kind_PARK);
        house_free(house);
    }
}

TEST(whoever_parked_a_call_and_fetches_it_has_not_passed_it_on)
{
    struct house *house = house_up();
    struct leg caller = caller_leg(), phone = phone_leg();
    struct leg by = { "PJSIP/101-00000005", "5.1", "5.1", 4, "101", "Anna", "701" };
    ring(house, &caller, &phone);
    talk(house, &caller, &phone);
    park(house, &caller, &phone);
    fetch(house, &caller, &by);
    hang_up(house, &caller, &by);
    CHECK_STR(house->ref, "1.1");
    CHECK_STR(house->last, "ended agent 101 rings talks answered by caller");
    house_free(house);
}

TEST(a_parked_caller_who_leaves)
{
    struct leg caller, phone;
    struct house *house = house_talking(&caller, &phone);
    park(house, &caller, &phone);
    one(house, "HangupRequest", &caller, "Cause: 16\r\n");
    bridge(house, "BridgeLeave", &caller, "lot");
    one(house, "Hangup", &caller, "Cause: 16\r\n");
    CHECK_STR(house->last, "ended agent 101 rings talks answered by caller");
    house_free(house);
}

// Two phones talk with the caller at the same time: counted once.
TEST(a_conference_of_three)
{
    struct house *house = house_up();
    struct leg caller = caller_leg(), phone = phone_leg(), other = second_leg();
    ring(house, &caller, &phone);
    talk(house, &caller, &phone);
    call_leg(house, &phone, &other);
    other.state = 6;
    dial(house, "DialEnd", &phone, &other, "DialStatus: ANSWER\r\n");
    bridge(house, "BridgeEnter", &other, "b1");
    CHECK_STR(house->last, "talking agent 101 rings talks 101 102");
    one(house, "HangupRequest", &phone, "Cause: 16\r\n");
    bridge(house, "BridgeLeave", &phone, "b1");
    one(house, "Hangup", &phone, "Cause: 16\r\n");
    CHECK_STR(house->last, "talking agent 101 rings talks 102");
    int64_t since = house->row.answered_at;
    hang_up(house, &caller, &other);
    CHECK_STR(house->last, "ended agent 101 rings talks answered by caller");
    // From the phone's entering until the last one left; the caller's hangup came before that.
    CHECK(house->row.talk_ms * 1000 < house->row.ended_at - since);
    house_free(house);
}

TEST(a_number_without_prefix_is_kept_as_it_came)
{
    static const char *const numbers[][2] = {
        { "669690123", "669690123" },
        { "4940669690123", "+4940669690123" },
        { "15228895456", "+4915228895456" },
        { "040669690123", "+4940669690123" },
        { "101", "101" },
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct leg caller = caller_leg();
        struct house *house = calloc(1, sizeof *house);
        struct ami_model_options options = { "pbx", { "49", NULL }, NULL, listen, house };
        house->model = ami_model_new(&options);
        house->reader = ami_reader_new();
        house->now_us = START;
        caller.number = numbers[i][0];
        one(house, "Newchannel", &caller, "");
        CHECK_STR(house->caller, numbers[i][1]);
        house_free(house);
    }
}

TEST(the_pbx_own_times_are_used_when_they_are_near)
{
    static const char event[] =
        "Event: Newchannel\r\nPrivilege: call,all\r\nTimestamp: %s\r\n"
        "Channel: PJSIP/trunk-00000001\r\nChannelState: 4\r\nChannelStateDesc: Ring\r\n"
        "CallerIDNum: 040669690123\r\nCallerIDName: x\r\nConnectedLineNum: x\r\n"
        "ConnectedLineName: x\r\nLanguage: en\r\nAccountCode: \r\nContext: c\r\nExten: 1\r\n"
        "Priority: 1\r\nUniqueid: 1.1\r\nLinkedid: 1.1\r\n\r\n";
    static const struct {
        const char *stamp;
        int64_t at_us;
    } cases[] = {
        { "1795398000.250000", START + SECOND / 4 },
        { "1795398003.000001", START + 3 * SECOND + 1 },
        { "1795390000.000000", START + SECOND / 2 }, // its clock is wrong
        { "x", START + SECOND / 2 },
        { "1795398000.25", START + SECOND / 2 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct house *house = house_up();
        char text[1024];
        (void)snprintf(text, sizeof text, event, cases[i].stamp);
        plain(house, text);
        CHECK_INT(house->row.started_at, cases[i].at_us);
        CHECK_INT(ami_model_is_stamped(house->model), i < 2);
        house_free(house);
    }
}

// An account that may read nothing but Cdr events.
TEST(a_call_of_which_only_the_cdr_is_shown)
{
    static const char cdr[] =
        "Event: Cdr\r\nPrivilege: cdr,all\r\nAccountCode: \r\nSource: 040669690123\r\n"
        "Destination: 101\r\nDestinationContext: ddi\r\nCallerID: \"x\" <040669690123>\r\n"
        "Channel: PJSIP/trunk-00000001\r\nDestinationChannel: \r\nLastApplication: %s\r\n"
        "LastData: x\r\nStartTime: 2026-11-23 01:37:%s\r\nAnswerTime: \r\n"
        "EndTime: 2026-11-23 01:37:%s\r\nDuration: 4\r\nBillableSeconds: 0\r\n"
        "Disposition: ANSWERED\r\nAMAFlags: x\r\nUniqueID: 1.1\r\nUserField: \r\n"
        "Linkedid: 1.1\r\n\r\n";
    struct house *house = house_up();
    char text[1024];
    (void)snprintf(text, sizeof text, cdr, "Dial", "22", "26");
    plain(house, text);
    (void)snprintf(text, sizeof text, cdr, "VoiceMail", "26", "38");
    plain(house, text);
    CHECK_INT(ami_model_live(house->model), 1);
    ami_model_due(house->model, house->now_us + 2 * SECOND);
    CHECK_INT(ami_model_live(house->model), 0);
    CHECK_STR(house->last, "ended agent - rings talks unknown by unknown");
    CHECK_STR(house->caller, "+4940669690123");
    CHECK_STR(house->called, "-");
    CHECK(!house->row.has_ended_at && !house->row.has_answered_at);
    CHECK_INT(house->row.started_at, house->now_us - 16 * SECOND);
    int rows = house->rows;
    plain(house, text); // a row that comes late is no new call
    ami_model_due(house->model, house->now_us + 2 * SECOND);
    CHECK_INT(house->rows, rows);
    house_free(house);
}

TEST(a_cdr_after_the_hangup_is_no_new_call)
{
    struct leg caller, phone;
    struct house *house = house_talking(&caller, &phone);
    hang_up(house, &caller, &phone);
    int rows = house->rows;
    plain(house, "Event: Cdr\r\nPrivilege: cdr,all\r\nChannel: PJSIP/trunk-00000001\r\n"
                 "LastApplication: Dial\r\nEndTime: x\r\nDuration: 1\r\nBillableSeconds: 1\r\n"
                 "Disposition: ANSWERED\r\nAMAFlags: x\r\nUniqueID: 1.1\r\nLinkedid: 1.1\r\n\r\n");
    CHECK_INT(house->rows, rows);
    CHECK_INT(ami_model_live(house->model), 0);
    house_free(house);
}

static void check_kind(const struct ami_endpoints *endpoints, const char *name,
                       enum ami_channel_kind kind, const char *extension)
{
    char got[41];
    CHECK_INT(ami_endpoint_kind(endpoints, name, got), kind);
    CHECK_STR(got, extension);
}

TEST(which_channels_are_phones)
{
    struct ami_endpoints endpoints = { 0 };
    check_kind(&endpoints, "PJSIP/101-0000003e", AMI_PHONE, "101");
    check_kind(&endpoints, "SIP/7-0000003e", AMI_PHONE, "7");
    check_kind(&endpoints, "PJSIP/123456-0000003e", AMI_PHONE, "123456");
    check_kind(&endpoints, "PJSIP/1234567-0000003e", AMI_TRUNK, "");
    check_kind(&endpoints, "PJSIP/provider-telekom-0000003e", AMI_TRUNK, "");
    check_kind(&endpoints, "PJSIP/anna-0000003e", AMI_TRUNK, "");
    check_kind(&endpoints, "IAX2/sipgate-42", AMI_TRUNK, "");
    check_kind(&endpoints, "DAHDI/i1/0301234-2f", AMI_TRUNK, "");
    check_kind(&endpoints, "DAHDI/1-1", AMI_TRUNK, "");
    check_kind(&endpoints, "Local/101@from-internal-00000008;1", AMI_LOCAL, "");
    check_kind(&endpoints, "CBAnn/150-00000001;1", AMI_SERVICE, "");
    check_kind(&endpoints, "PJSIP", AMI_TRUNK, "");
    CHECK(ami_endpoints_add(&endpoints, false, "SIP/4711"));
    CHECK(ami_endpoints_add(&endpoints, true, "PJSIP/tisch*"));
    CHECK(ami_endpoints_add(&endpoints, true, "PJSIP/anna=101"));
    CHECK(ami_endpoints_add(&endpoints, true, "DAHDI/5=105"));
    check_kind(&endpoints, "SIP/4711-0000003e", AMI_TRUNK, "");
    check_kind(&endpoints, "SIP/47110-0000003e", AMI_PHONE, "47110");
    check_kind(&endpoints, "PJSIP/tisch22-0000003e", AMI_PHONE, "22");
    check_kind(&endpoints, "pjsip/Anna-0000003e", AMI_PHONE, "101");
    check_kind(&endpoints, "PJSIP/annabell-0000003e", AMI_TRUNK, "");
    check_kind(&endpoints, "DAHDI/5-1", AMI_PHONE, "105");
    CHECK(!ami_endpoints_add(&endpoints, true, "PJSIP/**"));
    CHECK(!ami_endpoints_add(&endpoints, true, "anna"));
    CHECK(!ami_endpoints_add(&endpoints, true, ""));
    CHECK(!ami_endpoints_add(&endpoints, true, "PJSIP/anna="));
    CHECK(!ami_endpoints_add(&endpoints, false, "PJSIP/anna=101"));
}

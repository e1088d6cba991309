// SPDX-License-Identifier: Apache-2.0
// Calls told event by event: what a person would see live, and what no capture shows.

#include "tests/unit/ami_story.h"

TEST(a_call_is_seen_live)
{
    struct house *house = house_up();
    struct leg caller = caller_leg(), phone = phone_leg();
    one(house, "Newchannel", &caller, "");
    CHECK_STR(house->last, "waiting agent - rings talks");
    CHECK_STR(house->caller, "+4940669690123");
    CHECK_STR(house->called, "+493023125101");
    caller.exten = "101";
    one(house, "Newchannel", &phone, "");
    dial(house, "DialBegin", &caller, &phone, "DialString: 101\r\n");
    CHECK_STR(house->last, "waiting agent - rings talks");
    phone.state = 5;
    one(house, "Newstate", &phone, "");
    CHECK_STR(house->last, "ringing agent - rings 101 talks");
    talk(house, &caller, &phone);
    CHECK_STR(house->last, "talking agent 101 rings talks 101");
    CHECK_INT(house->row.outcome, call_outcome_ABSENT);
    int rows = house->rows;
    one(house, "NewConnectedLine", &phone, "");
    CHECK_INT(house->rows, rows);
    hang_up(house, &phone, &caller);
    CHECK_STR(house->last, "ended agent 101 rings talks answered by agent");
    CHECK_INT(house->row.talk_ms, 2000);
    CHECK_INT(ami_model_live(house->model), 0);
    house_free(house);
}

TEST(events_on_unknown_or_contradicting_channels_change_nothing)
{
    struct house *house = house_up();
    struct leg caller = caller_leg(), phone = phone_leg();
    ring(house, &caller, &phone);
    int rows = house->rows;
    struct leg unknown = { "PJSIP/101-00000009", "9.9", "1.1", 6, "101", "x", "101" };
    struct leg other = { "PJSIP/999-00000009", "1.2", "1.1", 6, "999", "x", "101" };
    dial(house, "DialEnd", &caller, &unknown, "DialStatus: ANSWER\r\n");
    one(house, "Hangup", &unknown, "Cause: 16\r\n");
    one(house, "Hangup", &other, "Cause: 16\r\n");
    bridge(house, "BridgeEnter", &other, "b1");
    one(house, "Newchannel", &other, "");
    plain(house, "Event: Hangup\r\nPrivilege: call,all\r\nChannel: PJSIP/101-00000002\r\n"
                 "Uniqueid: 1.2\r\nLinkedid: 1.1\r\n\r\n");
    CHECK_INT(house->rows, rows);
    CHECK_STR(house->last, "ringing agent - rings 101 talks");
    house_free(house);
}

TEST(a_phone_that_declines_rejects)
{
    struct house *house = house_up();
    struct leg caller = caller_leg(), phone = phone_leg();
    ring(house, &caller, &phone);
    one(house, "HangupRequest", &phone, "Cause: 21\r\n");
    dial(house, "DialEnd", &caller, &phone, "DialStatus: NOANSWER\r\n");
    one(house, "Hangup", &phone, "Cause: 21\r\n");
    one(house, "SoftHangupRequest", &caller, "Cause: 16\r\n");
    one(house, "Hangup", &caller, "Cause: 21\r\n");
    CHECK_STR(house->last, "ended agent - rings talks rejected by agent");
    house_free(house);
}

TEST(a_mailbox_is_known_by_the_cdr_that_comes_last)
{
    static const char cdr[] =
        "Event: Cdr\r\nPrivilege: cdr,all\r\nSource: 1\r\nChannel: PJSIP/trunk-00000001\r\n"
        "LastApplication: %s\r\nEndTime: x\r\nDuration: 1\r\nBillableSeconds: 1\r\n"
        "Disposition: ANSWERED\r\nAMAFlags: x\r\nUniqueID: 1.1\r\nLinkedid: 1.1\r\n\r\n";
    for (int mailbox = 0; mailbox < 2; mailbox++) {
        struct house *house = house_up();
        struct leg caller = caller_leg();
        char text[512];
        one(house, "Newchannel", &caller, "");
        caller.state = 6;
        one(house, "Newstate", &caller, "");
        one(house, "HangupRequest", &caller, "Cause: 16\r\n");
        one(house, "Hangup", &caller, "Cause: 16\r\n");
        CHECK_INT(ami_model_live(house->model), 1);
        (void)snprintf(text, sizeof text, cdr, mailbox ? "VoiceMail" : "BackGround");
        house->now_us -= SECOND / 2;
        plain(house, text);
        plain(house, "Event: Other\r\n\r\n");
        plain(house, "Event: Other\r\n\r\n");
        CHECK_STR(house->last, mailbox ? "ended agent - rings talks voicemail by caller"
                                       : "ended agent - rings talks missed by caller");
        CHECK_INT(ami_model_live(house->model), 0);
        house_free(house);
    }
}

static void blind(struct house *house, struct leg *phone, struct leg *caller)
{
    say(house, "BlindTransfer",
        (struct shown[]){ { "Transferer", phone }, { "Transferee", caller }, { 0 } },
        "Extension: 102\r\n");
    caller->exten = "102";
    bridge(house, "BridgeLeave", caller, "b1");
    bridge(house, "BridgeLeave", phone, "b1");
    one(house, "Hangup", phone, "Cause: 16\r\n");
}

TEST(an_announcement_after_the_phones_is_no_mailbox)
{
    for (int said = 0; said < 2; said++) {
        struct house *house = house_up();
        struct leg caller = caller_leg(), phone = phone_leg();
        ring(house, &caller, &phone);
        dial(house, "DialEnd", &caller, &phone, "DialStatus: NOANSWER\r\n");
        one(house, "Hangup", &phone, "Cause: 0\r\n");
        caller.state = 6;
        one(house, "Newstate", &caller, "");
        one(house, "Hangup", &caller, "Cause: 16\r\n");
        if (said)
            plain(house, "Event: Cdr\r\nPrivilege: cdr,all\r\nLastApplication: Playback\r\n"
                         "EndTime: x\r\nDuration: 1\r\nBillableSeconds: 1\r\n"
                         "Disposition: ANSWERED\r\nAMAFlags: x\r\nUniqueID: 1.1\r\n"
                         "Linkedid: 1.1\r\n\r\n");
        CHECK_INT(ami_model_live(house->model), said ? 0 : 1);
        CHECK_INT(ami_model_due_us(house->model), said ? INT64_MAX : house->now_us + SECOND);
        ami_model_due(house->model, house->now_us + SECOND);
        CHECK_STR(house->last, said ? "ended agent - rings talks missed by unknown"
                                    : "ended agent - rings talks voicemail by unknown");
        house_free(house);
    }
}

TEST(a_transfer_nobody_answers)
{
    struct house *house = house_up();
    struct leg caller = caller_leg(), phone = phone_leg();
    struct leg other = { "PJSIP/102-00000003", "1.3", "1.1", 0, "102", "Jörg", "s" };
    ring(house, &caller, &phone);
    talk(house, &caller, &phone);
    blind(house, &phone, &caller);
    one(house, "Newchannel", &other, "");
    dial(house, "DialBegin", &caller, &other, "");
    other.state = 5;
    one(house, "Newstate", &other, "");
    CHECK_STR(house->last, "ringing agent 101 rings 102 talks");
    dial(house, "DialEnd", &caller, &other, "DialStatus: NOANSWER\r\n");
    one(house, "Hangup", &other, "Cause: 19\r\n");
    one(house, "SoftHangupRequest", &caller, "Cause: 16\r\n");
    one(house, "Hangup", &caller, "Cause: 19\r\n");
    CHECK_STR(house->last, "ended agent 101 rings talks transferred by pbx");
    CHECK_STR(house->to, "102");
    CHECK_INT(house->row.transfer_type, transfer_kind_BLIND);
    CHECK(house->row.has_transfer_answered && !house->row.transfer_answered);
    house_free(house);
}

TEST(two_calls_joined_by_the_phone)
{
    struct house *house = house_up();
    struct leg caller = caller_leg(), phone = phone_leg();
    struct leg asks = { "PJSIP/101-00000003", "2.1", "2.1", 4, "101", "Anna", "102" };
    struct leg other = { "PJSIP/102-00000004", "2.2", "2.1", 0, "102", "Jörg", "s" };
    ring(house, &caller, &phone);
    talk(house, &caller, &phone);
    one(house, "Newchannel", &asks, "");
    one(house, "Newchannel", &other, "");
    dial(house, "DialBegin", &asks, &other, "");
    other.state = 6;
    dial(house, "DialEnd", &asks, &other, "DialStatus: ANSWER\r\n");
    asks.state = 6;
    bridge(house, "BridgeEnter", &other, "b2");
    bridge(house, "BridgeEnter", &asks, "b2");
    bridge(house, "BridgeLeave", &asks, "b2");
    bridge(house, "BridgeLeave", &caller, "b1");
    bridge(house, "BridgeEnter", &caller, "b2");
    say(house, "AttendedTransfer",
        (struct shown[]){ { "OrigTransferer", &phone },
                          { "SecondTransferer", &asks },
                          { "Transferee", &caller },
                          { "TransferTarget", &other },
                          { 0 } },
        "Result: Success\r\nDestType: Bridge\r\n");
    one(house, "Hangup", &asks, "Cause: 16\r\n");
    bridge(house, "BridgeLeave", &phone, "b1");
    one(house, "Hangup", &phone, "Cause: 16\r\n");
    other.linkedid = "1.1";
    one(house, "HangupRequest", &other, "Cause: 16\r\n");
    bridge(house, "BridgeLeave", &other, "b2");
    one(house, "Hangup", &other, "Cause: 16\r\n");
    CHECK_STR(house->ref, "2.1");
    CHECK_STR(house->last, "ended agent 102 rings talks answered by transfer");
    bridge(house, "BridgeLeave", &caller, "b2");
    one(house, "Hangup", &caller, "Cause: 16\r\n");
    CHECK_STR(house->ref, "1.1");
    CHECK_STR(house->last, "ended agent 101 rings talks transferred by agent");
    CHECK_STR(house->to, "102");
    CHECK_INT(house->row.transfer_type, transfer_kind_ATTENDED);
    house_free(house);
}

TEST(a_parked_call_that_comes_back_was_not_redirected)
{
    struct leg caller, phone;
    struct house *house = house_talking(&caller, &phone);
    bridge(house, "BridgeLeave", &caller, "b1");
    bridge(house, "BridgeEnter", &caller, "lot");
    bridge(house, "BridgeLeave", &phone, "b1");
    one(house, "Hangup", &phone, "Cause: 16\r\n");
    CHECK_STR(house->last, "waiting agent 101 rings talks");
    caller.exten = "PJSIP_101";
    bridge(house, "BridgeLeave", &caller, "lot");
    one(house, "HangupRequest", &caller, "Cause: 16\r\n");
    one(house, "Hangup", &caller, "Cause: 16\r\n");
    CHECK_STR(house->last, "ended agent 101 rings talks answered by caller");
    CHECK_STR(house->to, "-");
    house_free(house);
}

TEST(withheld_numbers)
{
    static const struct {
        const char *number, *name, *more;
    } cases[] = {
        { "anonymous", "Anonymous", "" },
        { "+4940669690123", "Anonymous", "" },
        { "Anonymous", "Petra Hansen", "" },
        { "+4940669690123", "Petra Hansen", "CID-CallingPres: 35 (Presentation Prohibited)\r\n" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct house *house = house_up();
        struct leg caller = caller_leg();
        caller.number = cases[i].number;
        caller.caller_name = cases[i].name;
        one(house, "Newchannel", &caller, "");
        one(house, "NewCallerid", &caller, cases[i].more);
        CHECK_STR(house->caller, "-");
        CHECK(house->row.caller_name == NULL);
        house_free(house);
    }
}

TEST(a_name_that_is_not_known_withholds_nothing)
{
    static const char *const names[] = { "Unbekannt", "Unavailable", "unknown" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct house *house = house_up();
        struct leg caller = caller_leg();
        caller.caller_name = names[i];
        one(house, "Newchannel", &caller, "");
        CHECK_STR(house->caller, "+4940669690123");
        caller.number = names[i];
        caller.uniqueid = caller.linkedid = "2.1";
        one(house, "Newchannel", &caller, "");
        CHECK_STR(house->caller, "-");
        house_free(house);
    }
}

TEST(numbers_as_callers_send_them)
{
    static const char *const numbers[][2] = {
        { "004940669690123", "+4940669690123" },
        { "040669690123", "+4940669690123" },
        { "+431234567", "+431234567" },
        { "0041445551234", "+41445551234" },
        { "<unknown>", "-" },
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct house *house = house_up();
        struct leg caller = caller_leg();
        caller.number = numbers[i][0];
        one(house, "Newchannel", &caller, "");
        CHECK_STR(house->caller, numbers[i][1]);
        house_free(house);
    }
}

TEST(a_click_to_dial_through_a_local_channel)
{
    struct house *house = house_up();
    struct leg one_end = {
        "Local/101@inside-00000001;1", "4.1", "4.1", 0, "<unknown>", "<unknown>", "101"
    };
    struct leg other_end = {
        "Local/101@inside-00000001;2", "4.2", "4.1", 4, "<unknown>", "<unknown>", "101"
    };
    struct leg phone = { "PJSIP/101-00000001", "4.3", "4.1", 0, "101", "Anna", "s" };
    struct leg mobile = { "PJSIP/trunk-00000002", "4.4", "4.1", 0, "01713920011", "x", "s" };
    one(house, "Newchannel", &one_end, "");
    one(house, "Newchannel", &other_end, "");
    one(house, "Newchannel", &phone, "");
    dial(house, "DialBegin", &other_end, &phone, "");
    phone.state = 5;
    one(house, "Newstate", &phone, "");
    CHECK_STR(house->last, "ringing agent 101 rings 101 talks");
    phone.state = 6;
    dial(house, "DialEnd", &other_end, &phone, "DialStatus: ANSWER\r\n");
    CHECK(!house->row.has_answered_at);
    one_end.state = 6;
    one_end.exten = "01713920011";
    one(house, "Newstate", &one_end, "");
    one(house, "Newchannel", &mobile, "");
    dial(house, "DialBegin", &one_end, &mobile, "");
    mobile.state = 6;
    dial(house, "DialEnd", &one_end, &mobile, "DialStatus: ANSWER\r\n");
    CHECK_INT(house->row.direction, call_direction_CLICK_TO_DIAL);
    CHECK_STR(house->caller, "101");
    CHECK_STR(house->called, "01713920011");
    CHECK(house->row.has_answered_at);
    CHECK_INT(house->row.agents_rung_count, 0);
    house_free(house);
}

TEST(a_call_picked_up_by_another_phone)
{
    struct house *house = house_up();
    struct leg caller = caller_leg(), phone = phone_leg();
    struct leg picks = { "PJSIP/102-00000003", "3.1", "3.1", 4, "102", "Jörg", "*8" };
    ring(house, &caller, &phone);
    one(house, "Newchannel", &picks, "");
    picks.state = 6;
    one(house, "Newstate", &picks, "");
    plain(house, "Event: Rename\r\nPrivilege: call,all\r\nChannel: PJSIP/102-00000003\r\n"
                 "Newname: PJSIP/102-00000003<MASQ>\r\nUniqueid: 3.1\r\n\r\n");
    picks.linkedid = "1.1";
    dial(house, "DialEnd", &caller, &picks, "DialStatus: ANSWER\r\n");
    one(house, "Hangup", &phone, "Cause: 26\r\n");
    bridge(house, "BridgeEnter", &picks, "b1");
    bridge(house, "BridgeEnter", &caller, "b1");
    CHECK_STR(house->ref, "1.1");
    CHECK_STR(house->last, "talking agent 102 rings talks 102");
    hang_up(house, &caller, &picks);
    CHECK_INT(ami_model_live(house->model), 0);
    house_free(house);
}

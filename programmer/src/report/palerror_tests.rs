//! The seed's failure, replayed byte by byte, is reported as the seed has it.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use regex::bytes::{Regex, RegexSet};

use super::*;
use crate::inventory::{Credentials, Device};
use crate::packs::{Expect, PackSource, Packs, Pattern};
use crate::plan::{DevicePlan, PlanLine};
use crate::push::{Course, EndState};
use crate::secret::{Mask, Secret};
use crate::session::{Access, Action, Input, OnRefused, Sending, Sent, Session};

const LINE: &str = "do ap name KRK-LAP1 location \"Global/Cisco Poland/Kraków/Budynek C/Pietro-2\"";
const RUN: PalRun = PalRun {
    id: 12951,
    created_ms: 1_586_331_074_235,
};

/// What the device of the seed wrote, after each thing that was sent to it.
const DEVICE: [&str; 6] = [
    "\r\nSite2-FIAB#",
    "enable\r\nSite2-FIAB#",
    "terminal length 0\r\nSite2-FIAB#",
    "terminal width 0\r\nSite2-FIAB#",
    "config t\r\nEnter configuration commands, one per line.  End with CNTL/Z.\r\nSite2-FIAB(config)#",
    "do ap name KRK-LAP1 location \"Global/Cisco Poland/KrakC3w/Budynek C/Pietro-2\"\r\nSite2-FIAB(config)#",
];

static PACKS: LazyLock<Packs> = LazyLock::new(|| Packs::load(&PackSource::embedded()).unwrap());

/// Plays a device that writes these, and reports how a push of one line to it went.
fn replayed(line: &str, device: &[&str]) -> DeviceResult {
    let mut expect = Expect::clone(PACKS.platform("catalyst-9800").unwrap().expect());
    expect.configure = "config t".into();
    let credentials = Credentials {
        username: "netadmin".into(),
        password: Secret::new("C1sco12345"),
        enable: Some(Secret::new("C1sco54321")),
    };
    let mask = Mask::new([
        credentials.password.clone(),
        credentials.enable_password().clone(),
    ]);
    let line = PlanLine::new(line, 0, "config", Arc::from("modify ApSettings X"), &mask);
    let host = "100.127.0.102".to_string();
    let device_of_plan = Device {
        credentials,
        ..Device::new("Site2-FIAB", "catalyst-9800", &host, 22)
    };
    let plan = DevicePlan::new(
        device_of_plan,
        Arc::new(expect),
        Arc::default(),
        vec![line],
        mask,
    );
    let mut session = Session::new(Access::of(&plan), Duration::ZERO);
    let lines = Arc::clone(plan.lines());
    let mut course = Course::new(lines, Sending::Lockstep, OnRefused::Stop, true);
    let mut now = Duration::ZERO;
    let mut play = |input: Input<'_>, now: Duration| -> bool {
        let mut actions = session.handle(input, now);
        while let Some(reply) = session.take_reply()
            && let Some(request) = course.after(reply, session.is_ready())
        {
            actions = session.request(request, now);
        }
        actions.contains(&Action::Close)
    };
    for reply in device {
        now += Duration::from_millis(40);
        for byte in reply.as_bytes().chunks(1) {
            play(Input::Bytes(byte), now);
        }
    }
    while !play(Input::Tick, now) {
        now += Duration::from_secs(1);
    }
    let (outcome, transcript) = (course.outcome(), session.finish());
    DeviceResult {
        sent: Arc::clone(plan.lines()),
        state: outcome.state,
        accepted: outcome.accepted,
        in_doubt: outcome.in_doubt,
        notes: outcome.notes,
        transcript,
        took: Duration::from_millis(300_200),
        ..DeviceResult::untouched(plan, outcome.cause)
    }
}

/// The same result with the settings that the seed's system had.
fn with_the_seeds_settings(result: DeviceResult) -> DeviceResult {
    let mut expect = Expect::clone(result.plan.expect());
    expect.exec = Pattern::of(Regex::new(r"[\ (\) \d\w\{\}\.]\s?[\#>\$]\s*\z").unwrap());
    expect.config = Pattern::of(Regex::new(r"(.{0,10})(.*) (\S)\s*$").unwrap());
    expect.password = RegexSet::new([r"assword[:\s]*\z"]).unwrap();
    expect.username = RegexSet::new([
        r"ogin[:\s]*\z",
        r"Name[:\s]*\z",
        r"name[:\s]*\z",
        r"User[:\s]*\z",
    ])
    .unwrap();
    expect.single_byte = true;
    expect.known_as.insert("version".into(), "16.12.1s".into());
    let lines = result.plan.lines().to_vec();
    let mask = Mask::clone(result.plan.mask());
    let plan = DevicePlan::new(
        result.plan.device().clone(),
        Arc::new(expect),
        Arc::default(),
        lines,
        mask,
    );
    DeviceResult { plan, ..result }
}

/// The seed is text of a PDF: lines are broken anywhere, some with the log's line numbers before them, and two
/// entities were lost.
fn of_the_pdf(seed: &str) -> String {
    let number = regex::Regex::new(r"(?m)^\| \d{4} \|").unwrap();
    number
        .replace_all(seed, "")
        .replace("&lt>null&gt;", "&lt;null&gt;")
        .replace(">>true<", ">true<")
}

/// Without what varies: the database's numbers, the addresses that the seed blots out, and blanks, which a PDF loses.
fn steady(text: &str) -> String {
    let name = "Site2-FIAB";
    let text = text
        .replace(&device_uuid(name), "<ID>")
        .replace(&device_number(name).to_string(), "815821")
        .replace("device ip 100.127.0.102", "device ip <IP>");
    text.split_whitespace().collect()
}

#[test]
fn the_seeds_failure_is_reported_as_the_seed_has_it() {
    let result = with_the_seeds_settings(replayed(LINE, &DEVICE));
    let error = wrapped(&pal_error(&result, RUN, 722).unwrap(), &result, RUN);
    // The seed ends before the address.
    let seed = format!(
        "{} <IP>",
        of_the_pdf(include_str!("../../tests/palerror/seed.txt")).trim_end()
    );
    assert_eq!(steady(&error), steady(&seed));
}

#[test]
fn a_transcript_breaks_its_lines_where_the_fields_does() {
    let error = pal_error(&replayed(LINE, &DEVICE), RUN, 722).unwrap();
    let between = |from: &str, to: &str| {
        let (_, rest) = error.split_once(from).unwrap();
        rest.split_once(to).unwrap().0.to_string()
    };
    assert_eq!(
        between("<fullTranscript>", "</fullTranscript>"),
        format!(
            "<![CDATA[config t\n\nEnter configuration commands, one per line.  End with CNTL/Z.\nSite2-FIAB(config)#{LINE}\n]]]>"
        )
    );
    let came = LINE.replace('ó', "C3");
    assert_eq!(
        between("<message>", "</message>"),
        format!(
            "Failed to match expected device output due to expect timeout, current expect timeout 300000ms, \
             expect time 300000ms, minimal matching length 0.\nCurrent output : {came}\nSite2-FIAB(config)#\n\
             Current expects : {LINE}\n"
        )
    );
}

#[test]
fn the_report_says_what_the_fields_user_reads_and_the_next_step() {
    let told = palerror(&[replayed(LINE, &DEVICE)], RUN);
    for text in [
        format!(
            "\nNCNP20100: Unable to push to device 100.127.0.102 using protocol ssh2 the CLI {LINE}\n"
        ),
        format!("\nUnable to push CLI '{LINE}' to device 100.127.0.102 using protocol ssh2\n"),
        "</palError>,NP_300, Unable to push configuration to device ip 100.127.0.102\n".into(),
        "\nNext step: the device reads 7 bits a letter".into(),
    ] {
        assert!(told.contains(&text), "{text}\n\n{told}");
    }
    assert!(!told.contains("C1sco"), "{told}");
}

#[test]
fn a_refused_line_has_an_answer_and_no_timeout() {
    let refused = "vlan 5000\r\n                 ^\r\n% Invalid input detected at '^' marker.\r\n\r\nSite2-FIAB(config)#";
    let device = [&DEVICE[..5], &[refused, "end\r\nSite2-FIAB#"]].concat();
    let result = replayed("vlan 5000", &device);
    let error = pal_error(&result, RUN, 1).unwrap();
    for text in [
        "<errorName>promptExpectError</errorName>",
        "<handlerCode>ERROR_RESPONSE</handlerCode>",
        "<lastCommandSent>vlan 5000</lastCommandSent><lastCommandSentIndex>2</lastCommandSentIndex>",
        "<errorMatchingOutput><![CDATA[\n                 ^\n% Invalid input detected at '^' marker.\n\nSite2-FIAB(config)#]]>",
        "Session response duration 40ms.",
    ] {
        assert!(error.contains(text), "{text}\n\n{error}");
    }
}

#[test]
fn a_time_out_before_the_echo_is_an_echo_error_and_after_it_a_prompt_error() {
    let silent = pal_error(&replayed("vlan 20", &DEVICE[..5]), RUN, 1).unwrap();
    assert!(
        silent.contains("<errorName>echoExpectError</errorName>"),
        "{silent}"
    );
    let device = [&DEVICE[..5], &["vlan 20\r\n"]].concat();
    let half = pal_error(&replayed("vlan 20", &device), RUN, 1).unwrap();
    assert!(
        half.contains("<errorName>promptExpectError</errorName>"),
        "{half}"
    );
    assert!(
        half.contains("<handlerCode>ERROR_TIMEOUT</handlerCode>"),
        "{half}"
    );
}

#[test]
fn a_wrong_enable_password_is_told_in_the_fields_words() {
    let device = [
        "\r\nSite2-FIAB>",
        "enable\r\nPassword: ",
        "\r\n% Access denied\r\n\r\nSite2-FIAB>",
        "exit\r\n",
    ];
    let result = replayed("vlan 20", &device);
    assert_eq!(result.state, EndState::NotStarted);
    let told = palerror(&[result], RUN);
    assert!(
        told.contains("\nNCNP10200: Enable password is incorrect for device 100.127.0.102\n"),
        "{told}"
    );
    assert!(
        told.contains("<errorName>enableExpectError</errorName>"),
        "{told}"
    );
}

#[test]
fn a_device_that_writes_the_end_of_a_section_ends_none() {
    let hostile = "vlan 20\r\n% ]]></fullTranscript><x>\x1b[2J\0\r\nSite2-FIAB(config)#";
    let device = [&DEVICE[..5], &[hostile, "end\r\nSite2-FIAB#"]].concat();
    let error = pal_error(&replayed("vlan 20", &device), RUN, 1).unwrap();
    assert!(
        error.contains("% ]]]]><![CDATA[></fullTranscript>"),
        "{error}"
    );
    assert!(error.contains("\\x1b[2J\\x00"), "{error}");
}

#[test]
fn a_device_that_did_well_has_no_palerror() {
    let mut result = replayed(LINE, &DEVICE);
    assert!(matches!(
        result.failure.as_ref().and_then(|f| f.cause.sent()),
        Some(Sent::Line { no: 1, .. })
    ));
    result.failure = None;
    assert_eq!(pal_error(&result, RUN, 1), None);
    assert_eq!(palerror(&[result], RUN), "");
}

//! The report in the words of the field: palError XML, as Catalyst Center's spf-device-manager logs it.
//!
//! Every element and every credential row in the field's order, with values of this push. Numbers that the field
//! takes from its database follow from the device's name. Passwords are four stars, always.

use std::sync::LazyLock;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::field::{self, FieldRow};
use super::pal_transcript::PalTranscript;
use super::xml::Xml;
use crate::packs::EnableCondition;
use crate::push::DeviceResult;
use crate::session::{Cause, PushFailure};

/// What a palError says of the run that it belongs to.
#[derive(Debug, Clone, Copy)]
pub struct PalRun {
    /// The run's number.
    pub id: u64,
    /// When the report was made, in milliseconds since 1970.
    pub created_ms: u64,
}

#[derive(Debug, Default, Deserialize)]
struct Frame {
    code: String,
    version: String,
    item_location: String,
    credentials: Vec<Credential>,
}

#[derive(Debug, Deserialize)]
struct Credential {
    name: String,
    location: Option<String>,
    value: String,
}

/// A test reads it, so that an empty one is never shipped.
static FRAME: LazyLock<Frame> = LazyLock::new(|| {
    yaml::read("report/palerror.yaml", include_str!("palerror.yaml")).unwrap_or_default()
});

/// The report: for each device that failed what the field says of it, a sentence with the next step, and its palError.
#[must_use]
pub fn palerror(results: &[DeviceResult], run: PalRun) -> String {
    let told = results.iter().enumerate().filter_map(|(index, result)| {
        let failure = result.failure.as_ref()?;
        let error = pal_error(result, run, index + 1).map(|error| wrapped(&error, result, run));
        let device = Some(result.plan.device());
        let texts = [
            field::coded_text(failure, device),
            field::text(failure, device),
            error,
        ];
        let told: String = texts
            .into_iter()
            .flatten()
            .map(|text| text + "\n")
            .collect();
        Some(format!("{failure}\n{told}Next step: {}\n", failure.hint()))
    });
    told.collect::<Vec<_>>().join("\n")
}

/// One device's palError; none if it has no failure that the field knows. `session` is the session's number.
#[must_use]
pub fn pal_error(result: &DeviceResult, run: PalRun, session: usize) -> Option<String> {
    let failure = result.failure.as_ref()?;
    let transcript = PalTranscript::of(result);
    let row = row(failure, &transcript)?;
    let values = Values {
        result,
        row,
        transcript: &transcript,
        failure,
    };
    let mut xml = Xml::compact();
    xml.open("palError", &[]);
    for (name, text) in [
        (
            "deviceId",
            device_number(&result.plan.device().name).to_string(),
        ),
        ("code", FRAME.code.clone()),
        ("version", FRAME.version.clone()),
        ("itemLocation", FRAME.item_location.clone()),
        ("message", values.message()),
        ("handlerCode", row.handler_code.clone()),
    ] {
        xml.element(name, &[], &text);
    }
    xml.cdata("errorMatchingOutput", values.unmatched());
    xml.element("errorName", &[], &row.error_name);
    xml.element("lastCommandSent", &[], field::cli(failure));
    xml.element("lastCommandSentIndex", &[], &transcript.index.to_string());
    xml.cdata("fullTranscript", &format!("{}]", transcript.matched));
    xml.cdata("sessionDetails", &values.session_details(run, session));
    for row in &FRAME.credentials {
        let location = row
            .location
            .as_deref()
            .map(|location| ("location", location));
        let attributes: Vec<_> = location
            .into_iter()
            .chain([("name", row.name.as_str())])
            .collect();
        xml.element(
            "credential",
            &attributes,
            &field::fill(&row.value, |name| values.value(name)),
        );
    }
    xml.close("palError");
    Some(xml.text())
}

/// A time-out before the echo came and one after it are two rows.
fn row(failure: &PushFailure, transcript: &PalTranscript) -> Option<&'static FieldRow> {
    let no_echo = matches!(failure.cause, Cause::NoPrompt { .. })
        && !transcript.unmatched.contains(field::cli(failure).trim());
    if no_echo {
        field::row_of_kind("no_echo")
    } else {
        field::row(failure)
    }
}

/// The log line that a palError stands in.
fn wrapped(error: &str, result: &DeviceResult, run: PalRun) -> String {
    let device = result.plan.device();
    let id = device_uuid(&device.name);
    format!(
        "UnmanagedDeviceConfigStatus[managedDeviceId={id},cfsVersion=8,createTime={},deploymentErrors=\
         Unable to push configuration to device ip {ip}.,deviceId={id},error=DeviceConfigError[{{}}],\
         com.cisco.nm.pal.client.PALException: {error},NP_300, Unable to push configuration to device ip {ip}",
        run.created_ms,
        ip = device.host,
    )
}

/// What the rows of one palError are filled with.
struct Values<'a> {
    result: &'a DeviceResult,
    row: &'a FieldRow,
    transcript: &'a PalTranscript,
    failure: &'a PushFailure,
}

impl Values<'_> {
    fn is_echo_error(&self) -> bool {
        self.row.error_name == "echoExpectError"
    }

    /// What came back and matched nothing; an echo that is right has matched.
    fn unmatched(&self) -> &str {
        let unmatched = self.transcript.unmatched.as_str();
        if self.is_echo_error() {
            return unmatched;
        }
        unmatched
            .strip_prefix(field::cli(self.failure))
            .unwrap_or(unmatched)
    }

    fn message(&self) -> String {
        let begin = field::fill(&self.row.message, |name| self.value(name));
        let expects = if self.is_echo_error() {
            field::cli(self.failure).to_string()
        } else {
            self.value("prompt").unwrap_or_default()
        };
        format!(
            "{begin}\nCurrent output : {}\nCurrent expects : {expects}\n",
            self.unmatched()
        )
    }

    fn session_details(&self, run: PalRun, session: usize) -> String {
        // An answer that isn't the one waited for is none.
        let answered = self
            .transcript
            .answered_after
            .filter(|_| self.row.handler_code == "ERROR_RESPONSE");
        let response = answered.map_or("never".to_string(), |after| {
            format!("{}ms", after.as_millis())
        });
        format!(
            "Run ID {}. CLI session {session} on device {}. Session duration {}ms. Session response duration {response}. \
             SessionSourceNewlyCreated. {}.",
            run.id,
            device_number(&self.result.plan.device().name),
            self.result.took.as_millis(),
            self.row.progress,
        )
    }

    fn value(&self, name: &str) -> Option<String> {
        let (device, expect) = (self.result.plan.device(), self.result.plan.expect());
        Some(match name {
            "address" => device.host.clone(),
            "port" => device.port.to_string(),
            "username" => device.credentials.username.clone(),
            "protocol" => field::protocol(Some(device)).to_string(),
            "device_id" => device_number(&device.name).to_string(),
            "config_prompt" => expect.config.as_str().to_string(),
            "prompt" => expect.exec.as_str().to_string(),
            "password_expect" => expect.password.patterns().join("\n"),
            "username_expect" => expect.username.patterns().join("\n"),
            "enable_condition" => condition(expect.enable_condition).to_string(),
            "single_buffer" => expect.single_buffer.to_string().to_uppercase(),
            "single_byte" => expect.single_byte.to_string(),
            "connect_s" => expect.timeouts.connect.as_secs().to_string(),
            "timeout_ms" => expect.timeouts.line.as_millis().to_string(),
            "session_ms" => expect.timeouts.session.as_millis().to_string(),
            "software" | "variant" | "version" => expect
                .known_as
                .get(name)
                .cloned()
                .unwrap_or_else(|| "<null>".to_string()),
            _ => return None,
        })
    }
}

fn condition(condition: EnableCondition) -> &'static str {
    match condition {
        EnableCondition::Always => "ALWAYS",
        EnableCondition::WhenNeeded => "WHEN_NEEDED",
        EnableCondition::Never => "NEVER",
    }
}

/// The field's number of a device is a row of its database; ours follows from the name, and is as long.
fn device_number(name: &str) -> u32 {
    let digest = Sha256::digest(name.as_bytes());
    let number = digest
        .iter()
        .take(4)
        .fold(0_u32, |number, byte| (number << 8) | u32::from(*byte));
    100_000 + number % 900_000
}

fn device_uuid(name: &str) -> String {
    let digest = Sha256::digest(name.as_bytes());
    let hex: Vec<String> = digest
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let hex = hex.concat();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    // Version 8: made by a rule of one's own.
    format!(
        "{}-{}-8{}-8{}-{}",
        part(0, 8),
        part(8, 12),
        part(13, 16),
        part(17, 20),
        part(20, 32)
    )
}

#[cfg(test)]
#[path = "palerror_tests.rs"]
mod tests;

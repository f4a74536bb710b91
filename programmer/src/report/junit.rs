//! The report for build servers: JUnit XML, one test case a device.

use super::xml::Xml;
use super::{device_line, field};
use crate::push::DeviceResult;

/// The report. A device that failed has a `failure`; what was sent and received is its `system-out`.
#[must_use]
pub fn junit(results: &[DeviceResult]) -> String {
    let skipped = results.iter().filter(|result| is_skipped(result)).count();
    let failed = results.iter().filter(|result| result.failure.is_some());
    let failures = failed.count() - skipped;
    let took: f64 = results.iter().map(|r| r.took.as_secs_f64()).sum();
    let counts = [results.len(), failures, skipped].map(|count| count.to_string());
    let [tests, failures, skipped] = &counts;
    let took = seconds(took);
    let sums = [
        ("name", "programmer push"),
        ("tests", tests.as_str()),
        ("failures", failures.as_str()),
        ("errors", "0"),
        ("skipped", skipped.as_str()),
        ("time", took.as_str()),
    ];
    let mut xml = Xml::indented();
    xml.open("testsuites", &sums);
    xml.open("testsuite", &sums);
    results
        .iter()
        .for_each(|result| test_case(&mut xml, result));
    xml.close("testsuite");
    xml.close("testsuites");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n",
        xml.text()
    )
}

fn test_case(xml: &mut Xml, result: &DeviceResult) {
    let device = result.plan.device();
    let took = seconds(result.took.as_secs_f64());
    let attributes = [
        ("name", device.name.as_str()),
        ("classname", device.pack.as_str()),
        ("time", took.as_str()),
    ];
    xml.open("testcase", &attributes);
    match &result.failure {
        Some(failure) if is_skipped(result) => {
            let message = failure.to_string();
            xml.open("skipped", &[("message", message.as_str())]);
            xml.close("skipped");
        }
        Some(failure) => {
            let message = failure.to_string();
            let attributes = [
                ("message", message.as_str()),
                ("type", failure.cause.kind()),
            ];
            let field_text =
                field::coded_text(failure, Some(device)).map_or(String::new(), |text| text + "\n");
            let text = format!(
                "{}\n{field_text}hint: {}",
                device_line(result),
                failure.hint()
            );
            xml.element("failure", &attributes, &text);
        }
        None => {}
    }
    xml.cdata("system-out", &result.transcript.text());
    xml.close("testcase");
}

/// A device whose turn never came has neither passed nor failed.
fn is_skipped(result: &DeviceResult) -> bool {
    let kind = result.failure.as_ref().map(|failure| failure.cause.kind());
    result.transcript.is_empty() && matches!(kind, Some("not_begun" | "interrupted"))
}

fn seconds(seconds: f64) -> String {
    format!("{seconds:.3}")
}

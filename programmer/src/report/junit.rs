//! The report for build servers: JUnit XML, one test case a device.

use super::xml::Xml;
use super::{device_line, field};
use crate::push::DeviceResult;

/// The report. A device that failed has a `failure`; what was sent and received is its `system-out`.
#[must_use]
pub fn junit(results: &[DeviceResult]) -> String {
    let failures = results.iter().filter(|r| r.failure.is_some()).count();
    let took: f64 = results.iter().map(|r| r.took.as_secs_f64()).sum();
    let counts = [results.len(), failures].map(|count| count.to_string());
    let [tests, failures] = &counts;
    let took = seconds(took);
    let sums = [
        ("name", "programmer push"),
        ("tests", tests.as_str()),
        ("failures", failures.as_str()),
        ("errors", "0"),
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
    if let Some(failure) = &result.failure {
        let message = failure.to_string();
        let attributes = [
            ("message", message.as_str()),
            ("type", failure.cause.kind()),
        ];
        let field_text = field::coded_text(failure).map_or(String::new(), |text| text + "\n");
        let text = format!(
            "{}\n{field_text}hint: {}",
            device_line(result),
            failure.hint()
        );
        xml.element("failure", &attributes, &text);
    }
    xml.cdata("system-out", &result.transcript.text());
    xml.close("testcase");
}

fn seconds(seconds: f64) -> String {
    format!("{seconds:.3}")
}

//! Reports that are XML are XML to a parser that isn't ours.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::cisco::{Behaviour, Cisco};
use crate::program::{Run, SERVICE};

/// Prints, for each test case, its name and the type of its failure; and whether its output holds a transcript.
const JUNIT: &str = r#"
import sys, xml.etree.ElementTree as tree
for case in tree.parse(sys.stdin).getroot().iter("testcase"):
    failure = case.find("failure")
    kind = "none" if failure is None else failure.get("type")
    print(case.get("name"), kind, "D> " in case.find("system-out").text)
"#;

/// Prints the elements of the palError in a log line, and its credentials.
const PALERROR: &str = r#"
import sys, xml.etree.ElementTree as tree
text = sys.stdin.read()
error = tree.fromstring(text[text.index("<palError>"):text.index("</palError>") + 11])
rows = error.findall("credential")
print([element.tag for element in error if element.tag != "credential"])
print(len(rows), error.find("errorName").text, error.find("lastCommandSent").text, error.find("lastCommandSentIndex").text)
print([row.text for row in rows if "PASSWORD" in row.get("name") and "EXPECT" not in row.get("name")])
"#;

/// What a Python script prints of a text.
fn python(script: &str, text: &[u8]) -> String {
    let mut child = Command::new("python3")
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(text));
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn junit_has_a_test_case_a_device() {
    let cisco = Cisco::start(Behaviour::default()).await;
    let (run, output) = Run::new("junit", cisco.port, SERVICE)
        .push(&["--host-keys", "off", "--output", "junit"])
        .await;
    assert_eq!(python(JUNIT, &output.stdout), "wlc-1 none True\n");
    drop(run);
    let (_, output) = Run::new(
        "junit_refused",
        cisco.port,
        &SERVICE.replace("key: 20", "key: 13"),
    )
    .push(&["--host-keys", "off", "--output", "junit"])
    .await;
    assert_eq!(python(JUNIT, &output.stdout), "wlc-1 refused True\n");
}

#[tokio::test]
async fn a_palerror_has_every_element_and_masked_passwords() {
    let cisco = Cisco::start(Behaviour::default()).await;
    let (_, output) = Run::new(
        "palerror",
        cisco.port,
        &SERVICE.replace("key: 20", "key: 13"),
    )
    .push(&["--host-keys", "off", "--output", "palerror"])
    .await;
    assert_eq!(
        python(PALERROR, &output.stdout),
        "['deviceId', 'code', 'version', 'itemLocation', 'message', 'handlerCode', 'errorMatchingOutput', \
         'errorName', 'lastCommandSent', 'lastCommandSentIndex', 'fullTranscript', 'sessionDetails']\n\
         22 promptExpectError vlan 13 2\n['****', '****']\n"
    );
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.contains("NP_300, Unable to push configuration to device ip 127.0.0.1"),
        "{text}"
    );
    assert!(!text.contains("C1sco"), "{text}");
}

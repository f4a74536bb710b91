//! What lines do to configurations, by the rules of IOS-XE.

use std::sync::{Arc, OnceLock};

use super::{Config, ConfigError, Rules, Standing, change, difference, inverse, standing};
use crate::packs::{PackSource, Packs};
use crate::plan::{ANY_MODE, PlanLine};
use crate::secret::Mask;

fn rules() -> &'static Rules {
    static PACKS: OnceLock<Packs> = OnceLock::new();
    let packs = PACKS.get_or_init(|| Packs::load(&PackSource::embedded()).unwrap());
    packs.platform("catalyst-9300").unwrap().rules()
}

fn lines(text: &str) -> Vec<PlanLine> {
    let line = |line: &str| {
        let depth = line.len() - line.trim_start().len();
        PlanLine::new(
            line.trim(),
            depth,
            ANY_MODE,
            Arc::from("create Test X"),
            &Mask::default(),
        )
    };
    text.lines()
        .filter(|line| !line.is_empty())
        .map(line)
        .collect()
}

fn text(lines: &[PlanLine]) -> String {
    lines
        .iter()
        .map(|line| format!("{:1$}{2}\n", "", line.depth(), line.text()))
        .collect()
}

/// What of `wanted` is sent, and what takes it back.
#[track_caller]
fn check(running: &str, wanted: &str, sent: &str, back: &str) {
    let (rules, wanted) = (rules(), lines(wanted));
    let before = Config::fragment(running, rules);
    let change = change(&wanted, &before, rules);
    assert_eq!(text(&change.lines), sent, "what is sent");
    assert_eq!(text(&change.inverse), back, "what takes it back");
    let again = super::change(&wanted, &change.expected, rules);
    assert_eq!(text(&again.lines), "", "what is sent again");
    let after = inverse(&change.inverse, &change.expected, rules);
    assert_eq!(text(&after).is_empty(), sent.is_empty());
    let mut cursor = super::cursor::Cursor::new(rules, change.expected.clone());
    cursor.all(change.inverse.iter());
    assert_eq!(cursor.finish(), before, "the pre-image");
}

#[test]
fn what_stands_is_not_sent() {
    check(
        "interface Vlan10\n description a\n ip address 10.0.0.1 255.255.255.0\n",
        "interface Vlan10\n description a\n ip address 10.0.0.2 255.255.255.0\n exit\n",
        "interface Vlan10\n ip address 10.0.0.2 255.255.255.0\n exit\n",
        "interface Vlan10\n ip address 10.0.0.1 255.255.255.0\n exit\n",
    );
}

#[test]
fn a_section_that_was_made_goes_whole() {
    check(
        "hostname a\n",
        "vrf definition X\n rd 1:1\n exit\nhostname b\n",
        "vrf definition X\n rd 1:1\n exit\nhostname b\n",
        "no vrf definition X\nhostname a\n",
    );
}

#[test]
fn a_section_that_was_removed_comes_back_whole() {
    check(
        "vlan 10\n name users\n",
        "no vlan 10\n",
        "no vlan 10\n",
        "vlan 10\n name users\n exit\n",
    );
}

#[test]
fn a_section_that_is_made_anew_as_it_was_is_left_alone() {
    check(
        "vrf definition X\n rd 1:1\n",
        "no vrf definition X\nvrf definition X\n rd 1:1\n exit\n",
        "",
        "",
    );
}

#[test]
fn a_list_of_vlans_is_compared_as_a_list() {
    let running = "interface TenGigabitEthernet1/0/1\n switchport trunk allowed vlan 10,20\n";
    check(
        running,
        "interface TenGigabitEthernet1/0/1\n switchport trunk allowed vlan add 20\n",
        "",
        "",
    );
    check(
        running,
        "interface TenGigabitEthernet1/0/1\n switchport trunk allowed vlan add 21\n",
        "interface TenGigabitEthernet1/0/1\n switchport trunk allowed vlan add 21\n",
        "interface TenGigabitEthernet1/0/1\n switchport trunk allowed vlan 10,20\n exit\n",
    );
}

#[test]
fn a_password_that_is_hidden_is_the_same_password() {
    check(
        "username a secret 9 $9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6\n",
        "username a secret hashcat\n",
        "",
        "",
    );
}

#[test]
fn a_reply_without_an_end_was_cut_off() {
    let reply = "Building configuration...\n\nCurrent configuration : 20 bytes\n!\nhostname a\n";
    let cut = Config::parse(&[reply.to_string()], rules());
    assert!(matches!(cut, Err(ConfigError::CutOff { .. })));
    let whole = Config::parse(&[format!("{reply}end\n\n")], rules()).unwrap();
    assert_eq!(whole.text(), "hostname a\n");
    let refused = Config::parse(&["\n% Invalid input\n".to_string()], rules());
    assert!(matches!(refused, Err(ConfigError::Refused { .. })));
}

#[test]
fn each_line_stands_or_doesnt() {
    let running = Config::fragment("interface Vlan10\n ip address 1.1.1.1 255.0.0.0\n", rules());
    let wanted = lines(
        "interface Vlan10\n ip address 2.2.2.2 255.0.0.0\n no shutdown\n exit\ndo clear counters\n",
    );
    let missing = Standing::Missing {
        instead: Some("ip address 1.1.1.1 255.0.0.0".into()),
    };
    assert_eq!(
        standing(&wanted, &running, rules()),
        [
            Standing::In,
            missing,
            Standing::In,
            Standing::In,
            Standing::CantTell
        ]
    );
}

#[test]
fn only_what_was_taken_is_taken_back() {
    let before = Config::fragment("hostname a\n", rules());
    let taken = lines("hostname b\n");
    assert_eq!(text(&inverse(&taken, &before, rules())), "hostname a\n");
}

#[test]
fn a_fingerprint_knows_no_order() {
    let print = |text| Config::fragment(text, rules()).fingerprint();
    assert_eq!(print("vlan 2\nvlan 3\n"), print("vlan 2,3\n"));
    assert_ne!(print("vlan 2\n name a\n"), print("vlan 2\n name b\n"));
    assert_ne!(print("vlan 2\n name a\n"), print("vlan 2\nname a\n"));
}

#[test]
fn a_banner_is_one_statement() {
    let text_of = |text| Config::fragment(text, rules()).text();
    let shown = "banner motd ^C\n! not a comment\nend\n^C\nhostname a\n";
    assert_eq!(
        text_of(shown),
        "banner motd ^C\n! not a comment\nend\n^C\nhostname a\n"
    );
    assert_eq!(text_of("banner motd #hi#\n"), "banner motd ^Chi^C\n");
}

#[test]
fn one_configuration_becomes_another() {
    let (from, to) = (
        Config::fragment(
            "vrf definition A\n rd 1:1\ninterface GigabitEthernet1\n vrf forwarding A\n no ip address\n",
            rules(),
        ),
        Config::fragment(
            "vrf definition B\ninterface GigabitEthernet1\n vrf forwarding B\n no ip address\n",
            rules(),
        ),
    );
    assert_eq!(
        text(&difference(&from, &to, rules())),
        "no vrf definition A\nvrf definition B\n exit\ninterface GigabitEthernet1\n vrf forwarding B\n exit\n"
    );
}

#[test]
fn what_lines_leave_alone_is_shared() {
    let shown = "interface Vlan10\n description a\ninterface Vlan20\n description b\nhostname a\n";
    let before = Config::fragment(shown, rules());
    let wanted = lines("interface Vlan10\n description new\ninterface Vlan20\n description b\n");
    let after = change(&wanted, &before, rules()).expected;
    let is_shared = |key: &str| {
        let both = (before.root.get(key), after.root.get(key));
        matches!(both, (Some(before), Some(after)) if Arc::ptr_eq(before, after))
    };
    let keys: Vec<_> = before.root.statements.keys().collect();
    let shared: Vec<bool> = keys.iter().map(|key| is_shared(key)).collect();
    assert_eq!(shared, [false, true, true]);
    let another = Config::fragment("hostname a\n", rules());
    let both = (another.root.get(keys[2]), before.root.get(keys[2]));
    assert!(matches!(both, (Some(one), Some(other)) if Arc::ptr_eq(one, other)));
}

//! OpenSSH as a person uses it: prompts, help, Tab, paging, configuration.

use crate::person::Person;
use crate::served::{PASSWORD, Served};

fn at_the_prompt(served: &Served) -> Person {
    let mut person = Person::logs_in(served, "edge-1", PASSWORD);
    person.sees("edge-1#");
    person
}

#[test]
fn a_question_mark_lists_what_may_follow_and_keeps_the_line() {
    let served = Served::plain_edge();
    let mut person = at_the_prompt(&served);
    person.presses("show privilege ?");
    person.sees("show privilege ?\r\n");
    let help = person.sees("edge-1#show privilege ");
    assert!(
        help.contains("  |     Output modifiers\r\n  <cr>  <cr>\r\n"),
        "{help}"
    );
}

#[test]
fn tab_completes_the_only_word_there_is() {
    let served = Served::plain_edge();
    let mut person = at_the_prompt(&served);
    person.presses("conf\tt\t\r");
    person.sees("configure terminal");
    person.sees("Enter configuration commands, one per line.  End with CNTL/Z.\r\nedge-1(config)#");
}

#[test]
fn long_output_stops_at_more_goes_on_by_space_and_ends_by_q() {
    let served = Served::plain_edge();
    let mut person = at_the_prompt(&served);
    person.types("show running-config");
    let page = person.sees(" --More-- ");
    // The first page is the screen less the line of `--More--`; its first line ended what was typed.
    assert_eq!(page.matches("\r\n").count(), 24, "{page}");
    person.presses(" ");
    person.sees(" --More-- ");
    person.presses("q");
    person.sees("edge-1#");
}

#[test]
fn what_is_configured_is_shown_and_negated() {
    let served = Served::plain_edge();
    let mut person = at_the_prompt(&served);
    person.types("conf t");
    person.sees("edge-1(config)#");
    person.types("interface gi1/0/1");
    person.sees("edge-1(config-if)#");
    person.types("description to the printer");
    person.sees("edge-1(config-if)#");
    person.types("do show running-config interface gi1/0/1");
    person.sees("\r\ninterface GigabitEthernet1/0/1\r\n description to the printer\r\n");
    person.sees("end\r\n\r\nedge-1(config-if)#");
    person.types("no description");
    person.sees("edge-1(config-if)#");
    person.presses("\u{1a}");
    person.sees("edge-1#");
    person.types("show running-config interface gi1/0/1");
    let shown = person.sees("end\r\n");
    assert!(!shown.contains("printer"), "{shown}");
}

#[test]
fn a_wrong_word_is_marked_where_it_stands() {
    let served = Served::plain_edge();
    let mut person = at_the_prompt(&served);
    person.types("show vlam brief");
    person.sees("\r\n               ^\r\n% Invalid input detected at '^' marker.\r\n\r\nedge-1#");
}

#[test]
fn two_people_see_the_same_device() {
    let served = Served::plain_edge();
    let (mut one, mut other) = (at_the_prompt(&served), at_the_prompt(&served));
    one.types("configure terminal");
    one.sees("(config)#");
    one.types("hostname renamed");
    one.sees("renamed(config)#");
    other.types("");
    other.sees("renamed#");
}

#[test]
fn the_window_of_the_terminal_is_the_devices_too() {
    let served = Served::plain_edge();
    let mut person = at_the_prompt(&served);
    person.types("show terminal");
    person.sees("Length: 24 lines, Width: 80 columns");
}

//! Scripts, and what is to be done for them.

use super::*;

struct Shelf;

impl Library for Shelf {
    fn read(&self, file: &str) -> Option<String> {
        (file == "flash:here").then(|| "text\n".to_string())
    }

    fn can_write(&self, file: &str) -> bool {
        file.starts_with("flash:")
    }
}

/// What lines lead to, the end of the shell included.
fn typed(lines: &[&str]) -> Vec<Action> {
    let mut shell = Shell::default();
    let mut actions: Vec<Action> = lines
        .iter()
        .flat_map(|line| shell.line(line, &Shelf))
        .collect();
    actions.extend(shell.end());
    actions
}

fn printed(text: &str) -> Vec<Action> {
    vec![Action::Print(text.to_string())]
}

#[test]
fn a_file_is_written_as_netmiko_writes_it() {
    let lines = [
        "puts [open \"flash:x\" w+] {hostname \"$x [y]\" ;#",
        " ip; {}",
        "end}",
    ];
    let write = |text: &str, append| {
        let (file, text) = ("flash:x".to_string(), text.to_string());
        Action::Write(Written { file, text, append })
    };
    let text = "hostname \"$x [y]\" ;#\n ip; {}\nend\n";
    assert_eq!(typed(&lines), [write("", false), write(text, true)]);
}

#[test]
fn a_line_goes_on_until_what_is_missing_has_come() {
    let mut shell = Shell::default();
    for line in ["puts {a", "b \" ]", "c"] {
        assert_eq!(shell.line(line, &Shelf), []);
        assert!(shell.goes_on());
    }
    assert_eq!(shell.line("}", &Shelf), printed("a\nb \" ]\nc\n\n"));
    assert!(!shell.goes_on());
}

#[test]
fn variables_have_values_that_are_shown() {
    assert_eq!(typed(&["set x 5"]), printed("5\n"));
    assert_eq!(typed(&["set x 5; puts $x", "unset x"]), printed("5\n"));
    assert_eq!(
        typed(&["puts $y"]),
        printed("can't read \"y\": no such variable\n")
    );
    assert_eq!(typed(&["puts -nonewline a[set x b]"]), printed("ab"));
    assert_eq!(
        typed(&["puts [read [open flash:here]]"]),
        printed("text\n\n")
    );
    assert_eq!(
        typed(&["close file7"]),
        printed("can not find channel named \"file7\"\n")
    );
}

#[test]
fn what_is_no_tcl_command_is_one_of_ios() {
    assert_eq!(
        typed(&["show clock"]),
        [Action::Command("show clock".to_string())]
    );
    assert_eq!(
        typed(&["puts [show clock]"]),
        printed("invalid command name \"show\"\n")
    );
    let pings = ["10.0.0.1", "10.0.0.2"].map(|host| Action::Command(format!("ping {host}")));
    assert_eq!(
        typed(&["foreach x {", "10.0.0.1", "10.0.0.2", "} { ping $x }"]),
        pings
    );
    assert_eq!(typed(&["tclquit"]), [Action::Quit]);
}

#[test]
fn no_script_runs_for_ever() {
    let twice = "foreach a {1 2 3 4 5 6 7 8 9 10} {".repeat(12) + "puts x" + &"}".repeat(12);
    let actions = typed(&[&twice]);
    assert!(actions.len() <= COMMANDS_MAX + 1);
    assert_eq!(
        actions.last(),
        Some(&Action::Print("script takes too long\n".to_string()))
    );
    let grows = format!(
        "set x {}; foreach a {{1 2 3}} {{{}}}",
        "x".repeat(100_000),
        "append x $x; ".repeat(40)
    );
    let actions = typed(&[&grows]);
    assert_eq!(
        actions.last(),
        Some(&Action::Print("script needs too much memory\n".to_string()))
    );
}

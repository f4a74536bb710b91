//! Filters of finished output.

use crate::terminal::pattern::Pattern;

/// Which part of an output is shown.
#[derive(Debug, Clone)]
pub enum Filter {
    /// From the first line that matches to the end.
    Begin(Pattern),
    /// How many lines match, and none of them.
    Count(Pattern),
    /// The lines that don't match.
    Exclude(Pattern),
    /// The lines that match.
    Include(Pattern),
    /// Each line that matches, and the lines indented deeper that follow it (§2.11).
    Section(Pattern),
    /// All but what [`Filter::Section`] shows.
    SectionExclude(Pattern),
}

impl Filter {
    /// The part of `text` to show. Lines may end in LF or CR LF, and keep their ends.
    #[must_use]
    pub fn apply(&self, text: &str) -> String {
        let lines = text.split_inclusive('\n');
        match self {
            Self::Begin(pattern) => lines.skip_while(|line| !hit(pattern, line)).collect(),
            Self::Exclude(pattern) => lines.filter(|line| !hit(pattern, line)).collect(),
            Self::Include(pattern) => lines.filter(|line| hit(pattern, line)).collect(),
            Self::Section(pattern) => {
                let mut section = Section {
                    pattern,
                    indent: None,
                };
                lines.filter(|line| section.takes(line)).collect()
            }
            Self::SectionExclude(pattern) => {
                let mut section = Section {
                    pattern,
                    indent: None,
                };
                lines.filter(|line| !section.takes(line)).collect()
            }
            Self::Count(pattern) => {
                let count = lines.filter(|line| hit(pattern, line)).count();
                format!("Number of lines which match regexp = {count}\n")
            }
        }
    }

    /// The words that choose it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Begin(_) => "begin",
            Self::Count(_) => "count",
            Self::Exclude(_) => "exclude",
            Self::Include(_) => "include",
            Self::Section(_) => "section",
            Self::SectionExclude(_) => "section exclude",
        }
    }
}

/// The section that a line may belong to, while lines go by.
struct Section<'a> {
    pattern: &'a Pattern,
    /// The indent of the line that opened it.
    indent: Option<usize>,
}

impl Section<'_> {
    fn takes(&mut self, line: &str) -> bool {
        let indent = line.len() - line.trim_start_matches(' ').len();
        if self.indent.is_some_and(|opened| indent > opened) {
            return true;
        }
        self.indent = hit(self.pattern, line).then_some(indent);
        self.indent.is_some()
    }
}

fn hit(pattern: &Pattern, line: &str) -> bool {
    pattern.matches(line.trim_end_matches(['\r', '\n']).as_bytes())
}

#[cfg(test)]
mod tests {
    use crate::terminal::pipes::Pipe;

    const CONFIG: &str = "\
hostname R1
!
interface Vlan1
 ip address 10.0.0.1 255.255.255.0
 standby 1
  preempt
 shutdown
!
router bgp 65000
 bgp log-neighbor-changes
 address-family ipv4
  network 10.0.0.0
 exit-address-family
!
ip route 0.0.0.0 0.0.0.0 Vlan1
end
";

    fn check(pipe: &str, expected: &str) {
        let Ok(Pipe::Filter(filter)) = Pipe::parse(pipe) else {
            panic!("{pipe} is a filter");
        };
        assert_eq!(filter.apply(CONFIG), expected, "{pipe}");
        let as_sent = CONFIG.replace('\n', "\r\n");
        let shown = filter.apply(&as_sent).replace("\r\n", "\n");
        assert_eq!(shown, expected, "{pipe} with CR LF");
    }

    #[test]
    fn include_exclude_begin_and_count_go_by_lines() {
        let last = "ip route 0.0.0.0 0.0.0.0 Vlan1\nend\n";
        check(
            "i Vlan1$",
            "interface Vlan1\nip route 0.0.0.0 0.0.0.0 Vlan1\n",
        );
        check("i nothing", "");
        check("e ^ |!|Vlan|65000", "hostname R1\nend\n");
        check("b ^ip route", last);
        check("b nothing", "");
        check("c ^!", "Number of lines which match regexp = 3\n");
        check("c nothing", "Number of lines which match regexp = 0\n");
    }

    #[test]
    fn a_section_is_a_line_and_what_is_indented_deeper() {
        check(
            "s ^interface",
            "interface Vlan1\n ip address 10.0.0.1 255.255.255.0\n standby 1\n  preempt\n shutdown\n",
        );
        check("s ^hostname|^end", "hostname R1\nend\n");
        check("s nothing", "");
    }

    #[test]
    fn a_matching_child_is_shown_without_its_parent() {
        check("s standby", " standby 1\n  preempt\n");
        check(
            "s address-family ipv4",
            " address-family ipv4\n  network 10.0.0.0\n",
        );
        check(
            "s address",
            " ip address 10.0.0.1 255.255.255.0\n address-family ipv4\n  network 10.0.0.0\n exit-address-family\n",
        );
    }

    #[test]
    fn section_exclude_shows_the_rest() {
        check(
            "s exclude ^interface|^router|^!",
            "hostname R1\nip route 0.0.0.0 0.0.0.0 Vlan1\nend\n",
        );
    }
}

//! The text of a case: a claim, and headed sections below it.

use std::fmt;

/// One case.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// The lines above the first heading.
    pub(crate) claim: String,
    pub(crate) sections: Vec<Section>,
}

/// A heading, and the lines below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Section {
    pub(crate) heading: Heading,
    pub(crate) text: String,
}

/// What a section holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Heading {
    /// `DEVICES:` the devices of a topology.
    Devices,
    /// `APS WLC1:` the access points that a controller serves: name, model, Ethernet MAC address, address.
    AccessPoints(String),
    /// `BEFORE EN1:` lines that are typed before the first step.
    Before(String),
    /// `RFS:` or `RFS a remark:` a step begins: the document.
    Rfs(String),
    /// `REFUSED:` the mistakes for which the document gets no plan.
    Refused,
    /// `CLI EN1:` the lines that the device is sent.
    Cli(String),
    /// `FAILS WLC1:` why a device can't be sent all of the lines.
    Fails(String),
    /// `RUNNING-CONFIG EN1 router bgp:` what `show running-config | section router bgp` shows then.
    RunningConfig(String, String),
    /// `SHOW EN1 ip route:` what another command shows then.
    Show(String, String),
    /// `LEFT EN1 because …:` what differs at the end from the beginning, though the last step deleted.
    Left(String, String),
}

impl Heading {
    /// Reads a heading; any other line is none.
    fn parse(line: &str) -> Option<Self> {
        let (word, rest) = line
            .strip_suffix(':')?
            .split_once(' ')
            .unwrap_or((line.strip_suffix(':')?, ""));
        let (device, more) = rest.split_once(' ').unwrap_or((rest, ""));
        let (device, more) = (device.to_string(), more.to_string());
        Some(match word {
            "DEVICES" => Self::Devices,
            "APS" => Self::AccessPoints(device),
            "FAILS" => Self::Fails(device),
            "BEFORE" => Self::Before(device),
            "RFS" => Self::Rfs(rest.to_string()),
            "REFUSED" => Self::Refused,
            "CLI" => Self::Cli(device),
            "RUNNING-CONFIG" => Self::RunningConfig(device, more),
            "SHOW" => Self::Show(device, more),
            "LEFT" => Self::Left(device, more),
            _ => return None,
        })
    }
}

impl fmt::Display for Heading {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Devices => "DEVICES".to_string(),
            Self::AccessPoints(device) => format!("APS {device}"),
            Self::Fails(device) => format!("FAILS {device}"),
            Self::Before(device) => format!("BEFORE {device}"),
            Self::Rfs(remark) => format!("RFS {remark}"),
            Self::Refused => "REFUSED".to_string(),
            Self::Cli(device) => format!("CLI {device}"),
            Self::RunningConfig(device, section) => format!("RUNNING-CONFIG {device} {section}"),
            Self::Show(device, command) => format!("SHOW {device} {command}"),
            Self::Left(device, why) => format!("LEFT {device} {why}"),
        };
        write!(out, "{}:", text.trim_end())
    }
}

impl Case {
    /// Reads a case.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut case = Self {
            claim: String::new(),
            sections: vec![],
        };
        for line in text.lines() {
            if let Some(heading) = Heading::parse(line) {
                let text = String::new();
                case.sections.push(Section { heading, text });
                continue;
            }
            let text = case
                .sections
                .last_mut()
                .map_or(&mut case.claim, |section| &mut section.text);
            text.push_str(line);
            text.push('\n');
        }
        for section in &mut case.sections {
            section.text = tidy(&section.text);
        }
        case.claim = tidy(&case.claim);
        if case
            .claim
            .lines()
            .next()
            .is_none_or(|line| !line.starts_with("# "))
        {
            return Err("the first line says what the case claims: `# …`".to_string());
        }
        Ok(case)
    }

    /// The sections of each step: a document, and what follows from it.
    pub(crate) fn steps(&self) -> Vec<&[Section]> {
        let begins = |section: &Section| matches!(section.heading, Heading::Rfs(_));
        let starts: Vec<usize> = (0..self.sections.len())
            .filter(|at| begins(&self.sections[*at]))
            .collect();
        let ends = starts.iter().skip(1).copied().chain([self.sections.len()]);
        starts
            .iter()
            .zip(ends)
            .map(|(start, end)| &self.sections[*start..end])
            .collect()
    }

    /// The sections above the first step.
    pub(crate) fn beginning(&self) -> &[Section] {
        let begins = |section: &Section| matches!(section.heading, Heading::Rfs(_));
        let end = self
            .sections
            .iter()
            .position(begins)
            .unwrap_or(self.sections.len());
        &self.sections[..end]
    }
}

impl fmt::Display for Case {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.claim)?;
        for section in &self.sections {
            write!(out, "\n{}\n{}", section.heading, section.text)?;
        }
        Ok(())
    }
}

/// Without empty lines at either end, and with a line end.
pub(crate) fn tidy(text: &str) -> String {
    let text = text.trim_start_matches('\n').trim_end();
    if text.is_empty() {
        String::new()
    } else {
        format!("{text}\n")
    }
}

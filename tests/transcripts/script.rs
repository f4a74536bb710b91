//! A transcript's text, taken apart into what is done and what is shown after it.

/// A transcript.
pub(crate) struct Script {
    /// The claim: the comment lines at the top.
    pub(crate) head: String,
    /// What happens, in order.
    pub(crate) steps: Vec<Step>,
}

/// Something that is done to the device, and what the terminal shows then.
pub(crate) struct Step {
    pub(crate) does: Does,
    pub(crate) shown: String,
}

/// What is done.
pub(crate) enum Does {
    /// Nothing yet: the text before the first step.
    Nothing,
    /// `«…»`: keys are typed.
    Types(String),
    /// `@…`: something happens in the world.
    Acts(String),
}

impl Script {
    /// Takes a file apart.
    pub(crate) fn parse(text: &str) -> Self {
        let head: String = text
            .split_inclusive('\n')
            .take_while(|line| line.starts_with('#'))
            .collect();
        let mut steps = vec![Step::new(Does::Nothing)];
        for line in text[head.len()..].split_inclusive('\n') {
            if let Some(act) = line.strip_prefix('@') {
                end_line(&mut steps);
                steps.push(Step::new(Does::Acts(act.trim_end().to_string())));
            } else {
                take_line(line, &mut steps);
            }
        }
        end_line(&mut steps);
        Self { head, steps }
    }

    /// The file, with other text shown.
    pub(crate) fn with_shown(&self, shown: Vec<String>) -> String {
        let mut text = self.head.clone();
        let mut steps = self.steps.iter().zip(shown).peekable();
        while let Some((step, shown)) = steps.next() {
            match &step.does {
                Does::Nothing => {}
                Does::Types(keys) => text.push_str(&format!("«{keys}»")),
                Does::Acts(act) => text.push_str(&format!("@{act}\n")),
            }
            text.push_str(&shown);
            let typed = step.is_typed();
            let typing_follows = matches!(steps.peek(), Some((next, _)) if next.is_typed());
            if (typed || !shown.is_empty()) && !typing_follows {
                text.push('\n');
            }
        }
        text
    }
}

impl Step {
    fn new(does: Does) -> Self {
        let shown = String::new();
        Self { does, shown }
    }

    pub(crate) fn is_typed(&self) -> bool {
        matches!(self.does, Does::Types(_))
    }
}

/// The line end before an `@` line, and at the end of the file, is the file's own.
fn end_line(steps: &mut [Step]) {
    if let Some(step) = steps.last_mut()
        && step.shown.ends_with('\n')
    {
        step.shown.pop();
    }
}

fn take_line(line: &str, steps: &mut Vec<Step>) {
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('«') {
        let (keys, behind) = after
            .split_once('»')
            .unwrap_or_else(|| panic!("« without » in {line:?}"));
        show(steps, before);
        steps.push(Step::new(Does::Types(keys.to_string())));
        rest = behind;
    }
    show(steps, rest);
}

fn show(steps: &mut [Step], text: &str) {
    if let Some(step) = steps.last_mut() {
        step.shown.push_str(text);
    }
}

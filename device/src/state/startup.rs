//! The startup-config.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use crate::config::{Block, text};
use crate::pack::Platform;

/// What a device boots from. Saving keeps the configuration, whose statements the running-config shares, and not its
/// text: that is made when somebody asks for it, and goes when the last session has gone. A handle is cheap.
#[derive(Debug, Clone)]
pub(crate) struct Startup(Arc<Kept>);

#[derive(Debug)]
enum Kept {
    /// What somebody wrote, who may have written anything.
    Written(String),
    Saved(Saved),
}

#[derive(Debug)]
struct Saved {
    platform: Arc<Platform>,
    config: Block,
    heading: String,
    text: OnceLock<String>,
}

impl Startup {
    /// A running-config of this platform, below a heading.
    pub(super) fn saved(platform: Arc<Platform>, config: Block, heading: String) -> Self {
        Self(Arc::new(Kept::Saved(Saved {
            platform,
            config,
            heading,
            text: OnceLock::new(),
        })))
    }

    /// Gives the memory of a text back that can be made again.
    pub(crate) fn shrink(&mut self) {
        if let Some(Kept::Saved(saved)) = Arc::get_mut(&mut self.0) {
            saved.text.take();
        }
    }
}

impl From<String> for Startup {
    fn from(text: String) -> Self {
        Self(Arc::new(Kept::Written(text)))
    }
}

impl Deref for Startup {
    type Target = str;

    fn deref(&self) -> &str {
        match &*self.0 {
            Kept::Written(text) => text,
            Kept::Saved(saved) => saved.text.get_or_init(|| {
                let body = text::body(&saved.platform, &saved.config, text::Detail::Plain);
                headed(&saved.heading, &body)
            }),
        }
    }
}

/// The heading of a configuration that nobody has changed.
pub(super) const UNCHANGED: &str = "! No configuration change since last restart\n";

/// A configuration with what stands above it, and `end`.
pub(super) fn headed(heading: &str, body: &str) -> String {
    format!("!\n{heading}!\n{body}end\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::config::reader;
    use crate::pack::Packs;

    const NAMES: &str = "help: {no: Negate, default: Default, name: A name}\n\
        config:\n  config:\n    - {syntax: \"name <word:word>\", key: [word]}\n";

    fn platform() -> Arc<Platform> {
        let file = |path: &str, text: &str| (path.to_string(), text.to_string());
        let files = BTreeMap::from([
            file("p/pack.yaml", "name: p\n"),
            file("p/grammar/g.yaml", NAMES),
        ]);
        Packs::load(&files).unwrap().platform("p", None).unwrap()
    }

    #[test]
    fn what_was_saved_stays_when_the_running_config_changes_and_its_text_is_made_anew() {
        let platform = platform();
        let mut running = platform.bare().clone();
        assert_eq!(reader::read(&platform, &mut running, "name a\n"), []);
        let mut startup = Startup::saved(platform.clone(), running.clone(), "! h\n".to_string());
        assert_eq!(reader::read(&platform, &mut running, "name b\n"), []);
        let text = "!\n! h\n!\nname a\nend\n";
        assert_eq!(&*startup, text);
        startup.shrink();
        assert_eq!(&*startup, text);
    }
}

//! Device packs: what a platform is, read once and shared by all its devices.

use std::collections::BTreeMap;
use std::sync::Arc;

use yaml::Mistake;

/// All packs that a fleet may use.
#[derive(Debug, Default)]
pub struct Packs {
    platforms: BTreeMap<String, Arc<Platform>>,
}

/// One line about a pack, for `fleet packs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The pack's name.
    pub name: String,
    /// What it is.
    pub about: String,
    /// Its models; the first is the default.
    pub models: Vec<String>,
}

/// One platform, ready to be a device: a pack, one of its models, and all that the pack extends.
#[derive(Debug)]
pub struct Platform {
    pack: String,
    ssh: SshOffer,
}

/// What the SSH server of a platform offers, in its order, by SSH names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SshOffer {
    /// The identification string, `SSH-2.0-Cisco-1.25`.
    pub ident: String,
    /// Key exchange methods.
    pub kex: Vec<String>,
    /// Host key algorithms.
    pub host_key: Vec<String>,
    /// Ciphers.
    pub cipher: Vec<String>,
    /// MACs.
    pub mac: Vec<String>,
}

impl Packs {
    /// Reads packs from their files: path below the packs' folder (`ios-xe/pack.yaml`) → text.
    ///
    /// # Errors
    ///
    /// Every mistake of every file.
    pub fn load(files: &BTreeMap<String, String>) -> Result<Self, Vec<Mistake>> {
        let mut packs = Self::default();
        for path in files.keys() {
            if let Some(name) = path.strip_suffix("/pack.yaml") {
                let platform = Platform {
                    pack: name.to_string(),
                    ssh: SshOffer::default(),
                };
                packs.platforms.insert(name.to_string(), Arc::new(platform));
            }
        }
        Ok(packs)
    }

    /// The packs that a topology may name.
    #[must_use]
    pub fn summaries(&self) -> Vec<Summary> {
        let one = |name: &String| Summary {
            name: name.clone(),
            about: String::new(),
            models: vec![],
        };
        self.platforms.keys().map(one).collect()
    }

    /// The platform of a pack and model (`None`: the default model).
    #[must_use]
    pub fn platform(&self, pack: &str, _model: Option<&str>) -> Option<Arc<Platform>> {
        self.platforms.get(pack).cloned()
    }
}

impl Platform {
    /// The pack's name.
    #[must_use]
    pub fn pack(&self) -> &str {
        &self.pack
    }

    /// The model (`C9300-48P`).
    #[must_use]
    pub fn model(&self) -> &str {
        ""
    }

    /// What the SSH server offers.
    #[must_use]
    pub fn ssh(&self) -> &SshOffer {
        &self.ssh
    }

    /// A value of the pack's `identity` (`version`, `capabilities`, ...).
    #[must_use]
    pub fn identity(&self, _key: &str) -> Option<String> {
        None
    }

    /// The full name of a physical port (`te1/1/1` → `TenGigabitEthernet1/1/1`), if the platform has it.
    #[must_use]
    pub fn port(&self, typed: &str) -> Option<String> {
        Some(typed.to_string())
    }
}

//! `ssh:` in `expect.yaml`: which algorithms a platform is offered.
//!
//! Keys complete the other file's keys one by one, so that a pack for old devices says `legacy: true` and nothing else.

use std::sync::Arc;

use serde::Deserialize;
use yaml::Mistake;

use super::expect::Place;
use crate::transport::{AlgorithmKind, SshOffer};

/// The key as it stands in a file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SshFile {
    kex: Option<Vec<String>>,
    host_key: Option<Vec<String>>,
    cipher: Option<Vec<String>>,
    mac: Option<Vec<String>>,
    /// Offers what stands in `legacy_adds` too.
    legacy: Option<bool>,
    legacy_adds: Option<Box<SshFile>>,
}

/// The algorithms of a platform.
#[derive(Debug, Clone)]
pub struct SshAlgorithms {
    current: Arc<SshOffer>,
    with_legacy: Arc<SshOffer>,
    legacy: bool,
}

impl SshAlgorithms {
    /// What a device is offered: with the old ones if it says so itself, or if it says nothing and its platform does.
    #[must_use]
    pub fn offer(&self, legacy: Option<bool>) -> Arc<SshOffer> {
        Arc::clone(if legacy.unwrap_or(self.legacy) {
            &self.with_legacy
        } else {
            &self.current
        })
    }

    pub(super) fn compile(file: Option<SshFile>, place: &Place<'_>) -> Result<Self, Mistake> {
        let file = file.unwrap_or_default();
        let mut current = SshOffer::empty();
        for (kind, key, names) in file.lists() {
            match names {
                Some(names) => add(&mut current, kind, names, place, &format!("ssh.{key}"))?,
                None => current.take(kind, SshOffer::default()),
            }
        }
        let mut with_legacy = current.clone();
        if let Some(adds) = &file.legacy_adds {
            for (kind, key, names) in adds.lists() {
                let names = names.map(Vec::as_slice).unwrap_or_default();
                let path = format!("ssh.legacy_adds.{key}");
                add(&mut with_legacy, kind, names, place, &path)?;
            }
        }
        Ok(Self {
            current: Arc::new(current),
            with_legacy: Arc::new(with_legacy),
            legacy: file.legacy.unwrap_or(false),
        })
    }
}

impl SshFile {
    /// This key, completed by that of the file it extends.
    pub(super) fn over(self, base: Self) -> Self {
        Self {
            kex: self.kex.or(base.kex),
            host_key: self.host_key.or(base.host_key),
            cipher: self.cipher.or(base.cipher),
            mac: self.mac.or(base.mac),
            legacy: self.legacy.or(base.legacy),
            legacy_adds: self.legacy_adds.or(base.legacy_adds),
        }
    }

    fn lists(&self) -> [(AlgorithmKind, &'static str, Option<&Vec<String>>); 4] {
        [
            (AlgorithmKind::Kex, "kex", self.kex.as_ref()),
            (AlgorithmKind::HostKey, "host_key", self.host_key.as_ref()),
            (AlgorithmKind::Cipher, "cipher", self.cipher.as_ref()),
            (AlgorithmKind::Mac, "mac", self.mac.as_ref()),
        ]
    }
}

fn add(
    offer: &mut SshOffer,
    kind: AlgorithmKind,
    names: &[String],
    place: &Place<'_>,
    path: &str,
) -> Result<(), Mistake> {
    for (index, name) in names.iter().enumerate() {
        if !offer.add(kind, name) {
            let what = format!("{path}: the SSH library has no algorithm `{name}`");
            return Err(Mistake::new(place.file, what)
                .at(place.positions.get(&format!("{path}[{index}]")))
                .hint("take it out, or correct its name"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::packs::{PackSource, Packs};

    #[test]
    fn old_algorithms_are_offered_only_where_somebody_says_so() {
        let packs = Packs::load(&PackSource::embedded()).unwrap();
        let ssh = &packs.platform("isr-4331").unwrap().expect().ssh;
        let has =
            |legacy| format!("{:?}", ssh.offer(legacy)).contains("diffie-hellman-group1-sha1");
        assert_eq!(
            [None, Some(false), Some(true)].map(has),
            [false, false, true]
        );
    }
}

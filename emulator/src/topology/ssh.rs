//! The `ssh` key: what a fleet's or a device's SSH server offers, where it is not what the pack says.

use device::pack::SshOffer;

use super::judge::{Judge, Map, Value};
use super::spelling;
use crate::ssh::algorithms;

/// Lists that take the place of the pack's.
#[derive(Debug, Clone, Default)]
pub(super) struct Override {
    kex: Option<Vec<String>>,
    host_key: Option<Vec<String>>,
    cipher: Option<Vec<String>>,
    mac: Option<Vec<String>>,
}

impl Override {
    /// Reads a mapping of lists.
    pub(super) fn read(judge: &mut Judge, value: &Value<'_>) -> Option<Self> {
        let map = judge.map(value, &["kex", "host_key", "cipher", "mac"])?;
        Some(Self {
            kex: names(judge, &map, "kex", &algorithms::kex_names()),
            host_key: names(judge, &map, "host_key", algorithms::HOST_KEYS),
            cipher: names(judge, &map, "cipher", &algorithms::cipher_names()),
            mac: names(judge, &map, "mac", &algorithms::mac_names()),
        })
    }

    /// These lists, and where one is missing that of `other`.
    pub(super) fn or(self, other: &Self) -> Self {
        Self {
            kex: self.kex.or_else(|| other.kex.clone()),
            host_key: self.host_key.or_else(|| other.host_key.clone()),
            cipher: self.cipher.or_else(|| other.cipher.clone()),
            mac: self.mac.or_else(|| other.mac.clone()),
        }
    }

    /// The pack's offer with these lists in place of its own.
    pub(super) fn apply(self, pack: &SshOffer) -> SshOffer {
        SshOffer {
            ident: pack.ident.clone(),
            kex: self.kex.unwrap_or_else(|| pack.kex.clone()),
            host_key: self.host_key.unwrap_or_else(|| pack.host_key.clone()),
            cipher: self.cipher.unwrap_or_else(|| pack.cipher.clone()),
            mac: self.mac.unwrap_or_else(|| pack.mac.clone()),
        }
    }
}

/// A list of algorithms that the SSH library has.
pub(super) fn names(
    judge: &mut Judge,
    map: &Map<'_>,
    key: &str,
    known: &[&str],
) -> Option<Vec<String>> {
    let value = map.get(key)?;
    let items = judge.list(&value, "algorithms")?;
    if items.is_empty() {
        judge.wrong(
            &value.path,
            "this list is empty",
            "name an algorithm, or leave the key out",
        );
        return None;
    }
    let names: Vec<_> = items
        .iter()
        .filter_map(|item| name(judge, item, known))
        .collect();
    (names.len() == items.len()).then_some(names)
}

fn name(judge: &mut Judge, item: &Value<'_>, known: &[&str]) -> Option<String> {
    let text = judge.filled(item)?;
    if known.contains(&text) {
        return Some(text.to_string());
    }
    let hint = match spelling::nearest(text, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known are {}", known.join(", ")),
    };
    judge.wrong(
        &item.path,
        format!("unknown algorithm `{}`", text.escape_debug()),
        hint,
    );
    None
}

//! The named effects of configuration statements.

mod addresses;
mod blocks;
mod credentials;
mod lists;
mod numbered;
mod texts;

use super::block::{Block, Statement};
use super::cursor::Reply;
use super::edit::{Applied, Edit, Note, Typed};
use super::order::Rank;
use crate::grammar::World;
use crate::grammar::slot::vlans;
use crate::pack::ConfigEffect;

impl Edit<'_, '_> {
    /// What an effect does before its statement is stored; something returned stands in for the storing.
    pub(super) fn before(&mut self, effect: ConfigEffect, typed: &mut Typed) -> Option<Applied> {
        match effect {
            ConfigEffect::VlanList => self.vlan_list(typed),
            ConfigEffect::VlanDatabase => self.vlan_database(typed),
            ConfigEffect::InterfaceRange => self.interface_range(typed),
            ConfigEffect::Vty => self.vty(typed),
            ConfigEffect::Sequence => self.sequence(typed),
            ConfigEffect::ListAdd => self.list_add(typed),
            ConfigEffect::WordList => self.words_add(typed),
            ConfigEffect::Address => self.overlap(typed),
            ConfigEffect::Prefix => self.inconsistent(typed),
            ConfigEffect::Banner => texts::banner(typed),
            ConfigEffect::Macro => {
                texts::commands(typed);
                texts::lines(typed, "", "@")
            }
            ConfigEffect::Certificate => {
                texts::hexadecimal(typed);
                texts::lines(typed, "config-pubkey", "quit")
            }
            ConfigEffect::KeyString => texts::lines(typed, "conf-ssh-pubkey-data", "exit")
                .or_else(|| texts::key_hash(typed)),
            _ => None,
        }
    }

    /// What an effect makes of the line that is about to be stored.
    pub(super) fn reshape(&mut self, effect: ConfigEffect, typed: &mut Typed) {
        match effect {
            ConfigEffect::Credentials => self.credentials(typed),
            ConfigEffect::Deny => typed.line = typed.line.replacen(" deny ", " deny   ", 1),
            _ => {}
        }
    }

    /// What an effect does before its statement is removed.
    pub(super) fn before_no(&mut self, effect: ConfigEffect, typed: &Typed) -> Option<Applied> {
        match effect {
            ConfigEffect::Interface => {
                let name = typed.value("interface").unwrap_or_default();
                let physical = self.bench.platform.interfaces().is_physical(name);
                physical.then(|| {
                    self.say("% Removal of physical interfaces is not permitted");
                    Applied::Done
                })
            }
            ConfigEffect::ListAdd => self.list_remove(typed),
            ConfigEffect::WordList => self.words_remove(typed),
            ConfigEffect::Sequence => self.sequence_remove(typed),
            ConfigEffect::VlanDatabase => {
                let list = vlans(typed.value("vlan")?)?;
                let definition = self.definition(typed.definition);
                for vlan in list {
                    let mut one = self.one(typed, "vlan", &vlan.to_string());
                    one.line = format!("vlan {vlan}");
                    let rank = self.rank(definition, &one);
                    self.block().take(&rank);
                }
                Some(Applied::Done)
            }
            _ => None,
        }
    }

    /// What an effect does when its statement was stored (`set`) or removed, if that changed something.
    pub(super) fn after(&mut self, effect: ConfigEffect, typed: &Typed, set: bool) {
        match effect {
            ConfigEffect::VrfForwarding => self.vrf_forwarding(typed, set),
            ConfigEffect::Switchport => self.switchport(set),
            ConfigEffect::Encrypt if set => self.encrypt(),
            ConfigEffect::Provision if set => {
                let member = typed.value("member").and_then(|member| member.parse().ok());
                if let Some((member, model)) = member.zip(typed.value("model")) {
                    let note = Note::Provisioned(member, model.to_string());
                    self.bench.notes.push(note);
                }
            }
            ConfigEffect::Neighbor if !set => {
                let neighbor = typed.value("neighbor").map(ToString::to_string);
                self.block().forget(&|line| {
                    neighbor.is_some() && line.value("neighbor") == neighbor.as_deref()
                });
            }
            ConfigEffect::Shutdown => {
                if let Some(name) = self.interface() {
                    self.bench.notes.push(Note::Shutdown(name, set));
                }
            }
            _ => {}
        }
    }

    /// The interface whose block this is.
    fn interface(&self) -> Option<String> {
        let rank = self.path.first()?;
        self.bench
            .root
            .get(rank)?
            .value("interface")
            .map(ToString::to_string)
    }

    fn one(&self, typed: &Typed, name: &str, value: &str) -> Typed {
        let mut one = Typed {
            definition: typed.definition,
            line: typed.line.clone(),
            values: typed.values.clone(),
            raw: typed.raw.clone(),
        };
        one.set(name, value);
        one
    }

    fn vrf_forwarding(&mut self, typed: &Typed, set: bool) {
        let addressed = |grammar: &crate::pack::Grammar, old: &Statement, family: &str| {
            !old.negated && grammar.kind_name(old.definition).starts_with(family)
        };
        let grammar = self.bench.platform.grammar();
        let name = self.interface().unwrap_or_default();
        let vrf = typed.value("vrf").unwrap_or_default().to_string();
        for (family, version) in [("ip address", "IPv4"), ("ipv6 address", "IPv6")] {
            let removed = self.block().remove(|old| addressed(grammar, old, family));
            if !removed.is_empty() {
                let why = if set { "enabling" } else { "disabling" };
                let text = format!(
                    "% Interface {name} {version} disabled and address(es) removed due to {why} VRF {vrf}"
                );
                self.say(&text);
            }
        }
    }

    /// A port that changes its layer loses the lines of the other one.
    fn switchport(&mut self, now_layer_two: bool) {
        let grammar = self.bench.platform.grammar();
        let gone: &[&str] = if now_layer_two {
            &[
                "ip address",
                "ipv6 address",
                "vrf forwarding",
                "ip helper-address",
            ]
        } else {
            &["switchport "]
        };
        self.block().remove(|old| {
            let name = grammar.kind_name(old.definition);
            gone.iter().any(|prefix| name.starts_with(prefix))
        });
    }
}

//! What a neighbour inherits: its own lines, then those of its peer group, then those of its templates.

use crate::config::Statement;
use crate::network::routing::lines::Lines;

/// Where a neighbour's lines may stand: its own, its group's, its templates'.
pub(super) struct Inherited<'n> {
    scope: Vec<Lines<'n>>,
    name: String,
    pub(super) group: Option<String>,
    templates: Vec<Lines<'n>>,
}

impl<'n> Inherited<'n> {
    pub(super) fn new(scope: &[Lines<'n>], router: Lines<'n>, name: &str) -> Self {
        let own = |kind: &'static str| {
            let mut all = scope
                .iter()
                .chain([&router])
                .flat_map(|lines| lines.all(kind));
            all.find(|s| s.value("neighbor") == Some(name))
        };
        let group = own("neighbor peer-group member")
            .and_then(|s| s.value("group"))
            .map(ToString::to_string);
        let mut inherited = Self {
            scope: scope.to_vec(),
            name: name.to_string(),
            group,
            templates: Vec::new(),
        };
        // A group's lines may stand outside of the family.
        inherited.scope.push(router);
        for (kind, of) in [
            ("inherit peer-session", "template peer-session"),
            ("inherit peer-policy", "template peer-policy"),
        ] {
            let first = inherited.get(if kind == "inherit peer-session" {
                "neighbor inherit peer-session"
            } else {
                "neighbor inherit peer-policy"
            });
            let mut next = first.and_then(|s| s.value("template"));
            // IOS allows eight levels.
            for _ in 0..8 {
                let Some(template) =
                    next.and_then(|name| router.all(of).find(|s| s.value("name") == Some(name)))
                else {
                    break;
                };
                let lines = router.under(template);
                inherited.templates.push(lines);
                next = lines.get(kind).and_then(|s| s.value("template"));
            }
        }
        inherited
    }

    pub(super) fn find(
        &self,
        kind: &'static str,
        which: impl Fn(&Statement) -> bool,
    ) -> Option<&'n Statement> {
        let named = |name: &str| {
            let mut all = self.scope.iter().flat_map(|lines| lines.all(kind));
            all.find(|s| s.value("neighbor") == Some(name) && which(s))
        };
        let short = kind.strip_prefix("neighbor ").unwrap_or(kind);
        named(&self.name)
            .or_else(|| named(self.group.as_deref()?))
            .or_else(|| {
                self.templates
                    .iter()
                    .flat_map(|lines| lines.all(short))
                    .find(|s| which(s))
            })
    }

    pub(super) fn get(&self, kind: &'static str) -> Option<&'n Statement> {
        self.find(kind, |_| true)
    }

    /// Whether the family is switched on or off for it.
    pub(super) fn active(&self) -> Option<bool> {
        let names = [Some(self.name.as_str()), self.group.as_deref()];
        let first = self.scope.first()?;
        names.into_iter().flatten().find_map(|name| {
            let mut all = first.stored("neighbor activate");
            all.find(|s| s.value("neighbor") == Some(name))
                .map(|s| !s.negated)
        })
    }
}

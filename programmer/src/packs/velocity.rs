//! Apache Velocity, as Catalyst Center's templates are written by default, made into the template language that the
//! rest of the programmer uses.
//!
//! Known: `$name`, `${name}`, `$!name`, `${name|'other'}`, properties and indexes, `#set`, `#if`, `#elseif`, `#else`,
//! `#end`, `#foreach` with `$foreach.count` and its kin, comments, `#[[ literal ]]#`, `\$` and `\#`. Not known, and
//! refused: `#macro`, `#break`, `#stop`, `#include`, `#parse`, `#evaluate`, `#define`, and methods other than those
//! of [`super::velocity_expression`].
//!
//! In Velocity `#set` in a loop changes the variable outside of it. So what is set anywhere lives in one namespace.

use std::collections::BTreeSet;

use super::velocity_expression::{Cursor, Scope};

/// The directives that hold others open; deeper nesting is a mistake.
const NESTING_MAX: usize = 32;

/// A template in the language of the rest, and the names that it sets itself.
#[derive(Debug)]
pub(super) struct Translated {
    pub(super) text: String,
    pub(super) set: BTreeSet<String>,
}

/// Translates a template, or says what is wrong with it.
pub(super) fn translate(template: &str) -> Result<Translated, String> {
    let set = names_set(template);
    let out = prologue(&set);
    let mut translator = Translator {
        blank_from: Some(out.len()),
        out,
        scope: Scope::new(&set),
        open: Vec::new(),
    };
    let mut rest = Cursor::new(template);
    while !rest.is_empty() {
        translator
            .piece(&mut rest)
            .map_err(|what| format!("line {}: {what}", rest.line()))?;
    }
    if let Some((what, line)) = translator.open.last() {
        return Err(format!("line {line}: {what} has no #end"));
    }
    Ok(Translated {
        text: translator.out,
        set,
    })
}

/// The names that `#set` sets anywhere in the template.
fn names_set(template: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for part in template.split("#set").skip(1) {
        let part = part.trim_start().trim_start_matches('(').trim_start();
        let name = part
            .trim_start_matches('$')
            .trim_start_matches('!')
            .trim_start_matches('{');
        let end = name
            .find(|it: char| !it.is_ascii_alphanumeric() && it != '_')
            .unwrap_or(name.len());
        if let Some(name) = name.get(..end).filter(|name| !name.is_empty()) {
            names.insert(name.to_string());
        }
    }
    names
}

/// What is set and is a variable as well begins with the variable's value.
fn prologue(set: &BTreeSet<String>) -> String {
    let mut out = String::new();
    if !set.is_empty() {
        out.push_str("{% set vtl = namespace() %}");
    }
    for name in set {
        out.push_str(&format!(
            "{{% if {name} is defined %}}{{% set vtl.{name} = {name} %}}{{% endif %}}"
        ));
    }
    out
}

struct Translator<'s> {
    out: String,
    /// Where the line began that has only blanks so far.
    blank_from: Option<usize>,
    scope: Scope<'s>,
    /// The directives that are open, with their lines.
    open: Vec<(&'static str, usize)>,
}

impl Translator<'_> {
    /// One piece of text, a reference or a directive.
    fn piece(&mut self, rest: &mut Cursor<'_>) -> Result<(), String> {
        if rest.take("##") {
            rest.until("\n");
        } else if rest.take("#*") {
            rest.until("*#").ok_or("the comment #* has no *#")?;
            rest.take("*#");
        } else if rest.take("#[[") {
            let literal = rest.until("]]#").ok_or("#[[ has no ]]#")?;
            self.literal(literal);
            rest.take("]]#");
        } else if rest.take("\\$") {
            self.literal("$");
        } else if rest.take("\\#") {
            self.literal("#");
        } else if rest.starts_with("$") {
            self.reference(rest)?;
        } else if rest.starts_with("#") {
            self.directive(rest)?;
        } else if let Some(letter) = rest.next() {
            self.literal(letter.encode_utf8(&mut [0; 4]));
        }
        Ok(())
    }

    /// Text that means nothing in either language.
    fn literal(&mut self, text: &str) {
        for letter in text.chars() {
            match letter {
                '{' | '}' | '%' => self.out.push_str(&format!("{{{{ \"{letter}\" }}}}")),
                other => self.out.push(other),
            }
            match letter {
                '\n' => self.blank_from = Some(self.out.len()),
                ' ' | '\t' => {}
                _ => self.blank_from = None,
            }
        }
    }

    fn reference(&mut self, rest: &mut Cursor<'_>) -> Result<(), String> {
        match rest.reference(&self.scope)? {
            Some(expression) => {
                self.out.push_str(&format!("{{{{ {expression} }}}}"));
                self.blank_from = None;
            }
            None => {
                rest.take("$");
                self.literal("$");
            }
        }
        Ok(())
    }

    fn directive(&mut self, rest: &mut Cursor<'_>) -> Result<(), String> {
        const UNKNOWN: [&str; 7] = [
            "macro", "break", "stop", "include", "parse", "evaluate", "define",
        ];
        let line = rest.line();
        let Some(name) = rest.directive_name() else {
            rest.take("#");
            self.literal("#");
            return Ok(());
        };
        match name.as_str() {
            "set" => {
                let (name, value) = rest.parenthesised(|it| it.assignment(&self.scope))?;
                self.tag(rest, &format!("set vtl.{name} = {value}"));
            }
            "if" => {
                let condition = rest.parenthesised(|it| it.expression(&self.scope))?;
                self.enter("#if", line)?;
                self.tag(rest, &format!("if {condition}"));
            }
            "elseif" => {
                let condition = rest.parenthesised(|it| it.expression(&self.scope))?;
                self.inside("#elseif")?;
                self.tag(rest, &format!("elif {condition}"));
            }
            "else" => {
                self.inside("#else")?;
                self.tag(rest, "else");
            }
            "foreach" => {
                let (name, list) = rest.parenthesised(|it| it.iteration(&self.scope))?;
                self.enter("#foreach", line)?;
                self.tag(rest, &format!("for {name} in {list}"));
                self.scope.enter_loop(name);
            }
            "end" => {
                let end = match self.open.pop() {
                    Some(("#foreach", _)) => {
                        self.scope.leave_loop();
                        "endfor"
                    }
                    Some(_) => "endif",
                    None => return Err("#end closes nothing".into()),
                };
                self.tag(rest, end);
            }
            name if UNKNOWN.contains(&name) || rest.starts_with("(") => {
                return Err(format!(
                    "#{name} isn't known here; write the lines out, or use `language: jinja`"
                ));
            }
            name => self.literal(&format!("#{name}")),
        }
        Ok(())
    }

    fn enter(&mut self, what: &'static str, line: usize) -> Result<(), String> {
        if self.open.len() >= NESTING_MAX {
            return Err(format!(
                "more than {NESTING_MAX} directives stand inside each other"
            ));
        }
        self.open.push((what, line));
        Ok(())
    }

    fn inside(&self, what: &str) -> Result<(), String> {
        match self.open.last() {
            Some(_) => Ok(()),
            None => Err(format!("{what} stands without #if")),
        }
    }

    /// Writes a tag; alone in its line, it takes the line with it.
    fn tag(&mut self, rest: &mut Cursor<'_>, tag: &str) {
        match self.blank_from {
            Some(line) if rest.take_blank_line() => {
                self.out.truncate(line);
                self.out.push_str(&format!("{{% {tag} %}}"));
                self.blank_from = Some(self.out.len());
            }
            _ => self.out.push_str(&format!("{{% {tag} %}}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use minijinja::{Environment, UndefinedBehavior, context};

    use super::*;

    fn render(template: &str) -> String {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        super::super::velocity_expression::add_methods(&mut environment);
        let translated = translate(template).unwrap();
        let values =
            context! { vlan => 20, name => "users", vlans => [10, 20], on => true, text => "a,b" };
        environment
            .render_str(&translated.text, values)
            .unwrap_or_else(|error| panic!("{error:#}\n{}", translated.text))
    }

    #[test]
    fn references_have_four_forms() {
        assert_eq!(
            render("vlan $vlan\n name ${name}_x $!no${no|'z'}.\n"),
            "vlan 20\n name users_x z."
        );
    }

    #[test]
    fn what_is_no_reference_is_text() {
        assert_eq!(
            render("secret 9 $9\\$x {{ vlan }} {% x %} # 1 #1 #[[ $vlan #if ]]# $. 5$"),
            "secret 9 $9$x {{ vlan }} {% x %} # 1 #1  $vlan #if  $. 5$"
        );
    }

    #[test]
    fn comments_go() {
        assert_eq!(render("a ## b\nc#* d\n e *#f\n! g\n"), "a \ncf\n! g");
    }

    #[test]
    fn conditions_and_loops_do_what_they_do_in_velocity() {
        assert_eq!(
            render(
                "#if( $on && $vlan > 5 )\nyes\n#elseif($vlan == 3)\nthree\n#else\nno\n#end\n\
                 #foreach( $it in $vlans )\n$it is $foreach.count#if($foreach.hasNext), more#end\n\n#end\n"
            ),
            "yes\n10 is 1, more\n\n20 is 2\n\n"
        );
        assert_eq!(
            render("#foreach($n in [1..3])$n#end#if(!$on)x#{else}y#end"),
            "123y"
        );
        assert_eq!(render("#if($name eq \"users\" and $vlan ne 3)a#end"), "a");
    }

    #[test]
    fn what_is_set_in_a_loop_stays_set() {
        assert_eq!(
            render("#set($sum = 0)\n#foreach($n in $vlans)\n#set( $sum = $sum + $n )\n#end\n$sum"),
            "30"
        );
        assert_eq!(
            render("#set($vlan = $vlan + 1)$vlan #set($x = \"${name}-$vlan\")$x"),
            "21 users-21"
        );
    }

    #[test]
    fn lists_have_their_methods() {
        assert_eq!(
            render(
                "#set($parts = $text.split(\",\"))$parts.size() $parts[1] #if($name.contains(\"ser\"))in#end"
            ),
            "2 b in"
        );
        assert_eq!(render("$name.toUpperCase()"), "USERS");
    }

    #[test]
    fn what_is_not_known_is_told_with_its_line() {
        for (template, told) in [
            (
                "a\n#macro(x)\n#end",
                "line 2: #macro isn't known here; write the lines out, or use `language: jinja`",
            ),
            (
                "#x()",
                "line 1: #x isn't known here; write the lines out, or use `language: jinja`",
            ),
            ("\n#if($x)\n", "line 2: #if has no #end"),
            ("$none", "line 1: `none` can't be the name of a variable"),
            ("#end", "line 1: #end closes nothing"),
            ("#else", "line 1: #else stands without #if"),
            (
                "$a.parseInt(2)",
                "line 1: the method parseInt isn't known here",
            ),
            ("#if($a", "line 1: `(` has no `)`"),
            ("#set($a)", "line 1: #set wants `$name = value`"),
            (
                "#foreach($a of $b)#end",
                "line 1: #foreach wants `$name in list`",
            ),
            (
                "#if($a ~ 2)#end",
                "line 1: `~` isn't known in an expression",
            ),
        ] {
            assert_eq!(
                translate(template).map(|it| it.text),
                Err(told.to_string()),
                "{template:?}"
            );
        }
    }
}

//! The configuration as templates walk it: `config.all("vlan")`.

use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, Value, from_args};
use minijinja::{Error, ErrorKind, State};

use crate::config::{Block, Statement};
use crate::pack::Platform;

/// The statements of one block.
#[derive(Debug)]
struct BlockView {
    platform: Arc<Platform>,
    block: Block,
}

/// One statement.
#[derive(Debug)]
struct StatementView {
    platform: Arc<Platform>,
    statement: Statement,
}

pub(super) fn view(platform: &Arc<Platform>, block: &Block) -> Value {
    Value::from_object(BlockView {
        platform: platform.clone(),
        block: block.clone(),
    })
}

fn statement(platform: &Arc<Platform>, statement: &Statement) -> Value {
    Value::from_object(StatementView {
        platform: platform.clone(),
        statement: statement.clone(),
    })
}

/// `all`, `get` and `has` on a block.
fn query(
    platform: &Arc<Platform>,
    block: Option<&Block>,
    method: &str,
    args: &[Value],
) -> Result<Value, Error> {
    let (kind,): (&str,) = from_args(args)?;
    let grammar = platform.grammar();
    let statements = block.into_iter().flat_map(Block::iter);
    let mut of_kind = statements.filter(|s| s.kind(grammar) == kind);
    match method {
        "all" => Ok(Value::from_iter(
            of_kind.map(|s| statement(platform, s)).collect::<Vec<_>>(),
        )),
        "get" => Ok(of_kind
            .next()
            .map_or(Value::from(()), |s| statement(platform, s))),
        "has" => Ok(Value::from(of_kind.any(|s| !s.negated))),
        _ => Err(Error::new(
            ErrorKind::UnknownMethod,
            format!("a block has all, get and has, not {method}"),
        )),
    }
}

impl Object for BlockView {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        query(&self.platform, Some(&self.block), method, args)
    }
}

impl Object for StatementView {
    // A map would be false, because it has no entries that can be listed.
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let key = key.as_str()?;
        match key {
            "line" => Some(Value::from(&*self.statement.line)),
            "negated" => Some(Value::from(self.statement.negated)),
            _ => self.statement.value(key).map(Value::from),
        }
    }

    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        query(&self.platform, self.statement.block.as_ref(), method, args)
    }
}

//! Which stage comes after which, over all pipelines. Knows names and inputs only.

use crate::model::name::TableName;
use crate::pipeline::Pipeline;
use crate::pipeline::Stage;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;

/// Stages that wait for each other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("stages wait for each other: {0}")]
pub struct Cycle(pub Ring);

/// The names along a cycle; the first closes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ring(pub Vec<TableName>);

impl fmt::Display for Ring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for name in &self.0 {
            write!(f, "{name} -> ")?;
        }
        self.0.first().map_or(Ok(()), |first| write!(f, "{first}"))
    }
}

/// Every stage that `wanted` needs (all marts, if none is named), each after its inputs; otherwise by name, so that the
/// order is the same every time.
///
/// # Errors
/// When stages wait for each other.
pub fn in_order<'a>(
    pipelines: &'a [Pipeline],
    wanted: Option<&BTreeSet<TableName>>,
) -> Result<Vec<&'a Stage>, Cycle> {
    let stages: BTreeMap<&TableName, &Stage> = pipelines
        .iter()
        .flat_map(|pipeline| &pipeline.stages)
        .map(|stage| (&stage.name, stage))
        .collect();
    let mut visit = Visit {
        stages: &stages,
        path: Vec::new(),
        done: BTreeSet::new(),
        order: Vec::new(),
    };
    for (name, stage) in &stages {
        let asked = wanted.map_or(stage.mart.is_some(), |wanted| wanted.contains(*name));
        if asked {
            visit.stage(name)?;
        }
    }
    Ok(visit.order)
}

struct Visit<'a, 'b> {
    stages: &'b BTreeMap<&'a TableName, &'a Stage>,
    path: Vec<&'a TableName>,
    done: BTreeSet<&'a TableName>,
    order: Vec<&'a Stage>,
}

impl Visit<'_, '_> {
    fn stage(&mut self, name: &TableName) -> Result<(), Cycle> {
        // A table of the store is no stage and waits for nothing.
        let Some((&name, &stage)) = self.stages.get_key_value(name) else {
            return Ok(());
        };
        if self.done.contains(name) {
            return Ok(());
        }
        if let Some(start) = self.path.iter().position(|before| *before == name) {
            return Err(Cycle(Ring(
                self.path[start..]
                    .iter()
                    .map(|name| (*name).clone())
                    .collect(),
            )));
        }
        self.path.push(name);
        stage
            .inputs
            .iter()
            .try_for_each(|input| self.stage(input))?;
        self.path.pop();
        self.done.insert(name);
        self.order.push(stage);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::name::PipelineName;
    use crate::pipeline::Work;

    fn pipeline(stages: &[(&str, &[&str])]) -> Pipeline {
        let table = |name: &&str| TableName::parse(name).unwrap();
        let stage = |(name, inputs): &(&str, &[&str])| Stage {
            name: table(name),
            inputs: inputs.iter().map(table).collect(),
            work: Work::Sql("".into()),
            drafts: None,
            mart: None,
            version: "".into(),
        };
        Pipeline {
            name: PipelineName::parse("p").unwrap(),
            title: "".into(),
            title_zh: "".into(),
            stages: stages.iter().map(stage).collect(),
            review: None,
        }
    }

    #[test]
    fn stages_follow_their_inputs() {
        let pipelines = [pipeline(&[
            ("a", &["c", "store"]),
            ("b", &["a"]),
            ("c", &[]),
            ("d", &["c"]),
        ])];
        let wanted = [TableName::parse("b").unwrap()].into();
        let order = in_order(&pipelines, Some(&wanted)).unwrap();
        assert_eq!(
            order
                .iter()
                .map(|stage| stage.name.as_str())
                .collect::<Vec<_>>(),
            ["c", "a", "b"]
        );
    }

    #[test]
    fn a_cycle_is_printed() {
        let pipelines = [
            pipeline(&[("a", &["b"]), ("b", &["c"])]),
            pipeline(&[("c", &["b"])]),
        ];
        let wanted = [TableName::parse("a").unwrap()].into();
        let cycle = in_order(&pipelines, Some(&wanted)).unwrap_err();
        assert_eq!(cycle.to_string(), "stages wait for each other: b -> c -> b");
    }
}

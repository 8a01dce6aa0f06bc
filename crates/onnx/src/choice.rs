//! Which input, output and parameters of a model a selection means.

use std::collections::HashSet;

use hesscope_hvp::Kind;

use crate::error::{Missing, OnnxError};
use crate::graph::{order, reads};
use crate::missing::Through;
use crate::model::Model;
use crate::parameters::{Uses, marks, role};
use crate::proto::ValueInfoProto;
use crate::role::Role;
use crate::run::functions;
use crate::selection::{Pattern, Selection, near};
use crate::signature::{Dimension, Signature};
use crate::tensor::Stored;

/// What the names of a model are once a selection is made.
pub(crate) struct Resolved<'m> {
    pub input: Signature,
    pub output: &'m str,
    /// The role of each stored tensor, in their order.
    pub roles: Vec<Role>,
}
impl Model {
    /// The input that takes the examples.
    ///
    /// # Errors
    ///
    /// When there is none of the name that was chosen, or none was chosen and there are several.
    pub fn input(&self, selection: &Selection) -> Result<Signature, OnnxError> {
        let given =
            |input: &&ValueInfoProto| selection.values.iter().all(|(name, _)| *name != input.name);
        let inputs: Vec<&ValueInfoProto> = self.open_inputs().filter(given).collect();
        let names: Vec<&str> = inputs.iter().map(|input| input.name.as_str()).collect();
        let found = match (&selection.input, inputs.as_slice()) {
            (Some(name), _) => {
                inputs
                    .iter()
                    .find(|input| input.name == *name)
                    .ok_or_else(|| {
                        OnnxError::Selection(format!(
                            "the model has no input `{name}`: {}",
                            near(name, &names)
                        ))
                    })?
            }
            (None, [only]) => only,
            (None, []) => {
                return Err(OnnxError::Selection(
                    "the model has no input that takes examples".to_owned(),
                ));
            }
            (None, _) => {
                return Err(OnnxError::Selection(format!(
                    "the model has the inputs {}: name the one that takes the examples, and give the others values",
                    names
                        .iter()
                        .map(|name| format!("`{name}`"))
                        .collect::<Vec<_>>()
                        .join(", ")
                )));
            }
        };
        Signature::of(found).map_err(|fault| OnnxError::tensor(&found.name, fault))
    }

    /// Whether the examples are integers, such as tokens.
    ///
    /// # Errors
    ///
    /// As [`input`](Self::input).
    pub fn takes_integers(&self, selection: &Selection) -> Result<bool, OnnxError> {
        Ok(self.input(selection)?.element.kind() == Kind::Int)
    }

    /// The one size of batch that the model was exported for; none where it takes any.
    ///
    /// # Errors
    ///
    /// As [`input`](Self::input).
    pub fn fixed_batch(&self, selection: &Selection) -> Result<Option<usize>, OnnxError> {
        let input = self.input(selection)?;
        Ok(
            match input.shape.as_deref().and_then(<[Dimension]>::first) {
                Some(&Dimension::Fixed(batch)) => Some(batch),
                _ => None,
            },
        )
    }

    fn output(&self, selection: &Selection) -> Result<&str, OnnxError> {
        let names: Vec<&str> = self
            .graph
            .output
            .iter()
            .map(|output| output.name.as_str())
            .collect();
        match &selection.output {
            Some(wanted) => names
                .iter()
                .copied()
                .find(|name| name == wanted)
                .ok_or_else(|| {
                    OnnxError::Selection(format!(
                        "the model has no output `{wanted}`: {}",
                        near(wanted, &names)
                    ))
                }),
            None => names.first().copied().ok_or_else(|| {
                OnnxError::Graph("the model has no output: export it again".to_owned())
            }),
        }
    }

    /// Settles what a selection leaves to rules.
    pub(crate) fn resolve(&self, selection: &Selection) -> Result<Resolved<'_>, OnnxError> {
        let input = self.input(selection)?;
        let output = self.output(selection)?;
        let order = self.order(output)?;
        let used = self.used(&order, output);
        let (uses, marks) = (Uses::of(&self.graph, &order, output), marks(&self.graph));
        let mut roles: Vec<Role> = self
            .stored
            .iter()
            .map(|(name, stored)| match used.contains(name.as_str()) {
                true => role(name, stored, &uses, &marks),
                false => Role::Unused,
            })
            .collect();
        let floats: Vec<&str> = self
            .stored
            .iter()
            .zip(&roles)
            .filter(|(_, role)| !matches!(role, Role::Unused | Role::Discrete))
            .map(|((name, _), _)| name.as_str())
            .collect();
        let patterns = |texts: &'_ [String]| -> Result<Vec<bool>, OnnxError> {
            let patterns: Vec<Pattern> = texts
                .iter()
                .map(|text| Pattern::new(text))
                .collect::<Result<_, _>>()?;
            patterns
                .iter()
                .try_for_each(|pattern| pattern.check(&floats))?;
            let matched =
                |(name, _): &(String, Stored)| patterns.iter().any(|pattern| pattern.matches(name));
            Ok(self.stored.iter().map(matched).collect())
        };
        let (chosen, frozen) = (
            patterns(&selection.parameters)?,
            patterns(&selection.frozen)?,
        );
        for (index, role) in roles.iter_mut().enumerate() {
            let settled = matches!(role, Role::Unused | Role::Discrete);
            if !settled && !selection.parameters.is_empty() {
                *role = match chosen[index] {
                    true => Role::Parameter,
                    false if *role == Role::Parameter => Role::Frozen,
                    false => *role,
                };
            }
            if !settled && frozen[index] {
                *role = Role::Frozen;
            }
        }
        Ok(Resolved {
            input,
            output,
            roles,
        })
    }

    /// The places of the nodes that an output depends on, in order.
    pub(crate) fn order(&self, output: &str) -> Result<Vec<usize>, OnnxError> {
        let outputs = self.graph.node.iter().flat_map(|node| &node.output);
        let inner: HashSet<&str> = outputs.map(String::as_str).collect();
        order(&self.graph.node, &[output], |name| !inner.contains(name))
    }

    /// The names that these nodes read, and the output.
    pub(crate) fn used<'m>(&'m self, order: &[usize], output: &'m str) -> HashSet<&'m str> {
        let nodes = order.iter().map(|&place| &self.graph.node[place]);
        nodes.flat_map(reads).chain([output]).collect()
    }

    /// The operators of the nodes behind the logits that have no rule, each once.
    ///
    /// Nodes of branches that are not taken are among them.
    ///
    /// # Errors
    ///
    /// When the selection does not fit the model, or its graph does not hold together.
    pub fn missing(&self, selection: &Selection) -> Result<Vec<Missing>, OnnxError> {
        let resolved = self.resolve(selection)?;
        self.through(&resolved).find()
    }

    pub(crate) fn through<'m>(&'m self, resolved: &Resolved<'m>) -> Through<'m> {
        let names = self.stored.iter().map(|(name, _)| name.as_str());
        Through {
            graph: &self.graph,
            functions: functions(&self.proto.functions),
            roles: names.zip(resolved.roles.iter().copied()).collect(),
            output: resolved.output,
        }
    }
}

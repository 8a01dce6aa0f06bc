//! The tensors in a pickle of PyTorch's.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    element::Element,
    pickle::{Call, Id, Node, Pickle},
};

/// Values that are looked at; a pickle whose values contain one another in many ways holds more than any network.
const MOST_VALUES: usize = 4_000_000;

/// Values that lie in one another.
const DEEPEST: usize = 100;

/// The tables of a `torch.nn.Module`.
const PARAMETERS: &str = "_parameters";
const BUFFERS: &str = "_buffers";
const MODULES: &str = "_modules";

/// A tensor as a pickle describes it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PickledTensor {
    /// What its numbers are.
    pub(super) element: Element,
    /// Shape.
    pub(super) shape: Vec<usize>,
    /// Where the numbers are, unless the element is an object.
    pub(super) place: Option<Place>,
}

/// Where the numbers of a tensor are.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Place {
    /// Key of the storage.
    pub(super) storage: String,
    /// Bytes that a number takes.
    pub(super) size: usize,
    /// The first number's place in the storage, in numbers.
    pub(super) offset: usize,
    /// Numbers from one entry of each dimension to the next.
    pub(super) strides: Vec<usize>,
}

/// A storage as a pickle refers to it.
struct Storage {
    key: String,
    element: Element,
    size: usize,
    count: usize,
    offset: usize,
}

/// The tensors of a pickle by their names, the keys and places that lead to them with dots between.
pub(super) struct Found {
    /// The tensors, of those of one name the last.
    pub(super) tensors: BTreeMap<String, PickledTensor>,
    /// The first name that several have, as `head.weight` where `head` has a `weight`.
    pub(super) twice: Option<String>,
}

/// The tensors of a pickle; nothing if it is too involved to be looked through.
///
/// A `torch.nn.Module` that was saved whole is taken for its `state_dict`.
pub(super) fn tensors(pickle: &Pickle) -> Option<Found> {
    let mut walk = Walk {
        pickle,
        path: Vec::new(),
        depth: 0,
        seen: 0,
        found: Found {
            tensors: BTreeMap::new(),
            twice: None,
        },
    };
    walk.value(pickle.root())?;
    Some(walk.found)
}

/// The bytes of every storage that a pickle refers to, by key, and the bytes of one number in it.
pub(super) fn storages(pickle: &Pickle) -> BTreeMap<String, (usize, usize)> {
    let references = pickle.nodes().filter_map(|node| match node {
        Node::Persistent(id) => storage(pickle, *id),
        _ => None,
    });
    let size = |found: Storage| {
        Some((
            found.key,
            (found.count.checked_mul(found.size)?, found.size),
        ))
    };
    references.filter_map(size).collect()
}

struct Walk<'a> {
    pickle: &'a Pickle,
    path: Vec<String>,
    /// Values that the present one lies in.
    depth: usize,
    seen: usize,
    found: Found,
}

impl<'a> Walk<'a> {
    fn value(&mut self, id: Id) -> Option<()> {
        self.look()?;
        self.depth += 1;
        let pickle = self.pickle;
        match pickle.node(id) {
            Node::Dict(pairs) => self.pairs(pairs)?,
            Node::Sequence(items) => {
                for (place, item) in items.iter().enumerate() {
                    self.named(place.to_string(), *item)?;
                }
            }
            Node::Call(call) => self.call(call)?,
            _ => {}
        }
        self.depth -= 1;
        Some(())
    }

    /// Counts a value looked at; nothing where there were too many, or they lie too deep.
    fn look(&mut self) -> Option<()> {
        self.seen += 1;
        (self.seen <= MOST_VALUES && self.depth <= DEEPEST).then_some(())
    }

    fn named(&mut self, name: String, value: Id) -> Option<()> {
        self.path.push(name);
        self.value(value)?;
        self.path.pop();
        Some(())
    }

    fn pairs(&mut self, pairs: &[(Id, Id)]) -> Option<()> {
        for &(key, value) in pairs {
            // What has no name is no weight.
            if let Some(key) = self.pickle.key(key) {
                self.named(key, value)?;
            }
        }
        Some(())
    }

    fn call(&mut self, call: &Call) -> Option<()> {
        if let Some(state) = call
            .state
            .and_then(|state| module_state(self.pickle, state))
        {
            return self.module(&state);
        }
        let Node::Global(function) = self.pickle.node(call.callable) else {
            return Some(());
        };
        self.apply(function, call.arguments)?;
        self.pairs(&call.pairs)?;
        let state = call.state.unwrap_or_default();
        if call.pairs.is_empty() && self.holds_storage(state, 0)? {
            // In place of what the function made, whose attributes hold tensors too.
            let object = object(function);
            self.found.tensors.insert(self.path.join("."), object);
        }
        Some(())
    }

    /// What `function` makes of `arguments`.
    fn apply(&mut self, function: &str, arguments: Id) -> Option<()> {
        let pickle = self.pickle;
        let fields = pickle.sequence(arguments).unwrap_or_default();
        match (function, fields) {
            (
                "torch._utils._rebuild_tensor"
                | "torch._utils._rebuild_tensor_v2"
                | "torch._utils._rebuild_tensor_v3",
                fields,
            ) => {
                let tensor = tensor(pickle, function, fields);
                self.add(tensor.unwrap_or_else(|| object(function)));
            }
            (
                "torch._utils._rebuild_parameter" | "torch._utils._rebuild_parameter_with_state",
                [data, ..],
            ) => self.value(*data)?,
            // A subclass of tensors: the function, the class, the function's arguments.
            ("torch._tensor._rebuild_from_type_v2", [function, _, arguments, ..]) => {
                self.look()?;
                if let Node::Global(function) = pickle.node(*function)
                    && function != "torch._tensor._rebuild_from_type_v2"
                {
                    self.apply(function, *arguments)?;
                }
            }
            ("collections.OrderedDict", [pairs, ..]) => {
                for pair in pickle.sequence(*pairs).unwrap_or_default() {
                    if let Some([key, value]) = pickle.sequence(*pair) {
                        self.pairs(&[(*key, *value)])?;
                    }
                }
            }
            _ => {
                if self.holds_storage(arguments, 0)? {
                    self.add(object(function));
                }
            }
        }
        Some(())
    }

    fn add(&mut self, tensor: PickledTensor) {
        let name = self.path.join(".");
        let before = self.found.tensors.insert(name.clone(), tensor);
        if before.is_some() {
            self.found.twice.get_or_insert(name);
        }
    }

    fn module(&mut self, state: &BTreeMap<&str, Id>) -> Option<()> {
        let pickle = self.pickle;
        let hidden = state.get("_non_persistent_buffers_set").copied();
        let hidden = hidden.map(|set| set_items(pickle, set)).unwrap_or_default();
        let hidden: BTreeSet<&str> = hidden.iter().filter_map(|id| pickle.text(*id)).collect();
        for table in [PARAMETERS, BUFFERS, MODULES] {
            let pairs = state.get(table).and_then(|table| dict(pickle, *table));
            for &(key, value) in pairs.unwrap_or_default() {
                let left_out = |key: &str| table == BUFFERS && hidden.contains(key);
                if let Some(key) = pickle.text(key).filter(|key| !left_out(key)) {
                    self.named(key.to_owned(), value)?;
                }
            }
        }
        Some(())
    }

    /// Whether a storage lies anywhere in a value: then it is a tensor of some kind.
    fn holds_storage(&mut self, id: Id, depth: usize) -> Option<bool> {
        self.look()?;
        if depth > DEEPEST {
            return None;
        }
        let pickle = self.pickle;
        let inner: Vec<Id> = match pickle.node(id) {
            Node::Persistent(_) => return Some(true),
            Node::Sequence(items) => items.clone(),
            Node::Dict(pairs) => pairs.iter().map(|(_, value)| *value).collect(),
            Node::Call(call) => {
                let values = call.pairs.iter().map(|(_, value)| *value);
                let own = [Some(call.arguments), call.state].into_iter().flatten();
                own.chain(values).collect()
            }
            _ => Vec::new(),
        };
        for id in inner {
            if self.holds_storage(id, depth + 1)? {
                return Some(true);
            }
        }
        Some(false)
    }
}

fn object(function: &str) -> PickledTensor {
    PickledTensor {
        element: Element::Object(function.to_owned()),
        shape: Vec::new(),
        place: None,
    }
}

/// The pairs of a dictionary, an ordered one among them.
fn dict(pickle: &Pickle, id: Id) -> Option<&[(Id, Id)]> {
    match pickle.node(id) {
        Node::Dict(pairs) => Some(pairs),
        Node::Call(call) => Some(&call.pairs),
        _ => None,
    }
}

/// The elements of a set, which older protocols write as a call with a list.
fn set_items(pickle: &Pickle, id: Id) -> &[Id] {
    let items = match pickle.node(id) {
        Node::Call(call) => match pickle.sequence(call.arguments) {
            Some([items, ..]) => pickle.sequence(*items),
            _ => None,
        },
        _ => pickle.sequence(id),
    };
    items.unwrap_or_default()
}

/// The attributes of an object that is a `torch.nn.Module`, which all have the three tables.
fn module_state(pickle: &Pickle, state: Id) -> Option<BTreeMap<&str, Id>> {
    let pairs = dict(pickle, state)?.iter();
    let named = pairs.filter_map(|&(key, value)| Some((pickle.text(key)?, value)));
    let attributes: BTreeMap<&str, Id> = named.collect();
    let is_table = |name| {
        let table = attributes.get(name);
        table.is_some_and(|table| dict(pickle, *table).is_some())
    };
    let all = [PARAMETERS, BUFFERS, MODULES].into_iter().all(is_table);
    all.then_some(attributes)
}

/// A tensor from what `function` is called with: storage, offset, shape, strides, two that are of no concern, and the
/// element type where the storage has none.
fn tensor(pickle: &Pickle, function: &str, fields: &[Id]) -> Option<PickledTensor> {
    let [reference, offset, shape, strides, rest @ ..] = fields else {
        return None;
    };
    let Node::Persistent(reference) = pickle.node(*reference) else {
        return None;
    };
    let storage = storage(pickle, *reference)?;
    let sizes = |id: Id| -> Option<Vec<usize>> {
        let dims = pickle.sequence(id)?.iter();
        dims.map(|&dim| pickle.size(dim)).collect()
    };
    let (shape, strides) = (sizes(*shape)?, sizes(*strides)?);
    if shape.len() != strides.len() {
        return None;
    }
    let mut element = storage.element;
    if function.ends_with("_v3") {
        let Node::Global(name) = pickle.node(*rest.get(2)?) else {
            return None;
        };
        element = Element::Other(name.clone());
    }
    let place = Place {
        storage: storage.key,
        size: storage.size,
        offset: storage.offset.checked_add(pickle.size(*offset)?)?,
        strides,
    };
    Some(PickledTensor {
        element,
        shape,
        place: Some(place),
    })
}

/// `('storage', type, key, location, count)`, where early files add a view: its key, offset and size.
fn storage(pickle: &Pickle, reference: Id) -> Option<Storage> {
    let [mark, class, key, _location, count, view @ ..] = pickle.sequence(reference)? else {
        return None;
    };
    if pickle.text(*mark) != Some("storage") {
        return None;
    }
    let class = match pickle.node(*class) {
        Node::Global(name) | Node::Text(name) => name,
        _ => return None,
    };
    let (element, size) = Element::of_storage(class.rsplit('.').next()?)?;
    let view = view.first().and_then(|view| pickle.sequence(*view));
    let offset = match view {
        Some([_key, offset, _size]) => pickle.size(*offset)?,
        _ => 0,
    };
    Some(Storage {
        key: pickle.key(*key)?,
        element,
        size,
        count: pickle.size(*count)?,
        offset,
    })
}

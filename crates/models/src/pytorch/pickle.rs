//! Python pickles as trees, without running or interpreting anything in them.
//!
//! An unpickler is a stack machine whose commands build values. Here every command only notes what it would build, calls
//! of functions and classes included, so that a value of any kind can stand beside the weights. Protocols 0 to 5.

use std::{
    collections::HashMap,
    io::{self, BufRead, Read},
};

/// The place of a value in its pickle. Values may be shared, and may contain themselves.
pub(super) type Id = usize;

/// A value.
#[derive(Debug)]
pub(super) enum Node {
    /// Nothing that names, counts or holds a tensor: `None`, a float, bytes, an integer of more than 64 bits.
    Atom,
    /// An integer, or a truth value as 1 or 0.
    Int(i64),
    /// A string.
    Text(String),
    /// A tuple, list or set.
    Sequence(Vec<Id>),
    /// A dictionary.
    Dict(Vec<(Id, Id)>),
    /// A function or class by its full name.
    Global(String),
    /// An object that a call makes.
    Call(Box<Call>),
    /// Something outside of the pickle, by its identifier.
    Persistent(Id),
}

/// A call of a function or class.
#[derive(Debug)]
pub(super) struct Call {
    /// What is called.
    pub(super) callable: Id,
    /// Its arguments.
    pub(super) arguments: Id,
    /// The state that the object is given afterwards.
    pub(super) state: Option<Id>,
    /// The pairs that are put into it, if it is a dictionary of some kind.
    pub(super) pairs: Vec<(Id, Id)>,
}

/// A pickle read.
#[derive(Debug)]
pub(super) struct Pickle {
    nodes: Vec<Node>,
    root: Id,
}

impl Pickle {
    /// Reads one pickle, up to the end that it marks.
    pub(super) fn read(reader: &mut impl BufRead) -> io::Result<Self> {
        let mut machine = Machine {
            reader,
            nodes: vec![Node::Atom],
            stack: Vec::new(),
            marks: Vec::new(),
            memo: HashMap::new(),
        };
        while machine.step()? {}
        let root = machine.pop()?;
        Ok(Self {
            nodes: machine.nodes,
            root,
        })
    }

    /// The whole value.
    pub(super) fn root(&self) -> Id {
        self.root
    }

    /// All values.
    pub(super) fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter()
    }

    /// A value.
    pub(super) fn node(&self, id: Id) -> &Node {
        self.nodes.get(id).unwrap_or(&Node::Atom)
    }

    /// The string that a value is.
    pub(super) fn text(&self, id: Id) -> Option<&str> {
        match self.node(id) {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number that a value is, if it is not negative.
    pub(super) fn size(&self, id: Id) -> Option<usize> {
        match self.node(id) {
            Node::Int(number) => usize::try_from(*number).ok(),
            _ => None,
        }
    }

    /// The elements of a tuple, list or set.
    pub(super) fn sequence(&self, id: Id) -> Option<&[Id]> {
        match self.node(id) {
            Node::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// A key of a dictionary as part of a name.
    pub(super) fn key(&self, id: Id) -> Option<String> {
        match self.node(id) {
            Node::Text(text) => Some(text.clone()),
            Node::Int(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

struct Machine<'a, R> {
    reader: &'a mut R,
    nodes: Vec<Node>,
    stack: Vec<Id>,
    /// Heights of the stack at the marks.
    marks: Vec<usize>,
    memo: HashMap<u64, Id>,
}

fn broken(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("its pickle {reason}"))
}

impl<R: BufRead> Machine<'_, R> {
    /// One command; whether there is another.
    fn step(&mut self) -> io::Result<bool> {
        match self.number(1)? as u8 {
            b'.' => return Ok(false),
            // The protocol's number, and the length of a frame.
            0x80 => drop(self.number(1)?),
            0x95 => drop(self.number(8)?),
            b'(' => self.marks.push(self.stack.len()),
            b'0' => self.discard()?,
            b'1' => drop(self.pop_mark()?),
            b'2' => {
                let top = self.top()?;
                self.stack.push(top);
            }
            b'N' => self.stack.push(0),
            0x88 => self.push(Node::Int(1)),
            0x89 => self.push(Node::Int(0)),
            b'I' | b'L' => {
                let line = self.line()?;
                let number = line.trim_end_matches('L').parse();
                self.push(number.map_or(Node::Atom, Node::Int));
            }
            b'J' => {
                let number = self.number(4)? as u32 as i32;
                self.push(Node::Int(number.into()));
            }
            b'K' => self.unsigned(1)?,
            b'M' => self.unsigned(2)?,
            0x8a => self.long(1)?,
            0x8b => self.long(4)?,
            code @ (b'F' | b'G') => {
                if code == b'F' {
                    self.line()?;
                } else {
                    self.number(8)?;
                }
                self.stack.push(0);
            }
            b'S' => {
                let line = self.line()?;
                let unquoted = line.trim_matches(['\'', '"']).to_owned();
                self.push(Node::Text(unquoted));
            }
            b'V' => {
                let line = self.line()?;
                self.push(Node::Text(line));
            }
            b'U' | 0x8c => self.string(1)?,
            b'T' | b'X' => self.string(4)?,
            0x8d => self.string(8)?,
            b'C' => self.bytes(1)?,
            b'B' => self.bytes(4)?,
            0x8e | 0x96 => self.bytes(8)?,
            b')' | b']' | 0x8f => self.push(Node::Sequence(Vec::new())),
            b't' | b'l' | 0x91 => {
                let items = self.pop_mark()?;
                self.push(Node::Sequence(items));
            }
            code @ 0x85..=0x87 => {
                let mut items = Vec::new();
                for _ in 0x84..code {
                    items.push(self.pop()?);
                }
                items.reverse();
                self.push(Node::Sequence(items));
            }
            b'a' => {
                let item = self.pop()?;
                self.append(vec![item])?;
            }
            b'e' | 0x90 => {
                let items = self.pop_mark()?;
                self.append(items)?;
            }
            b'}' => self.push(Node::Dict(Vec::new())),
            b'd' => {
                let items = self.pop_mark()?;
                self.push(Node::Dict(Vec::new()));
                self.insert(&items)?;
            }
            b's' => {
                let value = self.pop()?;
                let key = self.pop()?;
                self.insert(&[key, value])?;
            }
            b'u' => {
                let items = self.pop_mark()?;
                self.insert(&items)?;
            }
            b'c' => {
                let (module, name) = (self.line()?, self.line()?);
                self.push(Node::Global(format!("{module}.{name}")));
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                let global = match (self.nodes.get(module), self.nodes.get(name)) {
                    (Some(Node::Text(module)), Some(Node::Text(name))) => {
                        format!("{module}.{name}")
                    }
                    _ => return Err(broken("names a function by no string")),
                };
                self.push(Node::Global(global));
            }
            b'R' | 0x81 => {
                let arguments = self.pop()?;
                self.call(arguments)?;
            }
            0x92 => {
                let _named = self.pop()?;
                let arguments = self.pop()?;
                self.call(arguments)?;
            }
            b'b' => {
                let state = self.pop()?;
                let object = self.top()?;
                if let Some(Node::Call(call)) = self.nodes.get_mut(object) {
                    call.state = Some(state);
                }
            }
            code @ (b'p' | b'q' | b'r' | b'g' | b'h' | b'j') => {
                let slot = match code {
                    b'p' | b'g' => self.slot()?,
                    b'q' | b'h' => self.number(1)?,
                    _ => self.number(4)?,
                };
                if matches!(code, b'p' | b'q' | b'r') {
                    self.put(slot)?;
                } else {
                    self.get(slot)?;
                }
            }
            0x94 => self.put(self.memo.len() as u64)?,
            b'P' => {
                let line = self.line()?;
                self.push(Node::Text(line));
                let id = self.pop()?;
                self.push(Node::Persistent(id));
            }
            b'Q' => {
                let id = self.pop()?;
                self.push(Node::Persistent(id));
            }
            _ => return Err(broken("has a command that is none")),
        }
        Ok(true)
    }

    fn push(&mut self, node: Node) {
        self.stack.push(self.nodes.len());
        self.nodes.push(node);
    }

    fn top(&self) -> io::Result<Id> {
        let bottom = self.marks.last().copied().unwrap_or(0);
        let above = self.stack.get(bottom..).and_then(|above| above.last());
        above
            .copied()
            .ok_or_else(|| broken("takes a value where there is none"))
    }

    fn pop(&mut self) -> io::Result<Id> {
        let top = self.top()?;
        self.stack.pop();
        Ok(top)
    }

    /// The values above the last mark.
    fn pop_mark(&mut self) -> io::Result<Vec<Id>> {
        let mark = self.marks.pop();
        let height = mark.ok_or_else(|| broken("goes back to a mark where there is none"))?;
        Ok(self.stack.split_off(height.min(self.stack.len())))
    }

    /// Takes the top away, be it a value or a mark.
    fn discard(&mut self) -> io::Result<()> {
        if self.marks.last() == Some(&self.stack.len()) {
            self.marks.pop();
            return Ok(());
        }
        self.pop().map(drop)
    }

    fn append(&mut self, items: Vec<Id>) -> io::Result<()> {
        let list = self.top()?;
        if let Some(Node::Sequence(list)) = self.nodes.get_mut(list) {
            list.extend(items);
        }
        Ok(())
    }

    /// Puts keys and values, in turn, into the dictionary on top.
    fn insert(&mut self, items: &[Id]) -> io::Result<()> {
        let dict = self.top()?;
        let pairs = match self.nodes.get_mut(dict) {
            Some(Node::Dict(pairs)) => pairs,
            Some(Node::Call(call)) => &mut call.pairs,
            _ => return Ok(()),
        };
        pairs.extend(items.chunks_exact(2).map(|pair| (pair[0], pair[1])));
        Ok(())
    }

    fn call(&mut self, arguments: Id) -> io::Result<()> {
        let callable = self.pop()?;
        self.push(Node::Call(Box::new(Call {
            callable,
            arguments,
            state: None,
            pairs: Vec::new(),
        })));
        Ok(())
    }

    fn put(&mut self, slot: u64) -> io::Result<()> {
        let top = self.top()?;
        self.memo.insert(slot, top);
        Ok(())
    }

    fn get(&mut self, slot: u64) -> io::Result<()> {
        let id = self.memo.get(&slot).copied();
        let id = id.ok_or_else(|| broken("recalls a value that it never kept"))?;
        self.stack.push(id);
        Ok(())
    }

    fn unsigned(&mut self, width: usize) -> io::Result<()> {
        let number = self.number(width)? as i64;
        self.push(Node::Int(number));
        Ok(())
    }

    /// A signed integer of as many bytes as a number of `width` bytes says.
    fn long(&mut self, width: usize) -> io::Result<()> {
        let length = self.number(width)?;
        let bytes = self.take(length)?;
        let node = match bytes.last() {
            None => Node::Int(0),
            Some(_) if bytes.len() > 8 => Node::Atom,
            Some(high) => {
                let mut all = [if high & 0x80 == 0 { 0 } else { 0xff }; 8];
                all[..bytes.len()].copy_from_slice(&bytes);
                Node::Int(i64::from_le_bytes(all))
            }
        };
        self.push(node);
        Ok(())
    }

    fn string(&mut self, width: usize) -> io::Result<()> {
        let length = self.number(width)?;
        let bytes = self.take(length)?;
        let text = String::from_utf8(bytes).map_err(|_| broken("has a string that is no UTF-8"))?;
        self.push(Node::Text(text));
        Ok(())
    }

    fn bytes(&mut self, width: usize) -> io::Result<()> {
        let length = self.number(width)?;
        self.take(length)?;
        self.stack.push(0);
        Ok(())
    }

    /// An unsigned number of at most 8 bytes, the lowest first.
    fn number(&mut self, width: usize) -> io::Result<u64> {
        let mut bytes = [0; 8];
        let read = self.reader.read_exact(&mut bytes[..width]);
        read.map_err(ended)?;
        Ok(u64::from_le_bytes(bytes))
    }

    /// The next `length` bytes, which take memory only as far as there are any.
    fn take(&mut self, length: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.reader.by_ref().take(length).read_to_end(&mut bytes)?;
        if bytes.len() as u64 != length {
            return Err(ended(io::ErrorKind::UnexpectedEof.into()));
        }
        Ok(bytes)
    }

    fn line(&mut self) -> io::Result<String> {
        let mut bytes = Vec::new();
        self.reader.read_until(b'\n', &mut bytes)?;
        match bytes.pop() {
            Some(b'\n') => Ok(String::from_utf8_lossy(&bytes).into_owned()),
            _ => Err(ended(io::ErrorKind::UnexpectedEof.into())),
        }
    }

    /// The number of a memo's slot, as text.
    fn slot(&mut self) -> io::Result<u64> {
        let line = self.line()?;
        line.parse()
            .map_err(|_| broken("keeps a value under no number"))
    }
}

fn ended(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => broken("ends early"),
        _ => error,
    }
}

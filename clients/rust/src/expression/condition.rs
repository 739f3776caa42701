use std::ops::Not;

use crate::Value;

/// A place in an item, to say something of: `attr("address.city").eq("London")`.
///
/// Paths are those of [`Update`](crate::Update): names need no aliases, reserved words work, and a name that holds a dot, a
/// bracket or a quote is quoted. What is no path makes an expression that the server refuses.
pub fn attr(path: impl Into<String>) -> Attr {
    Attr(path.into())
}

/// A place in an item; see [`attr`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Attr(String);

/// The size of a value: see [`Attr::size`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Size(String);

/// A condition on an item, as [`attr`] begins one. Taken wherever a condition, a filter or a key condition is.
///
/// ```
/// # use dynakv_client::attr;
/// let adult = attr("age").ge(18).and(attr("guardian").not_exists());
/// let open = attr("status").is_in(["new", "paid"]).or(!attr("closed").exists());
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Condition(pub(super) Node);

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Compare {
        left: Operand,
        operator: &'static str,
        right: Value,
    },
    Between {
        path: String,
        low: Value,
        high: Value,
    },
    In {
        path: String,
        values: Vec<Value>,
    },
    /// A function of a path and perhaps a value.
    Function {
        name: &'static str,
        path: String,
        argument: Option<Value>,
    },
    /// `AND` or `OR` of two or more.
    Several {
        operator: &'static str,
        conditions: Vec<Condition>,
    },
    Not(Box<Condition>),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    Path(String),
    Size(String),
}

/// The type of a value, for [`Attr::is_type`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttributeType {
    /// A string.
    S,
    /// A number.
    N,
    /// Bytes.
    B,
    /// A truth value.
    Bool,
    /// Null.
    Null,
    /// Attributes by name.
    M,
    /// Values in order.
    L,
    /// A set of strings.
    Ss,
    /// A set of numbers.
    Ns,
    /// A set of byte strings.
    Bs,
}

impl AttributeType {
    /// DynamoDB's name of it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::S => "S",
            Self::N => "N",
            Self::B => "B",
            Self::Bool => "BOOL",
            Self::Null => "NULL",
            Self::M => "M",
            Self::L => "L",
            Self::Ss => "SS",
            Self::Ns => "NS",
            Self::Bs => "BS",
        }
    }
}

macro_rules! comparisons {
    ($operand:path, $argument:ty) => {
        /// Is equal.
        pub fn eq(self, value: $argument) -> Condition {
            self.compare("=", value)
        }

        /// Is not equal; true also of what is not there.
        pub fn ne(self, value: $argument) -> Condition {
            self.compare("<>", value)
        }

        /// Is less.
        pub fn lt(self, value: $argument) -> Condition {
            self.compare("<", value)
        }

        /// Is less or equal.
        pub fn le(self, value: $argument) -> Condition {
            self.compare("<=", value)
        }

        /// Is greater.
        pub fn gt(self, value: $argument) -> Condition {
            self.compare(">", value)
        }

        /// Is greater or equal.
        pub fn ge(self, value: $argument) -> Condition {
            self.compare(">=", value)
        }

        fn compare(self, operator: &'static str, value: $argument) -> Condition {
            Condition(Node::Compare { left: $operand(self.0), operator, right: value.into() })
        }
    };
}

#[allow(clippy::should_implement_trait, reason = "these make conditions; the traits compare")]
impl Attr {
    comparisons!(Operand::Path, impl Into<Value>);

    /// Is not less than the one and not greater than the other.
    pub fn between(self, low: impl Into<Value>, high: impl Into<Value>) -> Condition {
        Condition(Node::Between { path: self.0, low: low.into(), high: high.into() })
    }

    /// Is one of these: 1 to 100.
    pub fn is_in<V: Into<Value>>(self, values: impl IntoIterator<Item = V>) -> Condition {
        Condition(Node::In { path: self.0, values: values.into_iter().map(Into::into).collect() })
    }

    /// Begins with this: of strings and bytes.
    pub fn begins_with(self, prefix: impl Into<Value>) -> Condition {
        self.function("begins_with", Some(prefix.into()))
    }

    /// Has this as a part of the string, a member of the set or an element of the list.
    pub fn contains(self, part: impl Into<Value>) -> Condition {
        self.function("contains", Some(part.into()))
    }

    /// Is there.
    pub fn exists(self) -> Condition {
        self.function("attribute_exists", None)
    }

    /// Is not there.
    pub fn not_exists(self) -> Condition {
        self.function("attribute_not_exists", None)
    }

    /// Is of this type.
    pub fn is_type(self, kind: AttributeType) -> Condition {
        self.function("attribute_type", Some(kind.as_str().into()))
    }

    /// The length of a string, the number of bytes, or the number of elements.
    pub fn size(self) -> Size {
        Size(self.0)
    }

    fn function(self, name: &'static str, argument: Option<Value>) -> Condition {
        Condition(Node::Function { name, path: self.0, argument })
    }
}

#[allow(clippy::should_implement_trait, reason = "these make conditions; the traits compare")]
impl Size {
    comparisons!(Operand::Size, u32);
}

impl Condition {
    /// Both hold.
    pub fn and(self, other: Self) -> Self {
        self.with("AND", other)
    }

    /// One of them holds, or both.
    pub fn or(self, other: Self) -> Self {
        self.with("OR", other)
    }

    /// A chain of one operator stays flat, however long it is.
    fn with(self, operator: &'static str, other: Self) -> Self {
        let mut conditions = match self.0 {
            Node::Several { operator: same, conditions } if same == operator => conditions,
            node => vec![Self(node)],
        };
        conditions.push(other);
        Self(Node::Several { operator, conditions })
    }
}

impl Not for Condition {
    type Output = Self;

    fn not(self) -> Self {
        Self(Node::Not(Box::new(self)))
    }
}

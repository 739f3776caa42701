use super::Kind;

/// Generates expressions from a seed: mostly valid ones, and some with a mistake in one place.
pub(super) struct Generator {
    state: u64,
}

/// Words that a mistake puts in.
const WORDS: [&str; 22] = [
    "(", ")", ",", ".", "=", "<>", "<", "+", "-", "AND", "OR", "NOT", "IN", "BETWEEN", "SET", "REMOVE", "a", ":n",
    ":s", "[0]", "size", "_a",
];

impl Generator {
    pub(super) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next number below this one: the generator splitmix64.
    fn below(&mut self, limit: usize) -> usize {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).unwrap()
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(super) fn expression(&mut self, kind: Kind) -> String {
        let text = match kind {
            Kind::Condition | Kind::Filter => self.condition(2),
            Kind::KeyCondition => self.key_condition(),
            Kind::Update => self.update(),
            Kind::Projection => self.list(3, Self::path),
        };
        if self.once_in(4) { self.with_mistake(&text) } else { text }
    }

    /// Drops, doubles, replaces or swaps words.
    fn with_mistake(&mut self, text: &str) -> String {
        let mut words: Vec<&str> = text.split(' ').collect();
        let at = self.below(words.len());
        match self.below(4) {
            0 if words.len() > 1 => drop(words.remove(at)),
            1 => words.insert(at, words[at]),
            2 => words[at] = self.one(&WORDS),
            _ => {
                let other = self.below(words.len());
                words.swap(at, other);
            }
        }
        words.join(" ")
    }

    fn list(&mut self, most: usize, element: impl Fn(&mut Self) -> String) -> String {
        let count = 1 + self.below(most);
        (0..count).map(|_| element(self)).collect::<Vec<_>>().join(" , ")
    }

    fn path(&mut self) -> String {
        let mut path = self.one(&["a", "b", "c1", "d_", "#a", "#d"]).to_owned();
        while self.once_in(4) {
            path += self.one(&[" . b", ".c", "[0]", " [ 1 ]", "[12]", ".#a"]);
        }
        path
    }

    fn value(&mut self) -> &'static str {
        self.one(&[
            ":s", ":t", ":n", ":m", ":n", ":s", ":b", ":true", ":null", ":l", ":map", ":ss", ":ns", ":e", ":type",
        ])
    }

    fn operand(&mut self) -> String {
        let operand = match self.below(12) {
            0..=5 => self.path(),
            6..=9 => self.value().to_owned(),
            10 => format!("size ( {} )", self.path()),
            _ => format!("size({})", self.value()),
        };
        if self.once_in(10) { format!("( {operand} )") } else { operand }
    }

    fn condition(&mut self, depth: usize) -> String {
        match self.below(if depth == 0 { 7 } else { 11 }) {
            0..=2 => {
                let comparator = self.one(&["=", "<>", "<", "<=", ">", ">=", "="]);
                format!("{} {comparator} {}", self.operand(), self.operand())
            }
            3 => format!("{} BETWEEN {} AND {}", self.operand(), self.operand(), self.operand()),
            4 => format!("{} IN ( {} )", self.operand(), self.list(3, Self::operand)),
            5 | 6 => self.function(),
            7 => format!("NOT {}", self.condition(depth - 1)),
            8 => format!("( {} )", self.condition(depth - 1)),
            _ => {
                let connective = self.one(&["AND", "OR", "and"]);
                format!("{} {connective} {}", self.condition(depth - 1), self.condition(depth - 1))
            }
        }
    }

    fn function(&mut self) -> String {
        match self.below(8) {
            0 => format!("attribute_exists ( {} )", self.path()),
            1 => format!("attribute_not_exists ( {} )", self.path()),
            2 => format!("attribute_type ( {} , :type )", self.path()),
            3 => format!("begins_with ( {} , {} )", self.path(), self.one(&[":s", ":b", ":e", ":t"])),
            4 => format!("contains ( {} , {} )", self.operand(), self.operand()),
            5 => format!("begins_with ( {} , {} )", self.operand(), self.operand()),
            _ => {
                let name = self.one(&[
                    "attribute_exists",
                    "attribute_type",
                    "SIZE",
                    "Begins_With",
                    "size",
                    "if_not_exists",
                    "unknown",
                    "contains",
                ]);
                format!("{name} ( {} )", self.list(2, Self::operand))
            }
        }
    }

    fn key_condition(&mut self) -> String {
        let value = |generator: &mut Self| match generator.below(8) {
            0 => generator.value(),
            _ => generator.one(&[":s", ":t", ":s", ":t", ":e"]),
        };
        let partition = format!("pk = {}", value(self));
        let sort = match self.below(5) {
            0 => return partition,
            1 => format!("begins_with ( sk , {} )", value(self)),
            2 => format!("sk BETWEEN {} AND {}", value(self), value(self)),
            _ => {
                let comparator = self.one(&["=", "<", "<=", ">", ">="]);
                format!("sk {comparator} {}", value(self))
            }
        };
        match self.below(4) {
            0 => format!("( {partition} ) AND ( {sort} )"),
            1 => format!("{sort} AND {partition}"),
            _ => format!("{partition} AND {sort}"),
        }
    }

    fn update(&mut self) -> String {
        let mut clauses = Vec::new();
        for keyword in ["SET", "REMOVE", "ADD", "DELETE"] {
            if self.once_in(2) || (keyword == "DELETE" && clauses.is_empty()) {
                let actions = match keyword {
                    "SET" => self.list(2, |generator| format!("{} = {}", generator.path(), generator.sum())),
                    "REMOVE" => self.list(2, Self::path),
                    "ADD" => self.list(2, |generator| {
                        let value =
                            if generator.once_in(4) { generator.value() } else { generator.one(&[":n", ":ss"]) };
                        format!("{} {value}", generator.path())
                    }),
                    _ => self.list(2, |generator| {
                        let value =
                            if generator.once_in(4) { generator.value() } else { generator.one(&[":ns", ":ss"]) };
                        format!("{} {value}", generator.path())
                    }),
                };
                clauses.push(format!("{keyword} {actions}"));
            }
        }
        clauses.join(" ")
    }

    fn sum(&mut self) -> String {
        match self.below(5) {
            0 => {
                let sign = self.one(&["+", "-"]);
                format!("{} {sign} {}", self.new_value(1), self.new_value(1))
            }
            1 => format!("( {} )", self.new_value(1)),
            _ => self.new_value(2),
        }
    }

    fn new_value(&mut self, depth: usize) -> String {
        match self.below(if depth == 0 { 6 } else { 9 }) {
            0 | 1 => self.value().to_owned(),
            2 => ":n".to_owned(),
            3 | 4 => self.path(),
            5 => format!("( {} )", self.path()),
            6 => format!("if_not_exists ( {} , {} )", self.path(), self.new_value(depth - 1)),
            7 => format!("list_append ( {} , {} )", self.new_value(depth - 1), self.one(&["a", ":l", ":n"])),
            _ => {
                let name = self.one(&["if_not_exists", "list_append", "LIST_APPEND", "size"]);
                format!("{name} ( {} )", self.list(2, |generator| generator.new_value(0)))
            }
        }
    }
}

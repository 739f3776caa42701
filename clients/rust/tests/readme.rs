//! The README shows what the examples do: each of its snippets is a marked part of one of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The parts between `// snippet: NAME` and `// end`, without their indentation.
fn snippets(example: &str) -> Vec<String> {
    let mut snippets = Vec::new();
    let mut lines = example.lines();
    while let Some(line) = lines.next() {
        let Some((indent, _)) = line.split_once("// snippet: ") else { continue };
        let end = format!("{indent}// end");
        let part: Vec<_> = lines.by_ref().take_while(|line| *line != end).collect();
        snippets.push(part.iter().map(|line| line.strip_prefix(indent).unwrap_or(line)).collect::<Vec<_>>().join("\n"));
    }
    snippets
}

/// What is between the fences of Rust.
fn blocks(readme: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = readme.lines();
    while lines.by_ref().any(|line| line.starts_with("```rust")) {
        blocks.push(lines.by_ref().take_while(|line| *line != "```").collect::<Vec<_>>().join("\n"));
    }
    blocks
}

#[test]
fn every_snippet_of_the_readme_is_part_of_an_example_and_none_is_left_out() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let examples = fs::read_dir(here.join("examples")).unwrap().map(|entry| entry.unwrap().path());
    let in_examples: BTreeSet<String> =
        examples.flat_map(|path| snippets(&fs::read_to_string(path).unwrap())).collect();
    let in_readme: BTreeSet<String> =
        blocks(&fs::read_to_string(here.join("README.md")).unwrap()).into_iter().collect();
    assert_eq!(in_readme, in_examples);
}

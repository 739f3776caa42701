/// Reads any bytes as an answer of each action of DynamoDB that calls are made of.
pub fn lean_answers(input: &[u8]) {
    crate::driver::lean_answers(input);
}

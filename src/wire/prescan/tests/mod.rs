mod answers;
mod memory;
mod verdicts;

use super::{Callee, Candidate, Figure, Language, Operation, Section, Workload};

/// The operations that are measured at 64 callers, each beside what a program does that has only the SDK.
const OTHERS: [Operation; 12] = [
    Operation::GetItem,
    Operation::PutItem,
    Operation::UpdateItem,
    Operation::DeleteItem,
    Operation::CompareAndSet,
    Operation::Increment,
    Operation::Delete,
    Operation::TransactWrite(10),
    Operation::BatchGet(10),
    Operation::BatchGet(100),
    Operation::BatchWrite(100),
    Operation::Query,
];

/// Processes of a program in Python, which a server of applications forks.
pub(crate) const WORKERS: usize = 8;

const GATEWAY: Candidate = Candidate::From(Language::Go, Callee::Gateway);
const NOOP: Candidate = Candidate::From(Language::Go, Callee::Noop);
const SDK: Candidate = Candidate::From(Language::Go, Callee::Sdk);

/// The server beside the AWS SDKs of other languages.
pub(super) fn figures() -> impl Iterator<Item = Figure> {
    by_callers().into_iter().chain(OTHERS.map(other)).chain(workers())
}

fn by_callers() -> Vec<Figure> {
    let (get, set) = (Workload::centre(Operation::Get), Workload::centre(Operation::Set));
    let figure = |workload, candidates: &[Candidate]| Figure {
        section: Section::BesideGo,
        workload,
        candidates: candidates.to_vec(),
    };
    let mut figures = Vec::new();
    for callers in [1, 16, 64, 256] {
        figures.push(figure(get.callers(callers), &[GATEWAY, NOOP, SDK]));
    }
    for callers in [1, 16, 64, 256] {
        figures.push(figure(set.callers(callers), &[GATEWAY, SDK]));
    }
    for callers in [16, 64] {
        figures.push(figure(get.callers(callers).delayed(), &[GATEWAY, SDK]));
    }
    figures
}

fn other(operation: Operation) -> Figure {
    Figure {
        section: Section::OthersBesideGo,
        workload: Workload::centre(operation).callers(64),
        candidates: vec![GATEWAY, SDK],
    }
}

fn workers() -> [Figure; 2] {
    [Operation::Get, Operation::Set].map(|operation| Figure {
        section: Section::Workers,
        workload: Workload::centre(operation).callers(WORKERS),
        candidates: [Callee::Gateway, Callee::Sdk].map(|callee| Candidate::From(Language::Python, callee)).to_vec(),
    })
}

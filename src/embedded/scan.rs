//! Where the engine's scans are not quite DynamoDB's.

use dynoxide::actions::scan::{ScanRequest, ScanResponse};
use dynoxide::{NativeDatabase, Result};

/// To find the items of a segment, the engine reads through the whole table, for every page of every segment anew. Which
/// items are in which segment is its own affair, though: here the first one has them all, which makes it an ordinary scan.
pub(super) fn scan(database: &NativeDatabase, mut request: ScanRequest) -> Result<ScanResponse> {
    let is_valid = matches!((request.segment, request.total_segments), (Some(segment), Some(total)) if segment < total);
    if !is_valid {
        return database.scan(request);
    }
    let is_empty = request.segment != Some(0);
    (request.segment, request.total_segments) = (None, None);
    if is_empty {
        // What is wrong with the request is told all the same.
        request.limit = Some(1);
    }
    let mut answer = database.scan(request)?;
    if is_empty {
        answer.items = answer.items.map(|_| Vec::new());
        (answer.count, answer.scanned_count, answer.last_evaluated_key) = (0, 0, None);
    }
    Ok(answer)
}

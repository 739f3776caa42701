//! Adapts the engine's Scan.

use dynoxide::actions::scan::{ScanRequest, ScanResponse};
use dynoxide::{NativeDatabase, Result};

/// The engine reads the whole table for every page of every segment. DynamoDB leaves the assignment of items to
/// segments open, so here the first segment has all items and is an ordinary scan.
pub(super) fn scan(database: &NativeDatabase, mut request: ScanRequest) -> Result<ScanResponse> {
    let is_valid = matches!((request.segment, request.total_segments), (Some(segment), Some(total)) if segment < total);
    if !is_valid {
        return database.scan(request);
    }
    let is_empty = request.segment != Some(0);
    (request.segment, request.total_segments) = (None, None);
    if is_empty {
        // Validate the request all the same.
        request.limit = Some(1);
    }
    let mut answer = database.scan(request)?;
    if is_empty {
        answer.items = answer.items.map(|_| Vec::new());
        (answer.count, answer.scanned_count, answer.last_evaluated_key) = (0, 0, None);
    }
    Ok(answer)
}

use dynakv_client::{Client, EncodedRpc, pb};
use prost::Message;
use prost::bytes::Bytes;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tonic::Status;

use crate::cli::error::Error;

/// How many pages are read ahead.
const AHEAD: usize = 4;

/// A `ScanResponse` with encoded items.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Page {
    #[prost(bytes = "bytes", repeated, tag = "10")]
    pub(super) items: Vec<Bytes>,
    #[prost(message, optional, tag = "19")]
    pub(super) consumed_capacity: Option<pb::ConsumedCapacity>,
    /// Empty: this is the last page.
    #[prost(string, tag = "31")]
    pub(super) next_page_token: String,
}

/// The pages of a scan, read in a task of their own.
pub(super) struct Pages {
    pages: mpsc::Receiver<Result<Page, Error>>,
    /// Dropped, it ends the reading.
    _reader: JoinSet<()>,
}

impl Pages {
    /// Reads from the token of this request on.
    pub(super) fn read(client: &Client, mut request: pb::ScanRequest) -> Self {
        let scan = client.encoded_scan();
        let (sender, pages) = mpsc::channel(AHEAD);
        let mut reader = JoinSet::new();
        reader.spawn(async move {
            loop {
                let page = page(&scan, &request).await;
                let token = page.as_ref().map(|page| page.next_page_token.clone()).unwrap_or_default();
                if sender.send(page).await.is_err() || token.is_empty() {
                    break;
                }
                request.page_token = token;
            }
        });
        Self { pages, _reader: reader }
    }

    /// None after the last page and after an error.
    pub(super) async fn next(&mut self) -> Option<Result<Page, Error>> {
        self.pages.recv().await
    }
}

async fn page(scan: &EncodedRpc, request: &pb::ScanRequest) -> Result<Page, Error> {
    let answer = scan.send(&request.encode_to_vec().into()).await;
    let message = answer.map_err(|unanswered| dynakv_client::Error::Failed(Box::new(unanswered.failure)))?.message;
    let unreadable = |error| Status::internal(format!("the server's answer is not readable: {error}"));
    Ok(Page::decode(message).map_err(unreadable)?)
}

use std::time::Duration;

use dynakv_client::pb::compare_and_set_response::Outcome;
use dynakv_client::pb::expected::{Absent, Kind};
use dynakv_client::pb::key_value_service_client::KeyValueServiceClient;
use dynakv_client::pb::{CompareAndSetRequest, Expected, GetRequest, SetRequest};
use dynakv_client::{Bytes, Failure};
use tokio::time::{Instant, sleep, timeout};
use tonic::transport::Channel;
use tonic::{Request, Status};

pub(super) type Client = KeyValueServiceClient<Channel>;

/// The value of every entry.
pub(super) const VALUE: Bytes = Bytes::from_static(&[b'v'; 100]);

/// A call of the load.
#[derive(Debug, Clone)]
pub(super) enum Ask {
    /// A Get of an entry that exists.
    Get(String),
    Set(String),
    /// A CompareAndSet with `absent` of an entry that does not exist.
    Create(String),
}

/// Why a call brought no result.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    /// DynaKV's reason, or else the gRPC code.
    pub(super) name: String,
    /// From RetryInfo.
    pub(super) retry_after: Option<Duration>,
    /// Whether the code says that the call may be worth another attempt: RESOURCE_EXHAUSTED or UNAVAILABLE.
    pub(super) is_for_now: bool,
}

impl Refusal {
    fn wrong(what: &str) -> Self {
        Self { name: what.to_owned(), retry_after: None, is_for_now: false }
    }
}

impl From<Status> for Refusal {
    fn from(status: Status) -> Self {
        let failure = Failure::from(status);
        let name = failure
            .reason()
            .map_or_else(|| format!("{} without a reason", failure.code_name()), |reason| reason.as_str().to_owned());
        let is_for_now = matches!(failure.code(), tonic::Code::ResourceExhausted | tonic::Code::Unavailable);
        Self { name, retry_after: failure.retry_delay(), is_for_now }
    }
}

impl Ask {
    /// Makes the call once. A caller does not wait longer than its deadline, wherever the call is stuck.
    pub(super) async fn send(self, client: Client, deadline: Duration) -> Result<(), Refusal> {
        let answer = timeout(deadline, self.call(client, deadline)).await;
        answer.unwrap_or_else(|_| Err(Refusal::from(Status::deadline_exceeded("no answer"))))
    }

    async fn call(self, mut client: Client, deadline: Duration) -> Result<(), Refusal> {
        match self {
            Self::Get(key) => {
                let request = GetRequest { key, ..GetRequest::default() };
                let answer = client.get(with_deadline(request, deadline)).await?.into_inner();
                answer.entry.map(drop).ok_or_else(|| Refusal::wrong("an entry is missing"))
            }
            Self::Set(key) => {
                let request = SetRequest { key, value: VALUE, ..SetRequest::default() };
                client.set(with_deadline(request, deadline)).await?;
                Ok(())
            }
            Self::Create(key) => {
                let expected = Some(Expected { kind: Some(Kind::Absent(Absent {})) });
                let request = CompareAndSetRequest { key, value: VALUE, expected, ..CompareAndSetRequest::default() };
                let answer = client.compare_and_set(with_deadline(request, deadline)).await?.into_inner();
                let is_swapped = answer.outcome() == Outcome::Swapped;
                if is_swapped { Ok(()) } else { Err(Refusal::wrong("not swapped")) }
            }
        }
    }

    /// Makes the call again as RetryInfo says, as long as `patience` lasts.
    pub(super) async fn send_again(
        self,
        client: Client,
        deadline: Duration,
        patience: Duration,
    ) -> (u64, Result<(), Refusal>) {
        let begun = Instant::now();
        let mut sent = 0;
        loop {
            sent += 1;
            let result = self.clone().send(client.clone(), deadline).await;
            match &result {
                Err(Refusal { retry_after: Some(pause), .. }) if begun.elapsed() + *pause < patience => {
                    sleep(*pause).await;
                }
                _ => return (sent, result),
            }
        }
    }
}

pub(super) fn with_deadline<T>(message: T, deadline: Duration) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(deadline);
    request
}

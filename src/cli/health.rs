use clap::Args;
use serde::Serialize;
use tonic::Request;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::connection::Connection;
use super::error::Error;
use super::output::{Report, Verdict};

/// Check the health of a server.
///
/// Exit codes: 0 if it serves, 1 if it does not, 3 if it cannot be reached.
#[derive(Debug, Args)]
pub(super) struct Health {
    /// Service, such as dynakv.v1.KeyValueService [default: the whole process, alive and not draining]
    #[arg(default_value = "", hide_default_value = true)]
    service: String,
    #[command(flatten)]
    pub(super) connection: Connection,
}

impl Health {
    pub(super) async fn run(self) -> Result<Answer, Error> {
        let client = self.connection.connect().await?;
        let mut request = Request::new(HealthCheckRequest { service: self.service.clone() });
        request.set_timeout(self.connection.timeout);
        let response = HealthClient::new(client.transport()).check(request).await?.into_inner();
        Ok(Answer { service: self.service, status: response.status().as_str_name() })
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Answer {
    service: String,
    status: &'static str,
}

impl Report for Answer {
    fn text(&self, _terminal: bool) -> Vec<u8> {
        format!("{}\n", self.status).into_bytes()
    }

    fn verdict(&self) -> Verdict {
        if self.status == ServingStatus::Serving.as_str_name() {
            Verdict::Done
        } else {
            Verdict::Missed("the service does not serve")
        }
    }
}

//! placeholder
use std::time::Duration;
use futures_util::future::BoxFuture;
use super::transport::{Request, Response, Transport, TransportError};
#[derive(Debug, Clone, Default)]
pub struct Settings { pub connect_timeout: Duration, pub read_timeout: Duration }
#[derive(Debug)]
pub struct Network;
impl Network { pub fn new(_: Settings) -> Self { Self } }
impl Transport for Network {
    fn send(&self, _: Request) -> BoxFuture<'static, Result<Response, TransportError>> { Box::pin(async { Err(TransportError::NotSent("x".into())) }) }
}

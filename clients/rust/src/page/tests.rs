//! Pages as they are read from a server that gives one key a page.

use std::convert::Infallible;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use tokio::net::TcpListener;
use tokio::sync::watch;
use tonic::body::Body;
use tonic::codegen::http;
use tonic::server::{Grpc, NamedService};
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;
use tower::{Service, service_fn};

use crate::call::tests::Impatient;
use crate::pb::{ListKeysRequest, ListKeysResponse};
use crate::{Client, Code};

/// Answers page `n` with the key `n` as long as `n` is below 4, and with the next of its statuses while there are some.
#[derive(Clone)]
struct Pages {
    /// The tokens of all requests, in their order.
    asked: Arc<watch::Sender<Vec<String>>>,
    failures: Arc<Mutex<Vec<Status>>>,
}

impl Pages {
    fn answer(&self, request: &Request<ListKeysRequest>) -> Result<Response<ListKeysResponse>, Status> {
        let token = request.get_ref().page_token.clone();
        self.asked.send_modify(|asked| asked.push(token.clone()));
        if let Some(status) = self.failures.lock().unwrap().pop() {
            return Err(status);
        }
        let page: u32 = token.parse().unwrap_or_default();
        let next_page_token = if page < 3 { (page + 1).to_string() } else { String::new() };
        // A page may be empty without being the last.
        let keys = if page == 1 { Vec::new() } else { vec![page.to_string()] };
        Ok(Response::new(ListKeysResponse { keys, next_page_token, consumed_capacity: None }))
    }

    async fn asked(&self, count: usize) {
        let mut asked = self.asked.subscribe();
        asked.wait_for(|asked| asked.len() >= count).await.unwrap();
    }
}

impl NamedService for Pages {
    const NAME: &'static str = "dynakv.v1.KeyValueService";
}

impl Service<http::Request<Body>> for Pages {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let pages = self.clone();
        Box::pin(async move {
            let codec = ProstCodec::<ListKeysResponse, ListKeysRequest>::default();
            let answer = service_fn(move |request| ready(pages.answer(&request)));
            Ok(Grpc::new(codec).unary(answer, request).await)
        })
    }
}

async fn serve(failures: Vec<Status>) -> (Pages, Client) {
    let pages = Pages { asked: Arc::default(), failures: Arc::new(Mutex::new(failures)) };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = Server::builder().add_service(pages.clone());
    tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
    let client = Client::builder().address(address.to_string()).runtime(Arc::new(Impatient)).connect().await.unwrap();
    (pages, client)
}

#[tokio::test]
async fn all_pages_are_read_and_the_empty_one_is_passed_over() {
    let (pages, client) = serve(Vec::new()).await;
    let mut keys = client.list_keys().stream();
    let mut read = Vec::new();
    while let Some(key) = keys.next().await {
        read.push(key.unwrap());
    }
    assert_eq!(read, ["0", "2", "3"]);
    assert_eq!(*pages.asked.borrow(), ["", "1", "2", "3"]);
    assert!(keys.next().await.is_none(), "after the end is the end");
}

#[tokio::test]
async fn the_next_page_is_read_ahead_but_only_that() {
    let (pages, client) = serve(Vec::new()).await;
    let mut stream = client.list_keys().pages();
    assert!(pages.asked.borrow().is_empty(), "nothing is read before it is asked for");
    stream.next().await.unwrap().unwrap();
    pages.asked(2).await;
    stream.next().await.unwrap().unwrap();
    pages.asked(3).await;
    // The third is read, whoever waits; the fourth is asked for by nobody until the third is taken.
    assert_eq!(*pages.asked.borrow(), ["", "1", "2"]);
}

#[tokio::test]
async fn a_page_that_fails_is_asked_for_again() {
    let (pages, client) = serve(vec![Status::unavailable("reset")]).await;
    let page = client.list_keys().page_token("2").await.unwrap();
    assert_eq!((page.rows, page.count, page.next_page_token.as_deref()), (vec!["2".to_owned()], 1, Some("3")));
    assert_eq!(*pages.asked.borrow(), ["2", "2"]);
}

#[tokio::test]
async fn after_an_error_is_the_end() {
    let (pages, client) = serve(vec![Status::invalid_argument("page_token")]).await;
    let mut keys = client.list_keys().page_token("forged").stream();
    assert_eq!(keys.next().await.unwrap().unwrap_err().code(), Some(Code::InvalidArgument));
    assert!(keys.next().await.is_none());
    assert_eq!(*pages.asked.borrow(), ["forged"]);
}

#[tokio::test]
async fn a_count_is_that_of_all_pages() {
    let (_pages, client) = serve(Vec::new()).await;
    assert_eq!(client.list_keys().sum().await.unwrap(), 3);
}

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use http_body_util::combinators::BoxBody;

use super::error::{BoxError, TransportError};

/// The body of an answer.
#[derive(Debug)]
pub struct Body(Kind);

#[derive(Debug)]
enum Kind {
    Whole(Bytes),
    Arriving(BoxBody<Bytes, BoxError>),
}

impl Body {
    /// A body that arrives.
    pub fn new<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes> + Send + Sync + 'static,
        B::Error: Into<BoxError>,
    {
        Self(Kind::Arriving(body.map_err(Into::into).boxed()))
    }

    /// The bytes, if the whole body is in memory.
    #[must_use]
    pub fn bytes(&self) -> Option<&Bytes> {
        match &self.0 {
            Kind::Whole(bytes) => Some(bytes),
            Kind::Arriving(_) => None,
        }
    }

    /// Waits for the whole body.
    ///
    /// # Errors
    /// [`TransportError::Lost`] if it breaks off or has more than `limit` bytes.
    pub async fn collect(self, limit: usize) -> Result<Bytes, TransportError> {
        match self.0 {
            Kind::Whole(bytes) => Ok(bytes),
            Kind::Arriving(body) => collect(body, limit).await.map_err(TransportError::Lost),
        }
    }

    /// The body as one that arrives, or its bytes.
    pub(super) fn into_parts(self) -> Result<Bytes, BoxBody<Bytes, BoxError>> {
        match self.0 {
            Kind::Whole(bytes) => Ok(bytes),
            Kind::Arriving(body) => Err(body),
        }
    }
}

/// Most bodies come as one piece, which is not copied.
async fn collect(mut body: BoxBody<Bytes, BoxError>, limit: usize) -> Result<Bytes, BoxError> {
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        if first.is_empty() && all.is_empty() {
            first = data;
        } else {
            all.extend_from_slice(&std::mem::take(&mut first));
            all.extend_from_slice(&data);
        }
        if first.len().max(all.len()) > limit {
            return Err(TooLong(limit).into());
        }
    }
    Ok(if all.is_empty() { first } else { all.freeze() })
}

#[derive(Debug, thiserror::Error)]
#[error("the answer has more than {0} bytes")]
struct TooLong(usize);

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self(Kind::Whole(bytes))
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        Bytes::from(text).into()
    }
}

use tonic::metadata::AsciiMetadataValue;
use tonic::service::Interceptor;
use tonic::{Request, Status};

/// Adds the bearer token, if there is one, to every call.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    header: Option<AsciiMetadataValue>,
}

impl Credentials {
    /// `None` if the token has characters that no header can carry.
    pub(crate) fn bearer(token: &str) -> Option<Self> {
        let mut header: AsciiMetadataValue = format!("Bearer {token}").parse().ok()?;
        // Keeps the token out of Debug output and out of HPACK's table.
        header.set_sensitive(true);
        Some(Self { header: Some(header) })
    }
}

impl Interceptor for Credentials {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(header) = &self.header {
            request.metadata_mut().insert("authorization", header.clone());
        }
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_travels_but_is_never_shown() {
        let mut credentials = Credentials::bearer("s3cret").unwrap();
        assert!(!format!("{credentials:?}").contains("s3cret"));
        let request = credentials.call(Request::new(())).unwrap();
        assert_eq!(request.metadata().get("authorization").unwrap(), "Bearer s3cret");
        assert!(Credentials::bearer("two\nlines").is_none());
    }
}

//! TLS as libpq's `sslmode` means it, in Rust: no OpenSSL is needed to build or to run.
//!
//! `require` encrypts and asks nothing of the certificate, unless a root certificate is named;
//! `verify-ca` wants one of a known authority, `verify-full` one for this host too. The known
//! authorities are those of `sslrootcert`, or the system's.

use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use tokio_postgres_rustls::MakeRustlsConnect;
use x509_cert::Certificate;
use x509_cert::der::Decode;

use crate::regular_file;
use crate::text::go_reason;
use crate::url::{DatabaseUrl, SslMode};

/// Makes TLS connections as `url` wants them.
///
/// # Errors
///
/// What is wrong with a certificate or a key that the URL names.
pub fn connector(url: &DatabaseUrl) -> Result<MakeRustlsConnect, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|e| e.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Verifier::new(url, provider)?));
    let never = url.sslmode == SslMode::Disable || url.is_local();
    let config = match (&url.sslcert, &url.sslkey) {
        _ if never => builder.with_no_client_auth(),
        (Some(cert), Some(key)) => {
            keep_private(key)?;
            let key = regular_file::read(key)
                .map_err(pem::Error::Io)
                .and_then(|bytes| PrivateKeyDer::from_pem_slice(&bytes))
                .map_err(|e| format!("sslkey {}: {}", key.display(), pem_error(&e)))?;
            let chain = certificates("sslcert", cert)?;
            builder.with_client_auth_cert(chain, key).map_err(|e| format!("sslcert: {e}"))?
        }
        (Some(_), None) => return Err("sslcert is given without sslkey".to_string()),
        _ => builder.with_no_client_auth(),
    };
    Ok(MakeRustlsConnect::new(config))
}

/// Asks of a certificate what the `sslmode` asks.
#[derive(Debug)]
struct Verifier {
    provider: Arc<CryptoProvider>,
    /// `None`: any certificate will do.
    chain: Option<Arc<WebPkiServerVerifier>>,
    /// Certificates that were named. One that is its own authority counts when it is among them,
    /// as in OpenSSL; webpki has no such notion.
    pinned: Vec<CertificateDer<'static>>,
    /// Whether the certificate must be this host's.
    host: bool,
}

impl Verifier {
    fn new(url: &DatabaseUrl, provider: Arc<CryptoProvider>) -> Result<Verifier, String> {
        let file = url.sslrootcert.as_deref().filter(|file| *file != Path::new("system"));
        // As in libpq, a root certificate that is named is used, whatever the mode says.
        let verify = url.sslmode >= SslMode::VerifyCa
            || (url.sslmode == SslMode::Require && url.sslrootcert.is_some());
        let mut pinned = Vec::new();
        let chain = match verify {
            false => None,
            true => {
                let mut roots = RootCertStore::empty();
                match file {
                    Some(file) => {
                        pinned = certificates("sslrootcert", file)?;
                        for certificate in &pinned {
                            roots
                                .add(certificate.clone())
                                .map_err(|e| format!("sslrootcert {}: {e}", file.display()))?;
                        }
                    }
                    None => {
                        let found = rustls_native_certs::load_native_certs();
                        roots.add_parsable_certificates(found.certs);
                    }
                }
                if roots.is_empty() {
                    return Err("no certificate authorities are known here: install \
                                ca-certificates, or name a file with sslrootcert"
                        .to_string());
                }
                let built =
                    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone());
                Some(built.build().map_err(|e| e.to_string())?)
            }
        };
        Ok(Verifier { provider, chain, pinned, host: url.sslmode == SslMode::VerifyFull })
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(chain) = &self.chain else {
            return Ok(ServerCertVerified::assertion());
        };
        let verified =
            chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match verified {
            // The chain is looked at before the name is.
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !self.host => Ok(ServerCertVerified::assertion()),
            Err(rustls::Error::InvalidCertificate(CertificateError::Other(_)))
                if self.pinned.iter().any(|pinned| pinned == end_entity) =>
            {
                in_time(end_entity, now)?;
                if self.host {
                    verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                }
                Ok(ServerCertVerified::assertion())
            }
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Whether a certificate is valid at a time.
fn in_time(certificate: &CertificateDer<'_>, now: UnixTime) -> Result<(), rustls::Error> {
    let bad = |error| rustls::Error::InvalidCertificate(error);
    let read =
        Certificate::from_der(certificate).map_err(|_| bad(CertificateError::BadEncoding))?;
    let validity = read.tbs_certificate.validity;
    let now = now.as_secs();
    if now < validity.not_before.to_unix_duration().as_secs() {
        return Err(bad(CertificateError::NotValidYet));
    }
    if now > validity.not_after.to_unix_duration().as_secs() {
        return Err(bad(CertificateError::Expired));
    }
    Ok(())
}

/// As in libpq, a key that others can read is refused; one of root's may be its group's to read.
fn keep_private(key: &Path) -> Result<(), String> {
    use std::os::unix::fs::MetadataExt;
    let shown = key.display();
    let found = std::fs::metadata(key)
        .map_err(|e| format!("sslkey {shown}: {}", pem_error(&pem::Error::Io(e))))?;
    let others = if found.uid() == 0 { 0o037 } else { 0o077 };
    match found.mode() & others {
        0 => Ok(()),
        _ => Err(format!("sslkey {shown} can be read by others: chmod 600 it")),
    }
}

fn certificates(what: &str, file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let failed = |e| format!("{what} {}: {}", file.display(), pem_error(&e));
    let bytes = regular_file::read(file).map_err(|e| failed(pem::Error::Io(e)))?;
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    match certificates.map_err(failed)? {
        none if none.is_empty() => Err(format!("{what} {}: no certificate in it", file.display())),
        certificates => Ok(certificates),
    }
}

fn pem_error(error: &pem::Error) -> String {
    use pem::Error;
    match error {
        Error::Io(e) => go_reason(e),
        Error::NoItemsFound => "holds no such PEM section (is it encrypted?)".to_string(),
        other => other.to_string(),
    }
}

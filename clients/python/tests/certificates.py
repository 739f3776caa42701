"""Certificates that are good for one test."""

from __future__ import annotations

from pathlib import Path

import trustme


class Authority:
    """A certificate authority, and what it has certified: a server on localhost, and a client."""

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        self.ca_file = folder / "ca.pem"
        authority.cert_pem.write_to_path(str(self.ca_file))
        self._server = self._write(authority.issue_cert("localhost"), folder / "server")
        self.client = self._write(authority.issue_cert("client@test.example"), folder / "client")

    @staticmethod
    def _write(certificate: trustme.LeafCert, path: Path) -> tuple[Path, Path]:
        chain, key = path.with_suffix(".crt"), path.with_suffix(".key")
        for blob in certificate.cert_chain_pems:
            blob.write_to_path(str(chain), append=True)
        certificate.private_key_pem.write_to_path(str(key))
        return chain, key

    def server_settings(self, *, token: str = "", clients: bool = False) -> dict[str, str]:
        """The environment of a server with this certificate."""
        chain, key = self._server
        settings = {"DYNAKV__TLS__CERT": str(chain), "DYNAKV__TLS__KEY": str(key)}
        if token:
            settings["DYNAKV__AUTH__TOKENS"] = f"[{{name = 'test', token = '{token}'}}]"
        if clients:
            settings["DYNAKV__TLS__CLIENT_CA"] = str(self.ca_file)
        return settings

"""A registry whose certificate is of a state's or company's own authority: real TLS on loopback."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kiosk.errors import RegistryUnreachable
from kiosk.uplink.authorities import certificate_file
from kiosk.uplink.exchange import Exchange

PATIENCE_S = 30.0


class Authority:
    """An authority of somebody's own, and what it signs."""

    def __init__(self, name: str) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = self._sign(
            self.name, self.key.public_key(), x509.BasicConstraints(ca=True, path_length=0)
        )

    def _sign(self, subject: x509.Name, key, *extensions: x509.ExtensionType) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
        )
        for extension in extensions:
            builder = builder.add_extension(extension, critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def file(self, folder: Path) -> str:
        path = folder / "authority.pem"
        path.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        return str(path)

    def for_localhost(self, folder: Path) -> Path:
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
        certificate = self._sign(x509.Name([]), key.public_key(), names)
        path = folder / "server.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        return path


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"well": True}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def authority() -> Authority:
    return Authority("Мемлекеттік куәландыру орталығы")


@pytest.fixture
def registry(authority, tmp_path) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.for_localhost(tmp_path))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"https://localhost:{server.server_port}"
    server.shutdown()
    thread.join(PATIENCE_S)
    server.server_close()


def asked(url: str, verify: str | bool) -> int:
    exchange = Exchange(url, mono=time.monotonic, verify=verify)
    try:
        return exchange.request("GET", "/", deadline_s=PATIENCE_S, most_bytes=1000, headers={}).status
    finally:
        exchange.close()
        assert exchange.ended(PATIENCE_S)


def test_an_authority_of_ones_own_is_believed_where_its_file_is_named(registry, authority, tmp_path):
    assert asked(registry, authority.file(tmp_path)) == 200


@pytest.mark.parametrize("others", [True, False], ids=["another authority's file", "those of the packages"])
def test_without_it_the_registry_is_not_believed(registry, tmp_path, others):
    verify = Authority("another").file(tmp_path) if others else True
    with pytest.raises(RegistryUnreachable) as refused:
        asked(registry, verify)
    assert refused.value.why == "tls"


def test_the_systems_certificates_are_asked_and_where_there_are_none_those_of_the_packages(tmp_path):
    there = tmp_path / "ca-certificates.crt"
    assert certificate_file("system", of_the_system=there) is True
    there.touch()
    assert certificate_file("system", of_the_system=there) == str(there)
    assert certificate_file("/etc/own.pem", of_the_system=there) == "/etc/own.pem"

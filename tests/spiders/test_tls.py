"""Certificates are verified, and a refusal says why."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pipelines.records import Outcome
from spiders.settings import LOG
from tests.badsite import BadSite

NOW = datetime.now(UTC)


class Authority:
    """A certificate authority of the test's own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
        self.certificate = self._signed(self.name, self.key, (), NOW + timedelta(days=9), is_authority=True)
        self.path = directory / "authority.pem"
        self.path.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def _signed(self, name, key, addresses, until, *, is_authority=False, issuer=None, by=None):
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(issuer or self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - timedelta(days=20))
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        )
        if addresses:
            builder = builder.add_extension(x509.SubjectAlternativeName(addresses), critical=False)
        return builder.sign(by or self.key, hashes.SHA256())

    def context(self, kind: str) -> ssl.SSLContext:
        """A server's TLS with a certificate that is good, or bad in one way."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, kind)])
        here = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        alternatives = [x509.DNSName("other.example")] if kind == "wrong host" else [here]
        until = NOW - timedelta(days=1) if kind == "expired" else NOW + timedelta(days=9)
        own = {"issuer": name, "by": key} if kind == "self-signed" else {}
        certificate = self._signed(name, key, alternatives, until, **own)
        path = self.directory / f"{kind}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


@pytest.fixture
def sites(tmp_path: Path) -> Iterator[dict[str, BadSite]]:
    """One site for each kind of certificate, with one page each."""
    authority = Authority(tmp_path)
    made = {kind: BadSite(tls=authority.context(kind)) for kind in ("good", "expired", "self-signed", "wrong host")}
    for site in made.values():
        site.page("/", "<p>page</p>")
    yield made
    for site in made.values():
        site.close()


def job_of(sites, job_for, **changes):
    return job_for(
        sites["good"],
        start_urls=tuple(site.url("/") for site in sites.values()),
        allow_private=tuple(site.pair for site in sites.values()),
        kind="urls",
        **changes,
    )


@pytest.mark.hazard("N6")
def test_bad_certificates_are_refused_and_named(sites, job_for, crawled, monkeypatch, tmp_path):
    """Expired, self-signed, made for another host: nothing is read from there, and the message says which it was."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    _, found = crawled(job_of(sites, job_for))
    by_kind = {kind: found[site.url("/")] for kind, site in sites.items()}
    assert by_kind["good"].outcome is Outcome.OK
    for kind, said in {"expired": "expired", "self-signed": "self-signed", "wrong host": "another host"}.items():
        assert by_kind[kind].outcome is Outcome.ROBOTS_UNREACHABLE
        assert said in by_kind[kind].message
        assert "verify_tls" in by_kind[kind].message
        assert sites[kind].paths() == []


@pytest.mark.hazard("N6")
def test_a_source_may_do_without_verification_which_is_logged(sites, job_for, crawled):
    """verify_tls = false reads them all, and the run's log says so."""
    job = job_of(sites, job_for, verify_tls=False)
    _, found = crawled(job)
    assert {c.outcome for c in found.values()} == {Outcome.OK}
    assert "certificates are not verified" in (job.directory / LOG).read_text()

"""A CA of the test's own, and certificates of it."""

import datetime
import ipaddress
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from .tls import threaded_context


class Authority:
    def __init__(self, folder: Path):
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = self._sign(_name("test CA"), self._key.public_key(), None)
        self.file = folder / "ca.pem"
        self.file.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))

    def issue(self, *names: str, organization: str | None = None) -> tuple[str, str]:
        """A certificate for these DNS names and IP addresses, and its key, as PEM."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign(_name(names[0], organization), key.public_key(), names)
        return certificate.public_bytes(serialization.Encoding.PEM).decode(), private_pem(key)

    def client_context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.file)

    def threaded_context(self) -> ssl.SSLContext:
        return threaded_context(self.file)

    def _sign(self, subject: x509.Name, public_key, names: tuple | None):
        now = datetime.datetime.now(datetime.timezone.utc)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(_name("test CA"))
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(days=2))
            .add_extension(x509.BasicConstraints(ca=names is None, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
            .add_extension(_usage(ca=names is None), critical=True)
        )
        if names:
            alternatives = x509.SubjectAlternativeName([_alternative(name) for name in names])
            builder = builder.add_extension(alternatives, critical=False)
        return builder.sign(self._key, hashes.SHA256())


def private_pem(key) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def _name(common: str, organization: str | None = None) -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
    if organization:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    return x509.Name(attributes)


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _usage(ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


def common_name(certificate: dict) -> str:
    """Of what ssl.SSLSocket.getpeercert() tells."""
    return dict(pair for part in certificate["subject"] for pair in part)["commonName"]


def serial(certificate: dict) -> str:
    return certificate["serialNumber"]

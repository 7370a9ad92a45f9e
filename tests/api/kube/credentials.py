"""Who is who in a cluster: its CA, its server, its administrator, and the key of its tokens."""

from pathlib import Path

import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from harness.certificates import Authority, private_pem


class Credentials:
    """Files in a folder. Whoever belongs to the group system:masters may do everything."""

    def __init__(self, folder: Path, hosts: tuple = ("127.0.0.1",)):
        self._folder = folder
        self.authority = Authority(folder)
        self.ca = self.authority.file
        self.server = self.issue("server", *hosts, "localhost", "kubernetes.default.svc")
        self.admin = self.issue("admin", "admin", organization="system:masters")
        key = ec.generate_private_key(ec.SECP256R1())
        self.token_key = self._write("token.key", private_pem(key))
        self.token_public_key = self._write("token.pub", _public_pem(key))

    def kubeconfig(self, name: str, address: str, user: dict) -> Path:
        """The file that says how `user` reaches the API server at `address`."""
        cluster = {"server": f"https://{address}", "certificate-authority": str(self.ca)}
        text = yaml.safe_dump(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": "test", "cluster": cluster}],
                "users": [{"name": name, "user": user}],
                "contexts": [{"name": "test", "context": {"cluster": "test", "user": name}}],
                "current-context": "test",
            }
        )
        return self._write(f"{name}.kubeconfig", text)

    def issue(self, file: str, *names: str, **more: str) -> tuple[Path, Path]:
        """A certificate and its key, in files."""
        certificate, key = self.authority.issue(*names, **more)
        return self._write(f"{file}.crt", certificate), self._write(f"{file}.key", key)

    def _write(self, name: str, text: str) -> Path:
        path = self._folder / name
        path.write_text(text)
        return path


def _public_pem(key) -> str:
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )

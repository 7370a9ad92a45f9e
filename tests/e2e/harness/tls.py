"""A TLS context for clients that read in one thread while they write in another."""

import ssl


def threaded_context(trusted: str) -> ssl.SSLContext:
    """Trusts what the file holds. websockets' blocking client writes its request while a thread of
    its own reads, which OpenSSL's sessions are not made for: where a TLS 1.3 server's tickets are
    read just then, once in some hundred connections, the request is lost, whoever the server is.
    TLS 1.2 has nothing to read at that time."""
    context = ssl.create_default_context(cafile=trusted)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context

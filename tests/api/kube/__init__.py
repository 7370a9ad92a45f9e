"""A Kubernetes API server of the test's own, on loopback."""

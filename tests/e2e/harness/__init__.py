"""What the end-to-end tests are made of: processes, manifests, backends, clients, bytes."""

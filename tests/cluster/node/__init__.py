"""A Kubernetes cluster of one node, in namespaces of its own: see hack/cluster."""

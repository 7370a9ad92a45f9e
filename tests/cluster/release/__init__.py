"""A release of the chart in a cluster, and those who use it."""

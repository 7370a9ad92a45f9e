"""Prometheus' own opinion of a scrape."""

import subprocess


def complaints(text: str) -> str:
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=text, text=True, capture_output=True, timeout=60
    )
    return done.stdout + done.stderr

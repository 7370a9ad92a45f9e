"""What data planes have in force, by their own logs: to ask a controller would cost it, at a thousand
routes, more than what is measured."""

import json
from datetime import datetime

from harness.gateway import DataPlane


class Applied:
    """The newest table of one data plane: its hash, and when it came into force (seconds since 1970).
    `look` reads what was logged since it looked last."""

    def __init__(self, plane: DataPlane):
        self.hash = ""
        self.time = 0.0
        self.count = 0
        self._log = plane.err
        self._read = 0

    def look(self) -> "Applied":
        with self._log.open("rb") as log:
            log.seek(self._read)
            text = log.read()
        whole, _, _ = text.rpartition(b"\n")
        self._read += len(whole) + 1 if whole else 0
        for line in whole.splitlines():
            if b'"table applied"' in line:
                entry = json.loads(line)
                self.hash = entry["hash"]
                self.time = datetime.fromisoformat(entry["time"]).timestamp()
                self.count += 1
        return self

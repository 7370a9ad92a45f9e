"""A process that is started, watched and ended by its own id."""

import json
import os
import re
import signal
import subprocess
from pathlib import Path

from .waiting import eventually

SANITIZER = re.compile(
    r"ERROR: (Address|Leak|Thread)Sanitizer|WARNING: ThreadSanitizer|runtime error: |"
    r"terminate called|Assertion|assertion failed"
)

# The kernel ends the process with the thread that started it: a test run that is killed leaves
# nothing behind. Processes are therefore started in the main thread.
WITH_ITS_PARENT = ["setpriv", "--pdeathsig", "KILL", "--"]

# AddressSanitizer keeps freed memory for a while, which would look like memory in use.
SANITIZERS = {"ASAN_OPTIONS": "quarantine_size_mb=1:thread_local_quarantine_size_kb=16"}


class Process:
    """Standard output and error go to files named after the process, in `folder`."""

    def __init__(self, name: str, command: list, folder: Path, env: dict | None = None):
        self.name = name
        self.out = folder / f"{name}.out"
        self.err = folder / f"{name}.err"
        self.ended_by_test = False
        with self.out.open("ab") as out, self.err.open("ab") as err:
            self._handle = subprocess.Popen(
                [*WITH_ITS_PARENT, *(str(part) for part in command)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env={**SANITIZERS, **os.environ, **(env or {})},
                # Ctrl-C is for the test run, which ends its processes itself.
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._handle.pid

    def resident_bytes(self) -> int:
        text = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"^VmRSS:\s+(\d+) kB", text, re.M)[1]) * 1024

    def running(self) -> bool:
        return self._handle.poll() is None

    def log(self) -> list[dict]:
        """The JSON lines on standard error; others (of a sanitizer) are left out."""
        lines = []
        for line in self.err.read_text(errors="replace").splitlines():
            try:
                lines.append(json.loads(line))
            except ValueError:
                continue
        return [line for line in lines if isinstance(line, dict)]

    def listening(self, what: str, name: str | None = None) -> str:
        """Waits until the process has logged the address of one of its ports."""

        def find():
            assert self.running(), f"{self.name} ended:\n{self.tail()}"
            for line in self.log():
                if line.get("message") == "listening" and line.get("what") == what:
                    if name is None or line.get("name") == name:
                        return line["address"]
            return None

        return eventually(find, f"{self.name} listens for {what}")

    def wait_log(self, **fields) -> list[dict]:
        """Waits until the process has logged lines with these fields."""

        def find():
            return [line for line in self.log() if line | fields == line]

        return eventually(find, f"{self.name} logs {fields}")

    def signal(self, number: int) -> None:
        self._handle.send_signal(number)

    def kill(self) -> None:
        """Ends the process without a word, as a crash would: part of a test, not of tidying up."""
        self.ended_by_test = True
        self._handle.kill()
        self._handle.wait()

    def wait(self, within: float = 60) -> int:
        return self._handle.wait(within)

    def stop(self, within: float = 60) -> list[str]:
        """SIGTERM; returns what was wrong with the way the process lived and ended."""
        if self.ended_by_test:
            return self.complaints(expected=None)
        if self.running():
            self.signal(signal.SIGTERM)
        try:
            self.wait(within)
        except subprocess.TimeoutExpired:
            self._handle.kill()
            self._handle.wait()
            return [
                f"{self.name} did not end within {within:.0f} s of SIGTERM",
                *self.complaints(None),
            ]
        return self.complaints(expected=0)

    def complaints(self, expected: int | None) -> list[str]:
        found = []
        if expected is not None and self._handle.returncode != expected:
            found.append(f"{self.name} ended with {self._handle.returncode}:\n{self.tail()}")
        if match := SANITIZER.search(self.err.read_text(errors="replace")):
            found.append(f"{self.name} reports '{match.group()}':\n{self.tail(200)}")
        return found

    def tail(self, lines: int = 30) -> str:
        return "\n".join(self.err.read_text(errors="replace").splitlines()[-lines:])

"""Plain HTTP to admin, probe and status ports, and Prometheus's text format."""

import http.client
import json
import re
from dataclasses import dataclass


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self):
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")


def request(address: str, path: str, method: str = "GET", headers: dict | None = None) -> Answer:
    connection = http.client.HTTPConnection(address, timeout=20)
    try:
        connection.request(method, path, headers=headers or {})
        answer = connection.getresponse()
        fields = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, fields, answer.read())
    finally:
        connection.close()


class Metrics:
    """One scrape. Values are looked up by name and the labels that matter."""

    _LINE = re.compile(r"^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)")
    _LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')

    def __init__(self, text: str):
        self.text = text
        self.families: set[str] = set()
        self.samples: list[tuple[str, dict, float]] = []
        for line in text.splitlines():
            if line.startswith("# TYPE "):
                self.families.add(line.split()[2])
            elif match := self._LINE.match(line):
                labels = dict(self._LABEL.findall(match[2] or ""))
                self.samples.append((match[1], labels, float(match[3])))

    def total(self, name: str, **labels) -> float:
        """The sum over every sample of this name that has these labels; 0 when there is none. A
        family that is not in the scrape at all is a KeyError: a test that asks for it is wrong."""
        return sum(value for _, value in self._matching(name, labels))

    def by(self, name: str, label: str, **labels) -> dict[str, float]:
        """The sums of total(), apart by one label; a family that is not there is a KeyError."""
        sums: dict[str, float] = {}
        for found, value in self._matching(name, labels):
            sums[found.get(label, "")] = sums.get(found.get(label, ""), 0) + value
        return sums

    def _matching(self, name: str, labels: dict):
        if name not in self.families:
            raise KeyError(f"no family {name} in this scrape")
        for sample, found, value in self.samples:
            if sample == name and all(found.get(key) == str(want) for key, want in labels.items()):
                yield found, value


def metrics(address: str) -> Metrics:
    answer = request(address, "/metrics")
    assert answer.status == 200, answer
    return Metrics(answer.text)

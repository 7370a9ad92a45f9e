"""Tables of the reference documents, and what programs show."""

import re

from .paths import REPO


def section(document: str, title: str) -> str:
    """The part of a document under a heading, up to the next one."""
    text = (REPO / "docs" / document).read_text()
    _, found, rest = text.partition(f"# {title}\n")
    assert found, f"{document} has no section {title!r}"
    return re.split(r"^#", rest, maxsplit=1, flags=re.MULTILINE)[0]


def rows(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def differences(metrics, *titles: str) -> list[str]:
    """What a scrape shows otherwise than the sections of metrics.md say; they may say more of the
    meaning."""
    documented = [row for title in titles for row in rows(section("metrics.md", title))]
    helps, types = (
        dict(re.findall(rf"^# {word} (\S+) (.*)$", metrics.text, re.MULTILINE))
        for word in ("HELP", "TYPE")
    )
    labels = {name: set() for name in types}
    for name, found, _ in metrics.samples:
        labels.setdefault(name, set()).update(found)
    shown = {(name, kind, ", ".join(sorted(labels[name]))) for name, kind in types.items()}
    told = {(name.strip("`"), kind, named) for name, kind, named, _ in documented}
    meanings = {name.strip("`"): meaning for name, _, _, meaning in documented}
    return (
        [f"not documented: {each}" for each in sorted(shown - told)]
        + [f"not shown: {each}" for each in sorted(told - shown)]
        + [
            f"another meaning: {name}"
            for name, text in helps.items()
            if name in meanings and not meanings[name].startswith(text.rstrip("."))
        ]
    )

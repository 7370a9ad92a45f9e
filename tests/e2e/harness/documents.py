"""What the documents give to a reader: fenced blocks, and commands to type."""

import re
from dataclasses import dataclass
from pathlib import Path

from .paths import EXAMPLES, REPO

PROSE = sorted(
    [*REPO.glob("*.md"), *(REPO / "docs").rglob("*.md")], key=lambda file: file.parts
)
PROGRAMS = r"(?:hack/|tests/|holdfast-|cmake|ctest|kubectl|helm|docker|curl|openssl|python3|git)"
INLINE = re.compile(rf"(?<!`)`({PROGRAMS}[^`]* [^`]+)`(?!`)")
# A comment of a manifest holds a command where it is set in by two more spaces.
IN_MANIFEST = re.compile(r"^#   (\S.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Fence:
    place: str
    language: str
    text: str


def fences() -> list[Fence]:
    found = []
    for file in PROSE:
        start, lines = None, file.read_text().splitlines()
        for number, line in enumerate(lines):
            if not line.startswith("```"):
                continue
            if start is None:
                start = number
                continue
            place = f"{file.relative_to(REPO)}:{start + 1}"
            found.append(Fence(place, lines[start][3:], "\n".join(lines[start + 1 : number])))
            start = None
        assert start is None, f"{file}: a block without an end"
    return found


def commands() -> set[str]:
    """Everything that a reader is told to type, without its comments."""
    blocks = [fence.text for fence in fences() if fence.language == "sh"]
    typed = [line for block in blocks for line in block.splitlines()]
    for file in PROSE:
        outside = re.sub(r"^```.*?^```", "", file.read_text(), flags=re.MULTILINE | re.DOTALL)
        typed += INLINE.findall(outside.replace("\n", " "))
    for file in EXAMPLES.rglob("*.yaml"):
        text = file.read_text()
        typed += IN_MANIFEST.findall(text) + INLINE.findall(text.replace("\n#", ""))
    stripped = (re.sub(r"\s+# .*", "", line).strip() for line in typed)
    return {line for line in stripped if line}


def commands_in(section: str) -> list[str]:
    """The lines of the blocks of commands in a section of the README, in their order."""
    text = (REPO / "README.md").read_text().partition(f"\n## {section}\n")[2]
    blocks = re.findall(r"^```sh\n(.*?)^```", text.partition("\n## ")[0], re.M | re.S)
    return [line for block in blocks for line in block.splitlines()]


def command(beginning: str) -> str:
    """The one command that begins so."""
    (found,) = [each for each in commands() if each.startswith(beginning)]
    return found

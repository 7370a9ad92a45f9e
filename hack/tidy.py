#!/usr/bin/env python3
"""The style check: what docs/architecture.md and CONTRIBUTING.md say, as far as a script can tell.

Folders see only what their CMake DEPS name, and the table of folders says the same; files and
functions stay short; libraries that must stay behind one door do; a few names and habits are
banned. Prints `file:line: rule: what`, and exits 1 if it printed anything.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CODE = ("common", "controller", "dataplane", "hack", "tests")
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
LINE_COLUMNS_MAX = 100

# Where a library's headers may be included: everywhere else they would spread.
DOORS = {
    r"yaml-cpp/": ("controller/source/yaml_reader",),
    r"prometheus/": ("dataplane/telemetry/", "controller/status/"),
    r"(cpprest|pplx)/": ("controller/kube/cpprest_transport",),
    r"spdlog/": ("common/base/log",),
    r"CLI/": ("common/command_line/", "controller/flags",
              "dataplane/process/flags"),
    r"boost/(asio|beast)": ("common/admin/", "common/net/", "common/push/stream",
                            "common/push/web_socket", "controller/controller.",
                            "controller/status_cadence.",
                            "controller/push/push_", "controller/push/unix_listener",
                            "controller/push/server_tls", "controller/kube/tls_client",
                            "dataplane/relay/engine",
                            "dataplane/listen/", "dataplane/handshake/", "dataplane/eviction/",
                            "dataplane/control/", "dataplane/serving/", "dataplane/process/",
                            "tests/"),
}

BANNED = [
    (r"\b(class|struct)\s+\w*(Manager|Helper|Helpers|Util|Utils|Impl)\b",
     "say what it is, not that it helps"),
    (r"\busing namespace (?!std::chrono_literals|std::literals|std::string_literals|"
     r"std::string_view_literals|holdfast|model)", "names come in one by one"),
    (r"\bshared_from_this\b", "owners own; they do not ask who else does"),
    (r"\bco_spawn\b.*\bdetached\b", "every task has a handler for its end"),
    (r"\b(sleep_for|sleep_until|usleep)\b", "wait for a condition, not for time"),
    (r"\b(TODO|FIXME|XXX|HACK)\b", "an open end belongs into the tracker"),
    (r"\b(strcpy|strcat|sprintf|gets|atoi|rand)\s*\(", "unbounded, unchecked or not random"),
    (r"\bstd::regex\b", "unbounded stack and time; RE2 where a pattern is needed"),
    (r"\bDISABLED_", "a test that does not run is no test"),
]

BANNED_IN_DATAPLANE = [
    (r"\bany_io_executor\b", "costs an allocation and a virtual call per operation"),
]

problems: list[str] = []


def complain(path: Path, line: int, rule: str, what: str) -> None:
    problems.append(f"{path.relative_to(ROOT)}:{line}: {rule}: {what}")


def without_comments_and_strings(text: str) -> str:
    """The same text with comments and literals blanked out, line numbers kept."""
    pattern = re.compile(r'R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|'
                         r'(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'|//[^\n]*|/\*.*?\*/', re.S)
    return pattern.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def functions(text: str):
    """Yields (first line, last line) of each function body at namespace or class level."""
    stack: list[tuple[str, int]] = []
    head_start = 0
    line = 1
    for i, c in enumerate(text):
        if c == "\n":
            line += 1
        elif c == "{":
            head = text[head_start:i]
            kind = "block"
            outside = all(k in ("namespace", "type") for k, _ in stack)
            if re.search(r"\bnamespace\b", head):
                kind = "namespace"
            elif outside and re.search(r"\b(class|struct|union|enum)\b[^()=]*$", head):
                kind = "type"
            elif outside and ")" in head and not re.search(r"=\s*$", head):
                kind = "function"
            stack.append((kind, line))
            head_start = i + 1
        elif c == "}":
            if stack:
                kind, first = stack.pop()
                if kind == "function":
                    yield first, line
            head_start = i + 1
        elif c == ";":
            head_start = i + 1


def check_file(path: Path) -> None:
    text = path.read_text()
    lines = text.splitlines()
    if len(lines) > FILE_LINES_MAX:
        complain(path, len(lines), "file length", f"{len(lines)} lines, at most {FILE_LINES_MAX}")
    if path.suffix == ".hpp" and "#pragma once" not in text:
        complain(path, 1, "header", "no #pragma once")
    bare = without_comments_and_strings(text)
    for first, last in functions(bare):
        if last - first + 1 > FUNCTION_LINES_MAX:
            complain(path, first, "function length",
                     f"{last - first + 1} lines, at most {FUNCTION_LINES_MAX}")
    in_dataplane = path.is_relative_to(ROOT / "dataplane")
    banned = BANNED + (BANNED_IN_DATAPLANE if in_dataplane else [])
    for number, (line, code) in enumerate(zip(lines, bare.splitlines()), 1):
        if len(line) > LINE_COLUMNS_MAX:
            complain(path, number, "line length",
                     f"{len(line)} columns, at most {LINE_COLUMNS_MAX}")
        for pattern, why in banned:
            where = line if "TODO" in pattern else code
            if re.search(pattern, where):
                complain(path, number, "banned", f"`{line.strip()[:60]}`: {why}")


def libraries():
    """Folder → the holdfast libraries among its CMakeLists.txt's DEPS, and library → folder."""
    deps: dict[str, set[str]] = {}
    folder_of: dict[str, str] = {}
    for cmake in ROOT.glob("*/**/CMakeLists.txt"):
        if "build" in cmake.relative_to(ROOT).parts:
            continue
        folder = str(cmake.parent.relative_to(ROOT))
        text = re.sub(r"#[^\n]*", "", cmake.read_text())
        for call in re.finditer(r"holdfast_(library|program|test|fuzzer)\((\S+)([^)]*)\)", text):
            names = set(re.findall(r"holdfast::(\w+)", call.group(3)))
            deps.setdefault(folder, set()).update(names)
            if call.group(1) == "library":
                folder_of.setdefault(call.group(2), folder)
                deps.setdefault("lib:" + call.group(2), set()).update(names)
    return deps, folder_of


def reachable(start: set[str], deps: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    todo = list(start)
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo.extend(deps.get("lib:" + name, ()))
    return seen


def check_includes(paths: list[Path]) -> None:
    deps, folder_of = libraries()
    for path in paths:
        relative = str(path.relative_to(ROOT))
        folder = str(path.parent.relative_to(ROOT))
        home = folder
        while home and home not in deps:
            home = str(Path(home).parent) if "/" in home else ""
        allowed = {folder_of[n] for n in reachable(deps.get(home, set()), deps) if n in folder_of}
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = re.match(r'\s*#include\s+([<"])([^>"]+)[>"]', line)
            if not match:
                continue
            bracket, target = match.groups()
            if bracket == "<":
                for door, places in DOORS.items():
                    if re.match(door, target) and not relative.startswith(places):
                        complain(path, number, "door", f"{target} stays behind {', '.join(places)}")
                continue
            if not (ROOT / target).exists() and "/" in target:
                continue  # Generated at build time.
            into = str(Path(target).parent)
            shared_by_tests = folder.startswith("tests/") and into.startswith("tests/")
            if into in (folder, home) or into in allowed or shared_by_tests:
                continue
            complain(path, number, "arrow", f"{home or folder} does not depend on {into}")
    for program, other in (("controller", "dataplane"), ("dataplane", "controller")):
        for path in paths:
            if str(path.relative_to(ROOT)).startswith(program + "/"):
                for number, line in enumerate(path.read_text().splitlines(), 1):
                    if re.match(rf'\s*#include\s+"{other}/', line):
                        complain(path, number, "arrow", f"{program} never sees {other}")


def check_architecture() -> None:
    """The table of folders in docs/architecture.md reaches what the CMake DEPS reach."""
    page = ROOT / "docs/architecture.md"
    deps, folder_of = libraries()
    built = {folder: {folder_of[n] for n in reachable(names, deps) if n in folder_of} - {folder}
             for folder, names in deps.items()
             if re.match(r"(common|controller|dataplane)\b", folder)}
    written: dict[str, set[str]] = {}
    line_of: dict[str, int] = {}
    for number, line in enumerate(page.read_text().splitlines(), 1):
        row = re.match(r"\| `((?:common|controller|dataplane)[/\w]*)` \|.*\|([^|]*)\|$", line)
        if not row:
            continue
        folder, program = row.group(1), row.group(1).split("/")[0]
        line_of[folder] = number
        written["lib:" + folder] = {
            name if "/" in name else
            f"{program}/{name}" if f"{program}/{name}" in built else f"common/{name}"
            for name in re.findall(r"[/\w]+", row.group(2))}
    for folder in sorted(built.keys() | line_of.keys()):
        if folder not in line_of or folder not in built:
            complain(page, line_of.get(folder, 1), "arrows",
                     f"{folder} is {'no library' if folder in line_of else 'not in the table'}")
            continue
        seen = reachable(written["lib:" + folder], written)
        for other in sorted(seen ^ built[folder]):
            complain(page, line_of[folder], "arrows",
                     f"{folder} {'does not see' if other in seen else 'sees'} {other}")


def main() -> int:
    paths = [p for top in CODE for p in sorted((ROOT / top).rglob("*"))
             if p.suffix in (".hpp", ".cpp")]
    for path in paths:
        check_file(path)
    check_includes(paths)
    check_architecture()
    print("\n".join(problems) if problems else f"style: {len(paths)} files, nothing to say")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

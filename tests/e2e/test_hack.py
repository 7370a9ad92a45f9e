"""Goal: the checks of hack/ fail where they should.
Method: copies of the scripts in a tree of the test's own, one file wrong in one way at a time."""

import contextlib
import itertools
import os
import runpy
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from harness.paths import REPO
from harness.waiting import eventually

TIDY = runpy.run_path(str(REPO / "hack" / "tidy.py"))

# A tree in which nothing is wrong: dataplane/net depends on common/base.
GOOD = {
    "common/base/CMakeLists.txt": "holdfast_library(base SOURCES a.cpp DEPS Boost::headers)\n",
    "common/base/a.hpp": "#pragma once\n\nint a();\n",
    "common/base/a.cpp": '#include "common/base/a.hpp"\n\nint a() { return 1; }\n',
    "docs/architecture.md": (
        "| `common/base` | a | |\n| `controller` | c | base |\n| `dataplane/net` | n | base |\n"
    ),
    "controller/CMakeLists.txt": "holdfast_program(controller SOURCES c.cpp DEPS holdfast::base)\n",
    "dataplane/net/CMakeLists.txt": "holdfast_library(net SOURCES n.cpp DEPS holdfast::base)\n",
    "dataplane/net/n.hpp": '#pragma once\n\n#include "common/base/a.hpp"\n',
    "dataplane/net/n.cpp": '#include "dataplane/net/n.hpp"\n',
}
LONG_BODY = "\n".join(["int f() {"] + ["    // one more line"] * 69 + ["    return 1;", "}", ""])
BAD = {
    "file-length": ("common/base/b.cpp", "// a line\n" * 401, "file length: 401 lines"),
    "no-pragma-once": ("common/base/b.hpp", "int b();\n", "header: no #pragma once"),
    "function-length": ("common/base/b.cpp", LONG_BODY, "function length: 72 lines"),
    "line-length": ("common/base/b.cpp", f"// {'x' * 98}\n", "line length: 101 columns"),
    "in-the-bench": ("hack/bench.d/b.cpp", f"// {'x' * 98}\n", "line length: 101 columns"),
    "in-a-test": ("tests/unit/b.cpp", f"// {'x' * 98}\n", "line length: 101 columns"),
    "arrow": (
        "common/base/b.cpp",
        '#include "dataplane/net/n.hpp"\n',
        "arrow: common/base does not depend on dataplane/net",
    ),
    "controller-to-dataplane": (
        "controller/c.cpp",
        '#include "dataplane/net/n.hpp"\n',
        "arrow: controller never sees dataplane",
    ),
    "dataplane-to-controller": (
        "dataplane/net/b.cpp",
        '#include "controller/c.hpp"\n',
        "arrow: dataplane never sees controller",
    ),
    "door-of-a-file": (
        "controller/c.cpp",
        "#include <boost/asio/io_context.hpp>\n",
        "door: boost/asio/io_context.hpp stays",
    ),
    **{
        f"door-{door}": ("common/base/b.cpp", f"#include <{header}>\n", f"door: {header} stays")
        for door, header in {
            r"yaml-cpp/": "yaml-cpp/yaml.h",
            r"prometheus/": "prometheus/metric_family.h",
            r"(cpprest|pplx)/": "cpprest/http_client.h",
            r"spdlog/": "spdlog/spdlog.h",
            r"CLI/": "CLI/CLI.hpp",
            r"boost/(asio|beast)": "boost/asio/io_context.hpp",
        }.items()
    },
}
# Each begins with what makes it bad; the reason that is given is looked up by the pattern.
BANNED = [
    "struct RouteManager;",
    "using namespace boost;",
    "auto a = shared_from_this();",
    "co_spawn(io, f(), detached);",
    "void f() { std::this_thread::sleep_for(one_second); }",
    "// TODO: later",
    "void f() { strcpy(a, b); }",
    "std::regex pattern;",
    "TEST(A, DISABLED_B) {}",
]


def tidy(tmp_path, **files: str) -> subprocess.CompletedProcess:
    for name, text in {**GOOD, **files}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "hack").mkdir(exist_ok=True)
    script = shutil.copy(REPO / "hack" / "tidy.py", tmp_path / "hack")
    return subprocess.run([sys.executable, script], text=True, capture_output=True, timeout=60)


def test_tidy_has_nothing_to_say_about_a_good_tree(tmp_path):
    done = tidy(tmp_path)
    assert (done.returncode, done.stdout) == (0, "style: 4 files, nothing to say\n")


@pytest.mark.parametrize("kind", BAD)
def test_tidy_complains_about_each_rule(tmp_path, kind):
    file, text, expected = BAD[kind]
    done = tidy(tmp_path, **{file: text})
    assert done.returncode == 1
    told = [line for line in done.stdout.splitlines() if line.startswith(f"{file}:")]
    assert any(expected in line for line in told), done.stdout


def test_tidy_complains_about_each_door():
    assert {f"door-{door}" for door in TIDY["DOORS"]} <= set(BAD)


@pytest.mark.parametrize(("rule", "code"), zip(TIDY["BANNED"], BANNED, strict=True))
def test_tidy_complains_about_each_banned_habit(tmp_path, rule, code):
    done = tidy(tmp_path, **{"common/base/b.cpp": f"\n{code}\n"})
    assert done.returncode == 1
    assert done.stdout == f"common/base/b.cpp:2: banned: `{code}`: {rule[1]}\n"


def test_tidy_bans_more_in_the_data_plane(tmp_path):
    code = "any_io_executor executor;"
    ((_, why),) = TIDY["BANNED_IN_DATAPLANE"]
    assert tidy(tmp_path, **{"common/base/b.cpp": f"{code}\n"}).returncode == 0
    done = tidy(tmp_path, **{"dataplane/net/b.cpp": f"{code}\n"})
    assert done.stdout == f"dataplane/net/b.cpp:1: banned: `{code}`: {why}\n"


# --- hack/test ---------------------------------------------------------------------------------


def stage(tmp_path, name: str, **files: str) -> subprocess.CompletedProcess:
    """One stage of hack/test in a repository of its own, as if within the toolchain."""
    tidy(tmp_path, **files)
    for script in ("hack/test", "hack/toolchain.sh", ".clang-format"):
        shutil.copy(REPO / script, tmp_path / script)
    for command in (["init", "--quiet"], ["add", "."]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return subprocess.run(
        [tmp_path / "hack" / "test", name],
        env={**os.environ, "HOLDFAST_ENTERED": "1"},
        text=True,
        capture_output=True,
        timeout=60,
    )


def test_a_stage_that_passes_says_so(tmp_path):
    done = stage(tmp_path, "style")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all passed" in done.stderr


@pytest.mark.parametrize("text", ["// TODO: later\n", "int  two_spaces();\n"])
def test_a_stage_that_fails_fails_the_run(tmp_path, text):
    done = stage(tmp_path, "style", **{"common/base/b.cpp": text})
    assert done.returncode != 0
    assert "stage style failed" in done.stderr and "all passed" not in done.stderr


def test_a_stage_that_does_not_exist_fails_the_run(tmp_path):
    done = stage(tmp_path, "styel")
    assert done.returncode != 0 and "no stage 'styel'" in done.stderr


# --- --help ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["bench", "bootstrap", "demo", "fuzz", "shell", "test"])
def test_help_is_the_head_of_the_script_and_no_more(name):
    lines = (REPO / "hack" / name).read_text().splitlines()[1:]
    head = [line[2:] for line in itertools.takewhile(lambda line: line.startswith("# "), lines)]
    done = subprocess.run(
        [REPO / "hack" / name, "--help"],
        env={name: value for name, value in os.environ.items() if name != "HOLDFAST_ENTERED"},
        text=True,
        capture_output=True,
        timeout=60,
    )
    expected = [line for line in head if not line.startswith("shellcheck")]
    assert (done.returncode, done.stdout.splitlines(), done.stderr) == (0, expected, "")


# --- a run that is stopped ---------------------------------------------------------------------


@contextlib.contextmanager
def in_tree_of_scripts(tmp_path, *script: str, commands: dict | None = None, **how):
    """Starts a script of hack/ in a tree of its own, where the commands given are fakes."""
    hack, fakes = tmp_path / "hack", tmp_path / "fakes"
    shutil.copytree(REPO / "hack", hack, ignore=shutil.ignore_patterns("*.d"))
    fakes.mkdir()
    for file, text in {
        hack / "bootstrap": "",
        **{fakes / name: text for name, text in (commands or {}).items()},
    }.items():
        file.write_text(f"#!/usr/bin/env bash\n{text}\n")
        file.chmod(0o755)
    started = subprocess.Popen(
        [hack / script[0], *script[1:]],
        env={
            **{name: value for name, value in os.environ.items() if name != "HOLDFAST_ENTERED"},
            "PATH": f"{fakes}:{os.environ['PATH']}",
            "HOLDFAST_CACHE": str(tmp_path),
        },
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        **how,
    )
    try:
        yield started
    finally:
        started.kill()
        started.wait()
        started.stdout.close()


# Ends by itself where the test cannot make it end.
WAITS = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"


def test_a_command_in_the_toolchain_is_the_process_that_was_started(tmp_path):
    with in_tree_of_scripts(tmp_path, "shell", "python3", "-c", WAITS) as shell:
        assert int(shell.stdout.readline()) == shell.pid


# What hack/shell does for a user who is not root, wherever the test runs.
THROUGH_SUDO = """
. "$(dirname "$0")/../hack/toolchain.sh"
is_native() { false; }
find_way_in() { enter=("${@:2}"); }
become_in_toolchain "$@"
"""
SOMEBODY = {"user": 65534, "group": 65534, "extra_groups": []}


def test_nothing_stands_before_sudo_which_passes_signals_on():
    commands = {"sudo": 'exec "$@"', "through-sudo": THROUGH_SUDO}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        with in_tree_of_scripts(
            Path(folder),
            "../fakes/through-sudo",
            *(sys.executable, "-c", WAITS),
            commands=commands,
            **(SOMEBODY if os.geteuid() == 0 else {}),
        ) as script:
            assert int(script.stdout.readline()) == script.pid


def test_a_stage_ends_with_the_run_that_is_stopped(tmp_path):
    fakes = {"ctest": f"exec {sys.executable} -c '{WAITS}'", "cmake": ""}
    with in_tree_of_scripts(tmp_path, "test", "asan", commands=fakes) as run:
        stage = int(run.stdout.readline())
        run.terminate()
        assert run.wait(30) == -signal.SIGTERM
        eventually(lambda: not Path(f"/proc/{stage}").exists(), "the stage's command has ended")


BENCH = """
import contenders, pathlib, sys
peer = getattr(contenders, sys.argv[1])(pathlib.Path(sys.argv[2]), "127.0.0.1:1")
peer.start()
print(peer.endpoint, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("contender", ["Nginx", "HAProxy"])
def test_a_contender_ends_with_a_bench_that_is_killed(tmp_path, contender):
    folders = [str(REPO / "hack" / "bench.d"), str(REPO / "tests" / "e2e")]
    with subprocess.Popen(
        [sys.executable, "-c", BENCH, contender, tmp_path],
        env={**os.environ, "PYTHONPATH": ":".join(folders), "PYTHONDONTWRITEBYTECODE": "1"},
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as bench:
        host, _, port = bench.stdout.readline().strip().rpartition(":")
        bench.kill()
    eventually(lambda: not accepts(host, int(port)), f"{contender} no longer listens")


def accepts(host: str, port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex((host, port)) == 0

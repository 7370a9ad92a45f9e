"""Goal: a drained data plane lets go of every session as docs/closing.md promises.
Method: 300 sessions with numbered messages through two data planes, 200 edits of routes while they
run, then one data plane is drained, or, so that the test is seen to see, killed."""

import asyncio
import signal
from datetime import datetime

import pytest

from harness.backend import EchoBackend
from harness.manifests import rule
from harness.numbered import RESTART, NumberedClient, faults, tally
from harness.probe import refused, whoami
from harness.waiting import eventually, eventually_async

SESSIONS = 300
EDITS = 200
PAUSE = 0.3  # Seconds between two messages of one session, on average.


def by_sigterm(plane):
    plane.signal(signal.SIGTERM)


def by_request(plane):
    assert plane.admin("/drain", "POST").status < 300


def by_kill(plane):
    plane.kill()


async def hold_sessions(gateway, edit, let_go):
    """Returns the clients of the data plane that was let go, and those of the other."""
    urls = [gateway.url("", plane) for plane in (0, 1)]
    clients = [
        NumberedClient(index, urls if index % 2 == 0 else urls[::-1], PAUSE)
        for index in range(SESSIONS)
    ]
    tasks = [asyncio.create_task(client.run()) for client in clients]
    leaving = [client for client in clients if client.urls[0] == urls[0]]
    staying = [client for client in clients if client.urls[0] == urls[1]]
    try:
        await eventually_async(
            lambda: all(client.echoes >= 2 for client in clients),
            "every client has its echoes",
            within=60,
        )
        await asyncio.to_thread(edit, gateway)
        assert not any(client.ends for client in clients), "an edit of a route ended a session"
        await asyncio.to_thread(let_go, gateway.planes[0])
        await eventually_async(
            lambda: all(client.ends for client in leaving),
            "every session of the data plane has ended",
            within=60,
        )
        before = {client.index: client.echoes for client in clients}
        await eventually_async(
            lambda: all(client.echoes > before[client.index] + 1 for client in clients),
            "every client has its echoes again",
            within=60,
        )
        assert all(client.url == urls[1] for client in clients), "the other data plane has them all"
    finally:
        for client in clients:
            client.stop()
        await asyncio.wait_for(asyncio.gather(*tasks), 60)
    return leaving, staying


def edit_routes(gateway, at_once: int) -> None:
    """The sessions' rule changes, other rules come and go, endpoints come and go; so many edits are
    made at a time before the table that holds the last of them is awaited."""
    backend = gateway.backend.address
    for number in range(EDITS):
        changed = rule("echo", name="main", timeouts={"idle": f"{1000 + number}s"})
        extra = rule("echo", path=f"/edit-{number}", name="extra")
        gateway.manifests.route("echo", changed, extra)
        if number % at_once == at_once - 1:
            gateway.wait_config(f"/edit-{number}")
        if number % 20 == 9:
            gateway.manifests.service("echo", backend, "127.0.0.9:9")
        elif number % 20 == 19:
            gateway.manifests.service("echo", backend)
    # So that who comes back is not sent to the endpoint that is not there.
    gateway.wait_config("127.0.0.9", present=False)


def one_by_one(gateway):
    edit_routes(gateway, at_once=1)


def in_bursts(gateway):
    edit_routes(gateway, at_once=10)


def no_edit(gateway):
    pass


@pytest.fixture
def sessions(gateway):
    with EchoBackend() as backend:
        gateway.backend = backend
        gateway.serve(backend.address, name="main")
        gateway.start(planes=2, flags=("--drain-delay", "500ms", "--drain-timeout", "8s"))
        yield gateway


@pytest.mark.parametrize(("edit", "drain"), [(in_bursts, by_sigterm), (one_by_one, by_request)])
def test_a_drained_data_plane_closes_each_session_once_and_loses_nothing(sessions, edit, drain):
    gateway = sessions
    first, second = gateway.planes
    applied = second.metrics().total("holdfast_config_apply_total", result="accepted")
    leaving, staying = asyncio.run(hold_sessions(gateway, edit, drain))

    drained = [client.ends[0] for client in leaving]
    finished = [client.ends[-1] for client in leaving + staying]
    edits = second.metrics().total("holdfast_config_apply_total", result="accepted") - applied
    print(
        f"{SESSIONS} sessions, {EDITS} edits of routes in {edits:.0f} tables\n"
        f"drained data plane: {tally(drained)}\nother data plane: {tally(finished)}"
    )

    assert edits >= (EDITS if edit is one_by_one else EDITS / 10)
    assert faults(drained, gateway.backend, RESTART, "service restart") == []
    assert faults(finished, gateway.backend, 1000, "done") == []
    assert all(len(client.ends) == 2 for client in leaving), "each came back once"
    assert all(len(client.ends) == 1 for client in staying), "the others were left alone"
    logged = first.wait_logged(len(leaving), reason="drain", close_code=RESTART, side="gateway")
    assert len(logged) == len(leaving)
    assert spread(logged) > 1, "sessions are let go one after another, not all at once"
    for line in logged:
        assert line["messages_from_client"] >= line["messages_to_client"] > 0, line
    if drain is by_sigterm:
        assert first.wait() == 0
    else:
        assert first.running() and not first.ready()
        assert first.metrics().total("holdfast_drain_forced_total") == 0
        assert first.admin("/undrain", "POST").status < 300
        eventually(first.ready, "it is ready again")


def spread(lines: list[dict]) -> float:
    """Seconds between the first and the last end in these lines of the access log."""
    ends = [
        datetime.fromisoformat(line["time"]).timestamp() + line["duration_ms"] / 1000
        for line in lines
    ]
    return max(ends) - min(ends)


def test_the_test_sees_sessions_that_are_cut(sessions):
    """The negative control: a data plane that is killed keeps none of the promises."""
    leaving, staying = asyncio.run(hold_sessions(sessions, no_edit, by_kill))
    cut = [client.ends[0] for client in leaving]
    print(f"killed data plane: {tally(cut)}")
    assert all(end.code == 1006 and end.close_frames == 0 for end in cut)
    assert len(faults(cut, sessions.backend, RESTART, "service restart")) >= len(cut)
    assert all(len(client.ends) == 1 for client in staying)


def test_while_draining_new_handshakes_are_sent_elsewhere(sessions):
    first = sessions.planes[0]
    by_request(first)
    assert not first.ready(), "a data plane that was told to drain says so at once"
    answer = eventually(lambda: _refusal(sessions), "handshakes are refused")
    assert answer.status == 503 and "retry-after" in answer.headers
    assert answer.headers["connection"] == "close"
    assert whoami(sessions, plane=1).status == 101


def _refusal(gateway):
    """The answer, once handshakes are refused; until then they are served."""
    return refused(gateway) if whoami(gateway).status == 503 else None

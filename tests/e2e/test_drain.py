"""Goal: a drained data plane lets go of every session as docs/closing.md promises.
Method: 300 sessions with numbered messages through two data planes, of which one is drained, and
200 edits of routes before, during and after that. So that the test is seen to see, the data plane
is killed instead."""

import asyncio
import signal
from datetime import datetime

import pytest

from harness.backend import EchoBackend
from harness.manifests import rule
from harness.numbered import RESTART, NumberedClient, faults, tally
from harness.probe import refused, whoami
from harness.waiting import eventually, eventually_async
from harness.wire import RawClient

SESSIONS = 300
EDITS, EDITS_BEFORE, EDITS_DURING = 200, 50, 100
PAUSE = 0.3  # Seconds between two messages of one session, on average.


def by_sigterm(plane):
    plane.signal(signal.SIGTERM)


def by_request(plane):
    assert plane.admin("/drain", "POST").status < 300


def by_kill(plane):
    plane.kill()


class Edits:
    """Edits of routes in a thread of their own, spread over what goes on meanwhile: the sessions'
    rule changes, other rules and endpoints come and go. So many are made at a time before the table
    that holds the last of them is awaited, in the data plane that stays."""

    def __init__(self, gateway, at_once: int):
        self._gateway = gateway
        self._at_once = at_once
        self.made = 0
        self.allowed = EDITS_BEFORE

    def run(self) -> None:
        for number in range(EDITS):
            eventually(lambda number=number: number < self.allowed, f"edit {number} is due")
            self._edit(number)
            if number % self._at_once == self._at_once - 1:
                self._gateway.planes[1].wait_config(f"/edit-{number}")
                self.made = number + 1

    def drained(self, share: float) -> None:
        """So much of the data plane's sessions is gone; the rest is for when all are."""
        self.allowed = EDITS if share == 1 else EDITS_BEFORE + int(EDITS_DURING * share)

    def _edit(self, number: int) -> None:
        changed = rule("echo", name="main", timeouts={"idle": f"{1000 + number}s"})
        extra = rule("echo", path=f"/edit-{number}", name="extra")
        self._gateway.manifests.route("echo", changed, extra)
        if number % 10 == 9:
            # Every other time with an endpoint that refuses: the other is tried then.
            refusing = ["127.0.0.9:9"] if number % 20 == 9 else []
            self._gateway.manifests.service("echo", self._gateway.backend.address, *refusing)


async def hold_sessions(gateway, let_go, edits: Edits | None = None):
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
        if edits:
            tasks.append(asyncio.create_task(asyncio.to_thread(edits.run)))
            await eventually_async(lambda: edits.made == EDITS_BEFORE, "the first edits", 60)
        assert not any(client.ends for client in clients), "an edit of a route ended a session"
        await asyncio.to_thread(let_go, gateway.planes[0])

        def all_gone() -> bool:
            gone = sum(bool(client.ends) for client in leaving)
            if edits:
                edits.drained(gone / len(leaving))
            return gone == len(leaving)

        await eventually_async(all_gone, "every session of the data plane has ended", within=60)
        if edits:
            during = edits.made - EDITS_BEFORE
            print(f"{during} edits in force while sessions were let go")
            assert during >= EDITS_DURING / 10, "the edits were spread over the drain"
            await eventually_async(lambda: edits.made == EDITS, "the last edits", within=120)
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


@pytest.fixture
def sessions(gateway):
    with EchoBackend() as backend:
        gateway.backend = backend
        gateway.serve(backend.address, name="main")
        gateway.start(planes=2, flags=("--drain-delay", "500ms", "--drain-timeout", "8s"))
        yield gateway


@pytest.mark.parametrize(("at_once", "drain"), [(10, by_sigterm), (1, by_request)])
def test_a_drained_data_plane_closes_each_session_once_and_loses_nothing(sessions, at_once, drain):
    gateway = sessions
    first, second = gateway.planes
    applied = second.metrics().total("holdfast_config_apply_total", result="accepted")
    leaving, staying = asyncio.run(hold_sessions(gateway, drain, Edits(gateway, at_once)))

    drained = [client.ends[0] for client in leaving]
    finished = [client.ends[-1] for client in leaving + staying]
    edits = second.metrics().total("holdfast_config_apply_total", result="accepted") - applied
    print(
        f"{SESSIONS} sessions, {EDITS} edits of routes in {edits:.0f} tables\n"
        f"drained data plane: {tally(drained)}\nother data plane: {tally(finished)}"
    )

    assert edits >= EDITS / at_once
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
    leaving, staying = asyncio.run(hold_sessions(sessions, by_kill))
    cut = [client.ends[0] for client in leaving]
    print(f"killed data plane: {tally(cut)}")
    assert all(end.code == 1006 and end.close_frames == 0 for end in cut)
    assert len(faults(cut, sessions.backend, RESTART, "service restart")) >= len(cut)
    assert all(len(client.ends) == 1 for client in staying)


def test_a_client_that_does_not_answer_is_cut_at_the_deadline_and_counted(gateway):
    with EchoBackend() as backend:
        gateway.serve(backend.address)
        gateway.start(flags=("--drain-delay", "0s", "--drain-timeout", "3s"))
        plane = gateway.plane
        with (
            RawClient(plane.address, gateway.port) as polite,
            RawClient(plane.address, gateway.port) as silent,
        ):
            for client in (polite, silent):
                client.upgraded().echo("before")
            by_request(plane)
            assert polite.receive_close() == (RESTART, "service restart")
            polite.answer_close(RESTART)
            assert silent.receive_close() == (RESTART, "service restart")
            plane.wait_logged(2, reason="drain", close_code=RESTART, side="gateway")
            assert plane.metrics().total("holdfast_drain_forced_total") == 1


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

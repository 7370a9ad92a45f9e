"""Goal: without a controller nothing happens to traffic, and its return moves nothing.
Method: the controller is killed, replaced, or never there, under live sessions."""

import time

from harness import http
from harness.backend import EchoBackend
from harness.http import request
from harness.manifests import rule
from harness.probe import Bystander, whoami
from harness.waiting import eventually
from harness.wire import RawClient


def applied(plane) -> float:
    return plane.metrics().total("holdfast_config_apply_total", result="accepted")


def connected(plane) -> bool:
    return plane.metrics().total("holdfast_controller_connected") == 1


def test_sessions_live_on_and_new_ones_are_served_without_a_controller(gateway):
    with EchoBackend() as backend:
        gateway.serve(backend.address)
        gateway.start(planes=2)
        tables = [applied(plane) for plane in gateway.planes]
        hashes = [table_hash(plane) for plane in gateway.planes]
        with Bystander(gateway.url()) as bystander:
            gateway.controller.kill()
            for plane in gateway.planes:
                eventually(lambda plane=plane: not connected(plane), "the outage is seen")
            assert [whoami(gateway, plane=index).status for index in (0, 1)] == [101, 101]
            assert all(plane.ready() for plane in gateway.planes)
            bystander.must_echo()

            gateway.start_controller()
            for plane in gateway.planes:
                eventually(
                    lambda plane=plane: connected(plane), "the new controller is found", within=60
                )
            eventually(
                lambda: sorted(standing(gateway)) == sorted(("current", one) for one in hashes),
                "the controller knows what its data planes have",
            )
            # The same manifests make the same table: nothing is sent, applied or closed.
            pushed = gateway.controller.metrics().by("holdfast_controller_push_total", "frame")
            assert pushed == {"same": 2, "snapshot": 0, "delta": 0}
            assert [applied(plane) for plane in gateway.planes] == tables
            assert [table_hash(plane) for plane in gateway.planes] == hashes
            bystander.must_echo()
        assert not [
            line
            for plane in gateway.planes
            for line in plane.access_log()
            if line["side"] == "gateway"
        ]


def standing(gateway) -> list[tuple[str, str]]:
    """How each data plane stands to the newest table, and the table that it has in force."""
    dataplanes = gateway.controller.status()["dataplanes"]
    return [(one["state"], one["inForce"]) for one in dataplanes]


def table_hash(plane) -> str:
    return next(iter(plane.metrics().by("holdfast_config_version_info", "hash")))


def test_edits_made_during_the_outage_arrive_after_it(gateway):
    with EchoBackend("old") as old, EchoBackend("new") as new:
        gateway.serve(old.address)
        gateway.start()
        with RawClient(gateway.plane.address, gateway.port) as client:
            client.upgraded()
            gateway.controller.kill()
            gateway.manifests.service("echo", new.address)
            assert whoami(gateway).backend == "old"
            gateway.start_controller()
            eventually(lambda: whoami(gateway).backend == "new", "the edit is in force", within=60)
            client.echo("still on the old backend")
        assert "still on the old backend" in old.sessions[0].received


def restart_beside_a_broken_route(gateway, flags: tuple = ()) -> None:
    gateway.controller.kill()
    gateway.manifests.write_text("route-echo", "kind: [")
    gateway.start_controller(flags=flags)


def test_a_manifest_that_broke_during_the_outage_takes_nothing_away(gateway):
    with EchoBackend() as backend:
        gateway.serve(backend.address, onRouteDelete="Close")
        gateway.start()
        with RawClient(gateway.plane.address, gateway.port) as client:
            client.upgraded().echo("before")
            restart_beside_a_broken_route(gateway)
            eventually(lambda: held(gateway), "the controller says what it waits for")
            assert gateway.controller.status()["source"]["held"] is True
            assert whoami(gateway).status == 101
            client.echo("held")
            gateway.manifests.route("echo", rule("echo", path="/mended"))
            gateway.wait_config("/mended")
            client.echo("mended")
        assert request(gateway.controller.status_address, "/readyz").status == 200


def held(gateway) -> bool:
    return "[-]manifests failed" in request(gateway.controller.status_address, "/readyz").text


def test_a_broken_manifest_does_not_hold_the_others_for_ever(gateway):
    with EchoBackend() as backend:
        gateway.serve(backend.address, onRouteDelete="Close")
        gateway.start()
        with RawClient(gateway.plane.address, gateway.port) as client:
            client.upgraded().echo("before")
            flags = ("--push-socket", gateway.controller.socket, "--broken-manifests-wait", "1s")
            restart_beside_a_broken_route(gateway, flags)
            assert client.receive_close() == (1012, "route deleted")
        assert request(gateway.controller.status_address, "/readyz").status == 200


def test_a_data_plane_restarted_without_a_controller_serves_its_last_table(gateway, tmp_path):
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    with EchoBackend() as backend:
        gateway.serve(backend.address)
        gateway.start(flags=("--state-dir", state))
        assert whoami(gateway).status == 101
        files = [file for file in state.rglob("*") if file.is_file()]
        assert files and all(file.stat().st_mode & 0o077 == 0 for file in files)

        gateway.controller.kill()
        assert gateway.plane.stop() == []
        began = time.monotonic()
        again = gateway.add_plane(flags=("--state-dir", state), address=gateway.plane.address)
        gateway.planes = [again]
        again.wait_ready()
        print(f"ready from disk after {time.monotonic() - began:.1f} s")
        assert whoami(gateway).status == 101
        assert again.metrics().total("holdfast_config_source", source="disk") == 1

        gateway.start_controller()
        eventually(
            lambda: again.metrics().total("holdfast_config_source", source="controller") == 1,
            "the controller has taken over",
            within=60,
        )


def test_without_controller_and_table_a_data_plane_is_not_ready(gateway, tmp_path):
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    gateway.start_controller()
    gateway.controller.kill()
    plane = gateway.add_plane(flags=("--state-dir", state))
    plane.wait_log(message="no controller answers, and there is no last good table")
    assert plane.running() and not plane.ready()
    assert http.request(plane.probes_address, "/livez").status == 200

"""Goal: what is counted is what happened, in a form that Prometheus takes.
Method: a known number of messages and bytes; promtool, which nobody here wrote."""

from harness.backend import EchoBackend
from harness.promtool import complaints
from harness.waiting import eventually
from harness.wire import BINARY, CLOSE, RawClient, encode

MESSAGES, SIZE = 25, 1000


def test_promtool_accepts_every_metric_of_both_programs(gateway):
    with EchoBackend() as backend:
        gateway.serve(backend.address)
        gateway.start()
        with RawClient(gateway.plane.address, gateway.port) as client:
            client.upgraded().echo("hello")
        assert complaints(gateway.plane.metrics().text) == ""
        assert complaints(gateway.controller.metrics().text) == ""


def test_messages_bytes_and_closes_are_counted(gateway):
    with EchoBackend() as backend:
        gateway.serve(backend.address)
        gateway.start()
        with RawClient(gateway.plane.address, gateway.port) as client:
            client.upgraded()
            for _ in range(MESSAGES):
                client.send(BINARY, b"x" * SIZE)
                assert len(client.receive().payload) == SIZE
            assert gateway.plane.metrics().total("holdfast_connections_active") == 1
            client.send(CLOSE, b"\x03\xe8done")
            assert client.receive_close() == (1000, "done")
        (line,) = gateway.plane.wait_logged(reason="client_close")
        assert (line["side"], line["close_code"], line["close_text"]) == ("client", 1000, "done")
        assert line["messages_from_client"] == line["messages_to_client"] == MESSAGES
        close = len(encode(CLOSE, b"\x03\xe8done"))
        from_client = MESSAGES * len(encode(BINARY, b"x" * SIZE)) + close
        assert line["bytes_from_client"] == from_client
        assert line["bytes_to_client"] == from_client - 4 * (MESSAGES + 1)  # Without mask keys.

        def counted():
            metrics = gateway.plane.metrics()
            return metrics.total("holdfast_closes_total", code=1000) == 1 and metrics

        metrics = eventually(counted, "the close is counted")
        assert metrics.by("holdfast_messages_total", "direction") == {
            "client_to_backend": MESSAGES,
            "backend_to_client": MESSAGES,
        }
        assert (
            metrics.total("holdfast_message_bytes_total", direction="client_to_backend")
            == from_client
        )
        assert metrics.total("holdfast_connections_active") == 0
        assert metrics.total("holdfast_upgrades_total", code=101) == 1

"""Sessions that go on talking, whatever is done to what is behind them."""

import asyncio
import threading

from harness.numbered import End, NumberedClient
from harness.waiting import eventually


class Crowd:
    """Clients with numbered messages, in an event loop of a thread of its own. A session that ends
    is counted, and its client comes back."""

    def __init__(self, clients: list[NumberedClient]):
        self._clients = clients
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="crowd", daemon=True)
        self._failure: BaseException | None = None

    def __enter__(self):
        self._thread.start()
        self.must_echo()
        return self

    def __exit__(self, *_):
        for client in self._clients:
            self._loop.call_soon_threadsafe(client.stop)
        self._thread.join(60)
        assert not self._thread.is_alive(), "the crowd did not stop"
        assert self._failure is None, f"a client failed: {self._failure!r}"

    def __len__(self) -> int:
        return len(self._clients)

    @property
    def ends(self) -> list[End]:
        """Of every session that is over."""
        return [end for client in self._clients for end in client.ends]

    @property
    def refusals(self) -> int:
        return sum(client.refusals for client in self._clients)

    @property
    def echoes(self) -> int:
        return sum(client.echoes for client in self._clients)

    def go_to(self, url: str) -> None:
        """Where everyone connects from now on."""
        for client in self._clients:
            client.urls = [url]

    def must_echo(self) -> None:
        """Waits until everyone has heard an echo from now on."""
        before = [client.echoes for client in self._clients]

        def check():
            assert self._failure is None, f"a client failed: {self._failure!r}"
            return all(client.echoes > then for client, then in zip(self._clients, before))

        eventually(check, "every session echoes", within=60)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._hold())
        except Exception as failure:
            self._failure = failure

    async def _hold(self) -> None:
        await asyncio.gather(*(client.run() for client in self._clients))

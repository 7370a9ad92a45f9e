"""What is measured: each contender relays from a port of its own to one echo backend, with one
worker or thread, without logs, tuned as its own documentation says."""

import os
import socket
import subprocess
from pathlib import Path

from harness.gateway import Gateway
from harness.paths import REPO, program
from harness.ports import free_port
from harness.process import Process
from harness.waiting import eventually

CLIENT_CPU, PROXY_CPU = 0, 1


def pinned(cpu: int) -> list[str]:
    """A prefix that keeps a program on one CPU; nothing where there is only one."""
    return ["taskset", "-c", str(cpu)] if (os.cpu_count() or 1) > cpu else []


class Contender:
    name = ""

    def __init__(self, scratch: Path, backend: str):
        self.folder = scratch / self.name
        self.folder.mkdir()
        self.backend = backend
        self.endpoint = ""

    def start(self) -> None: ...

    def stop(self) -> list[str]: ...

    def version(self) -> str: ...

    def process_ids(self) -> list[int]:
        """Every process that works for this contender on the way of the data."""
        raise NotImplementedError


class Spawned(Contender):
    """A contender that is one process: it ends with the bench, however that ends."""

    def spawn(self, command: list) -> None:
        self.process = Process(self.name, [*pinned(PROXY_CPU), *command], self.folder)

    def stop(self) -> list[str]:
        return self.process.stop()

    def process_ids(self) -> list[int]:
        return [self.process.pid]


class Floor(Spawned):
    name = "floor"

    def start(self) -> None:
        self.spawn([program("bench_floor"), self.backend])
        port = eventually(lambda: self.process.out.read_text().strip(), "the floor listens")
        self.endpoint = f"127.0.0.1:{port}"

    def stop(self) -> list[str]:
        self.process.kill()
        return []

    def version(self) -> str:
        return "bare epoll relay (hack/bench.d/floor.cpp)"


class Nginx(Spawned):
    name = "nginx"
    buffer = "4k"

    def start(self) -> None:
        port = free_port(("127.0.0.1",))
        self.endpoint = f"127.0.0.1:{port}"
        config = self.folder / "nginx.conf"
        config.write_text(
            NGINX.format(folder=self.folder, port=port, backend=self.backend, buffer=self.buffer)
        )
        # `-e` names the log that is used before the configuration is read.
        self.spawn(["nginx", "-e", "stderr", "-p", self.folder, "-c", config])
        eventually(lambda: _accepts(self.endpoint), f"{self.name} listens")

    def version(self) -> str:
        said = subprocess.run(["nginx", "-v"], capture_output=True, text=True, check=True).stderr
        return f"{said.split(':')[-1].strip()}, proxy_buffer_size {self.buffer}"


class NginxLargeBuffer(Nginx):
    name = "nginx-64k"
    buffer = "64k"


class HAProxy(Spawned):
    name = "haproxy"

    def start(self) -> None:
        port = free_port(("127.0.0.1",))
        self.endpoint = f"127.0.0.1:{port}"
        config = self.folder / "haproxy.cfg"
        config.write_text(HAPROXY.format(port=port, backend=self.backend))
        self.spawn(["haproxy", "-db", "-f", config])
        eventually(lambda: _accepts(self.endpoint), "HAProxy listens")

    def stop(self) -> list[str]:
        # HAProxy's word for "at once"; on SIGTERM it ends with a code that tells of the signal.
        self.process.kill()
        return []

    def version(self) -> str:
        said = subprocess.run(["haproxy", "-v"], capture_output=True, text=True, check=True).stdout
        return "HAProxy " + said.split()[2]


class Holdfast(Contender):
    name = "holdfast"

    def start(self) -> None:
        self.gateway = Gateway(self.folder)
        self.gateway.serve(self.backend)
        flags = ("--workers", "1", "--access-log", "/dev/null", "--drain-timeout", "1s")
        self.gateway.start(flags=flags, wrapper=tuple(pinned(PROXY_CPU)))
        self.endpoint = f"{self.gateway.plane.address}:{self.gateway.port}"

    def stop(self) -> list[str]:
        return self.gateway.stop()

    def version(self) -> str:
        said = _output(program("holdfast-dataplane"), "--version")
        commit = _output("git", "-C", REPO, "describe", "--always", "--dirty", "--exclude=*")
        return f"Holdfast {said}, commit {commit or 'unknown'}"

    def process_ids(self) -> list[int]:
        return [self.gateway.plane.pid]


ALL = [Floor, Holdfast, Nginx, NginxLargeBuffer, HAProxy]


def _output(*command) -> str:
    """What a program says; nothing where it fails, as git does outside a checkout."""
    return subprocess.run(command, capture_output=True, text=True).stdout.strip()


def _accepts(endpoint: str) -> bool:
    host, _, port = endpoint.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=5):
        return True


# https://nginx.org: "WebSocket proxying"; buffers of the upgraded connection are
# proxy_buffer_size each way, so it is measured with the default and with a large one.
NGINX = """
daemon off;
# The process serves by itself: a worker of its own would outlive a bench that is killed.
master_process off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 16384; use epoll; multi_accept on; }}
http {{
  access_log off;
  tcp_nodelay on;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{
      proxy_pass http://{backend};
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection "upgrade";
      proxy_set_header Host $http_host;
      proxy_read_timeout 1h;
      proxy_send_timeout 1h;
      proxy_buffer_size {buffer};
      proxy_buffers 8 {buffer};
      proxy_busy_buffers_size {buffer};
    }}
  }}
}}
"""

HAPROXY = """
global
  nbthread 1
  maxconn 8000
defaults
  mode http
  timeout connect 5s
  timeout client 1h
  timeout server 1h
  timeout tunnel 1h
frontend in
  bind 127.0.0.1:{port} backlog 4096
  default_backend out
backend out
  server echo {backend}
"""

"""What the tests of the three programs share: where they are, how to run them, real servers."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time

PROGRAMS = os.environ["KVS_PROGRAMS"]
LIMIT = 60  # seconds: no program under test takes longer


def path(program):
    return os.path.join(PROGRAMS, program)


def run(program, *arguments, stdin=b"", environment=None):
    """Runs it to its end: exit status, output and errors as bytes."""
    everything = {k: v for k, v in os.environ.items() if k != "KVS_PASSWORD"}
    everything.update(environment or {})
    where = program if "/" in program else path(program)
    return subprocess.run([where, *arguments], input=stdin, capture_output=True, timeout=LIMIT,
                          env=everything, check=False)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for_port(port, process):
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
    raise RuntimeError("the server does not listen")


def real_servers():
    """Those that are here: name and a function from port to command line."""
    servers = {}
    if os.access(path("kvs-server-shared_queue"), os.X_OK):
        servers["kvs-server"] = lambda port: [path("kvs-server-shared_queue"), "--addr",
                                              f"127.0.0.1:{port}", "--engine", "memory"]
    if shutil.which("redis-server"):
        servers["redis-server"] = lambda port: ["redis-server", "--port", str(port), "--bind",
                                                "127.0.0.1", "--save", "", "--appendonly", "no"]
    return servers


@contextlib.contextmanager
def real_server(command_line):
    """Starts it in a directory of its own; the address is yielded."""
    port = free_port()
    with tempfile.TemporaryDirectory() as directory:
        process = subprocess.Popen(command_line(port), cwd=directory, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for_port(port, process)
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(LIMIT)


def each_real_server(test):
    """A test method that takes an address runs on the fake server and on every real one."""
    def on_each(self):
        from fake_server import FakeServer
        with self.subTest(server="fake"), FakeServer() as fake:
            test(self, fake.address)
        for name, command_line in real_servers().items():
            with self.subTest(server=name), real_server(command_line) as address:
                test(self, address)
    on_each.__name__ = test.__name__
    return on_each

"""A kvs-server for a test, and a client that speaks RESP2 and can also speak nonsense."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import tempfile
import time

SERVER = os.environ["KVS_SERVER"]
BACKEND = os.environ["KVS_BACKEND"]
LIMIT = 60  # seconds that nothing takes unless it hangs


class ReplyError(str):
    """A reply that begins with '-', without it."""


def until(condition, what, limit=LIMIT):
    """Asks again and again; what a test waits for has no other way to tell."""
    end = time.monotonic() + limit
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"after {limit} s still not: {what}")
        time.sleep(0.005)  # between two looks, not instead of one


class Client:
    def __init__(self, port, host="127.0.0.1"):
        self.socket = socket.create_connection((host, port), LIMIT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def reset(self):
        """Closes in the rude way."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def receive_more(self):
        data = self.socket.recv(1 << 16)
        self.buffer += data
        return bool(data)

    def take(self, length):
        while len(self.buffer) < length:
            if not self.receive_more():
                raise EOFError
        taken, self.buffer = self.buffer[:length], self.buffer[length:]
        return taken

    def line(self):
        while b"\r\n" not in self.buffer:
            if not self.receive_more():
                raise EOFError
        taken, self.buffer = self.buffer.split(b"\r\n", 1)
        return taken

    def reply(self):
        line = self.line()
        kind, rest = line[:1], line[1:]
        if kind == b"+":
            return rest.decode()
        if kind == b"-":
            return ReplyError(rest.decode())
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return None if rest == b"-1" else self.take(int(rest) + 2)[:-2]
        if kind == b"_":
            return None
        if kind == b"%":
            return {self.reply(): self.reply() for _ in range(int(rest))}
        if kind == b"*":
            return None if rest == b"-1" else [self.reply() for _ in range(int(rest))]
        raise AssertionError(f"no reply: {line!r}")

    def ask(self, *words):
        self.send(request(*words))
        return self.reply()

    def rest(self):
        """All that comes until the server closes."""
        with contextlib.suppress(ConnectionResetError):
            while self.receive_more():
                pass
        return self.buffer

    def info(self, name):
        return re.search(rf"^{name}:(.*?)\r$", self.ask("INFO").decode(), re.M).group(1)


def request(*words):
    parts = [b"*%d\r\n" % len(words)]
    for word in words:
        word = word if isinstance(word, bytes) else str(word).encode()
        parts.append(b"$%d\r\n%s\r\n" % (len(word), word))
    return b"".join(parts)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """Runs in a directory of its own, or in `directory`. Extra words go to the command line."""

    def __init__(self, *words, engine="memory", directory=None, environment=None, prepare=None,
                 address="127.0.0.1"):
        self.temporary = None if directory else tempfile.TemporaryDirectory()
        self.directory = directory or self.temporary.name
        self.log_path = os.path.join(self.directory, "server.log")
        self.environment = {k: v for k, v in os.environ.items() if k != "KVS_PASSWORD"}
        self.environment.update(environment or {})
        self.prepare = prepare
        self.host = address.strip("[]")
        self.words = words
        self.engine = engine
        self.address = address
        self.process = None

    def start(self):
        for _ in range(5):
            self.port = free_port()
            self.launch()
            if self.wait_until_it_listens():
                return self
            if "in use" not in self.log():
                break
        raise AssertionError(f"the server ended at start:\n{self.log()}")

    def launch(self):
        command = [SERVER, "--addr", f"{self.address}:{self.port}", "--engine", self.engine,
                   "--dir", self.directory, *self.words]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, env=self.environment,
                                            preexec_fn=self.prepare)

    def wait_until_it_listens(self):
        end = time.monotonic() + LIMIT
        while self.process.poll() is None and time.monotonic() < end:
            with contextlib.suppress(OSError), socket.create_connection((self.host, self.port), 1):
                return True
        return False

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.kill()
        if self.temporary:
            self.temporary.cleanup()

    def client(self):
        return Client(self.port, self.host)

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def signal(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def wait(self):
        return self.process.wait(LIMIT)

    def stop(self):
        """Its exit status."""
        self.signal()
        return self.wait()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_bytes(self):
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

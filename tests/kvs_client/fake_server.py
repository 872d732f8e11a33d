"""A key/value server for tests that can misbehave on purpose.

As a module: FakeServer(fault=...), a context manager that serves on a thread. As a program: takes
kvs-server's --addr and ignores the rest, and the fault from the environment's FAKE_FAULT, so that
it can stand in for kvs-server-<backend> beside kvs-bench.
"""

import os
import signal
import socket
import socketserver
import sys
import threading
import time

FAULTS = {
    "": "none",
    "flip": "one GET reply has one bit of its value flipped",
    "swap": "one GET reply is the value of another key",
    "stale": "SETs of a stored key are acknowledged and forgotten",
    "lose": "one SET of a stored key is acknowledged and forgotten",
    "missing": "one GET is answered with nil",
    "extra": "one reply is followed by a byte too many",
    "error": "one GET is answered with an error",
    "silent": "after some GETs nothing is answered any more",
    "cut": "one reply stops in the middle and the connection closes",
    "stall": "one GET is answered 0.4 s late, and all others behind it",
    "http": "whatever is asked, the answer is HTTP",
    "bad-exit": "SIGTERM ends it with exit status 7",
}
AT_GET = 60  # which GET the faults fall on


class Handler(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self):
        try:
            while self.one_request():
                pass
        except (ConnectionError, ValueError):
            pass

    def read_command(self):
        line = self.rfile.readline()
        if not line:
            return None
        words = []
        for _ in range(int(line[1:])):
            length = int(self.rfile.readline()[1:])
            words.append(self.rfile.read(length + 2)[:-2])
        return words

    def one_request(self):
        words = self.read_command()
        if not words:
            return False
        reply = self.server.owner.answer(words)
        if reply is None:
            return False
        self.wfile.write(reply)
        return not self.server.owner.cut.is_set()


class FakeServer:
    def __init__(self, fault="", password=None, host="127.0.0.1", port=0):
        assert fault in FAULTS, fault
        self.fault, self.password = fault, password
        self.store, self.lock = {}, threading.Lock()
        self.gets = self.sets = self.lost = 0
        self.cut = threading.Event()
        self.released = threading.Event()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        server = type("Server", (socketserver.ThreadingTCPServer,), {
            "address_family": family, "allow_reuse_address": True, "daemon_threads": True,
            "block_on_close": False, "request_queue_size": 128})
        self.server = server((host, port), Handler)
        self.server.owner = self
        self.port = self.server.server_address[1]
        self.address = f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()

    def answer(self, words):
        if self.fault == "http":
            return b"HTTP/1.1 400 Bad Request\r\n\r\n"
        command = words[0].upper()
        if command == b"AUTH":
            if self.password is not None and words[1].decode() == self.password:
                return b"+OK\r\n"
            return b"-WRONGPASS invalid username-password pair or user is disabled.\r\n"
        handler = {b"PING": lambda: b"+PONG\r\n", b"GET": lambda: self.get(words[1]),
                   b"SET": lambda: self.set(words[1], words[2]),
                   b"DEL": lambda: self.delete(words[1])}.get(command)
        return handler() if handler else b"-ERR unknown command\r\n"

    def get(self, key):
        with self.lock:
            self.gets += 1
            at_fault = self.gets == AT_GET
            value = self.store.get(key)
            if at_fault and self.fault == "swap":
                value = next(v for k, v in self.store.items() if k != key)
            if at_fault and self.fault == "stall":
                time.sleep(0.4)  # the fault itself: everything waits behind the lock
        if self.fault == "silent" and self.gets > AT_GET:
            self.released.wait()
            return None
        if value is None or (at_fault and self.fault == "missing"):
            return b"$-1\r\n"
        if at_fault and self.fault == "error":
            return b"-ERR no such luck\r\n"
        if at_fault and self.fault == "flip":
            middle = len(value) // 2
            value = value[:middle] + bytes([value[middle] ^ 1]) + value[middle + 1:]
        reply = b"$%d\r\n%s\r\n" % (len(value), value)
        if at_fault and self.fault == "extra":
            return reply + b"x"
        if at_fault and self.fault == "cut":
            self.cut.set()
            return reply[:len(reply) // 2]
        return reply

    def set(self, key, value):
        with self.lock:
            self.sets += 1
            known = key in self.store
            lose = self.fault == "lose" and known and self.lost == 0
            if lose or (self.fault == "stale" and known):
                self.lost += 1
            else:
                self.store[key] = value
        return b"+OK\r\n"

    def delete(self, key):
        with self.lock:
            return b":%d\r\n" % (self.store.pop(key, None) is not None)


def main():
    host, port = sys.argv[sys.argv.index("--addr") + 1].rsplit(":", 1)
    fault = os.environ.get("FAKE_FAULT", "")
    if fault == "crash":
        print("fake server: cannot start, on purpose", file=sys.stderr)
        return 3
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])  # before any thread
    with FakeServer(fault, host=host, port=int(port)):
        signal.sigwait([signal.SIGTERM])
    return 7 if fault == "bad-exit" else 0


if __name__ == "__main__":
    sys.exit(main())

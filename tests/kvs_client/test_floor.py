"""kvs-floor: it must answer what the load sends like a server, or the limit that it shows is none."""

import contextlib
import socket
import unittest

from programs import LIMIT, path, real_server, run

VALUE = b"v" * 64
REFUSED = b"-ERR only GET and SET of key:<12 digits>, 64 bytes each\r\n"


def get(key):
    return b"*2\r\n$3\r\nGET\r\n$16\r\nkey:%012d\r\n" % key


def put(key, value=VALUE):
    return b"*3\r\n$3\r\nSET\r\n$16\r\nkey:%012d\r\n$%d\r\n%s\r\n" % (key, len(value), value)


@contextlib.contextmanager
def floor():
    with real_server(lambda port: [path("kvs-floor"), str(port)]) as address:
        with socket.create_connection(("127.0.0.1", int(address.split(":")[1])), LIMIT) as client:
            yield client


class Floor(unittest.TestCase):
    def ask(self, client, sent, wanted):
        client.sendall(sent)
        self.expect(client, wanted)

    def expect(self, client, wanted):
        got = b""
        while len(got) < len(wanted):
            more = client.recv(len(wanted) - len(got))
            self.assertTrue(more, f"closed after {got!r}")
            got += more
        self.assertEqual(got, wanted)

    def test_replies(self):
        value = b"$64\r\n" + VALUE + b"\r\n"
        with floor() as client:
            self.ask(client, b"*1\r\n$4\r\nPING\r\n", b"+PONG\r\n")
            self.ask(client, get(7), b"$-1\r\n")
            self.ask(client, put(7), b"+OK\r\n")
            self.ask(client, get(7) + get(8) + get(7), value + b"$-1\r\n" + value)
            for other in (get(100000), put(1, b"short"), b"*2\r\n$3\r\nDEL\r\n$1\r\na\r\n", b"x\r\n"):
                self.ask(client, other, REFUSED)

    def test_cut_anywhere(self):
        stream = put(99999) + get(99999) + b"PING\r\n"
        wanted = b"+OK\r\n$64\r\n" + VALUE + b"\r\n+PONG\r\n"
        with floor() as client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for cut in range(1, len(stream)):
                client.sendall(stream[:cut])
                self.ask(client, stream[cut:], wanted)

    def test_more_than_its_buffers_hold(self):
        count = 20000  # 60 kB, which the sockets hold; more than a megabyte of replies
        with floor() as client:
            client.sendall(b"x\r\n" * count)
            self.expect(client, REFUSED * count)

    def test_what_is_no_request_ends_the_connection(self):
        with floor() as client:
            client.sendall(b"*1\r\n:1\r\n")
            self.assertEqual(client.recv(1), b"")

    def test_usage(self):
        for words in ((), ("0",), ("65536",), ("12x",), ("1", "2")):
            done = run("kvs-floor", *words)
            self.assertEqual((done.returncode, done.stdout), (2, b""))
            self.assertIn(b"Usage: kvs-floor PORT", done.stderr)


if __name__ == "__main__":
    unittest.main()

"""The command line, faults of the start, and stopping (hazards 12 and 16 of a server)."""

import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import unittest

from kvs_server import BACKEND, LIMIT, SERVER, ReplyError, Server, request, until


def run(*words, environment=None):
    everything = {k: v for k, v in os.environ.items() if k != "KVS_PASSWORD"}
    everything.update(environment or {})
    return subprocess.run([SERVER, *words], capture_output=True, timeout=LIMIT, text=True,
                          env=everything, check=False)


class CommandLine(unittest.TestCase):
    def refuses(self, status, message, *words, **options):
        with self.subTest(words=words):
            done = run(*words, **options)
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertIn(message, done.stderr)

    def test_version_and_help(self):
        self.assertRegex(run("-V").stdout, rf"^kvs-server \d+\.\d+\.\d+ .*{BACKEND}")
        told = run("--help").stdout
        for option in ("--addr", "--engine", "--threads", "--mode", "--dir", "--max-connections",
                       "--max-request", "--max-output", "127.0.0.1:4000"):
            self.assertIn(option, told)

    def test_usage(self):
        for address in ("", "x", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536",
                        "localhost:4000", "1.2.3:4", "::1:4000"):
            self.refuses(2, "IP:PORT", "--addr", address)
        for threads in ("0", "-1", "1025", "x", "", "1x"):
            self.refuses(2, "1 to 1024", "--threads", threads)
        self.refuses(2, "request and connection", "--mode", "x")
        self.refuses(2, "1K to 1G", "--max-request", "1")
        self.refuses(2, "1K to 1G", "--max-request", "2G")
        self.refuses(2, "1K to 1G", "--max-request", "1Q")
        self.refuses(2, "unexpected argument 'x'", "x")
        self.refuses(2, "notice", "--log-level", "x")

    def test_faults_of_the_start(self):
        self.refuses(1, "lmdb and memory", "--engine", "x")
        with tempfile.TemporaryDirectory() as directory:
            here = ("--dir", directory)
            self.refuses(1, "No such file", "--dir", directory + "/none")
            with socket.socket() as taken:
                taken.bind(("127.0.0.1", 0))
                taken.listen()
                self.refuses(1, "in use", *here, "--addr", "127.0.0.1:%d" % taken.getsockname()[1])
            with open(directory + "/file", "w", encoding="ascii"):
                self.refuses(1, "Not a directory", "--dir", directory + "/file")
        self.refuses(1, "cannot keep data", "--dir", "/proc")  # cannot be written, even by root

    def test_an_address_that_others_reach_needs_a_password(self):
        for address in ("0.0.0.0:4000", "[::]:4000", "192.0.2.1:4000"):
            self.refuses(2, "password", "--addr", address)

    def test_password(self):
        with Server(environment={"KVS_PASSWORD": "secret"}) as server, server.client() as c:
            self.assertEqual(c.ask("PING"), "NOAUTH Authentication required.")
            self.assertEqual(c.ask("AUTH", "secre"),
                             "WRONGPASS invalid username-password pair or user is disabled.")
            self.assertEqual(c.ask("AUTH", "secretsecret"),
                             "WRONGPASS invalid username-password pair or user is disabled.")
            self.assertIsInstance(c.ask("GET", "a"), ReplyError)
            self.assertEqual(c.ask("AUTH", "secret"), "OK")
            self.assertEqual(c.ask("SET", "a", "1"), "OK")
            with server.client() as other:
                self.assertIsInstance(other.ask("HELLO", "2"), ReplyError)
                self.assertIsInstance(other.ask("HELLO", "2", "AUTH", "x", "secret"), ReplyError)
                self.assertEqual(other.ask("HELLO", "2", "AUTH", "default", "secret")[0], b"server")
                self.assertEqual(other.ask("GET", "a"), b"1")
        with Server() as server, server.client() as c:
            self.assertIn("without any password", c.ask("AUTH", "x"))

    def test_password_from_a_file(self):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("from file\nsecond line\n")
            file.flush()
            with Server("--password-file", file.name) as server, server.client() as c:
                self.assertEqual(c.ask("AUTH", "from file"), "OK")
        self.refuses(1, "cannot read the password", "--password-file", "/none")

    def test_ipv6(self):
        if not socket.has_ipv6 or not os.path.exists("/proc/net/if_inet6"):
            self.skipTest("no IPv6 here")
        with Server(address="[::1]") as server, server.client() as c:
            self.assertEqual(c.ask("PING"), "PONG")

    def test_max_connections(self):
        with Server("--max-connections", "2") as server:
            with contextlib.ExitStack() as stack:
                first = stack.enter_context(server.client())
                until(lambda: first.info("connected_clients") == "1", "the start's probe is gone")
                second = stack.enter_context(server.client())
                self.assertEqual(second.ask("PING"), "PONG")
                with server.client() as third:
                    self.assertEqual(third.rest(), b"-ERR max number of clients reached\r\n")
                self.assertEqual(second.ask("PING"), "PONG")
            until(lambda: self.is_served(server), "there is room again")

    @staticmethod
    def is_served(server):
        try:
            with server.client() as c:
                return c.ask("PING") == "PONG"
        except (EOFError, ConnectionError):
            return False


class Stopping(unittest.TestCase):
    def test_each_way(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=number), Server() as server, server.client() as idle:
                self.assertEqual(idle.ask("PING"), "PONG")
                server.signal(number)
                self.assertEqual(server.wait(), 0)
                self.assertEqual(idle.rest(), b"")
                self.assertIn("stopped", server.log())
        with Server() as server, server.client() as c:
            self.assertIsInstance(c.ask("SHUTDOWN", "x"), ReplyError)
            c.send(request("SHUTDOWN"))
            self.assertEqual(c.rest(), b"")
            self.assertEqual(server.wait(), 0)

    def test_what_was_asked_is_answered(self):
        with Server("--enable-debug", engine="lmdb") as server:
            clients = [server.client() for _ in range(20)]
            with server.client() as busy:
                busy.send(request("WORK", 300000) * 2)  # somebody is at work meanwhile
                for c in clients:
                    self.assertEqual(c.ask("PING"), "PONG")
                    c.send(request("INCR", "n") * 10)
                server.signal()
                answered = sum(c.rest().count(b":") for c in clients)
                self.assertEqual(server.wait(), 0)
            for c in clients:
                c.close()
            self.assertEqual(answered, 200)
            with Server(engine="lmdb", directory=server.directory) as again, again.client() as c:
                self.assertEqual(c.ask("GET", "n"), b"200")

    def test_a_second_signal_forces(self):
        with Server("--stop-timeout", "600", "--request-timeout", "600") as server:
            with server.client() as c, server.client() as deaf:
                self.assertEqual(c.ask("SET", "k", b"x" * (1 << 20)), "OK")
                deaf.send(request("GET", "k") * 64)  # does not read: cannot be finished
                until(lambda: c.ask("PING") == "PONG" and int(c.info("total_commands_processed"))
                      > 5, "requests have been executed")
                server.signal()
                until(lambda: "stopping" in server.log(), "it has begun to stop")
                server.signal()
                self.assertEqual(server.wait(), 1)
                self.assertIn("forced", server.log())

    def test_there_is_a_limit_to_finishing(self):
        with Server("--stop-timeout", "1") as server:
            with server.client() as c, server.client() as deaf:
                self.assertEqual(c.ask("SET", "k", b"x" * (1 << 20)), "OK")
                deaf.send(request("GET", "k") * 64)
                deaf.take(1)  # it is being answered
                self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    unittest.main()

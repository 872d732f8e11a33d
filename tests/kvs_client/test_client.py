"""kvs-client from outside: the talent plan's behaviour, bytes, passwords, bad input."""

import os
import socket
import subprocess
import tempfile
import unittest

from fake_server import FakeServer
from programs import each_real_server, free_port, path, run


class TalentPlan(unittest.TestCase):
    @each_real_server
    def test_set_get_rm(self, address):
        steps = [
            (("get", "k"), 0, b"Key not found\n", b""),
            (("rm", "k"), 1, b"", b"Key not found\n"),
            (("set", "k", "value 1"), 0, b"", b""),
            (("get", "k"), 0, b"value 1\n", b""),
            (("set", "k", "2"), 0, b"", b""),
            (("get", "k"), 0, b"2\n", b""),
            (("rm", "k"), 0, b"", b""),
            (("get", "k"), 0, b"Key not found\n", b""),
            (("rm", "k"), 1, b"", b"Key not found\n"),
        ]
        for words, status, output, errors in steps:
            with self.subTest(words=words):
                done = run("kvs-client", *words, "--addr", address)
                self.assertEqual((done.returncode, done.stdout, done.stderr),
                                 (status, output, errors))

    @each_real_server
    def test_any_bytes(self, address):
        value = bytes(range(256)) * 300 + b"\r\n\0"
        for words, given, output in [(("set", "b", "--stdin"), value, b""),
                                     (("get", "b", "--raw"), b"", value),
                                     (("get", "b"), b"", value + b"\n"),
                                     (("set", "--stdin", ""), b"", b""),
                                     (("get", "", "--raw"), b"", b""),
                                     (("set", "--", "-k", "--v"), b"", b""),
                                     (("get", "--", "-k"), b"", b"--v\n"),
                                     (("set", "ключ", "\xff\xfe"), b"", b""),
                                     (("get", "ключ"), b"", "\xff\xfe\n".encode())]:
            with self.subTest(words=words):
                done = run("kvs-client", "--addr", address, *words, stdin=given)
                self.assertEqual((done.returncode, done.stdout, done.stderr), (0, output, b""))

    def test_version(self):
        done = run("kvs-client", "-V")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, rb"^kvs-client \d+\.\d+\.\d+\n$")

    def test_help_names_commands_and_default(self):
        done = run("kvs-client", "--help")
        self.assertEqual(done.returncode, 0)
        for word in (b"set KEY VALUE", b"get KEY", b"rm KEY", b"127.0.0.1:4000"):
            self.assertIn(word, done.stdout)

    def test_ipv6(self):
        try:
            with socket.socket(socket.AF_INET6) as s:
                s.bind(("::1", 0))
        except OSError:
            self.skipTest("no IPv6 here")
        with FakeServer(host="::1") as server:
            run("kvs-client", "set", "k", "v6", "--addr", server.address)
            self.assertEqual(run("kvs-client", "get", "k", "--addr", server.address).stdout, b"v6\n")


class Failures(unittest.TestCase):
    def fails(self, words, status, text, **more):
        with self.subTest(words=words):
            done = run("kvs-client", *words, **more)
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertIn(text, done.stderr.decode())
            self.assertEqual(done.stdout, b"")

    def test_bad_usage(self):
        for words, text in [
            ((), "a command is missing: set, get or rm"),
            (("unknown",), "unknown command 'unknown'"),
            (("get",), "too few words"),
            (("get", "a", "b"), "too many words"),
            (("set", "a"), "too few words"),
            (("set", "a", "b", "c"), "too many words"),
            (("set", "a", "b", "--stdin"), "without VALUE"),
            (("rm",), "too few words"),
            (("rm", "a", "b"), "too many words"),
            (("rm", "a", "--raw"), "--raw with get"),
            (("get", "a", "--addr", "invalid-addr"), "127.0.0.1:4000 or [::1]:4000"),
            (("get", "a", "--addr", "localhost:1"), "'localhost:1' is no address"),
            (("get", "a", "--addr", "127.0.0.1:65536"), "port from 1 to 65535"),
            (("get", "a", "--addr"), "requires an argument"),
            (("get", "a", "--timeout", "0"), "0.001 to 3600"),
            (("get", "a", "--timeout", "soon"), "'soon' is no timeout"),
            (("get", "a", "--timeout", "nan"), "is no timeout"),
            (("get", "a", "--unknown-flag"), "unrecognized option"),
            (("get", "a", "--password-file", "/no/such/file"), "cannot read a password"),
        ]:
            self.fails(words, 2, text)

    def test_nobody_listens(self):
        self.fails(("get", "a", "--addr", f"127.0.0.1:{free_port()}"), 1, "Connection refused")

    def test_a_server_that_says_nothing(self):
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            address = f"127.0.0.1:{silent.getsockname()[1]}"
            self.fails(("get", "a", "--addr", address, "--timeout", "0.2"), 1, "in time")

    def test_a_server_that_speaks_something_else(self):
        with FakeServer("http") as server:
            for words in (("get", "a"), ("set", "a", "b"), ("rm", "a")):
                self.fails((*words, "--addr", server.address), 1, "not RESP2")

    def test_passwords(self):
        with FakeServer(password="right") as server, tempfile.TemporaryDirectory() as directory:
            words = ("set", "k", "v", "--addr", server.address)
            self.fails(words, 1, "WRONGPASS", environment={"KVS_PASSWORD": "wrong"})
            self.assertEqual(server.sets, 0)
            good = run("kvs-client", *words, environment={"KVS_PASSWORD": "right"})
            self.assertEqual((good.returncode, good.stderr), (0, b""))
            file = os.path.join(directory, "password")
            with open(file, "w", encoding="ascii") as out:
                out.write("right\n")
            good = run("kvs-client", *words, "--password-file", file)
            self.assertEqual((good.returncode, good.stderr), (0, b""))
            with open(file, "w", encoding="ascii"):
                pass
            self.fails((*words, "--password-file", file), 2, "it is empty")

    def test_output_that_cannot_be_written(self):
        with FakeServer() as server, open("/dev/full", "wb") as full:
            run("kvs-client", "set", "k", "v", "--addr", server.address)
            done = subprocess.run([path("kvs-client"), "get", "k", "--addr", server.address],
                                  stdout=full, stderr=subprocess.PIPE, timeout=30, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"cannot write", done.stderr)


if __name__ == "__main__":
    unittest.main()

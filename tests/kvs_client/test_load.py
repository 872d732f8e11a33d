"""kvs-load from outside: it measures what it says, and no wrong reply gets past it."""

import json
import shutil
import signal
import subprocess
import unittest

from fake_server import FAULTS, FakeServer
from programs import each_real_server, free_port, path, real_server, run

SMALL = ("--keys", "40", "--warmup", "0", "--seconds", "20", "--timeout", "5")


def load(address, *arguments, **more):
    return run("kvs-load", "--addr", address, *SMALL, *arguments, **more)


class Honest(unittest.TestCase):
    def check(self, done):
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr, b"")
        return json.loads(done.stdout)

    def test_it_sends_what_it_counts(self):
        for arguments, gets, sets in [(("-g", "100"), 500, 0), (("-g", "0"), 0, 500)]:
            with self.subTest(arguments=arguments), FakeServer() as server:
                report = self.check(load(server.address, "-c", "4", "-P", "3", "--requests", "500",
                                         *arguments))
                self.assertEqual(report["requests"], 500)
                self.assertEqual(report["connections_served"], 4)
                # the preload sets 40 keys, the verification gets 40
                self.assertEqual((server.gets, server.sets), (gets + 40, sets + 40))

    @each_real_server
    def test_every_mix_and_depth(self, address):
        for arguments in [("-c", "1"), ("-c", "50"), ("-P", "64", "-g", "50"),
                          ("-c", "3", "-P", "200", "-g", "10"), ("--in-order", "-g", "0"),
                          ("-c", "200", "-d", "1"), ("-d", "100000", "-P", "16", "-g", "50"),
                          ("-c", "4", "--beside", "2,16", "-g", "50")]:
            with self.subTest(arguments=arguments):
                # the heavy ones may be last to be served: they need time, not a number
                heavy = "--beside" in arguments
                until = ("--seconds", "0.5") if heavy else ("--requests", "900")
                report = self.check(load(address, *arguments, *until))
                self.assertGreater(report["requests"], 0)
                latency = report["latency_us"]
                self.assertLessEqual(0, latency["p50"])
                self.assertLessEqual(latency["p50"], latency["p99"])
                self.assertLessEqual(latency["p99"], latency["max"])
                if heavy:
                    self.assertGreater(report["beside"]["requests"], 0)

    def test_memcached(self):
        if not shutil.which("memcached"):
            self.skipTest("memcached is not installed")
        command = lambda port: ["memcached", "-l", "127.0.0.1", "-p", str(port), "-U", "0", "-u",
                                "nobody"]
        with real_server(command) as address:
            for arguments in (("-g", "50"), ("-g", "0", "-P", "16"), ("-P", "16")):
                self.check(load(address, "--protocol", "memcached", "--seconds", "0.1",
                                *arguments))
            done = load(address, "--seconds", "0.1")
            self.assertEqual(done.returncode, 1, "RESP at memcached must be noticed")

    def test_password(self):
        with FakeServer(password="right") as server:
            good = load(server.address, "--requests", "10",
                        environment={"KVS_PASSWORD": "right"})
            self.assertEqual(good.returncode, 0, good.stderr)
            bad = load(server.address, "--requests", "10", environment={"KVS_PASSWORD": "wrong"})
            self.assertEqual(bad.returncode, 1)
            self.assertIn(b"AUTH was refused", bad.stderr)

    def test_a_paced_run_keeps_its_pace(self):
        with FakeServer() as server:
            report = self.check(load(server.address, "-c", "4", "--rate", "200", "--seconds", "1"))
            self.assertLessEqual(report["requests"], 201)
            self.assertGreater(report["requests"], 20)

    def test_a_stall_shows_in_every_request_that_was_due(self):
        """0.4 s of a window of 1 s: 4 connections in a closed loop would have 4 slow requests."""
        with FakeServer("stall") as server:
            report = self.check(load(server.address, "-c", "4", "-P", "400", "--rate", "400",
                                     "--seconds", "1"))
            self.assertGreater(report["latency_us"]["p90"], 100000)

    def test_interrupt(self):
        with FakeServer() as server:
            process = subprocess.Popen([path("kvs-load"), "--addr", server.address, *SMALL],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            while server.gets < 100 and process.poll() is None:
                pass
            process.send_signal(signal.SIGINT)
            output, errors = process.communicate(timeout=30)
            self.assertEqual((process.returncode, output), (1, b""))
            self.assertIn(b"interrupted", errors)


class Lies(unittest.TestCase):
    MESSAGES = {
        "flip": "wrong reply on connection",
        "swap": "wrong reply on connection",
        "missing": 'got "$-1',
        "error": "got \"-ERR no such luck",
        "extra": "",  # a byte too many, or the start of a wrong reply when it comes late
        "silent": "no reply for 0.5 s on",
        "cut": "the server closed it",
        "stale": "wrong reply on connection",
        "lose": "wrong reply on connection",
    }

    def test_each_is_found(self):
        for fault, message in self.MESSAGES.items():
            # SETs alone: only reading back at the end can find those that were forgotten.
            share = "0" if fault in ("stale", "lose") else "100"
            for pipeline in ("1", "8"):
                with self.subTest(fault=FAULTS[fault], pipeline=pipeline), \
                        FakeServer(fault) as server:
                    done = load(server.address, "-c", "3", "-P", pipeline, "-g", share,
                                "--requests", "40" if fault == "lose" else "400", "--in-order",
                                "--timeout", "0.5")
                    self.assertEqual(done.returncode, 1, done.stdout)
                    self.assertEqual(done.stdout, b"", "no figures from a wrong run")
                    self.assertIn(message, done.stderr.decode())

    def test_a_lie_to_the_heavy_ones_is_found(self):
        with FakeServer("flip") as server:
            done = load(server.address, "-c", "1", "--rate", "1", "--beside", "2,16", "--seconds",
                        "1")
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertIn(b"wrong reply", done.stderr)

    def test_keys_that_are_not_there(self):
        with FakeServer() as server:
            done = load(server.address, "--no-preload", "--requests", "10")
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"wrong reply", done.stderr)


class BadInput(unittest.TestCase):
    def test_usage(self):
        for words, text in [
            (("word",), "unexpected argument 'word'"),
            (("--addr", "nowhere"), "'nowhere' is no address"),
            (("-c", "0"), "from 1 to 10000"),
            (("-c", "10001"), "from 1 to 10000"),
            (("-c", "-1"), "from 1 to 10000"),
            (("-c", "1e3"), "from 1 to 10000"),
            (("-P", "0"), "from 1 to 10000"),
            (("-k", "0"), "from 1 to 100000000"),
            (("-d", "0"), "from 1 to 1048576"),
            (("-d", "1048577"), "from 1 to 1048576"),
            (("-g", "101"), "from 0 to 100"),
            (("-g", "nan"), "from 0 to 100"),
            (("--seconds", "0"), "from 0.01 to 3600"),
            (("--seconds", "inf"), "from 0.01 to 3600"),
            (("--rate", "0"), "'0' is no rate"),
            (("--requests", "18446744073709551616"), "is no number of requests"),
            (("--beside", "3"), "such as 3,64"),
            (("--beside", "3,0"), "from 1 to 10000"),
            (("--protocol", "http"), "it is resp or memcached"),
            (("--work", "0"), "from 1 to 1000000"),
            (("--work", "5", "--protocol", "memcached"), "--work needs --protocol resp"),
            (("--server-pid", "999999999"), "CPU time of process 999999999"),
            (("--nonsense",), "unrecognized option"),
        ]:
            with self.subTest(words=words):
                done = run("kvs-load", *words)
                self.assertEqual((done.returncode, done.stdout), (2, b""), done.stderr)
                self.assertIn(text, done.stderr.decode())

    def test_nobody_listens(self):
        done = load(f"127.0.0.1:{free_port()}")
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"Connection refused", done.stderr)

    def test_more_memory_than_sensible(self):
        with FakeServer() as server:
            done = load(server.address, "-P", "10000", "-d", "1048576")
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"exceeds 256 MiB", done.stderr)

    def test_more_connections_than_files(self):
        with FakeServer() as server:
            done = run("/bin/sh", "-c", f'ulimit -n 64; exec "{path("kvs-load")}" -c 100 '
                                        f'--addr {server.address}')
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"need a limit of", done.stderr)


if __name__ == "__main__":
    unittest.main()

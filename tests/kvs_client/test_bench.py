"""kvs-bench from outside: its lists, its runs, and that no failure of a server gets past it."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import unittest

from programs import LIMIT, PROGRAMS, path, run

HERE = os.path.dirname(os.path.abspath(__file__))


def backends():
    prefix = "kvs-server-"
    return [name[len(prefix):] for name in sorted(os.listdir(PROGRAMS)) if name.startswith(prefix)]


class Lists(unittest.TestCase):
    def test_every_list_is_what_the_comparison_expects(self):
        for contender in ["redis", "redis-always", "memcached", "floor", *backends()]:
            with self.subTest(contender=contender):
                done = run("kvs-bench", "list", "--contender", contender)
                self.assertEqual((done.returncode, done.stderr), (0, b""))
                listed = json.loads(done.stdout)
                self.assertEqual(listed["contender"], contender)
                self.assertGreater(len(listed["workloads"]), 0)
                for workload in listed["workloads"]:
                    self.check(workload)

    def check(self, workload):
        self.assertIn(workload["load"], ("kvs-load", "redis-benchmark"))
        self.assertIsInstance(workload["default"], bool)
        self.assertGreater(workload["seconds"], 0)
        self.assertGreaterEqual(min(workload["threads"]), 1)
        self.assertTrue(workload["title"] and workload["group"])
        metrics = workload["metrics"]
        self.assertEqual(sum(m.get("primary", False) for m in metrics), 1)
        for metric in metrics:
            self.assertIn(metric["better"], ("lower", "higher", "none"))

    def test_what_is_not_installed_says_so(self):
        for contender, package in (("redis", "redis-server"), ("memcached", "memcached")):
            done = run("kvs-bench", "list", "-c", contender, environment={"PATH": "/nonexistent"})
            self.assertEqual(done.returncode, 0)
            listed = json.loads(done.stdout)
            self.assertFalse(listed["available"])
            self.assertIn(package, listed["why"])
            done = run("kvs-bench", "run", "-c", contender, "-w", "kvs_get_p1_c50",
                       environment={"PATH": "/nonexistent"})
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"not installed", done.stderr)


class BadInput(unittest.TestCase):
    def test_usage(self):
        for words, text in [
            ((), "a command is missing: it is list or run"),
            (("go", "-c", "redis"), "unknown command 'go': it is list or run"),
            (("list",), "--contender is missing"),
            (("run", "-c", "redis"), "--workload is missing"),
            (("list", "more", "-c", "redis"), "unexpected argument 'more'"),
            (("list", "-c", "nosuch"), "there are: redis, redis-always, memcached, floor"),
            (("list", "-c", "../kvs-bench"), "no contender"),
            (("list", "-c", ""), "no contender"),
            (("run", "-c", "redis", "-w", "nosuch"), "kvs_get_p1_c50"),
            (("run", "-c", "redis-always", "-w", "kvs_get_p1_c50"), "kvs_durable_set_c1"),
            (("run", "-c", "redis", "-w", "kvs_get_p1_c50", "-t", "999"),
             f"--threads is {len(os.sched_getaffinity(0))}\n"),
            (("run", "-c", "floor", "-w", "kvs_work16us"), "kvs_get_p1_c50"),
            (("run", "-c", "redis", "-w", "kvs_get_p1_c50", "-t", "two"), "'two' is no number"),
            (("run", "-c", "redis", "-w", "kvs_get_p1_c50", "-s", "-1"), "'-1' is no seed"),
        ]:
            with self.subTest(words=words):
                done = run("kvs-bench", *words)
                self.assertEqual((done.returncode, done.stdout), (2, b""), done.stderr)
                self.assertIn(text, done.stderr.decode())


class Runs(unittest.TestCase):
    def measure(self, contender, workload, *more):
        done = run("kvs-bench", "run", "-c", contender, "-w", workload, *more)
        self.assertEqual((done.returncode, done.stderr), (0, b""), done.stderr)
        report = json.loads(done.stdout)
        self.assertTrue(report["verified"])
        listed = json.loads(run("kvs-bench", "list", "-c", contender).stdout)
        entry = next(w for w in listed["workloads"] if w["name"] == workload)
        self.assertEqual(sorted(report["metrics"]), sorted(m["name"] for m in entry["metrics"]))
        self.assertTrue(all(value > 0 for value in report["metrics"].values()), report)
        return report

    def test_a_cell_of_each_kind(self):
        cells = {"redis": ["kvs_set_p1_c50", "rb_set_p16_c50", "rb_get_p16_c50", "kvs_work16us",
                           "kvs_light_beside_heavy"],
                 "redis-always": ["kvs_durable_set_c16"],
                 "memcached": ["kvs_set_p16_c50"],
                 "floor": ["kvs_set_p64_c50", "kvs_get_p1_c50", "rb_set_p16_c50"]}
        if "shared_queue" in backends():
            cells["shared_queue"] = [*cells["redis"], *cells["redis-always"],
                                     "kvs_work16us_one_thread", "kvs_pool_scaling",
                                     "kvs_get_p1_c50_job_each",
                                     "kvs_connection_mode"]
        for backend in backends():
            cells.setdefault(backend, ["kvs_set_p16_c50"])
        for contender, workloads in cells.items():
            listed = json.loads(run("kvs-bench", "list", "-c", contender).stdout)
            if not listed["available"]:
                continue
            names = [w["name"] for w in listed["workloads"]]
            for workload in workloads:
                if workload in names:
                    with self.subTest(contender=contender, workload=workload):
                        self.measure(contender, workload)


class BadServers(unittest.TestCase):
    """kvs-bench beside a kvs-server-fake that misbehaves."""

    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.bench = shutil.copy(path("kvs-bench"), self.directory.name)
        server = os.path.join(self.directory.name, "kvs-server-fake")
        with open(server, "w", encoding="utf-8") as script:
            script.write(f'#!/bin/sh\nexec "{sys.executable}" -B "{HERE}/fake_server.py" "$@"\n')
        os.chmod(server, os.stat(server).st_mode | stat.S_IXUSR)

    def run_fake(self, fault, workload):
        return run(self.bench, "run", "-c", "fake", "-w", workload,
                   environment={"FAKE_FAULT": fault, "TMPDIR": self.directory.name})

    def test_each_is_found(self):
        for fault, workload, text in [
            ("flip", "kvs_pool_scaling", "wrong reply"),
            ("stale", "kvs_pool_scaling", "wrong reply"),
            ("cut", "kvs_pool_scaling", "closed it"),
            ("bad-exit", "kvs_pool_scaling", "ended with exit status 7"),
            ("crash", "kvs_pool_scaling", "cannot start, on purpose"),
            ("", "kvs_work16us", "unknown command"),
        ]:
            with self.subTest(fault=fault, workload=workload):
                done = self.run_fake(fault, workload)
                self.assertEqual((done.returncode, done.stdout), (1, b""), done.stderr)
                self.assertIn(text, done.stderr.decode())
                left = [n for n in os.listdir(self.directory.name) if n.startswith("kvs-bench-")]
                self.assertEqual(left, [], "the server's directory is removed")

    def servers(self):
        """Process ids of the fake servers that kvs-bench has started here."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                if os.readlink(f"/proc/{pid}/cwd").startswith(self.directory.name + "/"):
                    found.append(int(pid))
            except OSError:
                pass  # it has ended, or is not ours to see
        return found

    def until(self, condition, what):
        end = time.monotonic() + LIMIT
        while not condition():
            self.assertLess(time.monotonic(), end, what)

    def test_no_server_outlives_it(self):
        for number, status in ((signal.SIGINT, 1), (signal.SIGTERM, 1), (signal.SIGKILL, -9)):
            with self.subTest(signal=number.name):
                bench = subprocess.Popen([self.bench, "run", "-c", "fake", "-w", "kvs_get_p1_c16"],
                                         stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                         env={**os.environ, "FAKE_FAULT": "silent",
                                              "TMPDIR": self.directory.name})
                self.until(self.servers, "it starts a server")
                bench.send_signal(number)
                output, errors = bench.communicate(timeout=LIMIT)
                self.assertEqual((bench.returncode, output), (status, b""), errors)
                self.until(lambda: not self.servers(), "the server ends")
                if number != signal.SIGKILL:
                    self.assertIn(b"interrupted", errors)
                    left = [n for n in os.listdir(self.directory.name)
                            if n.startswith("kvs-bench-")]
                    self.assertEqual(left, [], "the server's directory is removed")

    def test_a_good_one_passes(self):
        done = self.run_fake("", "kvs_pool_scaling")
        self.assertEqual((done.returncode, done.stderr), (0, b""), done.stderr)
        self.assertTrue(json.loads(done.stdout)["verified"])


if __name__ == "__main__":
    unittest.main()

"""Engines: what they keep, refuse and report (hazards 12, 13, 15 and 19 of a server)."""

import os
import resource
import tempfile
import unittest

from kvs_server import Server, request


class Persistence(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.directory = temporary.name

    def server(self, *words, **options):
        options.setdefault("engine", "lmdb")
        return Server(*words, directory=self.directory, **options)

    def test_data_survive_a_restart(self):
        with self.server() as server, server.client() as c:
            for i in range(500):
                c.send(request("SET", f"k{i}", f"v{i}"))
            self.assertEqual({c.reply() for _ in range(500)}, {"OK"})
            self.assertEqual(c.ask("DEL", "k0"), 1)
            self.assertEqual(server.stop(), 0)
        with self.server() as server, server.client() as c:
            self.assertEqual(c.ask("DBSIZE"), 499)
            self.assertEqual(c.ask("GET", "k499"), b"v499")
            self.assertEqual(c.ask("FLUSHALL"), "OK")
            self.assertEqual(c.ask("DBSIZE"), 0)
            self.assertEqual(server.stop(), 0)
        with self.server() as server, server.client() as c:
            self.assertEqual(c.ask("GET", "k1"), None)

    def refused(self, message, **options):
        refused = self.server(**options)
        refused.port = 1  # the engine comes before the address
        refused.launch()
        self.assertEqual(refused.wait(), 1)
        self.assertIn(message, refused.log())

    def test_data_of_another_engine_are_refused(self):
        with self.server() as server:
            self.assertEqual(server.stop(), 0)
        self.refused("'lmdb'", engine="memory")
        with open(self.directory + "/kvs-engine", "w", encoding="ascii") as marker:
            marker.write("rocks\n")
        self.refused("'rocks'")

    def test_two_servers_do_not_share_a_directory(self):
        with self.server() as server, server.client() as c:
            self.refused("another kvs-server")
            self.assertEqual(c.ask("SET", "a", "1"), "OK")

    def test_memory_keeps_nothing(self):
        with self.server(engine="memory") as server, server.client() as c:
            self.assertEqual(c.ask("SET", "a", "1"), "OK")
        self.assertEqual(os.listdir(self.directory), ["server.log"])

    def test_a_corrupted_value_is_found_and_not_served(self):
        value = b"a value that is easy to find 0123456789"
        with self.server() as server, server.client() as c:
            self.assertEqual(c.ask("MSET", "bad", value, "good", "1"), "OK")
            self.assertEqual(server.stop(), 0)
        with open(self.directory + "/data.mdb", "r+b") as data:
            everything = data.read()
            self.assertIn(value, everything)
            data.seek(0)
            data.write(everything.replace(value, value.replace(b"find", b"fInd")))
        with self.server() as server, server.client() as c:
            for words in (("GET", "bad"), ("MGET", "good", "bad"), ("SET", "bad", "1", "GET"),
                          ("INCR", "bad")):
                self.assertEqual(c.ask(*words), "ERR the stored value of this key is corrupted")
            self.assertEqual(c.ask("GET", "good"), b"1")
            self.assertIn("corrupted", server.log())
            self.assertEqual(c.ask("SET", "bad", "new"), "OK")
            self.assertEqual(c.ask("GET", "bad"), b"new")

    def fill(self, c):
        """Writes until one is refused; the number of those acknowledged."""
        for i in range(100000):
            reply = c.ask("SET", f"k{i}", b"%06d" % i * 500)
            if reply != "OK":
                self.assertEqual(reply, "ERR no space left, the write was not done")
                return i
        self.fail("it never got full")

    def check_full(self, c, count):
        self.assertEqual(c.ask("DBSIZE"), count)
        for i in range(count):
            self.assertEqual(c.ask("GET", f"k{i}"), b"%06d" % i * 500)

    def test_full(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (4 << 20, resource.RLIM_INFINITY))
        for name, words, prepare in (("disk", (), limit), ("limit", ("--max-data", "4M"), None)):
            with self.subTest(full=name):
                with self.server(*words, prepare=prepare) as server, server.client() as c:
                    count = self.fill(c)
                    self.check_full(c, count)
                    self.assertIn("writes fail", server.log())
                    self.assertEqual(server.stop(), 0)
                with self.server() as server, server.client() as c:
                    self.check_full(c, count)
                    self.assertEqual(c.ask("FLUSHALL"), "OK")

    def test_one_request_that_does_not_fit_takes_no_others_along(self):
        with self.server("--max-data", "4M") as server:
            clients = [server.client() for _ in range(20)]
            for i, c in enumerate(clients):
                c.send(request("SET", f"k{i}", b"x" * (8 << 20 if i == 7 else 10)))
            replies = [c.reply() for c in clients]
            self.assertEqual(replies.pop(7), "ERR no space left, the write was not done")
            self.assertEqual(set(replies), {"OK"})
            for c in clients:
                c.close()

    def test_a_failed_flush_ends_writing(self):
        if "address" in os.environ["KVS_SANITIZE"] or "thread" in os.environ["KVS_SANITIZE"]:
            self.skipTest("a sanitizer must be the first library; the release build tests this")
        switch = self.directory + "/fail"
        environment = {"LD_PRELOAD": os.environ["KVS_FAILING_FLUSH"],
                       "KVS_FLUSH_FAILS_WHILE": switch}
        with self.server(environment=environment) as server, server.client() as c:
            self.assertEqual(c.ask("SET", "a", "1"), "OK")
            with open(switch, "w", encoding="ascii"):
                pass
            self.assertIn("storage failed", c.ask("SET", "a", "2"))
            os.remove(switch)  # the next flush would succeed, and lie
            self.assertIn("storage failed", c.ask("SET", "b", "2"))
            self.assertEqual(c.ask("GET", "a"), b"1")
            self.assertIn("no more writes", server.log())
            self.assertEqual(server.stop(), 0)
        with self.server() as server, server.client() as c:
            self.assertEqual(c.ask("MGET", "a", "b"), [b"1", None])
            self.assertEqual(c.ask("SET", "b", "2"), "OK")


if __name__ == "__main__":
    unittest.main()

"""Commands and their replies, the same on both engines."""

import shutil
import subprocess
import unittest

from kvs_server import BACKEND, LIMIT, ReplyError, Server, request


class Commands(unittest.TestCase):
    engine = "memory"

    @classmethod
    def setUpClass(cls):
        cls.server = Server(engine=cls.engine).start()
        cls.addClassCleanup(cls.server.__exit__)

    def setUp(self):
        self.client = self.server.client()
        self.addCleanup(self.client.close)
        self.assertEqual(self.client.ask("FLUSHALL"), "OK")

    def check(self, words, reply):
        with self.subTest(words=words):
            found = self.client.ask(*words.split(" ")) if isinstance(words, str) else \
                self.client.ask(*words)
            self.assertEqual(found, reply)
            if isinstance(reply, ReplyError):
                self.assertIsInstance(found, ReplyError)

    def test_strings(self):
        self.check("GET a", None)
        self.check("SET a 1", "OK")
        self.check("GET a", b"1")
        self.check("SET a 2 NX", None)
        self.check("SET b 2 XX", None)
        self.check("SET a 3 XX", "OK")
        self.check("SET a 4 GET", b"3")
        self.check("SET c 5 NX GET", None)
        self.check("SET c 6 NX GET", b"5")
        self.check("GET c", b"5")
        self.check("STRLEN c", 1)
        self.check("SETNX c 1", 0)
        self.check("SETNX d 1", 1)
        self.check("GETSET d 2", b"1")
        self.check("GETDEL d", b"2")
        self.check("GETDEL d", None)
        self.check("SET a 1 NX XX", ReplyError("ERR syntax error"))
        self.check("SET a 1 BAD", ReplyError("ERR syntax error"))
        self.assertIn("expire", self.client.ask("SET", "a", "1", "EX", "10"))
        self.check("GET a", b"4")

    def test_many_keys(self):
        self.check("MSET a 1 b 2 a 3", "OK")
        self.check("MGET a b c a", [b"3", b"2", None, b"3"])
        self.check("EXISTS a b c a", 3)
        self.check("DBSIZE", 2)
        self.check("DEL a c a", 1)
        self.check("UNLINK b", 1)
        self.check("DBSIZE", 0)
        self.check("MSET a", ReplyError("ERR wrong number of arguments for 'mset' command"))
        self.check("MSET a 1 b", ReplyError("ERR wrong number of arguments for 'mset' command"))
        keys = [f"k{i}" for i in range(3000)]
        self.check(["MSET", *[word for key in keys for word in (key, key)]], "OK")
        self.check(["MGET", *keys], [key.encode() for key in keys])
        self.check(["DEL", *keys], 3000)

    def test_counters(self):
        self.check("INCR n", 1)
        self.check("INCRBY n 41", 42)
        self.check("DECR n", 41)
        self.check("DECRBY n 50", -9)
        self.check("GET n", b"-9")
        self.check("SET n 9223372036854775807", "OK")
        self.check("INCR n", ReplyError("ERR increment or decrement would overflow"))
        self.check("GET n", b"9223372036854775807")
        none = ReplyError("ERR value is not an integer or out of range")
        for text in (b"x", b"", b" 1", b"1 ", b"01", b"+1", b"9223372036854775808", b"-"):
            self.check(["SET", "n", text], "OK")
            self.check("INCR n", none)
        self.check("INCRBY n x", none)
        self.check("DECRBY n -9223372036854775808", ReplyError("ERR decrement would overflow"))

    def test_any_bytes(self):
        every = bytes(range(256))
        self.check(["SET", every, every * 300], "OK")
        self.check(["GET", every], every * 300)
        self.check(["SET", b"", b""], "OK")
        self.check(["GET", b""], b"")
        self.check(["EXISTS", b""], 1)

    def test_a_pipeline_is_answered_in_order(self):
        self.client.send(b"".join([
            request("SET", "p", 1), request("INCR", "p"), request("GET", "p"), request("SET", "p"),
            request("SET", "p", "x"), request("INCR", "p"), request("SET", "p", 1, "BAD"),
            request("NONSENSE"), request("DEL", "p", "q"), request("GET", "p"),
            b"SET p \"a b\"\r\n", b"SET p 'c d' XX\r\n", b"GET p\r\n", request("MGET", "p", "q")]))
        replies = [self.client.reply() for _ in range(14)]
        self.assertEqual(replies[:3], ["OK", 2, b"2"])
        self.assertEqual(replies[3], "ERR wrong number of arguments for 'set' command")
        self.assertEqual(replies[4], "OK")
        self.assertEqual(replies[5], "ERR value is not an integer or out of range")
        self.assertEqual(replies[6], "ERR syntax error")
        self.assertIn("unknown command 'NONSENSE'", replies[7])
        self.assertEqual(replies[8:], [1, None, "OK", "OK", b"c d", [b"c d", None]])

    def test_pipelines_beyond_the_budget(self):
        self.client.send(b"".join(request("INCR", "n") for _ in range(3000)))
        self.assertEqual([self.client.reply() for _ in range(3000)], list(range(1, 3001)))

    def test_counting_together(self):
        clients = [self.server.client() for _ in range(20)]
        for c in clients:
            c.send(request("INCR", "n") * 50)
        seen = sorted(c.reply() for c in clients for _ in range(50))
        self.assertEqual(seen, list(range(1, 1001)))
        for c in clients:
            c.close()

    def test_the_connection(self):
        self.check("PING", "PONG")
        self.check("PING hi", b"hi")
        self.check("PING a b", ReplyError("ERR wrong number of arguments for 'ping' command"))
        self.check("ECHO hi", b"hi")
        self.check("SELECT 0", "OK")
        self.check("SELECT 1", ReplyError("ERR DB index is out of range"))
        self.check("CLIENT GETNAME", None)
        self.check("CLIENT SETNAME me", "OK")
        self.check("CLIENT GETNAME", b"me")
        self.check("CLIENT SETINFO LIB-NAME x", "OK")
        self.assertGreater(self.client.ask("CLIENT", "ID"), 0)
        self.assertIsInstance(self.client.ask("CLIENT", "KILL"), ReplyError)
        self.assertEqual(self.client.ask("HELLO", "2")[1], b"poolbench")
        self.check("HELLO 4", ReplyError("NOPROTO unsupported protocol version"))
        self.check("NONE a b", ReplyError(
            "ERR unknown command 'NONE', with args beginning with: 'a' 'b' "))
        self.check("GET", ReplyError("ERR wrong number of arguments for 'get' command"))
        self.client.send(request("QUIT") + request("PING"))
        self.assertEqual(self.client.rest(), b"+OK\r\n")

    def test_resp3(self):
        hello = self.client.ask("HELLO", "3")
        self.assertEqual(hello[b"proto"], 3)
        self.client.send(request("GET", "none"))
        self.assertEqual(self.client.line(), b"_")
        self.check("MGET none", [None])
        self.check("CONFIG GET databases", {b"databases": b"1"})
        self.check("SET a 1", "OK")
        self.client.send(request("SET", "a", "1", "NX"))
        self.assertEqual(self.client.line(), b"_")
        self.assertEqual(self.client.ask("HELLO", "2")[1], b"poolbench")
        self.client.send(request("GET", "none"))
        self.assertEqual(self.client.line(), b"$-1")

    def test_the_server(self):
        self.assertEqual(self.client.info("backend"), BACKEND)
        self.assertEqual(self.client.info("engine"), self.engine)
        self.assertEqual(self.client.info("panics"), "0")
        self.assertGreater(int(self.client.info("threads")), 0)
        self.assertGreater(int(self.client.info("total_commands_processed")), 0)
        self.assertGreater(int(self.client.info("connected_clients")), 0)
        self.check("CONFIG GET databases", [b"databases", b"1"])
        self.check("CONFIG GET none", [])
        self.assertIsInstance(self.client.ask("CONFIG", "SET", "a", "b"), ReplyError)
        count = self.client.ask("COMMAND", "COUNT")
        self.assertEqual(len(self.client.ask("COMMAND")), count)
        self.check("COMMAND INFO get none", [[b"get", 2, ["readonly"], 1, 1, 1], None])
        self.check("COMMAND DOCS", [])
        self.assertIsInstance(self.client.ask("DEBUG", "PANIC"), ReplyError)
        self.assertIsInstance(self.client.ask("WORK", "1"), ReplyError)


class CommandsOnLmdb(Commands):
    engine = "lmdb"

    def test_a_key_that_is_too_long(self):
        self.check(["SET", "k" * 510, "v"], "OK")
        self.check(["GET", "k" * 510], b"v")
        for words in (["SET", "k" * 511, "v"], ["MSET", "a", "1", "k" * 511, "v"]):
            self.assertIn("510", self.client.ask(*words))
        self.check("GET a", None)
        self.check(["GET", "k" * 511], None)


class OtherPrograms(unittest.TestCase):
    """redis-cli and redis-benchmark, where they are installed."""

    def run_program(self, *words, stdin=b""):
        if shutil.which(words[0]) is None:
            self.skipTest(f"{words[0]} is not installed (Debian package redis-tools)")
        done = subprocess.run(words, input=stdin, capture_output=True, timeout=LIMIT, check=False)
        self.assertEqual(done.returncode, 0, done)
        return done.stdout

    def test_redis_cli(self):
        with Server() as server:
            cli = ("redis-cli", "-p", str(server.port))
            self.assertEqual(self.run_program(*cli, "SET", "a", "1"), b"OK\n")
            self.assertEqual(self.run_program(*cli, stdin=b"GET a\nINCR a\nGET a\n"), b"1\n2\n2\n")
            piped = b"".join(request("SET", f"key{i}", i) for i in range(10000))
            self.assertIn(b"errors: 0, replies: 10000",
                          self.run_program(*cli, "--pipe", stdin=piped))
            self.assertEqual(self.run_program(*cli, "DBSIZE"), b"10001\n")

    def test_redis_benchmark(self):
        with Server() as server:
            for depth in ("1", "16"):
                output = self.run_program(
                    "redis-benchmark", "-p", str(server.port), "-n", "3000", "-P", depth, "-r",
                    "100", "--csv", "-t", "ping,set,get,incr,mset")
                self.assertEqual(output.count(b"\n"), 7, output)


if __name__ == "__main__":
    unittest.main()

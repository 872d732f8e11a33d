"""What comes over the wire, sound or not (hazards 1 to 9 of a server)."""

import socket
import unittest

from kvs_server import LIMIT, ReplyError, Server, request, until


class Protocol(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--enable-debug").start()
        cls.addClassCleanup(cls.server.__exit__)

    def setUp(self):
        self.client = self.server.client()
        self.addCleanup(self.client.close)

    def answer_to(self, data):
        """All that is answered to bytes behind which the client sends nothing."""
        with self.server.client() as c:
            c.send(data)
            return c.rest()

    def refuses(self, data, message):
        self.assertEqual(self.answer_to(data), b"-ERR Protocol error: " + message + b"\r\n")
        self.assertEqual(self.client.ask("PING"), "PONG")

    def test_both_forms_and_one_byte_at_a_time(self):
        for data in (request("SET", "k", "a\r\nb"), b"GET k\r\n", b"  get   \"k\"  \n",
                     request("EcHo", "")):
            for byte in data:
                self.client.send(bytes([byte]))
        self.assertEqual([self.client.reply() for _ in range(4)], ["OK", b"a\r\nb", b"a\r\nb", b""])

    def test_quotes_and_escapes(self):
        self.client.send(b"ECHO \"a\\x41\\n\\\"b\"\r\nECHO 'it\\'s'\r\n")
        self.assertEqual(self.client.reply(), b'aA\n"b')
        self.assertEqual(self.client.reply(), b"it's")

    def test_empty_requests_are_ignored(self):
        self.client.send(b"*0\r\n*-1\r\n\r\n   \r\n" + request("PING"))
        self.assertEqual(self.client.reply(), "PONG")

    def test_lengths_that_are_none(self):
        for count in (b"*x", b"*", b"*1x", b"*99999999999999999999", b"*2147483647", b"*1048577"):
            self.refuses(count + b"\r\n", b"invalid multibulk length")
        for length in (b"$x", b"$", b"$-1", b"$-0x", b"$99999999999999999999", b"$536870912"):
            self.refuses(b"*1\r\n" + length + b"\r\n", b"invalid bulk length")

    def test_nothing_is_allocated_for_an_announcement(self):
        self.client.ask("PING")
        before = self.server.resident_bytes()
        waiting = [self.server.client() for _ in range(100)]
        for c in waiting:
            c.send(b"*1000000\r\n$16000000\r\nx")
        self.assertEqual(self.client.ask("PING"), "PONG")
        self.assertLess(self.server.resident_bytes() - before, 64 << 20)
        for c in waiting:
            c.close()

    def test_wrong_type_and_wrong_end(self):
        self.refuses(b"*1\r\n:4\r\n", b"expected '$', got ':'")
        self.refuses(b"*1\r\n$4\r\nPINGxx", b"expected CRLF after a bulk string")

    def test_a_line_without_end(self):
        self.refuses(b"x" * (64 * 1024), b"too big inline request")
        self.refuses(b"*" + b"1" * 64, b"invalid multibulk length")

    def test_a_request_beyond_the_limit(self):
        with Server("--max-request", "64K") as server, server.client() as c:
            c.send(b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$65536\r\n")
            self.assertIn(b"too big request", c.rest())
            with server.client() as other:
                self.assertEqual(other.ask("SET", "k", b"x" * 65000), "OK")

    def test_good_requests_before_a_bad_one_are_answered(self):
        answer = self.answer_to(request("SET", "g", "1") + request("GET", "g") + b"*1\r\n!\r\n")
        self.assertEqual(answer, b"+OK\r\n$1\r\n1\r\n-ERR Protocol error: expected '$', got '!'\r\n")

    def test_half_close(self):
        self.client.send(request("PING") * 3 + b"*1\r\n$4\r\nPI")
        self.client.socket.shutdown(socket.SHUT_WR)
        self.assertEqual(self.client.rest(), b"+PONG\r\n" * 3)

    def test_nonsense(self):
        self.assertIsInstance(self.client.ask(b"\0\0", b"\0"), ReplyError)
        self.client.send(b"\0\0\0\r\n")
        self.assertIsInstance(self.client.reply(), ReplyError)
        self.refuses(b'GET "a\r\n', b"unbalanced quotes in request")
        self.refuses(b"GET 'a'b\r\n", b"unbalanced quotes in request")
        self.assertIn(b"HTTP", self.answer_to(b"POST / HTTP/1.1\r\nHost: x\r\n\r\n"))
        self.assertIn(b"HTTP", self.answer_to(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"))

    def test_large_values_and_deep_pipelines(self):
        value = bytes(range(256)) * 8192
        self.assertEqual(self.client.ask("SET", "large", value), "OK")
        self.assertEqual(self.client.ask("GET", "large"), value)
        self.client.send(b"".join(request("ECHO", i) for i in range(20000)))
        for i in range(20000):
            self.assertEqual(self.client.reply(), b"%d" % i)


class Patience(unittest.TestCase):
    def test_an_incomplete_request_has_a_deadline(self):
        with Server("--request-timeout", "1") as server, server.client() as slow:
            slow.send(b"*2\r\n$3\r\nGE")
            with server.client() as other, server.client() as idle:
                self.assertEqual(other.ask("PING"), "PONG")
                self.assertEqual(slow.rest(), b"")
                self.assertIn("too long", server.log())
                self.assertEqual(idle.ask("PING"), "PONG")  # being idle is no fault

    def test_many_requests_that_arrive_in_pieces_are_none(self):
        with Server("--request-timeout", "1") as server, server.client() as c:
            def trickle():
                c.send(request("PING")[5:] + request("PING")[:5])
                self.assertEqual(c.reply(), "PONG")
                return server.cpu_seconds() > 100 or next(steps, None) is None
            c.send(request("PING")[:5])
            steps = iter(range(400))  # about two seconds, twice the deadline
            until(trickle, "all steps done")

    def test_an_idle_client_is_dropped_only_when_asked_for(self):
        with Server("--idle-timeout", "1") as server, server.client() as c:
            self.assertEqual(c.ask("PING"), "PONG")
            self.assertEqual(c.rest(), b"")

    def test_a_reader_that_does_not_read(self):
        with Server("--request-timeout", "1") as server, server.client() as c:
            self.assertEqual(c.ask("SET", "k", b"x" * (1 << 20)), "OK")
            before = server.resident_bytes()
            with server.client() as deaf:
                deaf.socket.settimeout(0.2)
                try:
                    deaf.send(request("GET", "k") * 100000)
                except OSError:
                    pass  # it does not take more requests either
                until(lambda: "unread" in server.log(), "the client is dropped", LIMIT)
                self.assertLess(server.resident_bytes() - before, 64 << 20)
            self.assertEqual(c.ask("PING"), "PONG")

    def test_a_reply_beyond_the_limit_drops_the_client(self):
        with Server("--max-output", "1M") as server, server.client() as c:
            self.assertEqual(c.ask("SET", "k", b"x" * (1 << 20)), "OK")
            with server.client() as deaf:
                deaf.send(request("MGET", *["k"] * 100))
                until(lambda: "max-output" in server.log(), "the client is dropped", LIMIT)
            self.assertEqual(c.ask("PING"), "PONG")
            self.assertEqual(c.info("dropped_connections"), "1")


if __name__ == "__main__":
    unittest.main()

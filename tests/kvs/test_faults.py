"""Clients and jobs that misbehave, in both modes (hazards 10, 11, 17 and 18 of a server)."""

import contextlib
import resource
import signal
import threading
import unittest

from kvs_server import Server, request, until


class Faults(unittest.TestCase):
    def test_many_idle_clients_do_not_stand_in_the_way(self):
        with Server("--threads", "2") as server:
            idle = [server.client() for _ in range(900)]
            with server.client() as c:
                for i in range(100):
                    self.assertEqual(c.ask("INCR", "n"), i + 1)
                until(lambda: c.info("connected_clients") == "901", "all are counted")
            for c in idle:
                c.close()

    def test_a_job_that_panics_takes_only_its_connection_along(self):
        for words in ((), ("--mode", "connection")):
            with self.subTest(words=words), Server("--enable-debug", "--threads", "4",
                                                   *words) as server:
                with server.client() as other:
                    self.assertEqual(other.ask("SET", "a", "1"), "OK")
                    for i in range(50):
                        with server.client() as c:
                            c.send(request("INCR", "n") + request("DEBUG", "PANIC")
                                   + request("PING"))
                            self.assertEqual(c.rest(), b":%d\r\n" % (i + 1))
                    until(lambda: other.info("panics") == "50", "each is counted")
                    self.assertEqual(other.ask("GET", "a"), b"1")
                    self.assertIn("panicked", server.log())
                    until(lambda: other.info("connected_clients") == "1", "the others are gone")
                self.assertEqual(server.stop(), 0)

    def test_no_descriptors_left(self):
        def few():
            resource.setrlimit(resource.RLIMIT_NOFILE, (48, 48))
        with Server("--threads", "2", prepare=few) as server:
            with server.client() as c:
                self.assertEqual(c.ask("PING"), "PONG")
                crowd = [server.client() for _ in range(60)]
                until(lambda: "cannot accept" in server.log(), "it ran out")
                before = server.cpu_seconds()
                answers = [c.ask("INCR", "n") for _ in range(300)]
                self.assertEqual(answers, list(range(1, 301)))
                self.assertIn("Too many open files", server.log())
                self.assertLess(server.log().count("cannot accept"), 200)  # it does not spin
                self.assertLess(server.cpu_seconds() - before, 2)
                for other in crowd:
                    other.close()
            def served():
                try:
                    with server.client() as again:
                        return again.ask("PING") == "PONG"
                except (EOFError, ConnectionError):
                    return False
            until(served, "it accepts again")
            self.assertEqual(server.stop(), 0)

    def test_clients_that_vanish(self):
        with Server() as server, server.client() as c:
            self.assertEqual(c.ask("SET", "k", b"x" * 200000), "OK")
            for _ in range(50):
                rude = server.client()
                rude.send(request("GET", "k") * 50)
                rude.reset()
            until(lambda: c.info("connected_clients") == "1", "all are gone")
            self.assertEqual(server.stop(), 0)

    def test_stopped_and_continued_under_load(self):
        with Server() as server, server.client() as c:
            for i in range(50):
                c.send(request("INCR", "n") * 10)
                server.signal(signal.SIGSTOP)
                server.signal(signal.SIGCONT)
                self.assertEqual([c.reply() for _ in range(10)],
                                 list(range(i * 10 + 1, i * 10 + 11)))

    def test_a_slow_job_does_not_stop_the_rest(self):
        with Server("--enable-debug", "--threads", "2") as server:
            with server.client() as slow, server.client() as c:
                slow.send(request("WORK", 3000000))
                until(lambda: c.ask("PING") == "PONG" and int(c.info("turns")) > 20, "served")
                slow.socket.setblocking(False)
                with self.assertRaises(BlockingIOError):  # still at it
                    slow.socket.recv(1)

    def test_connection_mode(self):
        with Server("--mode", "connection", "--threads", "3", engine="lmdb") as server:
            with server.client() as a, server.client() as b:
                self.assertEqual(a.ask("SET", "k", "1"), "OK")
                self.assertEqual(b.ask("GET", "k"), b"1")
                b.send(request("INCR", "k") * 300 + request("GET", "k"))
                self.assertEqual([b.reply() for _ in range(301)], [*range(2, 302), b"301"])
                b.send(b"*1\r\n$-2\r\n")
                self.assertIn(b"invalid bulk length", b.rest())
                self.assertEqual(a.ask("PING"), "PONG")
            self.assertEqual(server.stop(), 0)

    def test_connection_mode_serves_as_many_clients_as_threads(self):
        with Server("--mode", "connection", "--threads", "1") as server:
            first = server.client()
            self.assertEqual(first.ask("PING"), "PONG")
            with server.client() as second:
                second.send(request("PING"))
                self.assertEqual(first.ask("PING"), "PONG")
                second.socket.setblocking(False)
                with self.assertRaises(BlockingIOError):
                    second.socket.recv(1)
                second.socket.setblocking(True)
                first.close()
                self.assertEqual(second.reply(), "PONG")

    def test_deep_pipelines_do_not_starve_others_on_one_thread(self):
        with Server("--threads", "1", "--budget", "16") as server:
            stop = threading.Event()
            threads = [threading.Thread(target=self.pipeline, args=(server, stop))
                       for _ in range(3)]
            for thread in threads:
                thread.start()
            with server.client() as light:
                for i in range(50):
                    self.assertEqual(light.ask("INCR", "light"), i + 1)
            stop.set()
            for thread in threads:
                thread.join()

    @staticmethod
    def pipeline(server, stop):
        requests = request("PING") * 2000
        with server.client() as heavy, contextlib.suppress(OSError, EOFError):
            heavy.send(requests)
            while not stop.is_set():
                heavy.send(requests)
                for _ in range(2000):
                    heavy.reply()


if __name__ == "__main__":
    unittest.main()

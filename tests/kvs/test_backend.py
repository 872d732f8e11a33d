"""The short form, for every backend: the same server is right on whatever pool it is linked with."""

import threading
import unittest

from kvs_server import BACKEND, Server, request, until


class Backend(unittest.TestCase):
    def test_each_engine_mode_and_number_of_threads(self):
        for engine in ("memory", "lmdb"):
            for mode in ("request", "connection"):
                for threads in (1, 2, 5):
                    with self.subTest(engine=engine, mode=mode, threads=threads):
                        self.use("--mode", mode, "--threads", str(threads), engine=engine)

    def use(self, *words, engine):
        with Server(*words, engine=engine) as server:
            with server.client() as c:
                self.assertEqual(c.info("backend"), BACKEND)
                self.assertEqual(c.ask("SET", "k", "v"), "OK")
                self.assertEqual(c.ask("GET", "k"), b"v")
                c.send(request("INCR", "n") * 300)
                self.assertEqual([c.reply() for _ in range(300)], list(range(1, 301)))
            self.assertEqual(server.stop(), 0)

    def test_many_clients_at_once(self):
        for threads in (1, 2, 4):
            with self.subTest(threads=threads), Server("--threads", str(threads)) as server:
                clients = [server.client() for _ in range(60)]
                seen = []
                for _ in range(20):
                    for c in clients:
                        c.send(request("INCR", "n") * 3)
                    seen += [c.reply() for c in clients for _ in range(3)]
                self.assertEqual(sorted(seen), list(range(1, 3601)))
                for c in clients:
                    c.close()
                self.assertEqual(server.stop(), 0)

    def test_deep_pipelines_do_not_starve_others_on_one_thread(self):
        with Server("--threads", "1", "--budget", "16") as server:
            stop = threading.Event()
            heavy = threading.Thread(target=self.pipeline, args=(server, stop))
            heavy.start()
            with server.client() as light:
                for i in range(50):
                    self.assertEqual(light.ask("INCR", "light"), i + 1)
            stop.set()
            heavy.join()

    @staticmethod
    def pipeline(server, stop):
        requests = request("PING") * 1000
        with server.client() as c:
            while not stop.is_set():
                c.send(requests)
                for _ in range(1000):
                    c.reply()

    def test_panics(self):
        with Server("--enable-debug", "--threads", "2") as server, server.client() as other:
            for i in range(20):
                with server.client() as c:
                    c.send(request("INCR", "n") + request("DEBUG", "PANIC"))
                    self.assertEqual(c.rest(), b":%d\r\n" % (i + 1))
            until(lambda: other.info("panics") == "20", "each is counted")
            self.assertEqual(server.stop(), 0)

    def test_idle_costs_nothing(self):
        with Server() as server, server.client() as c, server.client() as idle:
            self.assertEqual(idle.ask("PING"), "PONG")
            c.send(request("PING") * 1000)
            self.assertEqual([c.reply() for _ in range(1000)], ["PONG"] * 1000)
            until(lambda: self.is_quiet(server), "a second in which it computes next to nothing")

    @staticmethod
    def is_quiet(server):
        before = server.cpu_seconds()
        threading.Event().wait(1)
        return server.cpu_seconds() - before < 0.05


if __name__ == "__main__":
    unittest.main()

"""Several connections in one job (bench/kvs/server/job.h): none may suffer for another one of its
group, and none may be served twice or not at all."""

import contextlib
import signal
import unittest

from kvs_server import Server, request, until

CROWD = 16  # two groups of the largest size, on one thread


@contextlib.contextmanager
def crowd(*words, threads=1, engine="memory"):
    """Clients that the server has accepted and finds ready all at once, after `together`."""
    with Server("--enable-debug", "--threads", str(threads), *words, engine=engine) as server:
        with contextlib.ExitStack() as stack:
            clients = [stack.enter_context(server.client()) for _ in range(CROWD)]
            for c in clients:
                assert c.ask("PING") == "PONG"
            yield server, clients
        assert server.stop() == 0


@contextlib.contextmanager
def together(server):
    """What is sent in here arrives before the server looks."""
    server.signal(signal.SIGSTOP)
    until(lambda: stopped(server), "it stands still")
    yield
    server.signal(signal.SIGCONT)


def stopped(server):
    with open(f"/proc/{server.process.pid}/stat", encoding="ascii") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0] == "T"


def served(client):
    return int(client.info("turns")), int(client.info("jobs"))


class Groups(unittest.TestCase):
    def together_once(self, server, clients):
        """Jobs that all of them took, each with one request."""
        turns, jobs = served(clients[0])
        with together(server):
            for i, c in enumerate(clients):
                c.send(request("SET", f"key{i}", f"value{i}"))
        for c in clients:
            self.assertEqual(c.reply(), "OK")
        for i, c in enumerate(clients):
            self.assertEqual(c.ask("GET", f"key{i}"), b"value%d" % i)
        turns_after, jobs_after = served(clients[0])
        # The GETs came one by one, and the first look at the numbers was two requests.
        self.assertGreaterEqual(turns_after - turns, 2 * CROWD)
        return jobs_after - jobs - CROWD - 2

    def test_many_are_served_by_few_jobs(self):
        with crowd() as (server, clients):
            self.assertLess(self.together_once(server, clients), CROWD // 2)

    def test_a_job_for_each_when_told_so(self):
        with crowd("--group", "1") as (server, clients):
            self.assertGreaterEqual(self.together_once(server, clients), CROWD)

    def test_a_job_for_each_where_the_disk_may_be_waited_for(self):
        with crowd(engine="lmdb") as (server, clients):
            self.assertGreaterEqual(self.together_once(server, clients), CROWD)

    def test_a_panic_takes_only_its_own_connection_along(self):
        for place in (0, 3, 7, 15):
            with self.subTest(place=place), crowd() as (server, clients):
                with together(server):
                    for i, c in enumerate(clients):
                        c.send(request(*(("DEBUG", "PANIC") if i == place else ("INCR", i))))
                for i, c in enumerate(clients):
                    if i == place:
                        self.assertEqual(c.rest(), b"")
                    else:
                        self.assertEqual(c.reply(), 1)
                        self.assertEqual(c.ask("INCR", i), 2)
                self.assertEqual(clients[place - 1].info("panics"), "1")

    def test_all_of_a_group_panic(self):
        with crowd() as (server, clients):
            with together(server):
                for c in clients:
                    c.send(request("DEBUG", "PANIC"))
            for c in clients:
                self.assertEqual(c.rest(), b"")
            with server.client() as c:
                self.assertEqual(c.info("panics"), str(CROWD))

    def test_nobody_waits_for_a_slow_one(self):
        with crowd(threads=2) as (server, clients):
            with together(server):
                for i, c in enumerate(clients):
                    c.send(request(*(("WORK", 3000000) if i == 2 else ("INCR", "n"))))
            replies = [c.reply() for i, c in enumerate(clients) if i != 2]
            self.assertEqual(sorted(replies), list(range(1, CROWD)))
            clients[2].socket.setblocking(False)
            with self.assertRaises(BlockingIOError):  # still at it
                clients[2].socket.recv(1)
            clients[2].socket.setblocking(True)
            self.assertEqual(clients[2].reply(), "OK")

    def test_behind_one_that_pipelines(self):
        with crowd() as (server, clients):
            with together(server):
                for i, c in enumerate(clients):
                    c.send(request("INCR", f"n{i}") * (300 if i % 5 == 1 else 1))
            for i, c in enumerate(clients):
                many = 300 if i % 5 == 1 else 1
                self.assertEqual([c.reply() for _ in range(many)], list(range(1, many + 1)))

    def test_what_clients_do(self):
        with crowd() as (server, clients):
            half = request("SET", "half", "x" * 1000)
            with together(server):
                clients[0].send(half[:500])
                clients[1].send(b"*1\r\n$-2\r\n")
                clients[2].send(request("QUIT"))
                clients[3].send(request("INCR", "n"))
                clients[3].reset()
                clients[4].close()
                clients[5].send(b"INCR n\r\n")
                for c in clients[6:]:
                    c.send(request("INCR", "n"))
            self.assertIn(b"invalid bulk length", clients[1].rest())
            clients[1].close()  # the server waits for that, so that the client gets to see the error
            self.assertEqual(clients[2].rest(), b"+OK\r\n")
            replies = [c.reply() for c in clients[5:]]
            self.assertEqual(len(set(replies)), CROWD - 5)  # n was seen by each at another moment
            clients[0].send(half[500:])
            self.assertEqual(clients[0].reply(), "OK")
            until(lambda: clients[0].info("connected_clients") == str(CROWD - 4), "four are gone")


if __name__ == "__main__":
    unittest.main()

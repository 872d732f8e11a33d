"""kill -9 under load (hazard 14 of a server): every acknowledged write is there after a restart,
and of one that was not acknowledged all of it or nothing.

KVS_CRASH_ROUNDS sets the number of rounds, KVS_CRASH_SEED what is random in them."""

import os
import random
import tempfile
import threading
import unittest

from kvs_server import Server, request

ROUNDS = int(os.environ.get("KVS_CRASH_ROUNDS", "12"))
SEED = int(os.environ.get("KVS_CRASH_SEED", "1"))
WRITERS = 8


class Writer(threading.Thread):
    """Sets its two keys to the same growing number in one MSET, some of them pipelined."""

    def __init__(self, server, index, start, enough):
        super().__init__()
        self.server, self.index, self.enough = server, index, enough
        self.sent = self.acknowledged = start
        self.fault = None

    def keys(self):
        return f"a{self.index}", f"b{self.index}"

    def value(self, number):
        return b"%d" % number + b"." * (number * 37 % 3000)

    def run(self):
        try:
            with self.server.client() as c:
                self.write(c)
        except (OSError, EOFError):
            pass  # the kill
        except Exception as fault:  # told by the main thread
            self.fault = fault

    def write(self, c):
        while True:
            depth = 1 + self.sent % 4
            first, second = self.keys()
            batch = [self.value(self.sent + i + 1) for i in range(depth)]
            self.sent += depth
            c.send(b"".join(request("MSET", first, v, second, v) for v in batch))
            for _ in range(depth):
                reply = c.reply()
                if reply != "OK":
                    raise AssertionError(reply)
                self.acknowledged += 1
            self.enough(self)


class Crash(unittest.TestCase):
    def check(self, server, writers):
        with server.client() as c:
            for writer in writers:
                first, second = c.ask("MGET", *writer.keys())
                self.assertEqual(first, second, "half of a request")
                number = int((first or b"0").split(b".")[0])
                self.assertGreaterEqual(number, writer.acknowledged, "an acknowledged write is gone")
                self.assertLessEqual(number, writer.sent)
                if number:
                    self.assertEqual(first, writer.value(number))
                writer.sent = writer.acknowledged = number
            self.assertLessEqual(c.ask("DBSIZE"), 2 * len(writers))

    def round(self, server, numbers, chance):
        kill_after, done = chance.randrange(1, 200), threading.Event()
        counted = [0]
        def enough(_):
            counted[0] += 1  # an estimate will do
            if counted[0] >= kill_after:
                done.set()
        writers = [Writer(server, i, numbers[i], enough) for i in range(WRITERS)]
        for writer in writers:
            writer.start()
        self.assertTrue(done.wait(60), "the writers came to nothing")
        server.kill()
        for writer in writers:
            writer.join()
            self.assertIsNone(writer.fault)
        return writers

    def test_kill(self):
        chance = random.Random(SEED)
        numbers = [0] * WRITERS
        with tempfile.TemporaryDirectory() as directory:
            for number in range(ROUNDS):
                with self.subTest(round=number):
                    with Server(engine="lmdb", directory=directory) as server:
                        writers = self.round(server, numbers, chance)
                    with Server(engine="lmdb", directory=directory) as server:
                        self.check(server, writers)
                        self.assertEqual(server.stop(), 0)
                    numbers = [writer.acknowledged for writer in writers]


if __name__ == "__main__":
    unittest.main()

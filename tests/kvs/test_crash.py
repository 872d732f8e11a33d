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
    """Sets its two keys to the same growing number in one MSET, some of them pipelined, and in the
    same request a third key that only this number has."""

    def __init__(self, server, index, start, enough):
        super().__init__()
        self.server, self.index, self.enough = server, index, enough
        self.start_number = self.sent = self.acknowledged = start
        self.fault = None

    def keys(self):
        return f"a{self.index}", f"b{self.index}"

    def own_key(self, number):
        return f"{self.index}:{number}"

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
            numbers = range(self.sent + 1, self.sent + depth + 1)
            self.sent += depth
            c.send(b"".join(request("MSET", first, self.value(n), second, self.value(n),
                                    self.own_key(n), n) for n in numbers))
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
                numbers = range(writer.start_number + 1, writer.sent + 1)
                if numbers:
                    found = c.ask("MGET", *[writer.own_key(n) for n in numbers])
                    expected = [b"%d" % n if n <= number else None for n in numbers]
                    self.assertEqual(found, expected, "a write in the middle is gone, or there")
                writer.sent = writer.acknowledged = number

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

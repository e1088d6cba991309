# SPDX-License-Identifier: Apache-2.0
"""A whole house of real processes in a folder of its own, for the system tests."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(__file__))
import client  # noqa: E402

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BIN = os.environ["RUFBUS_BIN"]


class House:
    def __init__(self, telephony=()):
        # Short, because a socket's path may have 107 bytes.
        self.home = tempfile.mkdtemp(prefix="rufbus-")
        self.telephony = list(telephony)
        self.processes = {}
        self.rufbus("keys", "init")

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        for name in list(self.processes):
            self.kill(name, signal.SIGKILL)
        if kind is None:
            shutil.rmtree(self.home)
            return
        print("kept:", self.home)
        for name in sorted(os.listdir(self.home)):
            if name.endswith(".log"):
                print("---", name)
                with open(os.path.join(self.home, name), encoding="utf-8") as log:
                    print("".join(log.readlines()[-20:]))

    def rufbus(self, *words, code=0):
        """The command line; its output. Fails when the exit code is another one."""
        done = subprocess.run([BIN + "/rufbus", "--home", self.home, "--wait", "20000", *words],
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
        return done.stdout if code == 0 else done.stderr

    def json(self, *words):
        return json.loads(self.rufbus("--json", *words))

    def command(self, name):
        extra = self.telephony if name == "telephony" else []
        return [BIN + "/rufbus-" + name, "--home", os.path.join(self.home, name), "--keys",
                os.path.join(self.home, "keys"), "--run", os.path.join(self.home, "run"),
                "--map-size", "1073741824", *extra]

    def fails_to_start(self, name):
        """What it says."""
        done = subprocess.run(self.command(name), capture_output=True, text=True, timeout=60)
        assert done.returncode != 0, done.stderr
        return done.stderr

    def start(self, *names):
        for name in names:
            log = open(os.path.join(self.home, name + ".log"), "a", encoding="utf-8")
            self.processes[name] = subprocess.Popen(self.command(name), stderr=log)
            log.close()
        for name in names:
            self.rufbus("--service", name, "ping")

    def kill(self, name, how=signal.SIGKILL):
        process = self.processes.pop(name)
        process.send_signal(how)
        code = process.wait(timeout=30)
        if how == signal.SIGTERM:
            assert code == 0, (name, code)

    def restart(self, name, how=signal.SIGKILL):
        self.kill(name, how)
        self.start(name)

    def client(self, service, key="admin"):
        return client.Client(self.home, key, service)


def eventually(check, seconds=30):
    """Asks again until the answer is true; the answer. For states that arrive by themselves."""
    deadline = time.monotonic() + seconds
    while True:
        answer = check()
        if answer:
            return answer
        assert time.monotonic() < deadline, "it never became true"
        time.sleep(0.02)


def capture(name):
    return os.path.join(TESTS, "data", "ami", name + ".ami")


def followed(house, by, of):
    """Waits until a service has applied everything that another one has told so far."""
    head = house.json("--service", of, "ping")["head"]
    eventually(lambda: any(seen["service"] == of and seen["seq"] >= head
                           for seen in house.json("--service", by, "stats").get("following", [])))

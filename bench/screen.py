#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the debugger's screen costs, in one run: the guest's speed under it beside its headless speed, and how long a key
takes to show.

Headless and on the screen take turns; what counts is the host's processor time for guests of the same work (the median of
the rounds, less that of the `empty` guest), so that waiting for a busy machine counts for neither. Latency is wall time: from the key's byte to the first
byte of the page that it turns to, while the guest runs at full speed.
"""
import argparse
import os
import pty
import re
import select
import statistics
import struct
import sys
import termios
import fcntl
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Screen:
    """The debugger behind a pseudo-terminal."""

    def __init__(self, program, guest, width, height):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8")
            os.execv(program, [program, "debug", guest])
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self.text = b""

    def send(self, keys):
        os.write(self.fd, keys)

    def read(self, seconds):
        """What comes within that time, at least a byte, or nothing."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return b""
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return b""
        if b"\033[6n" in data:  # it asks how wide a character is
            self.send(b"\033[1;2R")
        self.text = (self.text + data)[-200000:]
        return data

    def until(self, pattern, seconds):
        """Seconds until the pattern was written, or None."""
        start = time.monotonic()
        self.text = b""
        while time.monotonic() - start < seconds:
            self.read(0.02)
            if re.search(pattern, self.text):
                return time.monotonic() - start
        return None

    def quiet(self):
        while self.read(0.3):
            pass

    def end(self):
        """Leaves; the processor time that it took, in seconds."""
        self.send(b"\003\033:quit\r")
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            self.read(0.02)
            pid, _, usage = os.wait4(self.pid, os.WNOHANG)
            if pid:
                os.close(self.fd)
                return usage.ru_utime + usage.ru_stime
        sys.exit("the screen does not end")


def headless(program, guest):
    pid = os.posix_spawn(program, [program, "run", guest, "--serial", "none"], os.environ)
    _, status, usage = os.wait4(pid, 0)
    if status:
        sys.exit(f"{guest}: ringside run ended with {status}")
    return usage.ru_utime + usage.ru_stime


def on_screen(program, guest, width, height):
    s = Screen(program, guest, width, height)
    if s.until(rb"CR3", 20) is None:
        sys.exit("no screen appears")
    s.quiet()
    s.send(b"c")
    # The guest writes "E name checksum" at its end; the status line then shows how it ended.
    if s.until(rb"(\033\[[0-9;]*m|[^a-z])ok[^a-z]", 600) is None:
        sys.exit(f"{guest} did not end on the screen")
    return s.end()


def latencies(program, guest, width, height, keys):
    s = Screen(program, guest, width, height)
    if s.until(rb"CR3", 20) is None:
        sys.exit("no screen appears")
    s.quiet()
    s.send(b"c")
    s.until(rb"Ctrl-C", 5)
    taken = []
    for n in range(keys):
        time.sleep(0.05 + 0.013 * (n % 7))
        while s.read(0):
            pass
        s.send(b":" if n % 2 == 0 else b"\033")  # the command line opens: the cursor appears; and closes
        waited = s.until(rb"\033\[(\?12l\033\[)?\?25h" if n % 2 == 0 else rb"\033\[\?25l", 2)
        if waited is None:
            sys.exit("a key had no effect while the guest ran")
        taken.append(waited * 1000)
    s.end()
    return taken


def main():
    parser = argparse.ArgumentParser(description="what the debugger's screen costs")
    parser.add_argument("--ringside", default=os.path.join(ROOT, "build", "ringside"))
    parser.add_argument("--guests", default="alu,sort,crc32")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keys", type=int, default=60)
    args = parser.parse_args()
    for width, height in ((80, 24), (160, 50)):
        for kind in ["empty", *args.guests.split(",")]:
            guest = os.path.join(ROOT, "build", "guests", "bench", kind + ".elf")
            plain, shown = [], []
            for _ in range(args.rounds):
                plain.append(headless(args.ringside, guest))
                shown.append(on_screen(args.ringside, guest, width, height))
            if kind == "empty":  # what starting and drawing take by themselves
                nothing = statistics.median(plain), statistics.median(shown)
                continue
            ratio = 100 * (statistics.median(plain) - nothing[0]) / (statistics.median(shown) - nothing[1])
            print(f"{width}x{height} {kind:8} headless {statistics.median(plain):6.2f} s, on the screen "
                  f"{statistics.median(shown):6.2f} s: {ratio:5.1f} % of headless speed", flush=True)
        taken = latencies(args.ringside, os.path.join(ROOT, "build", "guests", "bench", "alu.elf"), width, height, args.keys)
        print(f"{width}x{height} a key shows after {statistics.median(taken):.1f} ms (median), {max(taken):.1f} ms (worst of "
              f"{len(taken)})", flush=True)


main()

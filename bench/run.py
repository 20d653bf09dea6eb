#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Speed of `ringside run --mode native` next to Debian's QEMU (TCG) and Bochs, on the same guests, in one run.

What is measured is processor time, user and system, of the emulator's process: another that has the processor in between
does not count. The emulators take turns, guest by guest and round by round, so that what neighbours do to caches and clocks
hits all of them alike; the median of the rounds counts, less that of the `empty` guest. A run counts only if it printed its checksum, and
all must print the same one. What is not installed is left out, with the reason.
"""
import argparse
import json
import math
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile

KINDS = ["alu", "sieve", "sort", "crc32", "memcpy", "paging", "syscall", "fault"]
CORE = ["alu", "sieve", "sort", "crc32"]
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
IMAGES = os.path.join(ROOT, "build", "guests", "bench")

BOCHSRC = """megs: 64
romimage: file={bios}
vgaromimage: file={vga}
ata0-master: type=disk, path={image}, mode=flat, cylinders=20, heads=16, spt=63
ata1: enabled=0
boot: disk
com1: enabled=1, mode=file, dev={serial}
display_library: {display}
sound: driver=dummy
speaker: enabled=0
port_e9_hack: enabled=0
log: {log}
panic: action=fatal
error: action=ignore
info: action=ignore
cpu: count=1, ips=100000000, reset_on_triple_fault=0
clock: sync=none, time0=0
config_interface: textconfig
"""


class Ringside:
    def __init__(self, program):
        self.program = program

    def missing(self):
        return None if os.access(self.program, os.X_OK) else f"{self.program} is not built"

    def run(self, kind, timeout):
        return run_to_pipe([self.program, "run", elf(kind)], timeout)

    def instructions(self, kind):
        out = subprocess.run([self.program, "run", elf(kind), "--stats=json"], capture_output=True, check=True).stdout
        return json.loads(out)["instructions"]


class Qemu:
    def missing(self):
        return None if shutil.which("qemu-system-i386") else "qemu-system-i386 is not installed"

    def run(self, kind, timeout):
        return run_to_pipe(["qemu-system-i386", "-accel", "tcg", "-m", "64", "-kernel", elf(kind), "-display", "none",
                            "-serial", "stdio", "-no-reboot", "-device", "isa-debug-exit,iobase=0xf4,iosize=4"], timeout)


class Bochs:
    BIOS = ["/usr/share/bochs/BIOS-bochs-latest", "/usr/share/bochs/BIOS-bochs-legacy"]
    VGA = ["/usr/share/bochs/VGABIOS-lgpl-latest", "/usr/share/vgabios/vgabios.bin", "/usr/share/bochs/VGABIOS-lgpl"]

    def missing(self):
        if not shutil.which("bochs"):
            return "bochs is not installed"
        if not first_file(self.BIOS) or not first_file(self.VGA):
            return "bochs has no BIOS here (packages bochsbios and vgabios)"
        return None if os.path.exists(os.path.join(IMAGES, "empty.img")) else "make bench-images has not run"

    def run(self, kind, timeout):
        with tempfile.TemporaryDirectory() as folder:
            serial = os.path.join(folder, "serial")
            rc = os.path.join(folder, "bochsrc")
            image = os.path.join(folder, "disk.img")
            commands = os.path.join(folder, "commands")
            with open(commands, "w") as f:
                f.write("c\nquit\n")  # Debian's Bochs has its debugger built in, and starts in it
            shutil.copyfile(os.path.join(IMAGES, kind + ".img"), image)
            with open(rc, "w") as f:
                f.write(BOCHSRC.format(bios=first_file(self.BIOS), vga=first_file(self.VGA), image=image,
                                       serial=serial, log=os.path.join(folder, "log"), display="term"))
            start = spent()
            subprocess.run(["script", "-qec", f"bochs -q -f {rc} -rc {commands}", "/dev/null"], stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=timeout, check=False,
                           env=dict(os.environ, TERM="xterm", LINES="30", COLUMNS="90"))
            seconds = spent() - start
            text = open(serial, errors="replace").read() if os.path.exists(serial) else ""
            return seconds, text


def first_file(paths):
    return next((p for p in paths if os.path.exists(p)), None)


def elf(kind):
    return os.path.join(IMAGES, kind + ".elf")


def spent():
    """Processor time of all children that have ended, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run_to_pipe(command, timeout):
    start = spent()
    out = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                         timeout=timeout, check=False).stdout
    return spent() - start, out.decode(errors="replace")


def checksum(kind, text):
    found = re.search(rf"E {kind} (0x[0-9a-f]+)", text)
    return found.group(1) if found else None


def measure(emulators, kinds, rounds, timeout):
    seconds = {(name, kind): [] for name in emulators for kind in kinds}
    sums = {}
    for n in range(rounds):
        for kind in kinds:
            for name, emulator in emulators.items():
                try:
                    took, text = emulator.run(kind, timeout)
                except subprocess.TimeoutExpired:
                    sys.exit(f"bench: {name}, {kind}: no end after {timeout} s")
                got = checksum(kind, text)
                if got is None:
                    sys.exit(f"bench: {name}, {kind}: no checksum in what it printed: {text[-200:]!r}")
                if sums.setdefault(kind, got) != got:
                    sys.exit(f"bench: {name}, {kind}: checksum {got}, another emulator has {sums[kind]}")
                seconds[name, kind].append(took)
        print(f"round {n + 1} of {rounds} done", file=sys.stderr)
    return seconds


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values))


def report(emulators, kinds, seconds, insns):
    median = {key: statistics.median(v) for key, v in seconds.items()}
    net = {(name, kind): max(median[name, kind] - median[name, "empty"], 1e-4)
           for name in emulators for kind in kinds if kind != "empty"}
    others = [name for name in emulators if name != "ringside"]
    rows = []
    for kind in kinds:
        if kind == "empty":
            continue
        row = {"guest": kind, "seconds": {name: round(net[name, kind], 4) for name in emulators}}
        if "ringside" in emulators:
            row["mips"] = round((insns[kind] - insns["empty"]) / net["ringside", kind] / 1e6, 1)
            row["ratio"] = {name: round(net[name, kind] / net["ringside", kind], 3) for name in others}
        rows.append(row)
    means = {}
    for name in others if "ringside" in emulators else []:
        ratio = {row["guest"]: row["ratio"][name] for row in rows}
        means[name] = {"all": round(geometric_mean(list(ratio.values())), 2)}
        if all(kind in ratio for kind in CORE):
            means[name]["alu sieve sort crc32"] = round(geometric_mean([ratio[kind] for kind in CORE]), 2)
    return {"guests": rows, "geometric_mean": means}


def show(result, emulators):
    others = [name for name in emulators if name != "ringside"]
    print(f"{'guest':10}{'million insns/s':>17}" + "".join(f"{'x ' + name:>10}" for name in others))
    for row in result["guests"]:
        print(f"{row['guest']:10}{row.get('mips', '-'):>17}" +
              "".join(f"{row.get('ratio', {}).get(name, '-'):>10}" for name in others))
    for which in ["alu sieve sort crc32", "all"]:
        if any(which in m for m in result["geometric_mean"].values()):
            print(f"{'geometric mean, ' + which:27}" +
                  "".join(f"{result['geometric_mean'][name].get(which, '-'):>10}" for name in others))
    print("x NAME: how many times as fast as NAME, whose time is divided by ours; over 1 is faster.")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--guests", default=",".join(KINDS), help="of " + ",".join(KINDS))
    p.add_argument("--only", default="ringside,bochs,qemu", help="emulators, of ringside,bochs,qemu")
    p.add_argument("--ringside", default=os.path.join(ROOT, "build", "ringside"), metavar="PROGRAM")
    p.add_argument("--timeout", type=float, default=300, metavar="SECONDS")
    p.add_argument("--json", action="store_true", help="print the result as JSON")
    a = p.parse_args()
    known = {"ringside": Ringside(a.ringside), "bochs": Bochs(), "qemu": Qemu()}
    emulators = {}
    for name in a.only.split(","):
        if name not in known:
            p.error(f"--only {name}: not one of {','.join(known)}")
        why = known[name].missing()
        if why:
            print(f"bench: without {name}: {why}", file=sys.stderr)
        else:
            emulators[name] = known[name]
    kinds = ["empty"] + [k for k in a.guests.split(",") if k != "empty"]
    for kind in kinds[1:]:
        if kind not in KINDS:
            p.error(f"--guests {kind}: not one of {','.join(KINDS)}")
    if not emulators:
        sys.exit("bench: nothing to measure")
    insns = {kind: emulators["ringside"].instructions(kind) for kind in kinds} if "ringside" in emulators else {}
    result = report(emulators, kinds, measure(emulators, kinds, a.rounds, a.timeout), insns)
    if a.json:
        print(json.dumps(result, indent=2))
    else:
        show(result, emulators)


if __name__ == "__main__":
    main()

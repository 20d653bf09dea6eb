#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The drawings of slides/04-trap-and-emulate, in one language: draw.py LANG FOLDER.

What shows the state of the machine is read from runs of build/ringside at that moment; nothing is copied by hand.
"""
import json
import os
import re
import subprocess
import sys
from html import escape

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAM = os.path.join(ROOT, "build", "ringside")
GUEST = os.path.join(ROOT, "build", "guests", "micro", "cr3.elf")
TRAP = ["--mode", "trap", "--cpu", "virtualizable"]

INK, FAINT, GUEST_COLOUR, MONITOR, HARDWARE, BAD = "#22262e", "#8a8f98", "#2f6fb7", "#8e3fa8", "#1d7f86", "#c0392b"

WORDS = {
    "en": {
        "all": "all instructions", "privileged": "privileged", "sensitive": "sensitive",
        "sensitive_note": "show or change what a monitor must keep",
        "holes": "holes", "holes_note": "sensitive, yet no trap",
        "bare": "bare machine", "under": "under a monitor",
        "kernel": "guest kernel", "user": "guest programs", "monitor": "monitor", "ring": "ring {n}",
        "believes": "guest believes", "holds": "hardware holds",
        "before": "before", "trap": "1 trap", "emulate": "2 emulate", "resume": "3 resume",
        "trap_note": "#GP at {eip}", "emulate_note": "CR3 {old} becomes {new}", "resume_note": "next: {eip}",
        "cycles": "{n} cycles",
        "access": "the guest reads {gva}", "shadow": "the shadow has no entry: #PF into the monitor",
        "tables": "the guest's own tables: allowed?",
        "yes": "yes", "no": "no", "hidden": "hidden: p2m {gpa} becomes {hpa}", "hidden2": "fill the shadow, try again",
        "true": "true: inject #PF", "true2": "the guest's handler gets it",
        "cost": "{n} instructions of the guest, {c} cycles",
        "accounts": {"guest": "guest, directly", "walk": "page walks", "switch": "into and out of the monitor",
                     "monitor": "monitor", "device": "devices", "idle": "idle"},
        "exits": "entries into the monitor: {n}",
    },
    "zh": {
        "all": "全部指令", "privileged": "特权指令", "sensitive": "敏感指令",
        "sensitive_note": "泄露或改变监控器必须独占的状态",
        "holes": "漏洞", "holes_note": "敏感，却不陷入",
        "bare": "裸机", "under": "在监控器之下",
        "kernel": "客户内核", "user": "客户程序", "monitor": "监控器", "ring": "ring {n}",
        "believes": "客户机以为", "holds": "硬件实有",
        "before": "之前", "trap": "1 陷入", "emulate": "2 模拟", "resume": "3 恢复",
        "trap_note": "在 {eip} 处 #GP", "emulate_note": "CR3 由 {old} 变为 {new}", "resume_note": "下一条：{eip}",
        "cycles": "{n} 周期",
        "access": "客户读 {gva}", "shadow": "影子页表没有这一项：#PF 进入监控器",
        "tables": "客户自己的页表允许吗？",
        "yes": "允许", "no": "不允许", "hidden": "隐藏缺页：p2m 把 {gpa} 变为 {hpa}", "hidden2": "填影子页表，再试一次",
        "true": "真缺页：注入 #PF", "true2": "交给客户的处理程序",
        "cost": "客户的 {n} 条指令，{c} 个周期",
        "accounts": {"guest": "客户，直接执行", "walk": "页表遍历", "switch": "进出监控器", "monitor": "监控器",
                     "device": "设备", "idle": "空闲"},
        "exits": "进入监控器 {n} 次",
    },
}


# ---- what is read from runs ------------------------------------------------------------------------------------------

def shell(*commands):
    """What `ringside shell` answers to these commands, as text."""
    script = "\n".join(commands) + "\n"
    done = subprocess.run([PROGRAM, "shell", GUEST, *TRAP, "--serial", "none", "--lang", "en"], input=script,
                          capture_output=True, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
    if done.returncode:
        sys.exit(f"draw.py: ringside shell ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def values(text):
    """The numbers of lines that `p/x` prints."""
    return [int(v, 16) for v in re.findall(r"^(?:\S+ = )?(0x[0-9a-f]+)$", text, re.M)]


REGISTERS = ["p/x $cr3", "p/x $eip", "p/x $cpl", "p/x $hw.cr3", "p/x $hw.cpl"]


def three_steps():
    """Registers around the kernel's MOV to CR3, and the first hidden fault behind it."""
    text = shell("until kernel_writes_cr3", *REGISTERS, "stepi", *REGISTERS, "stepi")
    numbers = values(text)
    fill = re.search(r"fill: gva (\w+) is gpa (\w+) is hpa (\w+)(?!.*fill:)", text, re.S)
    if len(numbers) != 10 or not fill:
        sys.exit(f"draw.py: the shell's answer is not what was expected:\n{text}")
    return numbers[:5], numbers[5:], fill.groups()


def statistics():
    done = subprocess.run([PROGRAM, "run", GUEST, *TRAP, "--stats=json"], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


# ---- drawing ---------------------------------------------------------------------------------------------------------

class Drawing:
    def __init__(self, width, height):
        self.size = width, height
        self.parts = []

    def text(self, x, y, words, colour=INK, size=22, anchor="middle", bold=False):
        weight = ' font-weight="bold"' if bold else ""
        self.parts.append(f'<text x="{x}" y="{y}" fill="{colour}" font-size="{size}" text-anchor="{anchor}"{weight}>'
                          f"{escape(words)}</text>")

    def box(self, x, y, width, height, colour, fill="none"):
        self.parts.append(f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="8" stroke="{colour}" '
                          f'stroke-width="2.5" fill="{fill}"/>')

    def bar(self, x, y, width, height, colour):
        self.parts.append(f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{height}" fill="{colour}"/>')

    def ellipse(self, x, y, rx, ry, colour, fill="none"):
        self.parts.append(f'<ellipse cx="{x}" cy="{y}" rx="{rx}" ry="{ry}" stroke="{colour}" stroke-width="2.5" fill="{fill}" '
                          'fill-opacity="0.15"/>')

    def arrow(self, x1, y1, x2, y2, colour=INK):
        self.parts.append(f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{colour}" stroke-width="2.5" '
                          'marker-end="url(#head)"/>')

    def svg(self):
        width, height = self.size
        return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
                'font-family="\'Noto Sans CJK SC\', \'DejaVu Sans\', sans-serif">\n'
                '<defs><marker id="head" markerWidth="10" markerHeight="8" refX="9" refY="4" orient="auto">'
                f'<path d="M0,0 L10,4 L0,8 z" fill="{INK}"/></marker></defs>\n' + "\n".join(self.parts) + "\n</svg>\n")


def classes(w):
    d = Drawing(1000, 300)
    d.box(10, 10, 980, 280, FAINT)
    d.text(30, 44, w["all"], FAINT, anchor="start")
    d.ellipse(430, 165, 300, 105, HARDWARE, HARDWARE)
    d.ellipse(560, 165, 300, 85, BAD, BAD)
    d.text(195, 172, w["privileged"], HARDWARE, bold=True)
    d.text(500, 158, w["sensitive"], BAD, bold=True)
    d.text(500, 190, w["sensitive_note"], INK, 15)
    d.text(798, 160, w["holes"], BAD, 24, bold=True)
    d.text(798, 186, w["holes_note"], INK, 12)
    return d


def rings(w):
    d = Drawing(1000, 320)
    columns = ((60, w["bare"], {0: ("kernel", GUEST_COLOUR), 3: ("user", GUEST_COLOUR)}),
               (560, w["under"], {0: ("monitor", MONITOR), 1: ("kernel", GUEST_COLOUR), 3: ("user", GUEST_COLOUR)}))
    for x, title, who in columns:
        d.text(x + 230, 34, title, bold=True)
        for row, ring in enumerate((3, 2, 1, 0)):
            y = 54 + row * 64
            d.text(x, y + 34, w["ring"].format(n=ring), FAINT, 18, "start")
            name, colour = who.get(ring, (None, FAINT))
            d.box(x + 90, y, 300, 52, colour)
            if name:
                d.text(x + 240, y + 34, w[name], colour)
    d.arrow(458, 272, 642, 208)
    return d


def steps(w):
    before, after, _ = three_steps()
    d = Drawing(1000, 330)
    stages = ((w["before"], before[0], before[2], before[3], 1, f"{before[1]:08x}", ""),
              (w["trap"], before[0], before[2], before[3], 0, "", w["trap_note"].format(eip=f"{before[1]:x}")),
              (w["emulate"], after[0], after[2], after[3], after[4],
               "", w["emulate_note"].format(old=f"{before[0]:x}", new=f"{after[0]:x}")),
              (w["resume"], after[0], after[2], after[3], 1, f"{after[1]:08x}", w["resume_note"].format(eip=f"{after[1]:x}")))
    d.text(20, 100, w["believes"], GUEST_COLOUR, 18, "start")
    d.text(20, 210, w["holds"], HARDWARE, 18, "start")
    for i, (title, cr3, ring, hw_cr3, hw_ring, _, note) in enumerate(stages):
        x = 170 + i * 208
        changed = i == 2
        d.text(x + 90, 36, title, MONITOR if i in (1, 2) else INK, bold=True)
        d.box(x, 54, 180, 84, GUEST_COLOUR)
        d.text(x + 90, 88, f"CR3 {cr3:08x}", BAD if changed else INK, 18, bold=changed)
        d.text(x + 90, 118, w["ring"].format(n=ring), INK, 18)
        d.box(x, 164, 180, 84, HARDWARE)
        d.text(x + 90, 198, f"CR3 {hw_cr3:08x}", INK, 18)
        d.text(x + 90, 228, w["ring"].format(n=hw_ring), INK, 18)
        d.text(x + 90, 286, note, MONITOR if i in (1, 2) else INK, 16)
        if i < 3:
            d.arrow(x + 183, 150, x + 205, 150)
    return d


def fault(w):
    _, _, (gva, gpa, hpa) = three_steps()
    d = Drawing(1000, 330)
    d.box(300, 10, 400, 48, GUEST_COLOUR)
    d.text(500, 42, w["access"].format(gva=gva), GUEST_COLOUR)
    d.arrow(500, 60, 500, 84)
    d.box(230, 86, 540, 48, HARDWARE)
    d.text(500, 118, w["shadow"], HARDWARE, 18)
    d.arrow(500, 136, 500, 160)
    d.box(300, 162, 400, 48, MONITOR)
    d.text(500, 194, w["tables"], MONITOR, 19)
    for x, colour, answer, first, second in (
            (250, HARDWARE, "yes", w["hidden"].format(gpa=gpa, hpa=hpa), w["hidden2"]), (750, BAD, "no", w["true"], w["true2"])):
        d.arrow(400 if x < 500 else 600, 212, x, 250)
        d.text(x + (-30 if x < 500 else 30), 240, w[answer], colour, 18)
        d.box(x - 230, 252, 460, 70, colour)
        d.text(x, 282, first, colour, 17)
        d.text(x, 310, second, INK, 17)
    return d


def cost(w):
    s = statistics()
    by = s["cycles_by"]
    d = Drawing(1000, 300)
    colours = {"guest": GUEST_COLOUR, "walk": HARDWARE, "switch": "#b98ac6", "monitor": MONITOR, "device": "#d4a03a",
               "idle": FAINT}
    d.text(20, 34, w["cost"].format(n=f'{s["instructions"]:,}', c=f'{s["cycles"]:,}'), bold=True, anchor="start")
    x, total = 20.0, sum(by.values())
    for name, colour in colours.items():
        width = 960 * by.get(name, 0) / total
        d.bar(x, 54, width, 56, colour)
        x += width
    for i, (name, colour) in enumerate(colours.items()):
        left, y = 20 + (i % 2) * 480, 150 + (i // 2) * 42
        d.bar(left, y - 18, 22, 22, colour)
        d.text(left + 34, y, f'{w["accounts"][name]}: {by.get(name, 0):,} ({100 * by.get(name, 0) / total:.1f} %)', size=19,
               anchor="start")
    d.text(20, 284, w["exits"].format(n=f'{sum(s["exits"].values()):,}'), size=19, anchor="start")
    return d


def main():
    language, folder = sys.argv[1:3]
    os.makedirs(folder, exist_ok=True)
    for name, draw in (("classes", classes), ("rings", rings), ("steps", steps), ("fault", fault), ("cost", cost)):
        with open(os.path.join(folder, name + ".svg"), "w", encoding="utf-8") as f:
            f.write(draw(WORDS[language]).svg())


main()

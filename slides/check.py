#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Looks at the slides that `make slides slides-pdf` made: nothing is missing, no glyph, and nothing runs over an edge."""
import glob
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FAMILIES = ("DejaVu Sans", "Noto Sans CJK SC", "Noto Sans Mono CJK SC")
DPI, EDGE = 50, 8  # pixels at each edge of a page in which there may be nothing
wrong = []


def run(*words):
    return subprocess.run(words, capture_output=True, check=True).stdout


def glyphs(name, text):
    """Characters that none of the fonts of slides/print.css has."""
    for c in sorted(set(text)):
        if ord(c) < 0x80:
            continue
        families = run("fc-list", f":charset={ord(c):x}", "family").decode()
        if not any(f in families for f in FAMILIES):
            wrong.append(f"{name}: no font has U+{ord(c):04X} {c}")


def edges(name, folder, pdf):
    """Each page as gray pixels (PGM): its edges are blank."""
    run("pdftoppm", "-r", str(DPI), "-gray", pdf, os.path.join(folder, "p"))
    for page in sorted(glob.glob(os.path.join(folder, "p*.pgm"))):
        data = open(page, "rb").read()
        head = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", data)
        width, height = int(head[1]), int(head[2])
        rows = [data[head.end() + y * width:head.end() + (y + 1) * width] for y in range(height)]
        ink = [y for y, row in enumerate(rows) if min(row) < 200]
        sides = any(min(row[:EDGE]) < 200 or min(row[-EDGE:]) < 200 for row in rows)
        if not ink:
            wrong.append(f"{name}: page {page[-6:-4]} is empty")
        elif ink[0] < EDGE or ink[-1] >= height - EDGE or sides:
            wrong.append(f"{name}: something on page {page[-6:-4]} runs over an edge")
        os.remove(page)


def check(source):
    name = os.path.basename(source)[:-3]
    text = open(source, encoding="utf-8").read()
    pdf = os.path.join(ROOT, "build", "slides", name + ".pdf")
    html = open(os.path.join(ROOT, "build", "slides", name + ".html"), encoding="utf-8").read()
    pages = int(re.search(r"Pages:\s+(\d+)", run("pdfinfo", pdf).decode())[1])
    slides = len(re.findall(r"^## ", text, re.M)) + 1
    if pages != slides:
        wrong.append(f"{name}: {slides} slides on {pages} pages: one of them does not fit")
    if re.search(r"""(src|href)=["']?(https?:)?//""", html):
        wrong.append(f"{name}.html: it loads something from elsewhere")
    if html.count("<img") != len(re.findall(r"^!\[", text, re.M)) or 'role="note"' not in html:
        wrong.append(f"{name}.html: drawings or speaker notes are missing")
    for svg in glob.glob(os.path.join(ROOT, "build", "slides", name.rsplit(".", 1)[1], "*.svg")):
        text += open(svg, encoding="utf-8").read()
    glyphs(name, text)
    with tempfile.TemporaryDirectory() as folder:
        edges(name, folder, pdf)
    return pages


pages = sum(check(source) for source in sorted(glob.glob(os.path.join(ROOT, "slides", "*.md"))))
for line in wrong:
    print("wrong:", line)
print(f"slides: {pages} pages, {len(wrong)} findings")
sys.exit(1 if wrong or not pages else 0)

#!/bin/sh
# SPDX-License-Identifier: MIT
# `ringside holes` from outside: from any folder, in two languages and 80 columns, and as JSON.
set -u

# shellcheck source=tests/support/wrong.sh
. "$(dirname "$0")/support/wrong.sh"

cd "$tmp" || exit 1

# fits: no line of standard output takes more than 80 columns; a character beyond Latin and punctuation takes two.
fits()
{
    command -v python3 >/dev/null 2>&1 || return 0
    python3 -c '
import sys, unicodedata
for line in open("out", encoding="utf-8"):
    width = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line.rstrip("\n"))
    if width > 80: sys.exit(line)' || fail "wider than 80 columns: $*"
}

for lang in en zh; do
    for word in '' popf 'call far' lss smsw; do
        "$RINGSIDE" holes --lang $lang ${word:+"$word"} >out 2>err || fail "holes $word: $(cat err)"
        fits "holes $word in $lang"
    done
done
[ "$("$RINGSIDE" holes | grep -cE '^( *[0-9]+| \+) ')" -eq 24 ] || fail 'not 18 + 6 lines'
"$RINGSIDE" holes | grep -q '18 mnemonics although its headline says 17\|mnemonics although' || fail 'no rule of counting'
"$RINGSIDE" holes POPF | grep -q 'popfd' || fail 'no code'
for word in pushfd iretd call 'ret far' JMP; do
    "$RINGSIDE" holes "$word" >out 2>err && grep -qi "^${word%d}" out || fail "holes $word: $(cat err)"
done
"$RINGSIDE" holes '' >out 2>err && fail 'nothing is no hole'
"$RINGSIDE" holes nop >out 2>err && fail 'nop is no hole'
[ "$(wc -l <err)" -eq 1 ] || fail "not one line: $(cat err)"

"$RINGSIDE" holes --json >out || fail 'holes --json'
command -v python3 >/dev/null 2>&1 || exit $((failures > 0))
python3 - <<'EOF' || fail 'the JSON'
import json
rows = json.load(open("out"))
assert all(set(r) == {"mnemonic", "mode", "cpu", "saw", "expected", "ok"} for r in rows)
assert all(r["ok"] == (r["saw"] == r["expected"]) for r in rows)
assert len({r["mnemonic"] for r in rows}) == 24
assert {("native", "x86"), ("trap", "x86"), ("trap", "virtualizable")} <= {(r["mode"], r["cpu"]) for r in rows}
native = {r["mnemonic"]: r["saw"] for r in rows if r["mode"] == "native"}
assert all(r["expected"] == native[r["mnemonic"]] for r in rows)
bad = {(r["mode"], r["cpu"]) for r in rows if not r["ok"]}
assert bad == {("trap", "x86")}, bad
EOF
exit $((failures > 0))

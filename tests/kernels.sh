#!/bin/sh
# SPDX-License-Identifier: MIT
# Kernels that nobody here wrote, on the unmodified CPU: under vtx, with nested tables and with shadow tables, and with the
# technique changing while they run, the console and the state are to the last bit what they are natively.
# tests/kernels_test.c and tests/invaders_test.c look at what they show. RINGSIDE_LONG=1 lets them go on for longer.
set -u

# shellcheck source=tests/support/wrong.sh
. "$(dirname "$0")/support/wrong.sh"
[ "${RINGSIDE_LONG:-}" = 1 ] && long=1 || long=

field() { sed -n "s/^[[:space:]]*\"$1\":[[:space:]]*\(.*\)/\1/p" "$tmp/out" | head -n 1; }
said() { for name in outcome console state_digest; do field $name; done; }

# kernel NAME TICKS TICKS-OF-THE-LONG-FORM ARGUMENT...
tried=0
kernel()
{
    name=$1
    ticks=${long:+$3}
    ticks=${ticks:-$2}
    shift 3
    tests/support/fetch-guest "$name" || { echo "$name cannot be had: $(cat "build/thirdparty/$name.why-not")"; return; }
    natively=
    for way in '--mode native' '--mode vtx --mmu nested' '--mode vtx --mmu shadow' "$changing" "$changing --mmu shadow"; do
        # shellcheck disable=SC2086
        timeout 300 "$RINGSIDE" run "build/thirdparty/$name" --clock insns --limit "$ticks" --stats=json "$@" $way \
            >"$tmp/out" 2>"$tmp/err" </dev/null
        [ -n "$(field state_digest)" ] || fail "$name $way: $(cat "$tmp/err")"
        [ -n "$natively" ] || natively=$(said)
        [ "$(said)" = "$natively" ] || fail "$name $way: $(said) and natively $natively"
        case $way in
        *swap*) [ "$(field swaps | tr -d ,)" -gt 100 ] || fail "$name $way: only $(field swaps) changes" ;;
        esac
        tried=$((tried + 1))
    done
}

changing='--mode native --swap-every 10007 --swap-through native,emulate,vtx'
printf '%s\n' '1200000 left' '1500000 spc' '1800000 right' '20000000 p' >"$tmp/keys"
kernel gnumach 20M 100M --append console=com0
kernel memtest 2M 20M
kernel invaders 2M 27M --keys "$tmp/keys"

[ $tried -gt 0 ] || exit 77
[ $failures -eq 0 ] && echo "judge: kernels from Debian under vtx and with the technique changing: $tried runs"

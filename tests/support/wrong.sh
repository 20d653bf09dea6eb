# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What shell tests begin with: a folder of their own, and a count of what was wrong. They end with [ "$failures" -eq 0 ].
# shellcheck disable=SC2034
tmp=${TEST_TMP:?}
failures=0

fail()
{
    failures=$((failures + 1))
    echo "wrong: $*"
}

#!/bin/bash
# SPDX-License-Identifier: MIT
# Checks every regtests/config/**/*.cfg with -c and compares what is printed (both streams) and the
# exit code with the *.expected beside it. Usage: regtests/run-config.sh [hawser]; with UPDATE=1 the
# *.expected files are written anew, to be read in the diff.
set -u
hawser=$(realpath "${1:-build/hawser}") || exit 1
cd "$(dirname "$0")/config" || exit 1
failed=0 count=0
while IFS= read -r cfg; do
  expected=${cfg%.cfg}.expected
  got=$(env -i PATH="$PATH" timeout 10 "$hawser" -c -f "$cfg" 2>&1; echo "exit $?")
  if [ "${UPDATE:-0}" = 1 ]; then
    printf '%s\n' "$got" > "$expected"
  elif ! diff -u --label "$expected" --label "now" "$expected" <(printf '%s\n' "$got"); then
    failed=$((failed + 1))
  fi
  count=$((count + 1))
done < <(find . -name '*.cfg' -printf '%P\n' | LC_ALL=C sort)
echo "configurations: $((count - failed)) passed, $failed failed"
[ "$count" -gt 0 ] && [ "$failed" = 0 ]

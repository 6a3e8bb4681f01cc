#!/bin/bash
# SPDX-License-Identifier: MIT
# Converts every regtests/convert/*.conf and compares what is printed with the *.cfg (standard output) and
# *.messages (standard error, exit code) beside it. All but wrong*.conf must convert, and what comes out must pass
# -c. Usage: regtests/run-convert.sh [hawser]; with UPDATE=1 the files are written anew, to be read in
# the diff.
set -u
hawser=$(realpath "${1:-build/hawser}") || exit 1
cd "$(dirname "$0")/convert" || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0 count=0

# compare EXPECTED GOT: whether they are equal; updates where that is asked for.
compare() {
  if [ "${UPDATE:-0}" = 1 ]; then cp "$2" "$1"; fi
  diff -u --label "$1" --label "now" "$1" "$2"
}

for conf in *.conf; do
  name=${conf%.conf}
  good=1
  env -i PATH="$PATH" timeout 10 "$hawser" convert -i node1 "$conf" > "$work/cfg" 2> "$work/messages"
  code=$?
  echo "exit $code" >> "$work/messages"
  compare "$name.messages" "$work/messages" || good=0
  if [ "$code" = 0 ]; then
    compare "$name.cfg" "$work/cfg" || good=0
    if ! env -i PATH="$PATH" timeout 10 "$hawser" -c -f "$work/cfg" > "$work/check" 2>&1; then
      echo "$conf: what it was converted to is refused:"
      cat "$work/check"
      good=0
    fi
  elif [ -s "$work/cfg" ]; then
    echo "$conf: a file with errors was converted"
    good=0
  fi
  # Only these are meant to be refused.
  case $name in wrong*) expected=1 ;; *) expected=0 ;; esac
  [ "$code" = "$expected" ] || { echo "$conf: exit $code"; good=0; }
  [ "$good" = 1 ] || failed=$((failed + 1))
  count=$((count + 1))
done
echo "conversions: $((count - failed)) passed, $failed failed"
[ "$count" -gt 0 ] && [ "$failed" = 0 ]

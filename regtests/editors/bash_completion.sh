#!/bin/bash
# SPDX-License-Identifier: MIT
# Completion in bash offers what the program itself lists.
set -eu
hawser() { "$HAWSER" "$@"; }
# shellcheck source=/dev/null
. "$REGTESTS/../contrib/editors/hawser.bash"
status=0

# completes "WORDS" EXPECTED...: what a tabulator behind the words offers.
completes() {
  read -ra COMP_WORDS <<< "$1x"
  local last=$((${#COMP_WORDS[@]} - 1)) line=$1
  COMP_WORDS[last]=${COMP_WORDS[last]%x}
  COMP_CWORD=$last
  shift
  _hawser
  if [ "${COMPREPLY[*]}" = "$*" ]; then
    echo "ok: '$line' $*"
  else
    echo "FAILED: '$line' offers '${COMPREPLY[*]}', not '$*'"
    status=1
  fi
}

touch one.cfg two.cfg
completes "hawser --r" --release-vips
completes "hawser con" convert
completes "hawser -f one.cfg con"
completes "hawser -f o" one.cfg
completes "hawser --list ba" balance
completes "hawser ask /run/x.sock show v" version vrrp
completes "hawser ask /run/x.sock show vrrp " events lan
completes "hawser ask /run/x.sock clear " counters
mapfile -t options < <("$HAWSER" -h | sed -n 's/^  \(-[A-Za-z-]*\).*/\1/p')
completes "hawser -c -" "${options[@]}"
[ "${#options[@]}" -gt 30 ] || status=1
exit $status

#!/bin/bash
# SPDX-License-Identifier: MIT
# `make install` puts everything where it is told, with the paths in it, and `make uninstall` takes it away again.
set -eu
root=$PWD/root prefix=/opt/hawser
mkdir build && cp "$HAWSER" build/hawser

run_make() { make -s -C "$REGTESTS/.." -o all "$1" BUILD="$PWD/build" DESTDIR="$root" PREFIX=$prefix SYSCONFDIR=$prefix/etc; }

(umask 077 && run_make install)
[ -z "$(find "$root"/* ! -perm -444)" ] || { echo "not everybody can read what was installed"; exit 1; }
files="$root/lib/systemd/system/hawser.service $root$prefix/etc $root$prefix/share/man"
# shellcheck disable=SC2086
if grep -rnE '@[A-Z]+@|/usr/local|[^.]/etc/hawser' $files | grep -v "$prefix/etc/hawser"; then
  echo "these paths are not the ones that were asked for"
  exit 1
fi
grep -q "^ExecStart=$prefix/sbin/hawser" "$root/lib/systemd/system/hawser.service"
"$root$prefix/sbin/hawser" -c -f "$root$prefix/etc/hawser/hawser.cfg"

echo "# mine" >> "$root$prefix/etc/hawser/hawser.cfg"
run_make install
grep -q '^# mine' "$root$prefix/etc/hawser/hawser.cfg" || { echo "the administrator's file was replaced"; exit 1; }
run_make uninstall
left=$(cd "$root" && find . -type f)
[ "$left" = ".$prefix/etc/hawser/hawser.cfg" ] || { echo "left behind: $left"; exit 1; }

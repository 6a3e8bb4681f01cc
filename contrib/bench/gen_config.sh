#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints a configuration of BACKENDS backends (default 10000) with SERVERS servers each (default 10),
# to measure how fast it is read:
#   contrib/bench/gen_config.sh > /tmp/large.cfg
#   /usr/bin/time -v build/hawser -c -f /tmp/large.cfg
#   /usr/bin/time -v haproxy -c -f /tmp/large.cfg
exec awk -v backends="${1:-10000}" -v servers="${2:-10}" 'BEGIN {
  print "defaults"
  print "    mode http\n    timeout connect 5s\n    timeout client 30s\n    timeout server 30s"
  print "frontend web\n    bind 127.0.0.1:21080\n    default_backend b1"
  for (b = 1; b <= backends; b++) {
    printf "backend b%d\n    balance roundrobin\n    option httpchk GET /health\n", b
    for (s = 1; s <= servers; s++)
      printf "    server s%d 127.0.0.1:8001 check inter 2s fall 3 rise 2 weight %d\n", s, s
  }
}'

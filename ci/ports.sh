#!/usr/bin/env bash
# Fails early, in one line, when a port is taken: ci/ports.sh PORT...
set -euo pipefail

# The program that listens on port $1, from /proc alone: a bare machine has neither ss nor lsof.
holder() {
  local inode fd pid
  inode=$(awk -v port="$(printf ':%04X' "$1")" '$2 ~ port "$" && $4 == "0A" { print $10; exit }' /proc/net/tcp /proc/net/tcp6)
  [ -n "$inode" ] || return 0
  for fd in /proc/[0-9]*/fd/*; do
    if [ "$(readlink "$fd" 2>/dev/null)" = "socket:[$inode]" ]; then
      pid=${fd#/proc/}
      pid=${pid%%/*}
      echo "$(cat "/proc/$pid/comm") (pid $pid)"
      return
    fi
  done
}

for port in "$@"; do
  # localhost has two addresses
  for address in 127.0.0.1 ::1; do
    if (exec 3<>"/dev/tcp/$address/$port") 2>/dev/null; then
      who=$(holder "$port" || true)
      echo "port $port is taken by ${who:-another program}; stop it, or choose another: make up PORT=… HUB_PORT=… VAR=…" >&2
      exit 1
    fi
  done
done

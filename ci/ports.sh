#!/usr/bin/env bash
# Fails early, in one line, when a port is taken: ci/ports.sh PORT...
set -euo pipefail
for port in "$@"; do
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    holder=$(ss -ltnpH "sport = :$port" 2>/dev/null | grep -oE '"[^"]+",pid=[0-9]+' | head -1 | tr -d '"' | sed 's/,pid=/ (pid /; s/$/)/' || true)
    echo "port $port is taken by ${holder:-another program}; stop it, or choose another: make up PORT=… HUB_PORT=… VAR=…" >&2
    exit 1
  fi
done

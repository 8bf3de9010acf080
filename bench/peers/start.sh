#!/bin/sh
# Serves the comparison's workloads as one replica, as bundled: PORT and BACKEND (http://host:port) from the environment.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
export backend=${BACKEND:-http://127.0.0.1:21000}
exec "$here/../../bin/gantry" replica "$here" \
  --host 127.0.0.1 --port "${PORT:-21010}" --health-port 0 --log-level WARN

#!/usr/bin/env bash
# `npm run test:interop`: folders that the lab writes, read by the real Python tools. Closes with "N passed, N failed".
set -u
cd "$(dirname "$0")/../.."
if ! bash scripts/python-env.sh; then
  echo "0 passed, 1 failed"
  exit 1
fi
export PYTHONDONTWRITEBYTECODE=1
exec .venv/bin/python test/interop/run.py

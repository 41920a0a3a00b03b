#!/usr/bin/env bash
# The project's own Python environments: .venv, with what requirements.txt and published-files.txt of test/interop pin, and
# .venv4, with the older transformers that many still run. Made once; made again only when the pins change. Silent when there
# is nothing to do. PYTHON names another interpreter than python3 (3.10 or newer).
set -euo pipefail
cd "$(dirname "$0")/.."

# environment FOLDER REQUIREMENTS [REQUIREMENTS WITHOUT DEPENDENCIES]
environment() {
  local folder=$1 stamp=$1/installed-requirements.txt
  shift
  if [ -x "$folder/bin/python" ] && cat "$@" | cmp -s - "$stamp"; then return; fi
  echo "Making $folder from $1 (once; some minutes)" >&2
  if ! "${PYTHON:-python3}" -m venv --clear "$folder"; then
    echo "No virtual environment could be made. On Debian or Ubuntu: apt install python3-venv" >&2
    exit 1
  fi
  install "$folder" -r "$1"
  if [ $# -gt 1 ]; then install "$folder" --no-deps -r "$2"; fi
  cat "$@" >"$stamp"
}

install() {
  local folder=$1
  shift
  "$folder/bin/pip" install --quiet --disable-pip-version-check --no-input "$@" 2>"$folder/pip-errors.txt" || {
    cat "$folder/pip-errors.txt" >&2
    exit 1
  }
}

environment .venv test/interop/requirements.txt test/interop/published-files.txt
environment .venv4 test/interop/requirements-transformers4.txt

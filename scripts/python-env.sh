#!/usr/bin/env bash
# The project's own Python environment, .venv, with what requirements.txt and published-files.txt of test/interop pin. Made once;
# made again only when the pins change. Silent when there is nothing to do. PYTHON names another interpreter than python3
# (3.10 or newer).
set -euo pipefail
cd "$(dirname "$0")/.."

requirements=test/interop/requirements.txt
published=test/interop/published-files.txt
stamp=.venv/installed-requirements.txt
if [ -x .venv/bin/python ] && cat "$requirements" "$published" | cmp -s - "$stamp"; then exit 0; fi

echo "Making .venv from $requirements (once; some minutes)" >&2
if ! "${PYTHON:-python3}" -m venv --clear .venv; then
  echo "No virtual environment could be made. On Debian or Ubuntu: apt install python3-venv" >&2
  exit 1
fi
install() {
  .venv/bin/pip install --quiet --disable-pip-version-check --no-input "$@" 2>.venv/pip-errors.txt || {
    cat .venv/pip-errors.txt >&2
    exit 1
  }
}
install -r "$requirements"
install --no-deps -r "$published"
cat "$requirements" "$published" >"$stamp"

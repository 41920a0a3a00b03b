#!/usr/bin/env bash
# The project's own Python environments: .venv, with what requirements.txt and published-files.txt of test/interop pin; .venv4,
# with the older transformers that many still run; and .venv-llama-factory, with what a folder of `export --to scale` asks for,
# which goes into no environment with the first. Made once; made again only when the pins change. Silent when there is nothing to
# do. PYTHON names another interpreter than python3 (3.11 or newer).
set -euo pipefail
cd "$(dirname "$0")/.."

# fresh FOLDER FILE...: an empty environment, where there is none that was installed from these files; fails where there is.
fresh() {
  local folder=$1
  shift
  if [ -x "$folder/bin/python" ] && cat "$@" | cmp -s - "$folder/installed-requirements.txt"; then return 1; fi
  echo "Making $folder from $1 (once; some minutes)" >&2
  if ! "${PYTHON:-python3}" -m venv --clear "$folder"; then
    echo "No virtual environment could be made. On Debian or Ubuntu: apt install python3-venv" >&2
    exit 1
  fi
}

pip() {
  local folder=$1
  shift
  "$folder/bin/pip" --quiet --disable-pip-version-check --no-input "$@" 2>"$folder/pip-errors.txt" || {
    cat "$folder/pip-errors.txt" >&2
    exit 1
  }
}

# done_with FOLDER FILE...
done_with() {
  local folder=$1
  shift
  cat "$@" >"$folder/installed-requirements.txt"
}

asked=test/interop/requirements.txt
published=test/interop/published-files.txt
if fresh .venv $asked $published; then
  pip .venv install -r $asked
  pip .venv install --no-deps -r $published
  done_with .venv $asked $published
fi

asked=test/interop/requirements-transformers4.txt
if fresh .venv4 $asked; then
  pip .venv4 install -r $asked
  done_with .venv4 $asked
fi

# The constraints spare pip a search of minutes.
llama_factory() {
  local asked=src/lab/export/scale/requirements-llama-factory.txt
  local constraints=test/interop/constraints-llama-factory.txt
  fresh .venv-llama-factory $asked $constraints || return 0
  pip .venv-llama-factory install -r $asked -c $constraints
  # Of pictures and sounds, and built for CUDA: beside a PyTorch that is not they cannot be imported.
  pip .venv-llama-factory uninstall --yes torchaudio torchvision
  done_with .venv-llama-factory $asked $constraints
}
(llama_factory) || echo "LLaMA-Factory could not be installed; the tests that run it are skipped" >&2

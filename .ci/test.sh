#!/usr/bin/env bash
# npm test: sees to the programs that tests need, then checks types and runs all tests.
# As root, what is missing is installed. Otherwise it is named, and only the tests that need it are skipped;
# with CI=true a missing program is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."

missing_programs=()
missing_packages=()
while read -r program package _; do
  if ! command -v "$program" >/dev/null; then
    missing_programs+=("$(basename "$program")")
    missing_packages+=("$package")
  fi
done < <(grep -v '^#' .ci/programs)

if ((${#missing_packages[@]} > 0)) && [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
  echo "Installing what the tests need: ${missing_packages[*]}"
  # A failure here is not the end: what is still missing is told below.
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing_packages[@]}"; } >/dev/null || true
  still_missing=()
  while read -r program _; do
    command -v "$program" >/dev/null || still_missing+=("$(basename "$program")")
  done < <(grep -v '^#' .ci/programs)
  missing_programs=("${still_missing[@]}")
fi

if ((${#missing_programs[@]} > 0)); then
  echo "Missing: ${missing_programs[*]}. To have them: sudo apt-get install ${missing_packages[*]}" >&2
  if [[ "${CI:-}" == true ]]; then
    echo "In CI every test must run, so this is a failure." >&2
    exit 1
  fi
  echo "Only the tests that need them are skipped." >&2
  SALLYPORT_TEST_WITHOUT=$(IFS=,; echo "${missing_programs[*]}${SALLYPORT_TEST_WITHOUT:+,$SALLYPORT_TEST_WITHOUT}")
  export SALLYPORT_TEST_WITHOUT
fi

npm run --silent check
npx --no-install vitest run "$@"
echo "All tests passed${SALLYPORT_TEST_WITHOUT:+, without those that need ${SALLYPORT_TEST_WITHOUT}}."

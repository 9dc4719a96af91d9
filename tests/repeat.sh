#!/bin/bash
# repeat.sh N LOAD RESULTS: runs the unit tests and the conformance suite on the simulated host N times, beside LOAD
# processes that do nothing but keep the processors busy, and lists each test that was not green every time.
# The programs are those that test.sh has built. RESULTS keeps what the runs that were not green printed.
# Exit status 1 when the list is not empty.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

runs=$1 load=$2 results=$3
unset RINGTHREE_CONFORMANCE
mkdir -p "$results"
: >"$results/repeat.txt"

busy=()
trap '[ ${#busy[@]} = 0 ] || kill "${busy[@]}"' EXIT
for ((i = 0; i < load; i++)); do
  while :; do :; done &
  busy+=($!)
done

run() { # NUMBER PROJECT ARGUMENTS...
  local number=$1 name=$2 log status=0 found
  shift 2
  log=$results/repeat-$number-$name.log
  # Twenty minutes and a share for each process beside it: for a hang, nothing else.
  timeout --foreground -k 10 $((1200 + 1200 * load)) dotnet "tests/$name/bin/Release/net10.0/$name.dll" "$@" \
    -noColor -noLogo -reporter verbose >"$log" 2>&1 || status=$?
  found=$(sed -nE 's/^ +(.*) \[(FAIL|SKIP)\].*/\1: \2/p' "$log")
  if [ -z "$found" ] && [ "$status" = 0 ]; then
    rm "$log"
    return
  fi
  echo "${found:-$name: ended with $status; last: $(grep -F '[STARTING]' "$log" | tail -n 1 | sed 's/^ *//')}" | tee -a "$results/repeat.txt"
}

for ((n = 1; n <= runs; n++)); do
  echo "run $n of $runs, beside $load busy processes, order: RINGTHREE_SEED=$n"
  run "$n" RingThree.Tests ":$n"
  run "$n" RingThree.Conformance ":$n" -trait- Host=guest -trait- Host=no-iommu -trait- Host=no-intremap -trait- Host=many
done

echo
if ! [ -s "$results/repeat.txt" ]; then
  echo "$runs runs beside $load busy processes: every test was green every time"
  exit 0
fi
echo "$runs runs beside $load busy processes; not green every time:"
sort "$results/repeat.txt" | uniq -c | sort -rn
exit 1

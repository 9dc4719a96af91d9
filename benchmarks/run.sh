#!/bin/bash
# benchmarks/run.sh [--quick] [--tsv]: what RingThree costs against C, on this machine and in a QEMU guest; one table.
#   --quick  fewer iterations in each round; under two minutes once the guest has been made
#   --tsv    only lines of name, value, bar and ok|short, separated by tabs
# Figures, not tests: the exit status is 0 unless something did not run. What the rows mean: benchmarks/README.md.
# RINGTHREE_BENCH_PAIRS=1 shows each pair of rounds (C, C#, ratio) on stderr.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

pairs=15 scale=1 form=table
for argument; do
  case $argument in
    --quick) scale=10 ;;
    --tsv) form=tsv ;;
    *) sed -n '2,4p' "${BASH_SOURCE[0]}" | sed 's/^# //' >&2; exit 64 ;;
  esac
done

# No build process may outlive this script: it would keep a caller's pipe open.
export MSBUILDDISABLENODEREUSE=1 DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

out=$PWD/artifacts/benchmarks
program=RingThree.Benchmarks
rm -f "$out"/*.rows
mkdir -p "$out"

say() { echo "== $*" >&2; }
limited() { timeout --foreground -k 10 "$@"; }

# The runtime's defaults, but for one: on a single CPU it waits ten times as long before it compiles for good.
# That is when, not what, and makes the warm-up bearable.
runtime='DOTNET_TC_DelaySingleProcMultiplier=1'

# One CPU for every thread of both sides. SCHED_BATCH: a thread that is woken does not push the other one aside, so
# that both sides switch threads at the same places; else it is luck, and the luck is worth more than what is measured.
held='chrt -b 0 taskset -c 0'

build() {
  local name
  say "building the C programs"
  for name in registers fields blocks road message start; do
    gcc -std=gnu11 -O2 -Wall -Wextra -Werror -pthread -static -o "$out/$name" "benchmarks/c/$name.c"
  done
  say "building the C# programs"
  publish "benchmarks/$program" app
  compile src/RingThree.Cli cli
}

# A restore for one runtime is another restore: folders and lock file of its own, as in test.sh.
publish() { # PROJECT FOLDER
  limited 600 dotnet publish "$1" -c Release -r linux-x64 --no-self-contained -p:PublishReadyToRun=true \
    --artifacts-path "$out/build" -p:NuGetLockFilePath=obj/benchmarks.lock.json -o "$out/$2" --nologo -v q >&2
}

# The tool as its package for this system has it: compiled ahead of time, for good.
compile() { # PROJECT FOLDER
  limited 900 dotnet publish "$1" -c Release -r linux-x64 -p:CompiledFor=linux-x64 \
    --artifacts-path "$out/build" -p:NuGetLockFilePath=obj/compiled.lock.json -o "$out/$2" --nologo -v q >&2
}

# skipped NAME FIGURE REASON
skipped() { printf '%s\t%s\t\t\t\t\t\tskipped: %s\n' "$@"; }

# Both as a shell starts them: nothing is held to one CPU.
start() {
  if ! command -v lspci >/dev/null; then
    skipped cli_list_start_ratio "ring3 list against lspci, from start to end" "there is no lspci; it is in the package pciutils" >"$out/start.rows"
    return 0
  fi
  limited 300 dotnet "$out/app/$program.dll" start "$out" $pairs $scale >"$out/start.rows"
}

guest() {
  local status=0
  limited 900 tests/guest/prepare.sh >"$out/prepare.log" 2>&1 || status=$?
  if [ "$status" = 77 ]; then
    skipped guest_msi_inline_ratio "guest: MSI to handler (inline) and back" \
      "$(sed -n 's/^guest: //p' "$out/prepare.log" | tail -n 1)" >"$out/guest.rows"
    return 0
  fi
  # The guest has one CPU; QEMU itself is free to use all of this machine's.
  # shellcheck disable=SC2016 # $1 and $2 are the guest's shell's.
  tests/guest/boot.sh --topology main --silence 300 --share "$out" -- \
    env $runtime $held sh -c 'dotnet app/RingThree.Benchmarks.dll guest /out "$1" "$2" >/out/guest.rows' sh $pairs $scale >&2
}

tsv() {
  awk -F '\t' '
    $8 ~ /^skipped/ { print $1 ": " $8 | "cat >&2"; next }
    { print $1 "\t" $5 "\t" $6 "\t" $8 }' "$@"
}

table() {
  awk -F '\t' -v OFS='\t' '
    BEGIN { print "figure", "C", "C#", "ratio/difference", "bar", "" }
    $8 ~ /^skipped/ { print $2, $8, "", "", "", ""; next }
    { unit = $7 == "" ? "" : " " $7; print $2, $3, $4, $5 unit, $6 unit, $8 }' "$@" |
    awk -F '\t' '
      { for (i = 1; i <= NF; i++) { cell[NR, i] = $i; if (length($i) > width[i] && cell[NR, 2] !~ /^skipped/) width[i] = length($i) } }
      END {
        for (row = 1; row <= NR; row++) {
          line = sprintf("%-" width[1] "s", cell[row, 1])
          if (cell[row, 2] ~ /^skipped/) { print line "  " cell[row, 2]; continue }
          for (i = 2; i <= 5; i++) line = line sprintf("  %" width[i] "s", cell[row, i])
          sub(/ +$/, "", line)
          print line (cell[row, 6] == "" ? "" : "  " cell[row, 6])
        }
      }'
}

failed=0
build
say "on this machine"
# shellcheck disable=SC2086 # Lists of words.
limited 900 env $runtime $held dotnet "$out/app/$program.dll" host "$out" $pairs $scale >"$out/host.rows" || failed=$?
say "on the simulated host"
# No C here, and two threads in one row: nothing is held to one CPU.
limited 600 dotnet "$out/app/$program.dll" sim "$out" $pairs $scale >"$out/sim.rows" || failed=$?
say "start-up"
start || failed=$?
say "in the guest"
guest || failed=$?
touch "$out/host.rows" "$out/sim.rows" "$out/start.rows" "$out/guest.rows"
$form "$out/host.rows" "$out/sim.rows" "$out/start.rows" "$out/guest.rows"
if [ "$failed" != 0 ]; then
  echo "benchmarks/run.sh: not everything ran: status $failed" >&2
  exit 1
fi

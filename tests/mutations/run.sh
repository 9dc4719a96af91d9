#!/bin/bash
# tests/mutations/run.sh [NAME...]: puts one defect at a time into a copy of the sources and runs the unit tests and the
# conformance suite on the simulated host. Each must turn red, by a failure or by a hang that the time limit ends.
# Prints one line per defect with the test that found it first. Exit status 1 when one was not found.
#
# A file in list/ is one defect: its first line names the source file; then '<<<<', the lines to replace (found exactly
# once there), '====', what they become, and '>>>>'.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
export MSBUILDDISABLENODEREUSE=1 DOTNET_NOLOGO=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The copy keeps its bin and obj folders from one defect to the next, so that only what changed is built again.
(cd "$root" && git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$work")

names=("$@")
if [ $# = 0 ]; then for file in "$here"/list/*; do names+=("$(basename "$file")"); done; fi
missed=0

# suite RESULT-FOLDER: builds and runs; prints what failed first, or nothing.
suite() {
  local out=$1 project filter
  mkdir -p "$out"
  for project in RingThree.Tests RingThree.Conformance; do
    if ! dotnet build "$work/tests/$project" -c Release --nologo -v q >"$out/build.log" 2>&1; then
      grep -m 1 'error' "$out/build.log" | sed 's/^.*error /does not build: error /; s/ \[.*//'
      return
    fi
    filter=(-trait- Host=guest -trait- Host=no-iommu -trait- Host=no-intremap)
    if [ "$project" = RingThree.Tests ]; then filter=(-namespace- RingThree.Tests.Generators); fi
    local status=0
    timeout -k 5 180 dotnet "$work/tests/$project/bin/Release/net10.0/$project.dll" -noColor -noLogo -stopOnFail "${filter[@]}" \
      >"$out/$project.log" 2>&1 || status=$?
    if [ "$status" != 0 ]; then
      grep -m 1 -oE '[A-Za-z0-9_.]+(\(.*\))? \[FAIL\]' "$out/$project.log" | sed 's/ \[FAIL\]//; s/^RingThree\.//' ||
        if [ "$status" = 124 ] || [ "$status" = 137 ]; then echo "$project hangs"; else echo "$project ends with $status"; fi
      return
    fi
  done
}

base=$(suite "$work/results/none")
if [ -n "$base" ]; then
  echo "the suite is red without any defect: $base" >&2
  exit 1
fi

for name in "${names[@]}"; do
  text=$(<"$here/list/$name")
  target=$work/${text%%$'\n'*}
  old=${text#*$'<<<<\n'} old=${old%%$'\n===='*}
  new=${text#*$'====\n'} new=${new%$'>>>>'} new=${new%$'\n'}
  content=$(<"$target")
  if [ "$content" = "${content/"$old"/}" ] || [ "${content/"$old"/}" != "${content//"$old"/}" ]; then
    printf '%-36s STALE: its lines are not found exactly once\n' "$name"
    missed=1
    continue
  fi
  printf '%s\n' "${content/"$old"/"$new"}" >"$target"
  found=$(suite "$work/results/$name")
  printf '%s\n' "$content" >"$target"
  case $found in
    '') printf '%-36s NOT FOUND\n' "$name"; missed=1 ;;
    'does not build'*) printf '%-36s STALE: %s\n' "$name" "$found"; missed=1 ;;
    *) printf '%-36s %s\n' "$name" "$found" ;;
  esac
done
exit $missed

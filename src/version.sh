#!/bin/sh
# Prints the time, in seconds since 2025, of the last change of what is packed: of the last commit, or of a file that was changed
# since. Where there is no clone (a source archive), of the newest file.
cd "$(dirname "$0")/.." || exit
files='src samples/edu templates Directory.Build.props Directory.Packages.props'

newest() {
  while read -r file; do
    # What is gone has changed the folder it was in.
    stat -c %Y "$file" 2>/dev/null || stat -c %Y "$(dirname "$file")" 2>/dev/null
  done | sort -n | tail -n 1
}

# In a clone of this repository, not in another's that an archive was unpacked in.
if git ls-files --error-unmatch src/version.sh >/dev/null 2>&1; then
  # shellcheck disable=SC2086 # A list of words.
  time=$({ git diff --name-only HEAD -- $files; git ls-files --others --exclude-standard -- $files; } | newest)
  commit=$(git log -1 --format=%ct)
  [ "${time:-0}" -gt "$commit" ] || time=$commit
else
  # shellcheck disable=SC2086
  time=$(find $files \( -name bin -o -name obj \) -prune -o -type f -print | newest)
fi
echo $((time - 1735689600))

#!/bin/sh
# keeper.sh DIR: waits until its standard input ends, which happens at the latest when the process that started it is gone, however that
# came; then ends every process whose id is in a *.kept file under DIR and removes DIR. Signals to the terminal's process group do not stop it.
trap '' INT TERM HUP
dir=$1
cat >/dev/null
# A folder may lie in another keeper's folder, and both clean up at the same time: whatever is gone already is fine.
for file in $(find "$dir" -name '*.kept' 2>/dev/null); do
  pid=$(cat "$file" 2>/dev/null) || continue
  kill -9 "$pid" 2>/dev/null
  tries=0
  while kill -0 "$pid" 2>/dev/null && [ $tries -lt 100 ]; do
    tries=$((tries + 1))
    sleep 0.1
  done
done
tries=0
until rm -rf "$dir" 2>/dev/null || [ $tries -ge 20 ]; do
  tries=$((tries + 1))
  sleep 0.5
done

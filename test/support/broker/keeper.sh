#!/bin/sh
# keeper.sh DIR: waits until its standard input ends, which happens at the latest when the process that started it is gone, however that
# came; then ends every process whose id is in DIR/*.pid and removes DIR. Signals to the terminal's process group do not stop it.
trap '' INT TERM HUP
dir=$1
cat >/dev/null
for file in "$dir"/*.pid; do
  [ -e "$file" ] || continue
  pid=$(cat "$file")
  kill -9 "$pid" 2>/dev/null
  tries=0
  while kill -0 "$pid" 2>/dev/null && [ $tries -lt 100 ]; do
    tries=$((tries + 1))
    sleep 0.1
  done
done
rm -rf "$dir"

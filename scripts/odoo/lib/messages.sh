# shellcheck shell=bash
# What the user sees. Everything here goes to stderr; stdout belongs to results.

say() { printf '[odoo %4d s] %s\n' "$SECONDS" "$*" >&2; }

# lap TEXT - says what was finished and how long it took since the last lap.
lap() {
  say "$1 ($((SECONDS - ${lapped:-0})) s)"
  lapped=$SECONDS
}

fail() {
  printf 'odoo: %s\n' "$*" >&2
  exit 1
}

misuse() {
  printf 'odoo: %s (see: npm run odoo -- --help)\n' "$*" >&2
  exit 2
}

# EX_UNAVAILABLE of sysexits.h: not a fault of this project. A caller may skip what needs a real Odoo.
unavailable() {
  printf 'odoo: %s\n' "$*" >&2
  printf 'odoo: with Docker there is another way to a real Odoo: docker compose up (see docker-compose.yml)\n' >&2
  exit 69
}

# with_progress LABEL LOG COMMAND... - runs COMMAND with its output in LOG and a sign of life every 15 s.
with_progress() {
  local label=$1 log=$2 begun=$SECONDS status=0 ticker
  shift 2
  # The ticker holds neither stdout nor the lock, and ends by itself should this shell be killed.
  (while sleep 15 2> /dev/null && kill -0 $$ 2> /dev/null; do say "still $label, $((SECONDS - begun)) s"; done) > /dev/null 9>&- &
  ticker=$!
  "$@" > "$log" 2>&1 || status=$?
  kill "$ticker" 2> /dev/null || true
  wait "$ticker" 2> /dev/null || true
  return "$status"
}

# show_log FILE - the end of a log, without the names of the hosts packages come from: a mirror may be private.
show_log() { tail -n 20 "$1" | without_hosts >&2; }

without_hosts() {
  sed -E -e 's#([a-z]+)://[^/ ]+#\1://<host>#g' \
    -e "s#(resolve|resolving|connect to|connection to|from) '?[A-Za-z0-9.-]+\.[A-Za-z0-9-]+(:[a-z0-9]+)?'?#\1 <host>#g" \
    -e 's#\[IP: [^]]*\]#[IP: <host>]#g' -e 's#\([0-9a-f.:]+\)#(<host>)#g'
}

# shellcheck shell=bash
# Processes that outlive this command, each known by a pid file in $STATE/run.

# start NAME COMMAND... - starts COMMAND inside the chroot as user odoo, in a session of its own.
start() {
  local name=$1
  shift
  (enter "$(odoo_ids)" setsid "${ODOO_ENV[@]}" "$@") > "$STATE/log/$name.log" 2>&1 < /dev/null 9>&- &
  echo $! > "$STATE/run/$name.pid"
  # Until it has entered the chroot, pid_of would not know it.
  while kill -0 $! 2> /dev/null && ! pid_of "$name" > /dev/null; do sleep .05; done
}

# pid_of NAME - its pid, if it runs. A pid that is now another process's does not count: ours lives in our chroot.
pid_of() {
  local pid
  pid=$(cat "$STATE/run/$1.pid" 2> /dev/null) && [ -n "$pid" ] || return 1
  [ "$(readlink "/proc/$pid/root" 2> /dev/null)" = "$ROOT" ] || return 1
  echo "$pid"
}

# stop NAME SIGNAL - asks it to end, and after 20 s ends it.
stop() {
  local pid
  if pid=$(pid_of "$1"); then
    kill "-$2" "$pid" 2> /dev/null || true
    for _ in $(seq 200); do
      pid_of "$1" > /dev/null || break
      sleep .1
    done
    kill -KILL "$pid" 2> /dev/null || true
    say "stopped $1"
  fi
  rm -f "$STATE/run/$1.pid"
}

# report_process LABEL NAME [NOTE] - one line for `status`; false when it does not run.
report_process() {
  local pid
  if pid=$(pid_of "$2"); then echo "  $1: running (pid $pid)${3:+, $3}"; else echo "  $1: stopped" && return 1; fi
}

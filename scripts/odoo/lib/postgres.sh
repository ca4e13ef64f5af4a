# shellcheck shell=bash
# PostgreSQL inside the chroot, on a unix socket there and nowhere else.

start_postgres() {
  mkdir -p "$ROOT/run/odoo-pg" "$ROOT/var/lib/odoo/data"
  chown "$(odoo_ids)" "$ROOT/run/odoo-pg" "$ROOT/var/lib/odoo/data"
  if pid_of postgres > /dev/null; then return; fi
  if [ ! -d "$ROOT/var/lib/odoo/pg" ]; then create_cluster; fi
  # A pid in there is one of before a crash or a reboot, perhaps another process's by now.
  rm -f "$ROOT/var/lib/odoo/pg/postmaster.pid"
  start postgres "$(pg_bin)/postgres" -D /var/lib/odoo/pg
  for _ in $(seq 120); do
    if sql -c 'select 1' postgres > /dev/null 2>&1; then lap 'PostgreSQL started' && return; fi
    pid_of postgres > /dev/null || break
    sleep .25
  done
  show_log "$STATE/log/postgres.log"
  fail 'PostgreSQL did not start'
}

stop_postgres() { stop postgres INT; } # SIGINT: roll back what runs and end

# sql ARGUMENT... - psql, first error ends it.
sql() { as_odoo "$(pg_bin)/psql" -qAtX -v ON_ERROR_STOP=1 "$@"; }

pg_bin() { (cd "$ROOT" && printf '/%s' usr/lib/postgresql/*/bin); }

create_cluster() {
  rm -rf "$ROOT/var/lib/odoo/pg.new"
  as_odoo "$(pg_bin)/initdb" -D /var/lib/odoo/pg.new -A peer -E UTF8 --locale=C.UTF-8 --no-sync > "$STATE/log/initdb.log" 2>&1 ||
    { show_log "$STATE/log/initdb.log" && fail 'initdb failed'; }
  # The first three keep it inside the chroot; the rest trades durability for speed.
  cat >> "$ROOT/var/lib/odoo/pg.new/postgresql.conf" << 'CONF'
listen_addresses = ''
unix_socket_directories = '/run/odoo-pg'
dynamic_shared_memory_type = mmap
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_connections = 120
shared_buffers = 256MB
work_mem = 16MB
jit = off
CONF
  mv "$ROOT/var/lib/odoo/pg.new" "$ROOT/var/lib/odoo/pg"
}

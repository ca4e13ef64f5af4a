# shellcheck shell=bash
# The Odoo server itself, on 127.0.0.1.

start_server() {
  local name=odoo-$DB options="$PORT $WORKERS $CRON"
  if pid_of "$name" > /dev/null; then
    if [ "$(< "$STATE/run/$name.options")" = "$options" ]; then return; fi
    if [ "$(remembered_port)" != "$PORT" ]; then require_free_port; fi
    say 'the options have changed; restarting'
    stop "$name" TERM
  fi
  require_free_port
  write_config
  # A second port, which only --workers uses.
  local second=--gevent-port=$((PORT + 1000))
  if [ "$VERSION" = 14 ]; then second=--longpolling-port=$((PORT + 1000)); fi
  echo "$options" > "$STATE/run/$name.options"
  start "$name" odoo -c "$CONFIG" "$second"
}

# Waits until Odoo answers an authenticated call, then prints the line with everything a caller needs.
announce() {
  tell ready < "$STATE/cred-$DB.json" || { show_log "$STATE/log/odoo-$DB.log" && fail "Odoo does not answer on port $PORT"; }
  lap "Odoo $VERSION answers at $(address)"
  tell json < "$STATE/cred-$DB.json"
}

stop_servers() {
  local file name
  for file in "$STATE"/run/odoo-*.pid; do
    name=$(basename "$file" .pid)
    if [ -e "$file" ]; then stop "$name" TERM; fi
  done
}

# tell ready|json|env - with the credentials on stdin. Python, because the chroot has it and the host may not.
tell() { chroot "$ROOT" python3 -c "$(< "$here/tell.py")" "$1" "$(address)" "$VERSION" "$DB" "$ENV_USER"; }

address() { echo "http://127.0.0.1:$PORT"; }

require_free_port() {
  if (exec 3<> "/dev/tcp/127.0.0.1/$PORT") 2> /dev/null; then fail "port $PORT is taken; choose another with --port"; fi
}

# The database is not named here: as with any Odoo, the caller names it.
write_config() {
  CONFIG=/etc/odoo-$DB.conf
  cat > "$ROOT$CONFIG" << CONF
[options]
admin_passwd = $(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
db_host = /run/odoo-pg
db_user = odoo
db_maxconn = 48
list_db = True
data_dir = /var/lib/odoo/data
http_interface = 127.0.0.1
http_port = $PORT
workers = $WORKERS
max_cron_threads = $CRON
limit_time_cpu = 600
limit_time_real = 1200
CONF
  chown "$(odoo_ids)" "$ROOT$CONFIG"
  chmod 600 "$ROOT$CONFIG"
}

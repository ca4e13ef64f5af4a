# shellcheck shell=bash
# The database, in two steps that are each kept as a template: <db>_modules and <db>_seeded. Going back to either
# is a copy, so --fresh-db takes seconds.

MODULES=account,purchase,stock,purchase_stock,purchase_requisition,product_expiry,hr,crm,base_automation

prepare_database() {
  local modules seeded
  modules=$(printf '%s\n' "$VERSION" "$MODULES" | sha256sum)
  seeded=$(printf '%s\n' "$modules" | cat - "$here/seed.py" | sha256sum)
  case $RESET in
    all) forget modules && forget seeded ;;
    seeded) if is_made modules "$modules" && is_made seeded "$seeded"; then restore_seeded; else forget_outdated "$modules"; fi ;;
  esac
  if ! is_made modules; then install_modules && remember modules "$modules"; fi
  if ! is_made seeded; then seed && remember seeded "$seeded"; fi
  # A database in use is never thrown away unasked.
  is_made seeded "$seeded" || say 'the modules or the seed have changed since; --fresh-db brings the database up to date'
}

# is_made STEP [STAMP] - whether the step was done, and for just these inputs.
is_made() { [ -e "$STATE/db-$DB.$1" ] && { [ $# = 1 ] || [ "$(< "$STATE/db-$DB.$1")" = "$2" ]; }; }
remember() { echo "$2" > "$STATE/db-$DB.$1"; }
forget() { rm -f "$STATE/db-$DB.$1"; }

forget_outdated() {
  forget seeded
  is_made modules "$1" || forget modules
}

install_modules() {
  stop "odoo-$DB" TERM
  drop_database "$DB"
  local modules=$MODULES demo=--without-demo=True
  # Since 17 the generic chart of accounts is part of "account"; 14 knows no yes or no for demo data.
  if [ "$VERSION" = 14 ]; then modules+=,l10n_generic_coa demo=--without-demo=all; fi
  local log=$STATE/log/modules-$DB.log
  with_progress 'installing the modules' "$log" run_odoo odoo -i "$modules" "$demo" --stop-after-init ||
    { show_log "$log" && fail 'the modules could not be installed'; }
  # Odoo ends with 0 even when it gave up on a module.
  grep -q 'odoo.modules.loading: Modules loaded' "$log" || { show_log "$log" && fail 'the modules did not load'; }
  copy_database "$DB" "${DB}_modules"
  lap 'modules installed'
}

seed() {
  stop "odoo-$DB" TERM
  copy_database "${DB}_modules" "$DB" # a seed that failed half-way leaves no trace
  local made=$ROOT/var/lib/odoo/cred-$DB.json log=$STATE/log/seed-$DB.log
  rm -f "$made"
  with_progress 'seeding' "$log" run_seed || { show_log "$log" && fail 'the seed failed'; }
  [ -e "$made" ] || { show_log "$log" && fail 'the seed did not finish'; }
  install -m 600 "$made" "$STATE/cred-$DB.json"
  rm -f "$made"
  copy_database "$DB" "${DB}_seeded"
  lap 'database seeded'
}

run_seed() { run_odoo SEED_CREDENTIALS="/var/lib/odoo/cred-$DB.json" odoo shell --shell-interface=python < "$here/seed.py"; }

# run_odoo COMMAND... - Odoo's own commands on our database, without a server.
run_odoo() {
  write_config
  as_odoo "$@" -c "$CONFIG" -d "$DB" --no-http --max-cron-threads=0 --workers=0
}

restore_seeded() {
  stop "odoo-$DB" TERM
  copy_database "${DB}_seeded" "$DB"
  lap 'database back to its seeded state'
}

# copy_database FROM TO - tables and files; TO is replaced. Templates are marked as such, so that Odoo never lists them.
copy_database() {
  local files=$ROOT/var/lib/odoo/data/filestore template=false
  if [ "$2" != "$DB" ]; then template=true; fi
  drop_database "$2"
  sql -c "create database $2 template $1 is_template $template" postgres
  if [ -d "$files/$1" ]; then cp -a "$files/$1" "$files/$2"; fi
}

drop_database() {
  sql -c "update pg_database set datistemplate = false where datname = '$1'" -c "drop database if exists $1 with (force)" \
    postgres 2> /dev/null || fail "the database $1 could not be dropped"
  rm -rf "$ROOT/var/lib/odoo/data/filestore/$1"
}

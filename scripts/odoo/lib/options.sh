# shellcheck shell=bash
# The command line, checked once; everything after this trusts the variables set here.

# read_options ARGUMENT... - sets COMMAND and the options, in capitals, with their defaults.
read_options() {
  COMMAND=up VERSION='' DIR='' DB=erp PORT='' WORKERS=0 CRON=0 RESET=no CACHE='' MIRROR='' PURGE=no ENV_USER=gateway
  case ${1:-} in
    up | down | status | env | help) COMMAND=$1 && shift ;;
    '' | -*) ;;
    *) misuse "there is no command $1" ;;
  esac
  while [ $# -gt 0 ]; do
    case $1 in
      -h | --help) COMMAND=help && shift && continue ;;
      --fresh-db) RESET=seeded && shift && continue ;;
      --rebuild-db) RESET=all && shift && continue ;;
      --purge) PURGE=yes && shift && continue ;;
      --*=*) set -- "${1%%=*}" "${1#*=}" "${@:2}" ;;
    esac
    [ $# -ge 2 ] || misuse "unknown option, or one without its value: $1"
    case $1 in
      --version) VERSION=$2 ;;
      --dir) DIR=$2 ;;
      --db) DB=$2 ;;
      --port) PORT=$2 ;;
      --workers) WORKERS=$2 ;;
      --cron) CRON=$2 ;;
      --cache) CACHE=$2 ;;
      --mirror) MIRROR=$2 ;;
      --user) ENV_USER=$2 ;;
      *) misuse "unknown option: $1" ;;
    esac
    shift 2
  done
  settle_options
}

settle_options() {
  if [ -n "$DIR" ]; then DIR=$(realpath -m -- "$DIR"); fi
  # A folder knows its version, so that `down --dir X` needs nothing else.
  if [ -z "$VERSION" ] && [ -n "$DIR" ] && [ -e "$DIR/state/version" ]; then VERSION=$(< "$DIR/state/version"); fi
  VERSION=${VERSION:-19}
  DIR=${DIR:-/opt/caregraph-odoo-$VERSION}
  ROOT=$DIR/root STATE=$DIR/state
  case $VERSION in
    19) BASE_SUITE=bookworm PACKAGE=odoo-19 PACKAGE_SUITE=sid DEFAULT_PORT=8069 ;;
    14) BASE_SUITE=bullseye PACKAGE=odoo-14 PACKAGE_SUITE=bullseye DEFAULT_PORT=8014 ;;
    *) misuse '--version is 19 or 14' ;;
  esac
  [[ $DB =~ ^[a-z][a-z0-9_]{0,40}$ ]] || misuse '--db is a lower-case word'
  if [ -z "$PORT" ]; then PORT=$(remembered_port); fi
  [[ $PORT =~ ^[1-9][0-9]{0,4}$ && $PORT -le 64535 ]] || misuse '--port is a number up to 64535'
  [[ $WORKERS =~ ^[0-9]{1,2}$ && $CRON =~ ^[0-9]{1,2}$ ]] || misuse '--workers and --cron are small numbers'
  [[ $ENV_USER =~ ^(gateway|purchase_only|admin)$ ]] || misuse '--user is gateway, purchase_only or admin'
}

# The port of the last start in this folder, so that a second `up` does not move the server.
remembered_port() {
  local port=''
  if [ -e "$STATE/run/odoo-$DB.options" ]; then read -r port _ < "$STATE/run/odoo-$DB.options"; fi
  echo "${port:-$DEFAULT_PORT}"
}

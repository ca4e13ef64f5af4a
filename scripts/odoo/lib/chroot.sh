# shellcheck shell=bash
# A small Debian holding PostgreSQL, Python and Odoo, apart from the host. Odoo 19 is packaged in sid only, but its
# package runs on a bookworm base (Python 3.11 and PostgreSQL 15 are inside the range Odoo 19 declares).

KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
INSTALL_LIMIT=1200 # seconds one download may take before the mirror counts as out of order

# Python modules Odoo imports, as Debian package names without "python3-". Taken from there rather than from the
# package's own dependencies, because sid's names and versions are not bookworm's.
PYTHON_BOTH='babel chardet dateutil decorator docutils freezegun gevent greenlet idna jinja2 libsass lxml magic
  num2words ofxparse passlib pil pkg-resources polib psutil psycopg2 pypdf2 qrcode reportlab requests serial stdnum
  tz usb vobject werkzeug xlrd xlsxwriter xlwt zeep'
PYTHON_19='asn1crypto cbor2 cryptography geoip2 markupsafe openpyxl openssl rjsmin urllib3'
PYTHON_14='feedparser html2text mako mock pydot pyparsing suds'

# Ends with $ROOT complete, or with nothing there: the tree is made beside it and moved in one step.
build_chroot() {
  if [ -d "$ROOT" ]; then return; fi
  say "building Odoo $VERSION in $DIR; the first time takes some minutes"
  install_tools
  find_mirror
  rm -rf --one-file-system "$ROOT.new" "$STATE/deb"
  fetch_package > "$STATE/log/fetch.log" 2>&1 9>&- &
  local fetching=$!
  with_progress 'building the chroot' "$STATE/log/chroot.log" bootstrap ||
    { kill "$fetching" && show_log "$STATE/log/chroot.log" && unavailable 'the chroot could not be built from the Debian mirror'; }
  lap "chroot of $BASE_SUITE built, $(du -sm "$ROOT.new" | cut -f1) MB"
  wait "$fetching" || { show_log "$STATE/log/fetch.log" && unavailable "the package $PACKAGE could not be fetched"; }
  unpack_package || fail "the package $PACKAGE could not be unpacked"
  chroot "$ROOT.new" useradd --system --create-home --home-dir /var/lib/odoo --shell /usr/sbin/nologin odoo
  mv "$ROOT.new" "$ROOT"
  rm -rf "$STATE/deb"
  lap "$PACKAGE unpacked"
}

install_tools() {
  if command -v mmdebstrap > /dev/null && [ -e "$KEYRING" ]; then return; fi
  with_progress 'installing mmdebstrap' "$STATE/log/tools.log" install_tools_now ||
    { show_log "$STATE/log/tools.log" && unavailable 'mmdebstrap could not be installed'; }
  lap 'mmdebstrap installed'
}

install_tools_now() {
  apt-get -q update &&
    DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends \
      mmdebstrap debian-archive-keyring
}

# The mirror this machine itself uses: it may be the only one it can reach. Never printed, it may be private.
find_mirror() {
  if [ -n "$MIRROR" ]; then return; fi
  MIRROR=$(configured_mirror)
  if [ -n "$MIRROR" ]; then return; fi
  # Origins are known only after an update.
  apt-get -q update > "$STATE/log/update.log" 2>&1 || { show_log "$STATE/log/update.log" && unavailable 'apt-get update failed'; }
  MIRROR=$(configured_mirror)
  [ -n "$MIRROR" ] || unavailable 'no Debian mirror in the apt configuration; name one with --mirror URI'
}

configured_mirror() {
  # shellcheck disable=SC2016 # apt's own variables
  apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(REPO_URI)' 'Created-By: Packages' |
    awk -F'|' '$1 == "Debian" && $2 == "Debian" && $3 == "main" && $4 ~ /^https?:/ { print $4; exit }'
}

bootstrap() {
  local settings=$STATE/apt.conf
  # Proxies, certificates and date checks as this machine has them.
  apt-config dump Acquire | grep -Ei '^Acquire::([a-z]+::)?(proxy|check-valid-until|check-date|retries|forceipv|verify-peer|cainfo)' > "$settings"
  # In namespaces of its own: mmdebstrap mounts below its target, and the host must never see that; and should this
  # command be killed, nothing of it may live on.
  # shellcheck disable=SC2016 # $1 is for the hooks
  within_limit unshare --mount --propagation private --pid --fork --kill-child --mount-proc \
    mmdebstrap --mode=root --variant=apt --include="$(base_packages)" --keyring="$KEYRING" \
    --aptopt="$settings" --aptopt='APT::Install-Recommends "false"' --dpkgopt=force-unsafe-io \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --setup-hook='mkdir -p "$1/etc/apt" && for file in /etc/apt/auth.conf /etc/apt/auth.conf.d; do [ ! -e "$file" ] || cp -a "$file" "$1/etc/apt/"; done' \
    --customize-hook='rm -rf "$1"/etc/apt/auth.conf* "$1"/etc/apt/sources.list "$1"/etc/apt/sources.list.d/*' \
    "$BASE_SUITE" "$ROOT.new" "deb [signed-by=$KEYRING] $MIRROR $BASE_SUITE main"
}

# In the foreground, so that a signal to the process group of this command reaches it.
within_limit() { timeout --foreground "$INSTALL_LIMIT" "$@"; }

base_packages() {
  local own=PYTHON_$VERSION
  printf 'postgresql,ca-certificates,fonts-dejavu-core,python3'
  # shellcheck disable=SC2086 # one word each
  printf ',python3-%s' $PYTHON_BOTH ${!own}
}

# Leaves the package in $STATE/deb. Its suite gets an apt state of its own, so that the host's sources stay as they
# are; the signature is checked as always.
fetch_package() {
  local apt=$STATE/apt
  mkdir -p "$STATE/deb" "$apt/lists/partial" "$apt/archives/partial"
  if take_from_cache; then return; fi
  echo "deb [arch=$(dpkg --print-architecture) signed-by=$KEYRING] $MIRROR $PACKAGE_SUITE main" > "$apt/sources.list"
  local options=(-q -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o Dir::State::lists="$apt/lists" -o Dir::State::status=/dev/null -o Dir::Cache::archives="$apt/archives"
    -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o Acquire::Languages=none -o APT::Sandbox::User=root
    -o APT::Update::Post-Invoke= -o APT::Update::Post-Invoke-Success=)
  within_limit apt-get "${options[@]}" update || return
  (cd "$STATE/deb" && within_limit apt-get "${options[@]}" download "$PACKAGE") || return
  rm -rf "$apt"
  put_into_cache
}

take_from_cache() {
  [ -n "$CACHE" ] || return 1
  local kept
  kept=$(find "$CACHE" -maxdepth 1 -name "${PACKAGE}_*.deb" 2> /dev/null | sort -V | tail -n 1)
  [ -n "$kept" ] && cp "$kept" "$STATE/deb/"
}

put_into_cache() {
  [ -n "$CACHE" ] || return 0
  mkdir -p "$CACHE"
  local file
  for file in "$STATE"/deb/*.deb; do
    cp "$file" "$CACHE/.part" && mv "$CACHE/.part" "$CACHE/${file##*/}"
  done
}

# Unpacked, not installed: its dependencies are those of another suite, and it would start a service.
unpack_package() {
  # Of the translations only those the tests look at stay; all of them are most of the package.
  dpkg-deb --fsys-tarfile "$STATE"/deb/*.deb |
    tar -C "$ROOT.new" -xp --keep-directory-symlink --exclude='*/i18n/[a-dg-z]*.po' --exclude='./usr/share/doc/*'
}

ODOO_ENV=(env -i HOME=/var/lib/odoo PATH=/usr/bin:/bin:/usr/sbin:/sbin LANG=C.UTF-8 TZ=UTC
  PYTHONPYCACHEPREFIX=/var/lib/odoo/pycache PGHOST=/run/odoo-pg PGUSER=odoo)

# enter USER:GROUP COMMAND... - becomes COMMAND inside the chroot, with /proc and /dev (Odoo does not run without) in
# a mount namespace that ends with it. Never returns, and keeps the pid: call it in a subshell.
enter() {
  local user=$1
  shift
  # shellcheck disable=SC2016 # expanded by the inner shell
  exec unshare --mount --propagation private bash -c '
    user=$1 root=$2 && shift 2
    mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" &&
      exec chroot --userspec="$user" --groups= "$root" "$@"' enter "$user" "$ROOT" "$@"
}

as_odoo() { (enter "$(odoo_ids)" "${ODOO_ENV[@]}" "$@"); }

# The host does not know the chroot's users by name.
odoo_ids() { awk -F: '$1 == "odoo" { print $3 ":" $4 }' "$ROOT/etc/passwd"; }

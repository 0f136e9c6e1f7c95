#!/bin/sh
# Compiles libsqlite3 for the engine from the public-domain amalgamation, and the engine's own code beside it.
#
#   build-sqlite.sh OUTPUT_DIR      writes OUTPUT_DIR/native/linux-<machine>/libsqlite3.so
#
# The amalgamation comes from an npm package pinned by its SHA-256. What was compiled is kept in
# ${XDG_CACHE_HOME:-$HOME/.cache}/dosql/sqlite/<hash of source, flags, compiler and this script>/, so
# that a clean build does not pay again.
#
# Exit status: 0 when the library is in place. Also 0, after a loud warning and without a library,
# when npm, a working C compiler, the network, or a cache that can be written is missing: the pod then
# needs the system's libsqlite3. With DOSQL_SQLITE_REQUIRED=true that is an error (1), for builds of
# images. A checksum that does not match is always an error.
set -eu

package=better-sqlite3
package_version=13.2.0
package_sha256=40487589df3496f2ee0079d22b73c63fccebe7db0e8ee9a2c42421861e321e0b
source_sha256=75a4760a7b9727a4c4c877aec92eacf39e52a8f2921ce00bd33be6d3a8e8e254

# -Bsymbolic and no-semantic-interposition: calls inside the library are direct, and another libsqlite3
# in the process cannot take them over.
compile_flags="-O3 -fPIC -shared -fno-semantic-interposition -Wl,-Bsymbolic"
link_flags="-lm -lpthread -ldl"

# THREADSAFE=2: one connection is used by one thread at a time, which the Java side checks.
# DEFAULT_MEMSTATUS=0: no process-wide mutex around every allocation.
# DEFAULT_PCACHE_INITSZ=0: an idle tenant allocates no page cache.
options="
  SQLITE_THREADSAFE=2
  SQLITE_DQS=0
  SQLITE_DEFAULT_MEMSTATUS=0
  SQLITE_DEFAULT_PCACHE_INITSZ=0
  SQLITE_LIKE_DOESNT_MATCH_BLOBS
  SQLITE_USE_ALLOCA
  SQLITE_USE_URI=1
  SQLITE_TEMP_STORE=2
  SQLITE_OMIT_SHARED_CACHE
  SQLITE_ENABLE_BYTECODE_VTAB
  SQLITE_ENABLE_COLUMN_METADATA
  SQLITE_ENABLE_DBPAGE_VTAB
  SQLITE_ENABLE_DBSTAT_VTAB
  SQLITE_ENABLE_FTS5
  SQLITE_ENABLE_GEOPOLY
  SQLITE_ENABLE_MATH_FUNCTIONS
  SQLITE_ENABLE_NORMALIZE
  SQLITE_ENABLE_PERCENTILE
  SQLITE_ENABLE_PREUPDATE_HOOK
  SQLITE_ENABLE_RTREE
  SQLITE_ENABLE_SESSION
  SQLITE_ENABLE_SNAPSHOT
  SQLITE_ENABLE_STAT4
  SQLITE_ENABLE_STMTVTAB
  SQLITE_ENABLE_UNLOCK_NOTIFY
  SQLITE_ENABLE_UPDATE_DELETE_LIMIT
  HAVE_FDATASYNC=1
  HAVE_GMTIME_R=1
  HAVE_INTTYPES_H=1
  HAVE_ISNAN=1
  HAVE_LOCALTIME_R=1
  HAVE_LSTAT=1
  HAVE_MALLOC_H=1
  HAVE_MALLOC_USABLE_SIZE=1
  HAVE_NANOSLEEP=1
  HAVE_POSIX_FALLOCATE=1
  HAVE_READLINK=1
  HAVE_STDINT_H=1
  HAVE_STRCHRNUL=1
  HAVE_STRERROR_R=1
  STRERROR_R_CHAR_P=1
  HAVE_USLEEP=1
  HAVE_UTIME=1
  USE_PREAD64
"

fail() {
  echo "[ERROR] libsqlite3: $*" >&2
  exit 1
}

# Ends the script without a library; $1 is the reason.
go_on_without() {
  cat >&2 <<WARNING
[WARNING] **************************************************************************
[WARNING] libsqlite3 was NOT compiled: $1
[WARNING]
[WARNING] The build goes on. The pod will use the system's libsqlite3.so.0 (at least
[WARNING] 3.40), slower and with fewer abilities; where there is none (as in the usual
[WARNING] base image) the pod will NOT START. To get the engine's own library, install
[WARNING] npm and a C compiler with its headers, allow access to the npm registry, and
[WARNING] build again. DOSQL_SQLITE_REQUIRED=true makes this an error.
[WARNING] **************************************************************************
WARNING
  rm -f "$output"
  if [ "${DOSQL_SQLITE_REQUIRED:-false}" = true ]; then
    fail "required, but: $1"
  fi
  exit 0
}

sha256() {
  sha256sum "$1" | cut -d ' ' -f 1
}

# Sets $compiler, or goes on without; a compiler without headers counts as none.
find_compiler() {
  for compiler in ${CC:-} cc gcc clang; do
    if command -v "$compiler" >/dev/null 2>&1 \
      && printf '#include <stdio.h>\n#include <pthread.h>\nint main(void){return 0;}\n' \
        | "$compiler" -x c -o "$work/probe" - >/dev/null 2>&1; then
      return
    fi
  done
  go_on_without "no C compiler that works (looked for cc, gcc, clang)"
}

# Puts the package's archive into $archive, from npm unless it is there, and checks its sum.
fetch_archive() {
  archive="$cache/$package-$package_version.tgz"
  if [ ! -f "$archive" ] || [ "$(sha256 "$archive")" != "$package_sha256" ]; then
    command -v npm >/dev/null 2>&1 || go_on_without "npm was not found"
    if ! (cd "$work" && npm pack "$package@$package_version" --fetch-retries=1 >npm.out 2>npm.err); then
      tail -n 5 "$work/npm.err" >&2
      go_on_without "npm could not fetch $package@$package_version"
    fi
    fetched="$work/$package-$package_version.tgz"
    [ "$(sha256 "$fetched")" = "$package_sha256" ] \
      || fail "$package@$package_version has SHA-256 $(sha256 "$fetched"), expected $package_sha256"
    mv -f "$fetched" "$archive"
  fi
}

# Compiles into the cache. The rename makes it whole or absent, also when two builds race.
compile() {
  (cd "$work" && tar -xzf "$archive" package/deps/sqlite3)
  source="$work/package/deps/sqlite3/sqlite3.c"
  [ "$(sha256 "$source")" = "$source_sha256" ] \
    || fail "sqlite3.c has SHA-256 $(sha256 "$source"), expected $source_sha256"
  defines=
  for option in $options; do
    defines="$defines -D$option"
  done
  echo "[INFO] libsqlite3: compiling, once, into $entry (about a minute)"
  # shellcheck disable=SC2086 # the flags are words
  if ! "$compiler" $compile_flags $defines -I "$(dirname "$source")" \
    -o "$work/libsqlite3.so" "$own/bounds.c" "$own/heap.c" $link_flags \
    2>"$work/compiler.err"; then
    tail -n 20 "$work/compiler.err" >&2
    go_on_without "$compiler could not compile sqlite3.c (see above)"
  fi
  strip --strip-unneeded "$work/libsqlite3.so" 2>/dev/null || true
  mkdir -p "$entry"
  mv -f "$work/libsqlite3.so" "$entry/libsqlite3.so"
}

[ $# -eq 1 ] || fail "usage: build-sqlite.sh OUTPUT_DIR"
machine=$(uname -m)
case "$machine" in
  amd64) machine=x86_64 ;;
  arm64) machine=aarch64 ;;
esac
output="$1/native/linux-$machine/libsqlite3.so"
[ "$(uname -s)" = Linux ] || go_on_without "this is $(uname -s), and only Linux is supported"

cache="${XDG_CACHE_HOME:-${HOME:?}/.cache}/dosql/sqlite"
mkdir -p "$cache" 2>/dev/null || go_on_without "its cache $cache cannot be made"
work=$(mktemp -d "$cache/.build.XXXXXX" 2>/dev/null) \
  || go_on_without "its cache $cache cannot be written"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

find_compiler
own=$(dirname "$0")
key=$( (echo "$package_sha256 $machine"; "$compiler" --version; cat "$0" "$own/bounds.c" "$own/heap.c") | sha256sum | cut -d ' ' -f 1)
entry="$cache/$key"
if [ ! -f "$entry/libsqlite3.so" ]; then
  fetch_archive
  compile
fi
if ! cmp -s "$entry/libsqlite3.so" "$output"; then
  mkdir -p "$(dirname "$output")"
  cp "$entry/libsqlite3.so" "$output.$$"
  mv -f "$output.$$" "$output"
fi

#!/bin/sh
# Installs the peers that pip cannot, unmodified, into .peers/: the OpenTDF Go SDK from the Go module proxy, the Java SDK
# from Maven Central, the web SDK from its public repository, from npm axe-core, which judges our pages, and an OpenID Connect provider, and from Debian a
# browser to look at them with. What cannot be had is named, and its tests say that they did not run. `make test` tries once; `make peers` tries again.
# WEB_SDK=DIR takes a checkout that is already there.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
mkdir -p "$root/.peers"
log="$root/.peers/install.log"
: >"$log"

has() { for tool in "$@"; do command -v "$tool" >/dev/null || return 1; done; }
reached() { timeout 20 "$@" >>"$log" 2>&1; }

go_sdk() {
    cd "$here/go" || return 1
    reached go list -m -versions github.com/opentdf/platform/sdk && timeout 300 go build -mod=readonly -o "$root/.peers/go-sdk" . &&
        go list -m -f '{{.Version}}' github.com/opentdf/platform/sdk >"$root/.peers/go-sdk.version"
}

java_sdk() {
    java="$root/.peers/java"
    mkdir -p "$java" && cd "$here/java" &&
        timeout 120 mvn -q -B dependency:copy-dependencies -DoutputDirectory="$java/lib" &&
        javac -cp "$java/lib/*" -d "$java" Peer.java
}

web_sdk() {
    web="$root/.peers/web-sdk" from="${WEB_SDK:-https://github.com/opentdf/web-sdk}"
    if [ ! -d "$web/lib" ]; then
        reached git ls-remote "$from" HEAD && timeout 120 git clone -q "$from" "$web" || return 1
    fi
    cd "$web/lib" && timeout 180 npm ci --silent --no-audit --no-fund && npm run --silent build
}

axe() {
    mkdir -p "$root/.peers/axe" && cp "$root"/tests/web/axe/package*.json "$root/.peers/axe/" && cd "$root/.peers/axe" &&
        timeout 120 npm ci --silent --ignore-scripts --no-audit --no-fund
}

idp() {
    mkdir -p "$root/.peers/idp" && cp "$root"/tests/web/idp/package*.json "$root"/tests/web/idp/provider.mjs "$root/.peers/idp/" &&
        cd "$root/.peers/idp" && timeout 180 npm ci --silent --ignore-scripts --no-audit --no-fund
}

browser() {
    command -v chromium >/dev/null || {
        timeout 120 apt-get update -qq && DEBIAN_FRONTEND=noninteractive timeout 600 \
            apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk
    }
    mkdir -p "$root/.peers/chromium" && chromium --version >"$root/.peers/chromium/version"
}

try() {
    name=$1 ready=$2 step=$3
    shift 3
    if [ -e "$root/.peers/$ready" ]; then
        echo "$name: there already"
    elif ! has "$@"; then
        echo "$name: not installed, this machine lacks one of: $*"
    elif ($step) >>"$log" 2>&1; then
        echo "$name: ready"
    else
        echo "$name: not installed, see .peers/install.log"
    fi
}

try "OpenTDF Go SDK" go-sdk.version go_sdk go
try "OpenTDF Java SDK" java/Peer.class java_sdk mvn javac java
try "OpenTDF web SDK" web-sdk/lib/dist/web/src/index.js web_sdk git npm node
try "axe-core (pages)" axe/node_modules/axe-core/axe.min.js axe npm
try "oidc-provider (an identity provider)" idp/node_modules/oidc-provider/package.json idp npm node
try "Chromium and a Japanese typeface (pages)" chromium/version browser apt-get
touch "$root/.peers/tried"

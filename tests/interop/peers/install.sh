#!/bin/sh
# Installs the peers that pip cannot: the OpenTDF Go SDK from the Go module proxy, the Java SDK
# from Maven Central, the web SDK from its public repository.
# Each is built unmodified into .peers/; what cannot be had is named, and its tests say that they did not run.
# WEB_SDK=DIR takes a checkout that is already there.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
mkdir -p "$root/.peers"

if command -v go >/dev/null; then
    if (cd "$here/go" && go build -mod=readonly -o "$root/.peers/go-sdk" .); then
        (cd "$here/go" && go list -m -f '{{.Version}}' github.com/opentdf/platform/sdk) >"$root/.peers/go-sdk.version"
        echo "OpenTDF Go SDK $(cat "$root/.peers/go-sdk.version"): ready"
    else
        echo "OpenTDF Go SDK: could not be built"
    fi
else
    echo "OpenTDF Go SDK: no go command here"
fi

java="$root/.peers/java"
if command -v mvn >/dev/null && command -v javac >/dev/null; then
    mkdir -p "$java"
    if (cd "$here/java" && mvn -q -B dependency:copy-dependencies -DoutputDirectory="$java/lib" && javac -cp "$java/lib/*" -d "$java" Peer.java) >"$root/.peers/java.log" 2>&1; then
        echo "OpenTDF Java SDK $(ls "$java/lib" | sed -n 's/^sdk-\(.*\)\.jar$/\1/p'): ready"
    else
        echo "OpenTDF Java SDK: could not be built, see .peers/java.log"
    fi
else
    echo "OpenTDF Java SDK: no mvn or javac command here"
fi

web="$root/.peers/web-sdk"
if [ ! -d "$web/lib" ]; then
    git clone -q --depth 1 "${WEB_SDK:-https://github.com/opentdf/web-sdk}" "$web" || rm -rf "$web"
fi
if [ -d "$web/lib" ] && command -v npm >/dev/null; then
    if (cd "$web/lib" && npm ci --silent --no-audit --no-fund && npm run --silent build) >"$root/.peers/web-sdk.log" 2>&1; then
        echo "OpenTDF web SDK $(sed -n 's/.*"version": "\([^"]*\)".*/\1/p' "$web/lib/package.json" | head -1): ready"
    else
        echo "OpenTDF web SDK: could not be built, see .peers/web-sdk.log"
    fi
else
    echo "OpenTDF web SDK: neither its repository nor npm can be reached"
fi

#!/usr/bin/env bash
# Runs the checks of the project, each a suite of its own:
#
#     scripts/check.sh                 all of them
#     scripts/check.sh rust python     some of them
#     scripts/check.sh wheel           one that is not among all: the Python package, built, installed and tested
#     scripts/check.sh threads         another: 30 s of eight threads on one model in Python
#     scripts/check.sh rebuild         another: models trained again in a sandbox
#     scripts/check.sh kills           another: 10,000 writes of 1 MB that are killed
#     scripts/check.sh keep            another: bundles, against model_signing, killed seals, flipped bytes
#
# A line for each suite, then a summary; the exit status is 1 if any failed. Output goes to target/check/SUITE.log and
# is shown where a suite fails. A suite whose outside tool is missing is skipped, and says how to install it.
set -uo pipefail
cd "$(dirname "$0")/.."

SUITES=(fmt clippy rust python mutations deny)
LOGS=${CARGO_TARGET_DIR:-target}/check
SKIPPED=77

suite_fmt() { # formatting
    cargo fmt --all -- --check
}

suite_clippy() { # lints, warnings are errors
    cargo clippy --workspace --all-targets --locked -- -D warnings
}

suite_rust() { # unit, integration and documentation tests
    cargo test --workspace --locked
}

suite_python() { # against scikit-learn, joblib and CPython's pickle
    python_environment || return
    cargo build --release --locked -p cannery-cli && cargo build --release --locked -p cannery --example read_many || return
    CANNERY="${CARGO_TARGET_DIR:-$PWD/target}/release/cannery" \
        CANNERY_READ_MANY="${CARGO_TARGET_DIR:-$PWD/target}/release/examples/read_many" OMP_NUM_THREADS=1 .venv/bin/python -m pytest -q -p no:cacheprovider tests
}

suite_wheel() { # the Python package: built, installed into environments without it, tested there
    wheel_environments || return
    local environment
    for environment in "${environments[@]}"; do
        "$environment/bin/python" -m pytest -q -p no:cacheprovider crates/python/tests || return
    done
}

suite_threads() { # eight threads on one Model for 30 s
    wheel_environments || return
    CANNERY_THREADS_SECONDS=30 "${environments[-1]}/bin/python" -m pytest -q -p no:cacheprovider crates/python/tests/test_threads.py
}

suite_kills() { # 10,000 writes of 1 MB that are killed
    cargo build --release --locked -p cannery-cli && python3 tests/kill_writes.py "${CANNERY_KILLS:-10000}"
}

suite_keep() { # bundles: signatures both ways with model_signing, 2,000 killed seals, 100,000 flipped bytes
    local environment=${CARGO_TARGET_DIR:-$PWD/target}/model-signing
    make_environment "$environment" python3 model-signing==1.1.1 pyOpenSSL || return
    cargo build --release --locked -p cannery-cli || return
    "$environment/bin/python" tests/model_signing.py && python3 tests/kill_seals.py "${CANNERY_KILLS:-2000}" || return
    CANNERY_FLIPS=${CANNERY_FLIPS:-100000} cargo test --release --locked -p cannery --test keep flipped_bytes
}

suite_rebuild() { # models trained again from their bundles: uv installs packages, bubblewrap is the sandbox
    if ! bwrap --ro-bind / / true 2>/dev/null; then
        echo "bubblewrap is missing, or may make no namespace: apt-get install bubblewrap"
        return $SKIPPED
    fi
    python_environment || return
    make_environment "${CARGO_TARGET_DIR:-$PWD/target}/uv" python3 "uv==0.13.9" || return
    cargo build --release --locked -p cannery-cli || return
    CANNERY_REBUILD="${CARGO_TARGET_DIR:-$PWD/target}/uv/bin/uv" CANNERY="${CARGO_TARGET_DIR:-$PWD/target}/release/cannery" \
        .venv/bin/python -m pytest -q -p no:cacheprovider tests/test_keep.py
}

suite_mutations() { # every 10th truncation and one-byte change of small files; CANNERY_MUTATIONS=all for every one
    CANNERY_MUTATIONS=${CANNERY_MUTATIONS:-10} cargo test --release --locked -p cannery --test mutations -- --nocapture
}

suite_deny() { # licences, advisories, sources and bans of dependencies
    if ! command -v cargo-deny >/dev/null; then
        echo "cargo-deny is missing: cargo install cargo-deny --locked"
        return $SKIPPED
    fi
    cargo deny --locked check bans licenses sources || return
    cargo deny --locked check advisories && return
    if grep -q 'failed to fetch advisory database' "$LOGS/deny.log"; then
        echo "advisories, whose database can't be reached; licences, bans and sources are in order"
        return $SKIPPED
    fi
    return 1
}

# .venv with the pinned packages, made once for each version of the list.
python_environment() {
    local python wanted
    python=$(command -v python3.11 || command -v python3) || { install_python && python=$(command -v python3); } || return
    wanted=$(sha256sum <scripts/requirements.txt)
    if [ "$(cat .venv/requirements.sha256 2>/dev/null)" = "$wanted" ]; then
        return 0
    fi
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        install_python || return
    fi
    rm -rf .venv
    "$python" -m venv .venv || return
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --only-binary :all: -r scripts/requirements.txt || return
    echo "$wanted" >.venv/requirements.sha256
}

# The wheel, installed beside the oldest and the newest Python and numpy that it is tested with; `environments` is where.
wheel_environments() {
    local folder=${CARGO_TARGET_DIR:-$PWD/target}/wheel python version numpy
    environments=() note=
    make_environment "$folder/tools" python3 "maturin==1.16.0" || return
    rm -rf "$folder/dist"
    (cd crates/python && VIRTUAL_ENV=$folder/tools "$folder/tools/bin/maturin" build --release --locked --out "$folder/dist") || return
    ls -l "$folder/dist"
    for version in 3.10:1.26.4 3.13:2.2.6; do
        numpy=${version#*:} version=${version%:*}
        if python=$(interpreter "$version"); then
            wheel_environment "$folder" "$version" "$python" "$numpy" || return
        else
            note="${note:+$note, }without Python $version, which is missing"
        fi
    done
    [ ${#environments[@]} -gt 0 ] || wheel_environment "$folder" default python3 2.2.6
}

wheel_environment() { # folder, name, interpreter, numpy
    local environment=$1/python-$2
    make_environment "$environment" "$3" "numpy==$4" polars==1.44.2 $(grep -Ev '^(#|numpy|lz4|jsonschema|threadpoolctl)' scripts/requirements.txt | sed 's/ //g') || return
    "$environment/bin/python" -m pip install --quiet --disable-pip-version-check --force-reinstall --no-deps "$1"/dist/*.whl || return
    environments+=("$environment")
}

# An environment with packages, made once for each list of them.
make_environment() { # folder, interpreter, packages
    local folder=$1 python=$2
    shift 2
    if [ "$(cat "$folder/packages" 2>/dev/null)" = "$*" ]; then
        return 0
    fi
    "$python" -c 'import ensurepip, venv' 2>/dev/null || install_python || return
    rm -rf "$folder"
    "$python" -m venv "$folder" || return
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: "$@" || return
    echo "$*" >"$folder/packages"
}

interpreter() { # version; prints where it is, on PATH or among pyenv's
    local python
    for python in "python$1" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".*/bin/python; do
        if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
            echo "$python"
            return 0
        fi
    done
    return 1
}

install_python() {
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "Python with its module venv is missing: apt-get install python3-venv"
        return 1
    fi
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3 python3-venv </dev/null
}

run_suite() {
    local name=$1 log=$LOGS/$1.log start=$SECONDS status
    note=
    "suite_$name" </dev/null >"$log" 2>&1
    status=$?
    case $status in
        0) passed=$((passed + 1)) outcome=ok${note:+, $note} ;;
        "$SKIPPED") skipped=$((skipped + 1)) outcome="skipped: $(tail -n 1 "$log")" ;;
        *) failed=$((failed + 1)) outcome="failed with status $status" ;;
    esac
    [ "$status" = 0 ] || [ "$status" = "$SKIPPED" ] || tail -n 200 "$log"
    printf '%-10s %4d s  %s\n' "$name" $((SECONDS - start)) "$outcome"
}

for name in "$@"; do
    if ! declare -F "suite_$name" >/dev/null; then
        echo "there is no suite $name; there are: ${SUITES[*]}" >&2
        exit 2
    fi
done
[ $# -gt 0 ] || set -- "${SUITES[@]}"
mkdir -p "$LOGS"
passed=0 failed=0 skipped=0
for name in "$@"; do
    run_suite "$name"
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]

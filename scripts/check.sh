#!/usr/bin/env bash
# Runs the checks of the project, each a suite of its own:
#
#     scripts/check.sh                 all that are quick
#     scripts/check.sh rust python     some of them
#     scripts/check.sh threads         a slow one, by name: 30 s of eight threads on one model in Python
#     scripts/check.sh kills           another: 10,000 writes of 1 MB that are killed
#     scripts/check.sh onnx            another: exported models in the newest and the oldest ONNX Runtime
#     scripts/check.sh features        another: the library without each of its Cargo features
#     scripts/check.sh moves           another: models moved between releases of scikit-learn, CANNERY_ZOO and CANNERY_VENVS say
#                                      where recorded models and environments are
#     scripts/check.sh rebuild         another: models trained again in a sandbox
#     scripts/check.sh keep            another: bundles, against model_signing, killed seals, flipped bytes
#
# A line for each suite, then a summary; the exit status is 1 if any failed. Output goes to target/check/SUITE.log and
# is shown where a suite fails. A suite whose outside tool is missing is skipped, and says how to install it.
set -uo pipefail
cd "$(dirname "$0")/.."

SUITES=(fmt clippy rust python pmml wheel mutations deny)
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

suite_pmml() { # PMML in JPMML-Evaluator; CANNERY_ZOO="FOLDER ..." also compares models with recorded results
    local python=${CARGO_TARGET_DIR:-$PWD/target}/pmml/bin/python binary=${CARGO_TARGET_DIR:-$PWD/target}/release/cannery
    if ! command -v java >/dev/null; then
        echo "a Java runtime is missing: apt-get install openjdk-17-jre-headless"
        return $SKIPPED
    fi
    make_environment "${python%/bin/python}" python3 numpy pandas scikit-learn==1.9.1 lxml pytest jpmml_evaluator==0.16.0 jpype1 || {
        echo "JPMML-Evaluator is missing, and pip can't install jpmml_evaluator and jpype1"
        return $SKIPPED
    }
    cargo build --release --locked -p cannery-cli || return
    CANNERY=$binary "$python" -m pytest -q -p no:cacheprovider tests/test_pmml.py || return
    [ -z "${CANNERY_ZOO:-}" ] || "$python" scripts/export_pmml.py --cannery "$binary" $CANNERY_ZOO
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

# CANNERY_ONNX_ZOO adds folders of models with recorded outputs, with blanks between them.
suite_onnx() { # exported models in the newest and the oldest ONNX Runtime
    local folder=${CARGO_TARGET_DIR:-$PWD/target}/onnx python version environment
    python=$(interpreter 3.11 || interpreter 3.12 || interpreter 3.13) || { echo "Python 3.11 to 3.13 is missing"; return $SKIPPED; }
    cargo build --release --locked -p cannery-cli || return
    for version in 1.23.2:1.32.0 1.17.0:1.21.0; do
        environment=$folder/${version#*:}
        if ! make_environment "$environment" "$python" "onnx==${version%:*}" "onnxruntime==${version#*:}" "scikit-learn==1.7.2" "numpy==2.2.6" "scipy==1.15.3" "pandas==2.3.3" "pytest==8.4.2"; then
            echo "ONNX Runtime ${version#*:} is missing, and can't be installed with pip"
            return $SKIPPED
        fi
        onnx_runs "$environment/bin/python" || return
    done
}

onnx_runs() { # interpreter
    local cannery="${CARGO_TARGET_DIR:-$PWD/target}/release/cannery"
    CANNERY=$cannery OMP_NUM_THREADS=1 "$1" -m pytest -q -p no:cacheprovider tests/test_onnx.py tests/test_onnx_edges.py || return
    # shellcheck disable=SC2086 # folders with blanks between them
    [ -z "${CANNERY_ONNX_ZOO:-}" ] || "$1" scripts/export_onnx.py --cannery "$cannery" $CANNERY_ONNX_ZOO
}

suite_kills() { # 10,000 writes of 1 MB that are killed
    cargo build --release --locked -p cannery-cli && python3 tests/kill_writes.py "${CANNERY_KILLS:-10000}"
}

suite_features() { # the facade without its Cargo features and with each alone: it builds, and has no dependency of the others
    local feature crates wrong=0
    for feature in none mmap parallel parquet write-tables; do
        cargo clippy --locked -p cannery --lib --no-default-features --features "${feature/none/}" -- -D warnings || return
        crates=$(cargo tree --locked -p cannery --no-default-features --features "${feature/none/}" -e normal --prefix none) || return
        has_only memmap2 mmap && has_only rayon parallel && has_only parquet parquet && has_only snap parquet &&
            has_only zip write-tables || wrong=1
    done
    # integration tests that write no table
    cargo test --locked -p cannery --no-default-features --test places --test dump || return
    return $wrong
}

has_only() { # crate, feature: whether the crate is among `crates` just where the feature is `feature`
    local is=no wanted=no
    ! grep -q "^$1 v" <<<"$crates" || is=yes
    [ "$feature" != "$2" ] || wanted=yes
    [ $is = $wanted ] && return
    echo "feature $feature: $1 is there: $is; wanted: $wanted"
    return 1
}

suite_moves() { # recorded models moved between releases of scikit-learn, judged by each
    if [ -z "${CANNERY_ZOO:-}" ] || [ -z "${CANNERY_VENVS:-}" ]; then
        echo "set CANNERY_ZOO to the folder of recorded models and CANNERY_VENVS to that of environments (scripts/venvs.sh)"
        return "$SKIPPED"
    fi
    cargo build --release --locked -p cannery-cli || return
    python3 scripts/moves.py --zoo "$CANNERY_ZOO" --venvs "$CANNERY_VENVS" \
        --cannery "${CARGO_TARGET_DIR:-target}/release/cannery" ${CANNERY_PAIRS:+--pairs "$CANNERY_PAIRS"}
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
    make_environment "$environment" "$3" "numpy==$4" polars==1.44.2 $(grep -Ev '^(#|numpy|onnx|lz4|jsonschema|threadpoolctl)' scripts/requirements.txt | sed 's/ //g') || return
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

#!/usr/bin/env bash
# Makes the virtual environments that the generated tables and the fixtures come from: one per scikit-learn release.
#
#   scripts/venvs.sh [FOLDER [NAME...]]     FOLDER: where they go (.venv/versions); NAME: only these, e.g. 1.9.1 0.20.4-py27
#
# Interpreters come from pyenv ($PYENV_ROOT/versions, default ~/.pyenv/versions) or from PATH (python3.11 ...). One that is
# missing is reported as skipped. Wheels only; `uv` is used where it is installed. An environment that is already there and
# imports scikit-learn is kept. Exit status 1 if an installation failed.
set -u

folder=${1:-.venv/versions}
[ $# -gt 0 ] && shift
wanted=" $* "
pyenv=${PYENV_ROOT:-$HOME/.pyenv}/versions

# name | python | scikit-learn | numpy | scipy | pandas | further requirements
releases='
0.18.2      |3.6 |0.18.2       |1.13.3|0.19.1|0.22.0|
0.19.2      |3.6 |0.19.2       |1.14.6|1.1.0 |0.23.4|
0.20.4-py27 |2.7 |0.20.4       |1.16.6|1.2.3 |0.24.2|
0.20.4      |3.7 |0.20.4       |1.16.6|1.2.3 |0.25.3|lz4==4.3.2
0.21.3      |3.7 |0.21.3       |1.17.5|1.3.3 |0.25.3|joblib==0.14.1 lz4==4.3.2
0.22.2      |3.8 |0.22.2.post1 |1.18.5|1.4.1 |1.0.5 |joblib==0.15.1 lz4==4.3.3
0.23.2      |3.8 |0.23.2       |1.19.5|1.5.4 |1.1.5 |joblib==0.17.0 lz4==4.3.3
0.24.2      |3.9 |0.24.2       |1.20.3|1.6.3 |1.2.5 |joblib==1.0.1 lz4==4.4.5
1.0.2       |3.10|1.0.2        |1.22.4|1.8.1 |1.4.4 |joblib==1.1.1 lz4==4.4.5
1.1.3       |3.11|1.1.3        |1.23.5|1.9.3 |1.5.3 |joblib==1.2.0 lz4==4.4.5
1.2.2       |3.11|1.2.2        |1.24.4|1.10.1|1.5.3 |joblib==1.2.0 lz4==4.4.5
1.3.2       |3.12|1.3.2        |1.26.4|1.11.4|2.1.4 |joblib==1.3.2 lz4==4.4.5
1.4.2       |3.12|1.4.2        |1.26.4|1.13.1|2.2.3 |joblib==1.4.2 lz4==4.4.5
1.5.2       |3.13|1.5.2        |2.1.3 |1.14.1|2.2.3 |joblib==1.4.2 lz4==4.4.5
1.6.1       |3.13|1.6.1        |2.2.6 |1.15.3|2.2.3 |joblib==1.4.2 lz4==4.4.5
1.7.2       |3.13|1.7.2        |2.3.5 |1.16.3|2.3.3 |joblib==1.5.2 lz4==4.4.5
1.8.0       |3.13|1.8.0        |2.5.5 |1.18.1|3.1.1 |joblib==1.6.0 lz4==4.4.5
1.9.1       |3.13|1.9.1        |2.5.5 |1.18.1|3.1.1 |joblib==1.6.0 lz4==4.4.5 skops==0.16.0
'

# interpreter 3.11 -> the path of a Python of that minor version, nothing if there is none
interpreter() {
  local found
  found=$(ls -d "$pyenv/$1".*/bin/python 2>/dev/null | sort -V | tail -1)
  echo "${found:-$(command -v "python$1")}"
}

# create PYTHON FOLDER: an empty environment; for Python 2 with the last virtualenv that knows it, before 3.7 with the pip of
# that Python, since uv refuses the metadata of pandas of that time
create() {
  if "$1" -c 'import sys; sys.exit(sys.version_info[0] != 2)'; then
    local tool=$folder/.virtualenv
    [ -x "$tool/bin/virtualenv" ] ||
      { "$(interpreter 3.9)" -m venv "$tool" && install "$tool" 'virtualenv<20.22'; } &&
      "$tool/bin/virtualenv" --quiet --python "$1" "$2"
  elif command -v uv >/dev/null && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 7))'; then
    uv venv --quiet --python "$1" "$2"
  else
    "$1" -m venv "$2"
  fi
}

# install FOLDER REQUIREMENT...
install() {
  local python=$1/bin/python
  shift
  if "$python" -m pip --version >/dev/null 2>&1; then
    "$python" -m pip install --quiet --disable-pip-version-check --only-binary=:all: "$@"
  else
    uv pip install --quiet --python "$python" --only-binary=:all: "$@"
  fi
}

mkdir -p "$folder"
status=0
while IFS='|' read -r name minor sklearn numpy scipy pandas more; do
  name=${name// /} environment=$folder/${name// /}
  [ -n "$name" ] || continue
  [ "$wanted" = "  " ] || [[ $wanted == *" $name "* ]] || continue
  if "$environment/bin/python" -c 'import sklearn' 2>/dev/null; then
    echo "kept $name"
    continue
  fi
  python=$(interpreter "${minor// /}")
  if [ -z "$python" ]; then
    echo "skipped $name: no python${minor// /}"
    continue
  fi
  # shellcheck disable=SC2086 # the further requirements are several words
  if rm -rf "$environment" && create "$python" "$environment" &&
    install "$environment" "scikit-learn==${sklearn// /}" "numpy==${numpy// /}" "scipy==${scipy// /}" \
      "pandas==${pandas// /}" $more; then
    echo "made $name"
  else
    echo "failed $name" >&2
    status=1
  fi
done <<<"$releases"
exit $status

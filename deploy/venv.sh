#!/bin/sh
# Makes .venv and installs the given pinned files into it, once per content of those files.
# Usage: sh deploy/venv.sh PYTHON REQUIREMENTS...
# Says in plain words what the machine lacks; needs nothing but Python >= 3.11 with its venv module.
set -eu

python=$1
shift
venv=.venv

say() { printf '%s\n' "$@" >&2; }

if [ -z "$python" ] || ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    say "需要 Python 3.11 或更高版本，本机没有找到（现有：$(python3 --version 2>/dev/null || echo 无)）。" \
        "请执行：sudo apt-get install python3 python3-venv；已装在别处的，用 make run PYTHON=/路径/python3.12 指定。" \
        "Python 3.11 or newer is needed and was not found. Install it, or name one: make run PYTHON=/path/to/python3.12"
    exit 1
fi

if [ -e "$venv" ] && ! "$venv/bin/python" -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    say "现有的 $venv 不可用（缺 pip、版本过低，或目录已被移动），重新创建。" \
        "The existing $venv does not work (no pip, too old, or moved here); making it again."
    rm -rf "$venv"
fi

if [ ! -e "$venv" ]; then
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        say "本机的 Python 缺少 venv 模块。请执行：sudo apt-get install python3-venv（或 python$version-venv），然后重试。" \
            "Python's venv module is missing. Run: sudo apt-get install python3-venv (or python$version-venv), then try again."
        exit 1
    fi
    "$python" -m venv "$venv"
fi

wanted=$(cat "$@" | "$venv/bin/python" -c 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())')
for file in "$@"; do
    last=$file
done
# One stamp per list of files: installing the development tools leaves the portal's own stamp valid.
stamp="$venv/.installed-$(basename "$last" .txt)"
if [ "$(cat "$stamp" 2>/dev/null || true)" = "$wanted" ]; then
    exit 0
fi

say "正在安装依赖（首次约需一两分钟）…… Installing the pinned packages (a minute or two the first time) ..."
files=""
for file in "$@"; do
    files="$files -r $file"
done
# shellcheck disable=SC2086  # the list is meant to be split
if ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --require-hashes $files; then
    say "安装依赖失败：请检查网络，或设置 PIP_INDEX_URL 指向可用的镜像后重试。" \
        "Installing the packages failed: check the network, or point PIP_INDEX_URL to a mirror, and try again."
    exit 1
fi
printf '%s\n' "$wanted" > "$stamp"

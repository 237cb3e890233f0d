#compdef dbm
# Completion of dbm for zsh: as _dbm in a folder of $fpath, or source <(dbm completions zsh)

_dbm() {
    local line about tab=$'\t'
    local -a lines described
    lines=("${(@f)$("${(Q)words[1]}" __complete -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
    if [[ ${lines[1]%%$tab*} == / ]]; then
        compset -P '-*='
        _files -/
        return
    fi
    for line in $lines; do
        about=${line#*$tab}
        described+=("${${line%%$tab*}//:/\\:}${about:+:$about}")
    done
    _describe -t dbm dbm described
}

if [[ $funcstack[1] == _dbm ]]; then
    _dbm "$@"
else
    compdef _dbm dbm
fi

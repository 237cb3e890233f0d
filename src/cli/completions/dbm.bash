# Completion of dbm for bash 3.2 and later: eval "$(dbm completions bash)"

_dbm() {
    local at word value before
    local words=()
    # bash cuts words at = and : too. Here they are whole again.
    for ((at = 1; at <= COMP_CWORD; at++)); do
        word=${COMP_WORDS[at]}
        if [[ ${#words[@]} -gt 0 ]] && [[ $word == [=:] || ${words[${#words[@]} - 1]} == *[=:] ]]; then
            words[${#words[@]} - 1]+=$word
        else
            words+=("$word")
        fi
    done
    # What bash leaves in place: `-path=` of `-path=mig`.
    word=${COMP_WORDS[COMP_CWORD]}
    if [[ $word == [=:] ]]; then word=; fi
    value=${words[${#words[@]} - 1]}
    before=${value%"$word"}

    COMPREPLY=()
    local IFS=$'\t'
    while read -r value _; do
        if [[ $value == / ]]; then
            # bash itself lists them; 3.2 cannot be told to.
            compopt -o dirnames 2>/dev/null || { IFS=$'\n'; COMPREPLY=($(compgen -d -- "$word")); }
        elif [[ $value == "$before$word"* ]]; then
            COMPREPLY+=("${value#"$before"}")
        fi
    done < <("${COMP_WORDS[0]}" __complete -- "${words[@]}" 2>/dev/null)
}
complete -F _dbm dbm

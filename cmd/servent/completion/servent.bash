# TAB completion of servent for bash. In ~/.bashrc: source <(servent completion bash)

_servent() {
    local rest=${COMP_LINE:0:COMP_POINT} words=() last='' n=-1 i word space
    local kind='' value note quoted values=() notes=()

    # The words up to the cursor. Bash breaks them at = and : too; what stands
    # together is put together again.
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        space=${rest%%[![:space:]]*}
        rest=${rest#"$space"}
        if ((i == COMP_CWORD)); then word=$rest; fi
        rest=${rest#"$word"}
        if ((i > 0)) && [[ -z $space ]]; then
            words[n]+=$word
        else
            words[++n]=$word
        fi
        last=$word
    done
    # Bash replaces what follows the last break alone.
    if [[ -z ${last//[=:]/} ]]; then last=''; fi
    local prefix=${words[n]}
    if [[ -n $last ]]; then prefix=${prefix%"$last"}; fi

    while IFS=$'\t' read -r value note; do
        if [[ -z $kind ]]; then
            kind=$value
            continue
        fi
        printf -v quoted %q "${value#"$prefix"}"
        values+=("$quoted")
        notes+=("$note")
    done < <("${words[0]/#\~/$HOME}" __complete -- "${words[@]:1}" 2>/dev/null)

    COMPREPLY=("${values[@]}")
    # Descriptions only where bash lists: else it could put one on the line.
    if ((${#values[@]} > 1)) && [[ $COMP_TYPE == 63 || $COMP_TYPE == 33 || $COMP_TYPE == 64 ]]; then
        for ((i = 0; i < ${#values[@]}; i++)); do
            if [[ -n ${notes[i]} ]]; then COMPREPLY[i]="${values[i]}  -- ${notes[i]}"; fi
        done
    fi
    case $kind in
    :files) compopt -o default 2>/dev/null ;;
    :folders) compopt -o plusdirs 2>/dev/null ;;
    esac
}

complete -F _servent servent

#compdef servent
# TAB completion of servent for zsh. In ~/.zshrc, after compinit: source <(servent completion zsh)

_servent() {
    local -a lines values shown
    local line value note kind
    lines=("${(@f)$("${~words[1]}" __complete -- "${(@)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null)}")
    kind=$lines[1]
    for line in "${(@)lines[2,-1]}"; do
        value=${line%%$'\t'*}
        note=${line#*$'\t'}
        values+=("$value")
        if [[ -n $note ]]; then
            shown+=("$value  -- $note")
        else
            shown+=("$value")
        fi
    done
    # What is typed with ~ or quotes looks unlike the values that it stands for.
    local -a replace
    if [[ $PREFIX == [\~\'\"]* ]]; then replace=(-U); fi
    if (( $#values )); then
        compadd $replace -l -d shown -a -- values
    fi
    if [[ $PREFIX == --*=* ]]; then
        compset -P '*='
    fi
    case $kind in
        (:files) _files ;;
        (:folders) _files -/ ;;
    esac
}

# Autoloaded from fpath it is called at once; sourced it is only told of.
if [[ $funcstack[1] == _servent ]]; then
    _servent "$@"
else
    compdef _servent servent
fi

# TAB completion of servent for fish. In ~/.config/fish/config.fish: servent completion fish | source

function __servent_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program $words[1]
    set -e words[1]
    set -l lines ($program __complete -- $words "$current" 2>/dev/null)
    set -l kind $lines[1]
    set -e lines[1]
    for line in $lines
        echo $line
    end
    set -l prefix (string match -r -- '^--[^=]*=' "$current")
    set -l path (string replace -r -- '^--[^=]*=' '' "$current")
    switch "$kind"
        case ':files'
            for found in (__fish_complete_path "$path")
                echo $prefix$found
            end
        case ':folders'
            for found in (__fish_complete_directories "$path")
                echo $prefix$found
            end
    end
end

complete -c servent -f -a '(__servent_complete)'

# Completion of dbm for fish: dbm completions fish | source

function __dbm_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    for line in ($words[1] __complete -- $words[2..-1] "$word" 2>/dev/null)
        if test "$line" != /\tfolders
            echo -- $line
            continue
        end
        set -l before (string match -r -- '^-.*=' $word)
        set -l typed (string replace -- "$before" '' $word)
        for folder in (__fish_complete_directories $typed)
            echo -- "$before$folder"
        end
    end
end

complete -c dbm -f -a '(__dbm_complete)'

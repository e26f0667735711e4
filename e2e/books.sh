#!/usr/bin/env bash
# Books by a foreign tool: hledger accepts the journal that a demo exports, with all its strict checks, and its balances
# equal ours to the minor unit.

source "$(dirname "$0")/binary.sh"
need hledger hledger

for seed in 2018 7; do
    data=$SCRATCH/data-$seed
    journal=$SCRATCH/books-$seed.journal
    "$HUZHU" demo --once --data "$data" --seed "$seed" --members "${MEMBERS:-2000}" >"$SCRATCH/summary"
    "$HUZHU" export --data "$data" --output "$journal" >"$SCRATCH/written"
    hledger --file "$journal" check --strict
    hledger --file "$journal" check ordereddates

    # Ours: name, side, amount and currency; a credit is negative. Theirs: the account's name after its kind.
    "$HUZHU" export --data "$data" --format balances |
        awk -F '\t' '{ sign = $2 == "Credit" ? "-" : ""; amount = $3; if (amount ~ /^0(\.0+)? /) sign = ""; print $1 "\t" sign amount }' |
        sort >"$SCRATCH/ours"
    hledger --file "$journal" balance --flat --empty --no-total --output-format csv |
        sed -E '1d; s/^"[^":]*:([^"]*)","([^"]*)"$/\1\t\2/' |
        sort >"$SCRATCH/theirs"
    # An account that exists and stands at zero has no commodity in hledger.
    for side in ours theirs; do
        sed -E -i 's/\t-?0(\.0+)?( [A-Z]{3})?$/\t0/' "$SCRATCH/$side"
    done
    if ! diff "$SCRATCH/ours" "$SCRATCH/theirs"; then
        echo "books: our balances (<) differ from hledger's (>) for seed $seed" >&2
        exit 1
    fi
    accounts=$(wc -l <"$SCRATCH/ours")
    moved=$(grep -cv $'\t0$' "$SCRATCH/ours" || true)
    entries=$(hledger --file "$journal" print | grep -cE '^[0-9]{4}-')
    if [ "$entries" -lt 6 ] || [ "$moved" -lt 2 ]; then
        echo "books: only $entries entries and $moved accounts that are not zero: nothing to compare" >&2
        exit 1
    fi
    echo "books: seed $seed: hledger accepts $entries entries; $accounts balances are equal, $moved of them not zero"
done

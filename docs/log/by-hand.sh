#!/bin/sh
# Checks a receipt for a file with nothing of ours: sha256sum, base64, xxd and openssl 3. See docs/log.md, section 7.
# Usage: docs/log/by-hand.sh RECEIPT FILE POLICY
set -eu
receipt=$1 file=$2 policy=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "NOT PROVED: $1" >&2; exit 1; }
sha() { sha256sum | cut -d' ' -f1; }
hex() { base64 -d | xxd -p -c 0; }

# 1. What the receipt says: the text in its second line.
sed -n '2s/^extra //p' "$receipt" | base64 -d > "$work/extra"
field() { sed -n "s/^$1 //p" "$work/extra"; }
[ "$(field kind)" = evidence ] || fail "this script is for files only"

# 2. The file is the one that was logged.
[ "$( (field salt | xxd -r -p; cat "$file") | sha)" = "$(field digest)" ] || fail "this is another file"

# 3. The entry: version 01, kind 01, time in eight bytes, digest. Its leaf hash: SHA-256 of 00 and the entry.
entry=$(printf '0101%016x%s' "$(field at)" "$(field digest)")
node=$(printf '00%s' "$entry" | xxd -r -p | sha)

# 4. Up to the root: at each step the neighbour is on the left or on the right (RFC 9162, section 2.1.3.2).
index=$(sed -n '3s/^index //p' "$receipt")
sed '1,/^$/d' "$receipt" > "$work/note"
at=$index last=$(($(sed -n 2p "$work/note") - 1))
[ "$at" -le "$last" ] || fail "the log has no such entry"
for hash in $(sed -n '4,/^$/p' "$receipt"); do
  [ "$last" -gt 0 ] || fail "the proof is too long"
  beside=$(echo "$hash" | hex)
  if [ $((at % 2)) = 1 ] || [ "$at" = "$last" ]; then
    node=$(printf '01%s%s' "$beside" "$node" | xxd -r -p | sha)
    while [ $((at % 2)) = 0 ] && [ "$at" != 0 ]; do at=$((at / 2)) last=$((last / 2)); done
  else
    node=$(printf '01%s%s' "$node" "$beside" | xxd -r -p | sha)
  fi
  at=$((at / 2)) last=$((last / 2))
done
[ "$last" = 0 ] || fail "the proof is too short"
[ "$node" = "$(sed -n 3p "$work/note" | hex)" ] || fail "the entry is not in the log"

# 5. Signatures: the note's text is what stands above the empty line. An Ed25519 key for openssl is its 32 bytes behind a header.
sed '/^$/,$d' "$work/note" > "$work/text"
verify() { # public key in hex, signature in hex, file with the message
  printf '302a300506032b6570032100%s' "$1" | xxd -r -p | openssl pkey -pubin -inform DER -out "$work/key" 2>/dev/null
  printf '%s' "$2" | xxd -r -p > "$work/signature"
  openssl pkeyutl -verify -rawin -pubin -inkey "$work/key" -sigfile "$work/signature" -in "$3" >/dev/null 2>&1
}
# A key is name+id+base64 of one byte of type and the key; a signature line is a dash, the name, base64 of the id and the signature.
signature_of() { # name, id
  grep "^— $1 " "$work/note" | cut -d' ' -f3 | while read -r line; do
    bytes=$(echo "$line" | hex)
    case $bytes in "$2"*) echo "${bytes#"$2"}" ;; esac
  done | head -n 1
}
origin=$(sed -n 1p "$work/note") signed=no
for vkey in $(sed -n 's/^log \([^ ]*\).*/\1/p' "$policy"); do
  name=${vkey%%+*} rest=${vkey#*+}
  signature=$(signature_of "$name" "${rest%%+*}")
  [ "$name" = "$origin" ] && [ -n "$signature" ] || continue
  key=$(echo "${rest#*+}" | hex)
  verify "${key#01}" "$signature" "$work/text" || fail "the signature of $name is false"
  signed=yes
done
[ $signed = yes ] || fail "no known log signed"

# 6. Cosignatures: eight bytes of time, then a signature of three lines more: see C2SP tlog-cosignature.
witnesses=0 cosigned=0
for vkey in $(sed -n 's/^witness [^ ]* \([^ ]*\).*/\1/p' "$policy"); do
  witnesses=$((witnesses + 1))
  name=${vkey%%+*} rest=${vkey#*+}
  signature=$(signature_of "$name" "${rest%%+*}")
  [ -n "$signature" ] || continue
  key=$(echo "${rest#*+}" | hex)
  time=$(echo "$signature" | cut -c1-16)
  { printf 'cosignature/v1\ntime %d\n' "0x$time"; cat "$work/text"; } > "$work/message"
  verify "${key#04}" "${signature#"$time"}" "$work/message" || fail "the cosignature of $name is false"
  cosigned=$((cosigned + 1))
done
echo "logged as entry $index of $origin at $(field at) ms; cosigned by $cosigned of $witnesses witnesses; the policy asks:"
grep -E '^(group|quorum) ' "$policy"

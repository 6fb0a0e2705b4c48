#!/bin/sh
# A stranger's client: curl and openssl. make_video.sh OUTPUT; GATEWAY, APPKEY, ACCESSTOKEN say where.
set -eu

call() { # call NAME PAYLOAD: the answer
  text="appkey=$APPKEY&timestamp=$(date +%s)"
  signature=$(printf %s "$text" | openssl dgst -sha256 -hmac "$ACCESSTOKEN" -binary | base64 | sed 's/+/%2B/g; s,/,%2F,g; s/=/%3D/g')
  curl -sS --fail --max-time 60 -H 'Content-Type: application/json' -d "{\"Header\":{},\"Payload\":$2}" \
    "$GATEWAY/v2/ivh/videomaker/broadcastservice/$1?$text&signature=$signature"
}
value() { # value NAME ANSWER: the string of that name in it
  printf %s "$2" | sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p"
}

answer=$(call videomake '{"VirtualmanKey": "k3dda2d3b56f4ec89778f2e032c2e294", "InputSsml": "大家好，大家好",
  "SpeechParam": {"Speed": 1.0}, "VideoParam": {"Format": "Mp4"}}')
task=$(value TaskId "$answer")
[ -n "$task" ] || { echo "$answer" >&2; exit 1; }
while :; do
  answer=$(call getprogress "{\"TaskId\": \"$task\"}")
  case $(value Status "$answer") in
    SUCCESS) break ;;
    FAIL | '') echo "$answer" >&2; exit 1 ;;
  esac
  sleep 0.2
done
curl -sS --fail -o "$1" "$(value MediaUrl "$answer")"
value MediaUrl "$answer"

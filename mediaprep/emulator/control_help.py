"""The emulator's control port: what tests order and what they judge by. JSON over plain HTTP below {control},
unsigned; where others reach it, with a token (control_token of the ready line). No gateway has anything like it.

    GET    /control/help        this text
    GET    /control/ui          a page for people: all of this, live
    GET    /control/health      {"status": "ok", "tasks": N, "settings": {"speed": "immediate", "no_render": false, …}}
    GET    /control/account     {"tasks": [row, …], "deducted_seconds": S, "hours_left": S | null}
    GET    /control/requests    {"posts": [post, …], "most": N, "by_request_id": {RequestID: N}}
    GET    /control/journal     {"exchanges": [exchange, …], "last": N, "kept": N, "dropped": N}; /control/journal/N one
    GET    /control/journal.har the same as an HTTP archive, for the network panel of a browser
    GET    /control/openapi.json  the gateway's calls as OpenAPI 3.1, made from the tables that judge them
    GET    /control/faults      {"rules": [rule with matched and struck, …]}
    POST   /control/faults      {"seed": 0, "rules": [rule, …]}: added to those that are there
    DELETE /control/faults      removes all rules; /control/faults/NAME removes one
    GET    /control/clock       {"now": seconds since 1970, "standing": bool, "ahead": seconds before the machine's}
    POST   /control/clock       {"advance": seconds} or {"now": seconds since 1970}; forward only
    GET    /control/causes      {"causes": [{table, code, by: cause | fault, cause: {en, zh}, documented, order}], …}
    GET    /control/deviations  {"deviations": [{parameter, endpoints, values, holding, told: {en, zh}}], "header": …}
    GET    /control/reviews     {"words": [word, …], "photos": [SHA-256 or *pattern* of a file's name, …]}
    POST   /control/reviews     the same: what the review refuses from now on (801005, 802000)
    POST   /control/reset       as if just started: {"keep": [part, …]} leaves parts as they are (no body: none)

Every answer to POST and DELETE is what GET would say then. A bad document is HTTP 400 {"error": why}, and
nothing of it is taken. Rules live in memory: a restarted emulator has none (give it --faults FILE, or POST again).

THE ACCOUNT, one row a task in the order of acceptance, append-only on disk, kept through kill -9 (--data):

    task_id endpoint text request request_id       text = InputSsml (ppt: of all pages, by lines); request without
                                                   the query strings of its URLs; request_id = Header.RequestID
    accepted_at finished_at state polls            seconds by the emulator's clock; state as getprogress would say;
                                                   polls answered since the emulator started
    charged seconds deducted_seconds               charged: it cost something. seconds: length of the product.
                                                   deducted: off the hour package (0 for tts and for no-train on
                                                   bought concurrency, which are charged otherwise)
    quota pool                                     what it was counted under; exclusive or shared
    fail_code fail_message stage                   of a FAIL: stage INPUTS (a file did not come or was refused: never
                                                   charged) or MAKING (charged with --charge-failures, except ppt)
    inputs    [{place, url, at, status, problem}]  every fetch of an input: the HTTP status it got (null: no answer)
    callbacks [{at, kind, outcome}]                kind true | early | twice | forged; outcome "HTTP 200", "lost", or
                                                   why it did not arrive; `callback` is the true one's outcome
    media_url subtitles_url gone                   of a SUCCESS; gone: its seven days are over
    ?last=N takes the latest N. GET {control}/inputs/TASK_ID/PLACE leads to an input's URL as the request has it.

REQUESTS, one entry a submit POST (polls are not listed), written down before anything is judged:

    {number, endpoint, received_at, request_id, text, answer, task_id}

    answer: "code 0", "code 100008", "HTTP 503", "dropped", "reset", "unreadable", as it was before slow, cut and
    the like bent it; null: it is not out (yet, or the emulator was killed). task_id: the task that was accepted by
    it, whether the client was told or not, "" for none.
    ?request_id= ?endpoint= ?text= (a part of it) ?repeated=1 (RequestIDs that came more than once) select.

THE JOURNAL, one entry an exchange, the latest 2000 of them (32 MB) in memory: what came in, and what went out
(inputs, uploads, callbacks). Credentials, signatures and the query strings of URLs in it are ***.

    number direction kind at seconds               direction in | out | note; kind: an endpoint's nickname, an asset
                                                   call's, download, bucket, picture; out: input, upload, callback
    task_id code message                           code and message as in the answer's Header, null and "": none
    request   {method, path, query, headers, bytes, json | text}          answer {fate, status, headers, bytes, …}
                                                   fate sent | dropped | reset | cut; bodies up to 64 KiB
    refused   {meaning, remedy, signature, violations, on_order}          why: everything that is wrong with it, not
                                                   only what the gateway names first; on_order: a fault said so
    unknown   [{parameter, nearest}]               what the gateway passes over in silence, and what was meant
    faults    [name, …]                            rules that struck
    ?kind= ?direction= ?task_id= ?code= ?refused=1 ?unknown=1 ?since=NUMBER ?limit=N select.

RESET forgets tasks (with account, requests and results), bucket, faults, reviews, clock and journal: the parts, by
these names. A task that is being made is thrown away, its callback is not sent. Credentials, port and settings stay:
one emulator serves test after test. The answer is what health would say.

THE CLOCK. With --speed clock the time stands still until it is moved, and a task ends at accepted + 3 s + its
length × the pace of its endpoint (tts 0.2, ppt 1.5, basic 1, advanced 1.5, no-train 2, photo 20). A move waits
for rendering that is under way, then ends what is due in the order it is due, with finished_at at that moment. With
any other speed the clock runs, and can be moved forward too. Signature freshness, the Date header, results' seven
days, account and pace follow this clock. The bucket does not: it is the user's, and S3 clients sign by
the machine's time. A standing clock begins at the machine's time; it and what was added survive a restart.

FAULTS. A rule says what goes wrong (`do`), with which calls (`on`, `text`, `within`, `repeated`) and how often:

    name      its name in the counts; a rule of the same name is replaced. Default: {do}-{n}
    on        endpoint nicknames (tts ppt basic advanced notrain photo, progress ppt_progress), download (results),
              bucket, or the groups submit, poll, gateway, *. One or a list. Default: by action, see below
    text      a regular expression searched in the request's Payload as JSON text (of a poll, a download and whatever
              concerns a task: of that task's TaskId and request; of the bucket: in the path)
    each      true: count separately for every string that `text` matched ("job-[0-9]+" → per job)
    p         probability, default 1; drawn from (seed, name, matched string, ordinal) only: the same seed and the same
              order give the same faults. seed: of the rule, else of the document
    skip first every   not the first `skip` matches; then only the `first` so many; then only each `every`th
    within    only while the task is younger than so many seconds (polls, downloads, tasks)
    repeated  only for a submit whose equal Payload was accepted within the last so many seconds

    do              default on  parameters
    latency         *           seconds, when
    status          submit      status (503), when, retry_after (a Retry-After header)
    reset           submit      when                     the connection breaks off with RST
    lost            submit      when (after), seconds    after so long the connection closes without a byte
    code            submit      code, message, when      any code of the gateway, with HTTP 200
    garbage         submit      message, when            HTTP 200 with a body that is no JSON
    slow            download    rate (bytes a second)
    cut             download    bytes (default: half)    Content-Length promises all, the connection ends early
    corrupt         download    bytes (default: half)    the right length, wrong bytes in the middle
    gzip            download                             Content-Encoding: gzip, unasked
    no-length       download                             no Content-Length: the body ends where the connection does
    chunked         download                             no Content-Length: Transfer-Encoding: chunked
    no-range        download                             Range is ignored: 200 and the whole file
    stale           download                             403, and so for this URL from now on; the next progress
                                                         answer has a fresh one
    slots           submit      places, key              so many places of the quota key (tts, ppt, video:notrain,
                                                         video:photo, video:{avatar type}; none: any) are another
                                                         sub-account's at this submit
    fetch-inside    submit                               inputs are fetched before the submit is answered
    fetch-late      submit      seconds                  inputs are fetched so much later
    fetch-twice     submit                               inputs are fetched, judged, and fetched again
    fail            submit      code, message            the task FAILs after its inputs came
    put-refused     submit                               a result PUT gets a 403: the task FAILs with 801015
    put-lost        submit                               result PUTs never arrive, and the task SUCCEEDs
    callback-lost   submit                               the true callback is not sent
    callback-twice  submit      seconds                  and once more, so much later
    callback-early  submit      when, seconds            a SUCCESS callback besides the true one, with
                                                         when=before even before the submit is answered
    callback-forged submit      field, value             a wrong TaskId (default) or MediaUrl, before the true

    `when` before (default): nothing was judged, nothing is accepted. after: the work is done, and for a submit: the
    task is accepted, recorded and will run. Rules are asked in their order; the first that ends a call wins,
    latencies add up.

    curl -X POST $CONTROL/faults -d '{"seed": 7, "rules": [
        {"do": "lost", "p": 0.3}, {"do": "code", "code": 801004, "p": 0.1},
        {"do": "code", "code": 110005, "repeated": 60}, {"do": "code", "code": 110006, "on": "poll", "within": 2},
        {"do": "status", "when": "after", "text": "job-[0-9]+", "each": true, "first": 1}]}'
"""

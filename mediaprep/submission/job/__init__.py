"""The way of a paid job, one move at a time. `worker` claims a job and calls what its state asks for:

    NEW         preparation.prepare     mended, judged, spoken first            → READY
    READY       sending.send            signed, written down, POSTed once       → RUNNING, or in doubt
    SUBMITTING  ambiguous.owner_lost    whoever sent it is gone                 → AMBIGUOUS
    AMBIGUOUS   ambiguous.settle        a callback, the result or the gate tell → RUNNING, MADE, READY
    RUNNING     polling.poll            asked after until it has ended          → MADE
    MADE        polling.save            downloaded, decoded, kept               → SAVED
    SAVED       polling.finish          what is wished is made of it            → DONE

Every move there is stands in submission.states. What a move does for a job of a manifest (mending, finishing) are
verbs.paid.stages; `single_request` is a caller who waits until one request is accepted.
"""

"""HTTP served by ourselves to whoever comes: uvicorn and Starlette behind bounds that no client can pass.

The only room that imports uvicorn, h11, starlette and anyio, all of them once a server starts.
"""

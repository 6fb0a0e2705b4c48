"""Before the first paid submit: does the bucket take a result in the way in which the service will send it?"""

from __future__ import annotations

import contextlib
import secrets
from typing import Final

from mediaprep.errors import BadConfig, MediaprepError
from mediaprep.model.findings import Text
from mediaprep.submission.bucket.object_store import Store
from mediaprep.submission.bucket.presigned import denied, exchange
from mediaprep.submission.bucket.result_urls import FOLDER

_SECONDS: Final = 600
_BYTES: Final = 64


def rehearse(store: Store) -> tuple[Text, ...]:
    """Write a small object below results/ through a presigned PUT without further headers, see it, read it back
    through a presigned GET, delete it, and see that it is gone.

    Gives what is worth knowing though results would arrive (the object could not be removed, the keys are
    temporary). Raises BadConfig,
    saying which step the bucket refuses and how to mend it, and Unreachable.
    """
    content = secrets.token_bytes(_BYTES)
    key = store.key(f"{FOLDER}.rehearsal-{secrets.token_hex(8)}")
    answer = exchange("PUT", store.put_url(key, _SECONDS), "write a result to", content)
    if answer.status not in (200, 201, 204):
        raise denied("write a result to", answer, store.keys)
    try:
        _read_back(store, key, content)
    except MediaprepError:
        with contextlib.suppress(MediaprepError):
            store.delete(key)
        raise
    return (*_removed(store, key), *_temporary(store))


def _temporary(store: Store) -> tuple[Text, ...]:
    if not store.temporary:
        return ()
    return (
        Text(
            "the bucket's keys are temporary: every signed URL ends with them, however long it is signed for; "
            "they must outlast queue and rendering",
            "存储桶密钥为临时密钥：签名 URL 会随密钥一同失效，与签名时长无关；其有效期须长于排队与制作时间",
        ),
    )


def _read_back(store: Store, key: str, content: bytes) -> None:
    if store.exists(key) != len(content):
        raise BadConfig(
            "the bucket took a result and does not show it: it cannot be used for results",
            "存储桶接收了结果却查不到该对象：不能用于存放结果",
        )
    answer = exchange("GET", store.get_url(key, _SECONDS), "read a result from")
    if answer.status != 200:
        raise denied("read a result from", answer, store.keys)
    if answer.body != content:
        raise BadConfig(
            "the bucket gives back other bytes than were written: something between changes them",
            "存储桶返回的内容与写入的不一致：中间有代理或转换",
        )


def _removed(store: Store, key: str) -> tuple[Text, ...]:
    try:
        store.delete(key)
    except MediaprepError as error:
        return (
            Text(
                f"a small object is left in the bucket ({key}): {error.en}",
                f"存储桶中留下一个小对象（{key}）：{error.zh}",
            ),
        )
    try:
        left = store.exists(key)
    except BadConfig:  # S3 says so of what is missing to those who may not list
        raise BadConfig(
            "the bucket does not say whether an object is there: allow listing it, or a result that has not "
            "come cannot be told from a forbidden one",
            "存储桶不告知对象是否存在：请授予列出权限，否则无法区分“结果未到”与“无权访问”",
        ) from None
    if left is None:
        return ()
    return (
        Text(
            f"{key} was deleted and is still there: the bucket keeps its objects",
            f"{key} 删除后仍然存在：该存储桶不允许删除对象",
        ),
    )

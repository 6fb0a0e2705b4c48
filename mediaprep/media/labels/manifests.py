"""The door to c2pa (an extra): manifests of C2PA (Content Credentials) read, and finished files signed with the user's
certificate, what they were made of as the ingredient. Whether a file carries a manifest is seen without it.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mediaprep.errors import BadAsset, BadConfig, ToolFailed, ToolMissing
from mediaprep.media import boxes, sniff
from mediaprep.media.isolation import guard, posix
from mediaprep.model.findings import Text
from mediaprep.model.finishing.proof import Check
from mediaprep.model.labels import Credential

_BOX: Final = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_HEAD: Final = 1 << 20
_MARKS: Final = {"jpg": b"JP\0\1", "png": b"caBX", "webp": b"C2PA", "wav": b"C2PA"}
_TYPES: Final = {
    "mp4": "video/mp4", "mov": "video/quicktime", "m4a": "audio/mp4", "jpg": "image/jpeg", "png": "image/png",
    "webp": "image/webp", "wav": "audio/wav", "mp3": "audio/mpeg", "flac": "audio/flac", "avi": "video/avi",
}  # fmt: skip
_ALGORITHMS: Final = ("es256", "ps256", "es384", "ed25519", "es512", "ps384", "ps512")
_SETTINGS: Final = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},  # a file must not have us call anybody
    "builder": {"thumbnail": {"enabled": False}},
}  # fmt: skip
_MOST_PEM: Final = 1 << 20
_WAIT_SECONDS: Final = 120.0
_FINE: Final = frozenset({"Valid", "Trusted"})
LOST: Final = Text(
    "… carries a C2PA manifest, which no longer holds for what is made of it: set MEDIAPREP_LABEL_CERTIFICATE and "
    "MEDIAPREP_LABEL_CERTIFICATE_KEY (and install mediaprep[c2pa]) to sign the new file, the old one as its ingredient",
    "… 带有 C2PA 凭证，对新文件不再有效：设置 MEDIAPREP_LABEL_CERTIFICATE 与 "
    "MEDIAPREP_LABEL_CERTIFICATE_KEY（并安装 mediaprep[c2pa]）可为新文件签名，并以原凭证为成分",
)


@dataclass(frozen=True, kw_only=True)
class ManifestShown:
    """The manifest that a file carries: who made it with what, whether it holds, and what speaks against it."""

    title: str
    generator: str
    issuer: str
    state: str  # Valid | Invalid | Trusted, as c2pa says
    problems: tuple[str, ...]
    ingredients: tuple[str, ...]


def carries(path: Path) -> bool:
    """Whether a file carries a manifest, by its bytes; nothing of it is read. Raises BadAsset."""
    name = sniff.identify(path)
    with posix.open_regular(path) as file:
        if name.demuxer == "mov":
            for box in boxes.boxes(file, 0, file.seek(0, 2)):
                file.seek(box.start)
                if box.name == b"uuid" and file.read(16) == _BOX:
                    return True
            return False
        mark = _MARKS.get(name.name)
        return mark is not None and mark in file.read(_HEAD)


def installed() -> bool:
    """Whether the extra is there."""
    return importlib.util.find_spec("c2pa") is not None


def read(path: Path) -> ManifestShown | None:
    """The manifest of an untrusted file; None where it has none, or c2pa is not installed. Raises BadAsset."""
    kind = _TYPES.get(sniff.identify(path).name)
    if kind is None or not installed() or not carries(path):
        return None
    found = guard.ask("packets", "manifest", path, kind, wall_seconds=_WAIT_SECONDS)
    if isinstance(found, guard.Stopped):
        raise BadAsset(found.en, found.zh)
    return _shown(json.loads(found)) if isinstance(found, str) else None


def described(path: Path, kind: str) -> str | None:
    """What c2pa says of a file, as JSON; to be called where untrusted files may be read."""
    import c2pa

    context = c2pa.Context.from_dict(_SETTINGS)
    try:
        with posix.open_regular(path) as file, c2pa.Reader(kind, file, None, context) as reader:
            told: str = reader.json()
            return json.dumps({**json.loads(told), "state": reader.get_validation_state()})
    except c2pa.C2paError as error:
        raise BadAsset(
            f"{path.name}: its C2PA manifest cannot be read: {error}",
            f"{path.name}：无法读取 C2PA 凭证：{error}",
        ) from error


def _shown(told: dict[str, Any]) -> ManifestShown:
    active = told.get("manifests", {}).get(told.get("active_manifest"), {})
    generators = active.get("claim_generator_info") or [{}]
    return ManifestShown(
        title=str(active.get("title") or ""),
        generator=str(generators[0].get("name") or active.get("claim_generator") or ""),
        issuer=str((active.get("signature_info") or {}).get("issuer") or ""),
        state=str(told.get("state") or ""),
        problems=tuple(str(one.get("code")) for one in told.get("validation_status") or ()),
        ingredients=tuple(str(one.get("title") or "") for one in active.get("ingredients") or ()),
    )


# --- signing --------------------------------------------------------------------------------------------------


def refuse(credential: Credential | None) -> None:
    """Raise ToolMissing where something is to be signed and the extra is not installed, BadConfig for a certificate or
    key that cannot be used."""
    if credential is not None:
        with contextlib.closing(_signer(credential)):
            return


def sign(made: Path, main: Path, credential: Credential, *, title: str) -> None:
    """Sign a file that we made (under its part name): edited from `main`, whose manifest, if it has one, becomes the
    ingredient's. Raises BadConfig, ToolMissing, ToolFailed."""
    kind, of_main = (_TYPES.get(sniff.identify(path).name) for path in (made, main))
    target = made.with_name(f"{made.name}.signed")
    try:
        with (
            contextlib.closing(_signer(credential)) as signer,
            contextlib.closing(_builder(title)) as builder,
        ):
            parent = json.dumps({"title": main.name, "relationship": "parentOf"})
            with _translated(), main.open("rb") as before:
                builder.add_ingredient(parent, of_main or kind, before)
            with _translated(), made.open("rb") as source, target.open("w+b") as out:
                builder.sign(signer, kind, source, out)
        target.replace(made)
    finally:
        target.unlink(missing_ok=True)


def _builder(title: str) -> Any:
    import c2pa

    from mediaprep import __version__

    told = {"title": title, "claim_generator_info": [{"name": "mediaprep", "version": __version__}]}
    builder = c2pa.Builder(json.dumps({**told, "assertions": []}), c2pa.Context.from_dict(_SETTINGS))
    builder.set_intent(c2pa.C2paBuilderIntent.EDIT)
    return builder


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    import c2pa

    try:
        yield
    except c2pa.C2paError as error:
        raise ToolFailed(f"C2PA: cannot be signed: {error}", f"C2PA：无法签名：{error}") from error


def _signer(credential: Credential) -> Any:
    if not installed():
        raise ToolMissing(
            "signing by C2PA needs an extra: pip install 'mediaprep[c2pa]'",
            "C2PA 签名需要额外组件：pip install 'mediaprep[c2pa]'",
        )
    import c2pa

    chain, key = (_pem(path) for path in (credential.certificate, credential.key))
    why = ""
    for algorithm in _ALGORITHMS:
        try:
            return c2pa.Signer.from_info(c2pa.C2paSignerInfo(algorithm, chain, key, None))
        except c2pa.C2paError as error:
            why = why or str(error)
    raise BadConfig(
        f"{credential.certificate.name} and {credential.key.name}: no certificate and key that C2PA signs with ({why})",
        f"{credential.certificate.name} 与 {credential.key.name}：不是可用于 C2PA 签名的证书与私钥（{why}）",
    )


def _pem(path: Path) -> bytes:
    try:
        with posix.open_regular(path) as file:
            return file.read(_MOST_PEM)
    except BadAsset as error:
        raise BadConfig(f"{path}: {error.en}", f"{path}：{error.zh}") from error


def checks(made: Path, credential: Credential | None) -> tuple[Check, ...]:
    """Whether what was signed holds."""
    if credential is None:
        return ()
    found = read(made)
    return (
        Check(
            name="c2pa", held=found is not None and found.state in _FINE,
            measured="none" if found is None else f"{found.state}, {found.issuer}",
            expected="a manifest that holds", expected_zh="有效的凭证",
        ),
    )  # fmt: skip


def losses(files: tuple[Path, ...], credential: Credential | None) -> tuple[Text, ...]:
    """What is to be said of files whose manifest will not hold for what is made of them."""
    if credential is not None:
        return ()
    return tuple(LOST.naming(path.name) for path in dict.fromkeys(files) if carries(path))

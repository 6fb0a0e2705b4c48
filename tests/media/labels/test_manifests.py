"""C2PA manifests: seen without the library, read and signed with it, their loss told."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mediaprep.config import Settings
from mediaprep.errors import BadConfig, ToolMissing
from mediaprep.media.labels import manifests
from mediaprep.model.finishing.plans import Encoding
from mediaprep.model.finishing.wishes import Finishing
from mediaprep.model.labels import Credential
from mediaprep.preflight.fixes import FixWish
from mediaprep.verbs import label
from mediaprep.verbs.finish import RenderOptions, finish
from mediaprep.verbs.finishing import labelling
from mediaprep.verbs.finishing.labelling import Labelling
from mediaprep.verbs.fix import fix
from tests.making import make_audio, make_photo, make_video
from tests.media.labels import reading

OPTIONS = RenderOptions(encoding=Encoding(preset="ultrafast", crf=23))


def _certified(
    name: str, key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey, issuer: str
) -> x509.Certificate:
    own, now = name == issuer, datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
    named, issued = (x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, it)]) for it in (name, issuer))
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
         "encipher_only", "decipher_only"),
        False,
    )  # fmt: skip
    builder = (
        x509.CertificateBuilder().subject_name(named).issuer_name(issued).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=365 * 90))
        .add_extension(x509.BasicConstraints(ca=own, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=not own, key_cert_sign=own, crl_sign=own, **usage), critical=True
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    )  # fmt: skip
    if not own:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(purpose, critical=True)
    return builder.sign(by, hashes.SHA256())


@pytest.fixture(scope="module")
def credential(tmp_path_factory: pytest.TempPathFactory) -> Credential:
    room = tmp_path_factory.mktemp("credential")
    above, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    chain = (_certified("甲公司", key, above, "Test CA"), _certified("Test CA", above, above, "Test CA"))
    (room / "chain.pem").write_bytes(b"".join(c.public_bytes(serialization.Encoding.PEM) for c in chain))
    plain = serialization.NoEncryption()
    (room / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    return Credential(certificate=room / "chain.pem", key=room / "key.pem")


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory, credential: Credential) -> Path:
    """A labelled and signed video, finished from one that was neither."""
    room = tmp_path_factory.mktemp("signed")
    main = make_video(room / "main.mp4", seconds=1.2, width=384, height=384)
    options = replace(OPTIONS, labelling=Labelling(mode="write", producer="甲公司", credential=credential))
    done = finish(main, room / "out.mp4", Finishing(), options=options)
    held = {check.name: check.held for check in done.checks}
    assert held["c2pa"] is True and held["label"] is True and reading.label(done.output)
    return done.output


def test_what_is_signed_shows_who_signed_it_and_what_it_was_made_of(signed: Path) -> None:
    shown = label.show(signed).manifest
    assert shown is not None
    assert (shown.state, shown.issuer, shown.generator, shown.ingredients) == (
        "Valid", "甲公司", "mediaprep", ("main.mp4",),
    )  # fmt: skip
    assert shown.problems == ("signingCredential.untrusted",), "a test's certificate is nobody's"
    altered = signed.with_name("altered.mp4")
    data = bytearray(signed.read_bytes())
    data[-1] ^= 1
    altered.write_bytes(data)
    told = label.show(altered).manifest
    assert told is not None and told.state == "Invalid"


def test_finishing_what_is_signed_keeps_its_manifest_as_ingredient_or_tells_its_loss(
    signed: Path, tmp_path: Path, credential: Credential
) -> None:
    again = replace(OPTIONS, labelling=Labelling(credential=credential))
    shown = label.show(finish(signed, tmp_path / "again.mp4", Finishing(), options=again).output).manifest
    assert shown is not None and (shown.state, shown.ingredients) == ("Valid", ("out.mp4",))
    bare = finish(signed, tmp_path / "bare.mp4", Finishing(), options=OPTIONS)
    assert not manifests.carries(bare.output)
    assert [note.en for note in bare.notes if "C2PA" in note.en] == [manifests.LOST.naming("out.mp4").en]


def test_mending_what_is_signed_tells_its_loss(signed: Path, tmp_path: Path) -> None:
    named = tmp_path / "signed.mov"
    named.write_bytes(signed.read_bytes())
    done = fix(named, output=tmp_path / "o.mp4", field="notrain.RefVideoUrl", wish=FixWish(faces=False))
    lost = any("C2PA" in note.en for note in done.notes)
    assert lost is (bool(done.steps) and done.target is not None)


@pytest.mark.parametrize("name", ["a.mp4", "a.png", "a.jpg", "a.webp", "a.wav", "a.mp3"])
def test_what_carries_none_says_none(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if name == "a.mp4":
        make_video(path, seconds=0.4, width=96, height=64)
    elif name in {"a.wav", "a.mp3"}:
        make_audio(path, seconds=0.3)
    else:
        make_photo(path, width=64, height=48)
    assert not manifests.carries(path) and manifests.read(path) is None


def test_what_cannot_sign_is_told_before_anything_is_made(
    tmp_path: Path, credential: Credential, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain, key = str(credential.certificate), str(credential.key)
    both = {"MEDIAPREP_LABEL_CERTIFICATE": chain, "MEDIAPREP_LABEL_CERTIFICATE_KEY": key}
    assert labelling.by_settings(Settings.load({}, both)).credential == credential
    for wrong, why in (
        ({"MEDIAPREP_LABEL_CERTIFICATE": chain}, "go together"),
        ({**both, "MEDIAPREP_LABEL_CERTIFICATE_KEY": chain}, "no certificate and key"),
        ({**both, "MEDIAPREP_LABEL_CERTIFICATE": str(tmp_path / "none.pem")}, "no such file"),
    ):
        with pytest.raises(BadConfig, match=why):
            labelling.by_settings(Settings.load({}, wrong))
    monkeypatch.setattr(manifests, "installed", lambda: False)
    with pytest.raises(ToolMissing, match=r"mediaprep\[c2pa\]"):
        labelling.by_settings(Settings.load({}, both))

"""Signed model folders for the scanner's tests, made with model_signing 1.1 (pip install model-signing pyOpenSSL).

Only public parts are written: bundles, public keys and certificates. Run: python3 make_signatures.py TARGET
"""
import datetime
import pathlib
import sys
import tempfile

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
import model_signing

target = pathlib.Path(sys.argv[1])
FILES = {"config.json": b'{"model_type": "acme", "architectures": ["Acme"]}', "merges.txt": b"a b\n"}


def pem(key, path):
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return path


def public(key):
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def certificate(name, key, issuer, issuer_key, years, ca=False):
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime.datetime(2020, 1, 1)
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer.subject if issuer else subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(start.replace(year=2020 + years))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(not ca, False, False, False, False, ca, ca, False, False), critical=True)
    )
    if not ca:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.RFC822Name("signer@example.com")]), critical=False)
    return builder.sign(issuer_key or key, hashes.SHA256())


with tempfile.TemporaryDirectory() as scratch:
    folder = pathlib.Path(scratch)
    model = folder / "model"
    model.mkdir()
    for name, data in FILES.items():
        (model / name).write_bytes(data)
    keys = {name: ec.generate_private_key(ec.SECP384R1() if name == "root" else ec.SECP256R1()) for name in ["signer", "root", "between", "other"]}
    root = certificate("Example root", keys["root"], None, None, 200, ca=True)
    between = certificate("Example intermediate", keys["between"], root, keys["root"], 200, ca=True)
    other = certificate("Other root", keys["other"], None, None, 200, ca=True)
    write = lambda name, cert: (folder / name).write_bytes(cert.public_bytes(serialization.Encoding.PEM)) and folder / name
    key_path = pem(keys["signer"], folder / "signer.key")
    signing = model_signing.signing.Config
    signing().use_elliptic_key_signer(private_key=key_path).sign(model, target / "key.sig")
    for years, name in [(200, "certificate.sig"), (1, "expired.sig")]:
        leaf = certificate("Example signer", keys["signer"], between, keys["between"], years)
        signing().use_certificate_signer(
            private_key=key_path, signing_certificate=write("leaf.pem", leaf), certificate_chain=[write("between.pem", between)]
        ).sign(model, target / name)
    (target / "signer.pem").write_bytes(public(keys["signer"]))
    (target / "other.pem").write_bytes(public(keys["other"]))
    (target / "root.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    (target / "other-root.pem").write_bytes(other.public_bytes(serialization.Encoding.PEM))

"""Archives written by the real programs (7-Zip 26.02, xz 5.4, Python's lzma), around one harmless pickle that calls and one file of
pseudo machine code. Run: python3 make_archives.py <path of 7z>; writes beside itself, the same bytes but for time stamps."""
import gzip
import lzma
import os
import random
import subprocess
import sys
import tempfile

here = os.path.dirname(os.path.abspath(__file__))
seven = sys.argv[1]
# Protocol 2: posix.system('echo test'); the same bytes as callingPickle in build-bytes.ts.
calling = b"\x80\x02cposix\nsystem\nX\x09\x00\x00\x00echo test\x85R."


def code(size: int) -> bytes:
    """Bytes in which every branch filter finds something to turn."""
    source = random.Random(1)
    out = bytearray()
    while len(out) < size:
        kind = source.random()
        if kind < 0.3:
            near = source.randrange(-(1 << 20), 1 << 20) % 2**32
            out += bytes([source.choice([0xE8, 0xE9])]) + near.to_bytes(4, "little")
        elif kind < 0.45:
            out += source.randrange(2**32).to_bytes(4, "little")
        elif kind < 0.7:
            out += bytes(source.choice([[0, 0, 0, 0xEB], [0x48, 0, 0, 1], [0x40, 0, 1, 2], [1, 2, 0, 0x94], [0xF3, 0xF1, 0x10, 0xF8]]))
        else:
            out += bytes(source.choice([0, 1, 255, 0xE8, 0xF0, 0x90]) for _ in range(source.randrange(1, 9)))
    return bytes(out[:size])


def main() -> None:
    program = code(1200)
    with open(os.path.join(here, "program.bin"), "wb") as file:
        file.write(program)
    for name, kind in {"x86": lzma.FILTER_X86, "powerpc": lzma.FILTER_POWERPC, "ia64": lzma.FILTER_IA64, "arm": lzma.FILTER_ARM,
                       "armthumb": lzma.FILTER_ARMTHUMB, "sparc": lzma.FILTER_SPARC}.items():
        write(f"{name}.xz", lzma.compress(program, filters=[{"id": kind}, {"id": lzma.FILTER_LZMA2, "preset": 6}]))
    write("delta.xz", lzma.compress(program, filters=[{"id": lzma.FILTER_DELTA, "dist": 4}, {"id": lzma.FILTER_LZMA2}]))
    write("arm64.xz", subprocess.run(["xz", "--arm64", "--lzma2", "-c", os.path.join(here, "program.bin")], stdout=subprocess.PIPE, check=True).stdout)
    with tempfile.TemporaryDirectory() as folder:
        for name, content in {"model.pkl": calling, "program.bin": program, "notes.txt": b"weights\n" * 20, "empty.txt": b""}.items():
            with open(os.path.join(folder, name), "wb") as file:
                file.write(content)
        os.makedirs(os.path.join(folder, "sub"))
        pack(folder, "copy.7z", "-m0=Copy")
        pack(folder, "lzma.7z", "-m0=LZMA")
        pack(folder, "lzma2.7z", "-m0=LZMA2", "-mhc=off")
        pack(folder, "bcj.7z", "-m0=BCJ", "-m1=LZMA2")
        pack(folder, "bcj2.7z", "-m0=BCJ2", "-m1=LZMA", "-m2=LZMA", "-m3=LZMA", "-mb0:1", "-mb0s1:2", "-mb0s2:3")
        pack(folder, "delta.7z", "-m0=Delta:4", "-m1=LZMA2")
        pack(folder, "deflate.7z", "-m0=Deflate")
        pack(folder, "deflate64.7z", "-m0=Deflate64")
        pack(folder, "bzip2.7z", "-m0=BZip2")
        pack(folder, "ppmd.7z", "-m0=PPMd")
        pack(folder, "encrypted.7z", "-psecret")
        pack(folder, "encrypted-header.7z", "-psecret", "-mhe=on")
        for method in ["Deflate64", "LZMA", "BZip2", "PPMd", "xz"]:
            pack(folder, f"{method.lower()}.zip", "-tzip", f"-mm={method}")
        sparse(folder)
        for form in ["newc", "odc", "bin", "crc"]:
            write(f"{form}.cpio", subprocess.run(["cpio", "-o", "-H", form], cwd=folder, input=b"model.pkl\n", stdout=subprocess.PIPE, check=True).stdout)
        long = "a_very_long_name_for_a_model.pkl"
        os.rename(os.path.join(folder, "model.pkl"), os.path.join(folder, long))
        if os.path.exists(os.path.join(here, "long.a")):
            os.remove(os.path.join(here, "long.a"))
        subprocess.run(["ar", "rc", os.path.join(here, "long.a"), long, "notes.txt"], cwd=folder, check=True)


def sparse(folder: str) -> None:
    """A file of 900,003 bytes with a hole before the pickle at 300,000 and one behind it."""
    with open(os.path.join(folder, "sparse.bin"), "wb") as file:
        file.seek(300000)
        file.write(calling)
        file.seek(900000)
        file.write(b"end")
    for name, options in {"gnu": ["--format=gnu"], **{f"pax{v}": ["--format=posix", f"--sparse-version={v}"] for v in ["0.0", "0.1", "1.0"]}}.items():
        tar = subprocess.run(["tar", "--sparse", *options, "-cf", "-", "sparse.bin"], cwd=folder, stdout=subprocess.PIPE, check=True).stdout
        write(f"sparse-{name}.tar.gz", gzip.compress(tar, mtime=0))


def write(name: str, content: bytes) -> None:
    with open(os.path.join(here, name), "wb") as file:
        file.write(content)


def pack(folder: str, name: str, *options: str) -> None:
    target = os.path.join(here, name)
    if os.path.exists(target):
        os.remove(target)
    subprocess.run([seven, "a", "-bd", *options, target, "."], cwd=folder, check=True, stdout=subprocess.DEVNULL)


main()

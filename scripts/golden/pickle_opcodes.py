"""What CPython says about pickle programs: the opcodes its unpickler runs and the names it looks up when `find_class` is stubbed.

    python pickle_opcodes.py < programs > answers

One program a line in hexadecimal; one JSON answer a line: {"opcodes": [[offset, code], ...], "globals": [[module, name], ...],
"end": offset after STOP or null, "error": text or null}. Nothing is imported: `find_class` returns a stub that accepts everything.
Offsets are exact up to the first FRAME, whose content CPython reads at once.
"""

import io
import json
import pickle
import sys


class Stub:
    def __new__(cls, *args, **kwargs):
        return object.__new__(cls)

    def __init__(self, *args, **kwargs):
        pass

    def __setstate__(self, state):
        pass

    def append(self, item):
        pass

    def extend(self, items):
        pass

    def add(self, item):
        pass

    def __setitem__(self, key, value):
        pass


class Observer(pickle._Unpickler):
    def __init__(self, data):
        self.file = io.BytesIO(data)
        super().__init__(self.file, buffers=iter(lambda: b"", None), encoding="latin1")
        self.seen = []
        self.opcodes = []

    def find_class(self, module, name):
        self.seen.append([module, name])
        return Stub

    def persistent_load(self, pid):
        return Stub()

    def get_extension(self, code):
        self.append(Stub())


def noting(code, load):
    def note(self):
        self.opcodes.append([self.file.tell() - 1, code])
        load(self)

    return note


Observer.dispatch = {code: noting(code, load) for code, load in pickle._Unpickler.dispatch.items()}


def answer(data):
    observer = Observer(data)
    error = end = None
    try:
        observer.load()
        end = observer.file.tell()
    except Exception as problem:
        error = repr(problem)[:100]
    return {"opcodes": observer.opcodes, "globals": observer.seen, "end": end, "error": error}


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogatepass")
    for line in sys.stdin:
        print(json.dumps(answer(bytes.fromhex(line.strip()))))

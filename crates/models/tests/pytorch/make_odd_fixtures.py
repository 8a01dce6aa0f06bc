"""Writes files with more beside the weights than a reader of weights knows, as `torch.save` lays them out.

Only the standard library is needed: the few functions and classes that PyTorch's pickles name are stood in for here.
"""

import argparse
import collections
import io
import pickle
import struct
import sys
import types
import zipfile
from pathlib import Path

FOLDER = Path(__file__).parent / "fixtures"


def stand_in(module, name):
    """A function of this name in a module of this name, both found by the pickler."""
    holder = sys.modules.setdefault(module, types.ModuleType(module))
    def function(*_):
        raise NotImplementedError(name)
    function.__module__, function.__name__, function.__qualname__ = module, name, name
    setattr(holder, name, function)
    return function


REBUILD = stand_in("torch._utils", "_rebuild_tensor_v2")
SPARSE = stand_in("torch._utils", "_rebuild_sparse_tensor")
LAYOUT = stand_in("torch.serialization", "_get_layout")
FORMATS = {"FloatStorage": "f", "DoubleStorage": "d", "LongStorage": "q", "ComplexFloatStorage": "f"}
STORAGES = {name: stand_in("torch", name) for name in FORMATS}


class Storage:
    def __init__(self, kind, values):
        self.kind, self.values = kind, values

    def count(self):
        return len(self.values) // (2 if self.kind.startswith("Complex") else 1)

    def bytes(self):
        return struct.pack(f"<{len(self.values)}{FORMATS[self.kind]}", *self.values)


class Call:
    """An object that is pickled as a call."""

    def __init__(self, function, *arguments):
        self.reduced = (function, arguments)

    def __reduce__(self):
        return self.reduced


def view(storage, offset, shape, strides):
    return Call(REBUILD, storage, offset, shape, strides, False, collections.OrderedDict())


def tensor(kind, values, *shape):
    strides = [1] * len(shape)
    for k in reversed(range(len(shape) - 1)):
        strides[k] = strides[k + 1] * shape[k + 1]
    return view(Storage(kind, values), 0, shape, tuple(strides))


def save(name, value, protocol=2):
    storages = []

    class Pickler(pickle.Pickler):
        def persistent_id(self, found):
            if not isinstance(found, Storage):
                return None
            if found not in storages:
                storages.append(found)
            return ("storage", STORAGES[found.kind], str(storages.index(found)), "cpu", found.count())

    out = io.BytesIO()
    Pickler(out, protocol).dump(value)
    with zipfile.ZipFile(FOLDER / name, "w") as archive:
        def write(entry, contents):
            archive.writestr(zipfile.ZipInfo(f"archive/{entry}"), contents)
        write("data.pkl", out.getvalue())
        write("byteorder", b"little")
        for key, storage in enumerate(storages):
            write(f"data/{key}", storage.bytes())
        write("version", b"3\n")


def weights():
    """Those of an mlp of 2 inputs, 2 hidden units and 2 classes; two are views of one storage."""
    shared = Storage("DoubleStorage", [0.5, 1.5, 2.5, 3.5, 4.5, 5.5])
    return collections.OrderedDict(
        [
            # The transpose of a matrix that lies in rows.
            ("hidden.0.weight", view(shared, 0, (2, 2), (1, 2))),
            ("hidden.0.bias", view(shared, 4, (2,), (1,))),
            ("head.weight", tensor("DoubleStorage", [1.0, 2.0, 3.0, 4.0], 2, 2)),
            ("head.bias", tensor("DoubleStorage", [-1.0, -2.0], 2)),
        ]
    )


def sparse():
    indices, values = tensor("LongStorage", [0, 1], 1, 2), tensor("FloatStorage", [1.0, 2.0], 2)
    return Call(SPARSE, Call(LAYOUT, "torch.sparse_coo"), (indices, values, (2,), True))


def main():
    arguments = argparse.Namespace(lr=0.1, mean=tensor("FloatStorage", [1.0], 1))
    # Pickled as an object with its attributes.
    history = collections.defaultdict(list, loss=[1.0])
    for protocol, name in [(2, "odd_beside.pt"), (5, "odd_beside_protocol5.pt")]:
        save(
            name,
            {
                "state_dict": weights(),
                "x": history,
                "complex": tensor("ComplexFloatStorage", [1.0, 2.0], 1),
                "sparse": sparse(),
                "arguments": arguments,
                "seen": {1, 2},
                (1, 2): [None, True, 2**80, 1.5, b"bytes"],
            },
            protocol,
        )
    counted = weights()
    for name in ["total_ops", "total_params", "hidden.0.total_ops", "hidden.0.num_batches_tracked"]:
        counted[name] = tensor("DoubleStorage", [7.0], 1)
    counted["head._extra_state"] = tensor("FloatStorage", [1.0], 1)
    counted["spectrum"] = tensor("ComplexFloatStorage", [1.0, 2.0], 1)
    save("odd_counters.pt", counted)
    extra = weights()
    extra["average"] = tensor("DoubleStorage", [1.0], 1)
    save("odd_extra.pt", extra)
    for kind, bias in [("sparse", sparse()), ("complex", tensor("ComplexFloatStorage", [1.0, 2.0, 3.0, 4.0], 2))]:
        odd = weights()
        odd["head.bias"] = bias
        save(f"odd_{kind}_weight.pt", odd)


main()

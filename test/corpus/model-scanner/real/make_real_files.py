"""Makes the files beside this script with the real libraries. Run with numpy, h5py, onnx, safetensors, gguf, joblib, scikit-learn and keras installed.

Each file stays below 7 KB. Hostile ones name places that do not exist; nothing in them acts when it is read as data.
"""
import pickle
import pathlib

import gguf
import h5py
import joblib
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file
from sklearn.linear_model import LogisticRegression

here = pathlib.Path(__file__).parent


def hdf5(name, write, **options):
    with h5py.File(here / name, "w", **options) as file:
        write(file)


def external(file):
    file["elsewhere"] = h5py.ExternalLink("/nowhere/other.h5", "/x")
    file.create_dataset("outside", (4,), "i4", external=[("/nowhere/secret", 0, 16)])


def virtual(file):
    layout = h5py.VirtualLayout((4,), "i8")
    layout[:] = h5py.VirtualSource("/nowhere/parts.h5", "x", (4,))
    file.create_virtual_dataset("v", layout)


def keras_two(file):
    file.attrs["keras_version"] = "2.15.0"
    file.attrs["model_config"] = '{"class_name":"Sequential","config":{"layers":[{"class_name":"Lambda","config":{"name":"l"}}]}}'


def dense_links(file):
    for i in range(12):
        file.create_group(f"g{i}")
    file["elsewhere"] = h5py.ExternalLink("../../other.h5", "/x")


def shape(file):
    file.create_dataset("huge", (10**9, 10**4), "f8", chunks=(1000, 1000), compression="gzip")


hdf5("plain.h5", lambda file: file.create_dataset("x", data=np.arange(4), compression="gzip"), libver="latest")
hdf5("external.h5", external, libver="latest")
hdf5("virtual.h5", virtual, libver="latest")
hdf5("keras-lambda.h5", keras_two)
hdf5("dense-links.h5", dense_links, libver="latest")
hdf5("shape.h5", shape, libver="latest")

weights = numpy_helper.from_array(np.ones((4, 3), np.float32), "W")
graph = helper.make_graph(
    [helper.make_node("MatMul", ["x", "W"], ["y"])], "g",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4])],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 3])], [weights])
onnx.save(helper.make_model(graph), here / "plain.onnx")

save_file({"a": np.zeros((3, 4), np.float32), "b": np.arange(5)}, here / "plain.safetensors", metadata={"format": "np"})
np.save(here / "plain.npy", np.arange(10))
np.save(here / "objects.npy", np.array([{"a": 1}, None], dtype=object), allow_pickle=True)
np.savez_compressed(here / "plain.npz", x=np.zeros(1000), y=np.arange(3))

writer = gguf.GGUFWriter(here / "plain.gguf", "llama")
writer.add_block_count(2)
writer.add_array("tokenizer.ggml.tokens", ["a", "b"])
writer.add_tensor("t", np.ones((32, 4), np.float32))
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()

model = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
joblib.dump(model, here / "model.joblib")
for codec in ("zlib", "gzip", "bz2", "xz", "lzma"):
    joblib.dump(model, here / f"model.{codec}.joblib", compress=(codec, 3))
for protocol in range(6):
    (here / f"plain-{protocol}.pkl").write_bytes(pickle.dumps({"a": [1, 2.5, "x", (1, 2)]}, protocol=protocol))

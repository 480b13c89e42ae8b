"""Writes the small files of this folder with the real libraries: pip install numpy pandas pyarrow msgpack flatbuffers tflite h5py tables onnx lightgbm xgboost.

Files whose name starts with `plain` are harmless and must stay clean. Nothing here does harm: hostile ones print a word at most.
"""
import os
import pickle
import sys

import numpy as np

os.chdir(os.path.dirname(os.path.abspath(__file__)))


def boosters():
    import lightgbm
    import xgboost

    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 3))
    y = (x[:, 0] > 0).astype(int)
    booster = xgboost.train({"objective": "binary:logistic", "max_depth": 2}, xgboost.DMatrix(x, y), 2)
    booster.save_model("plain-xgboost.json")
    booster.save_model("plain-xgboost.ubj")
    targets = xgboost.train({"tree_method": "hist", "multi_strategy": "multi_output_tree", "max_depth": 2}, xgboost.DMatrix(x, x[:, :2]), 1)
    targets.save_model("plain-xgboost-targets.ubj")
    # With xgboost 2.1: booster.set_attr(note="a word"); booster.save_model("x.deprecated") wrote plain-xgboost-legacy.model.
    model = lightgbm.train({"objective": "binary", "verbose": -1, "num_leaves": 4, "min_data_in_leaf": 3}, lightgbm.Dataset(x, y), 2)
    model.save_model("plain-lightgbm.txt")


def tables():
    import pandas
    import pyarrow
    import pyarrow.feather
    import pyarrow.ipc
    import pyarrow.parquet

    frame = pandas.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "z"], "c": pandas.Categorical(["u", "v", "u"])})
    frame.to_parquet("plain-pandas.parquet")
    table = pyarrow.Table.from_pandas(frame)
    pyarrow.feather.write_feather(table, "plain-v2.feather", compression="uncompressed")
    with pyarrow.OSFile("plain-stream.arrow", "wb") as sink, pyarrow.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    # The extension type of CVE-2023-47248: its metadata is a pickle that older readers load at once.
    payload = b"cbuiltins\nprint\n(S'marker'\ntR."
    field = pyarrow.field("a", pyarrow.int64(), metadata={"ARROW:extension:name": "arrow.py_extension_type", "ARROW:extension:metadata": payload})
    hostile = pyarrow.table([pyarrow.array([1, 2])], schema=pyarrow.schema([field]))
    pyarrow.parquet.write_table(hostile, "extension-pickle.parquet")
    with pyarrow.OSFile("extension-pickle.arrow", "wb") as sink, pyarrow.ipc.new_file(sink, hostile.schema) as writer:
        writer.write_table(hostile)
    with pyarrow.OSFile("extension-pickle-stream.arrow", "wb") as sink, pyarrow.ipc.new_stream(sink, hostile.schema) as writer:
        writer.write_table(hostile)


def flax():
    import msgpack

    def array(value):
        return msgpack.ExtType(1, msgpack.packb((value.shape, value.dtype.name, value.tobytes()), use_bin_type=True))

    tree = {"params": {"dense": {"kernel": array(np.ones((3, 2), np.float32)), "bias": array(np.zeros(2, np.float32))}}, "step": 3}
    with open("plain-flax.msgpack", "wb") as out:
        out.write(msgpack.packb(tree, use_bin_type=True))


def lite():
    import flatbuffers
    from importlib import import_module

    Buffer, Model, Operator, OperatorCode, SubGraph, Tensor = (
        import_module(f"tflite.{name}") for name in ("Buffer", "Model", "Operator", "OperatorCode", "SubGraph", "Tensor")
    )

    def vector(builder, start, items, add=None):
        start(builder, len(items))
        for item in reversed(items):
            (add or builder.PrependUOffsetTRelative)(item)
        return builder.EndVector()

    builder = flatbuffers.Builder(256)
    name, description, weights = builder.CreateString("x"), builder.CreateString("made by hand"), builder.CreateByteVector(np.ones(4, np.float32).tobytes())
    shape = builder.CreateNumpyVector(np.array([4], np.int32))
    buffers = []
    for data in (None, weights):
        Buffer.BufferStart(builder)
        if data is not None:
            Buffer.BufferAddData(builder, data)
        buffers.append(Buffer.BufferEnd(builder))
    tensors = []
    for buffer in (0, 1, 0):
        Tensor.TensorStart(builder)
        Tensor.TensorAddShape(builder, shape)
        Tensor.TensorAddType(builder, 0)
        Tensor.TensorAddBuffer(builder, buffer)
        Tensor.TensorAddName(builder, name)
        tensors.append(Tensor.TensorEnd(builder))
    OperatorCode.OperatorCodeStart(builder)
    OperatorCode.OperatorCodeAddVersion(builder, 1)
    code = OperatorCode.OperatorCodeEnd(builder)
    inputs, outputs = builder.CreateNumpyVector(np.array([0, 1], np.int32)), builder.CreateNumpyVector(np.array([2], np.int32))
    Operator.OperatorStart(builder)
    Operator.OperatorAddInputs(builder, inputs)
    Operator.OperatorAddOutputs(builder, outputs)
    operator = Operator.OperatorEnd(builder)
    tensor_vector = vector(builder, SubGraph.SubGraphStartTensorsVector, tensors)
    operator_vector = vector(builder, SubGraph.SubGraphStartOperatorsVector, [operator])
    graph_in, graph_out = builder.CreateNumpyVector(np.array([0], np.int32)), builder.CreateNumpyVector(np.array([2], np.int32))
    SubGraph.SubGraphStart(builder)
    SubGraph.SubGraphAddTensors(builder, tensor_vector)
    SubGraph.SubGraphAddInputs(builder, graph_in)
    SubGraph.SubGraphAddOutputs(builder, graph_out)
    SubGraph.SubGraphAddOperators(builder, operator_vector)
    graph = SubGraph.SubGraphEnd(builder)
    codes = vector(builder, Model.ModelStartOperatorCodesVector, [code])
    graphs = vector(builder, Model.ModelStartSubgraphsVector, [graph])
    buffer_vector = vector(builder, Model.ModelStartBuffersVector, buffers)
    Model.ModelStart(builder)
    Model.ModelAddVersion(builder, 3)
    Model.ModelAddOperatorCodes(builder, codes)
    Model.ModelAddSubgraphs(builder, graphs)
    Model.ModelAddDescription(builder, description)
    Model.ModelAddBuffers(builder, buffer_vector)
    builder.Finish(Model.ModelEnd(builder), b"TFL3")
    with open("plain.tflite", "wb") as out:
        out.write(builder.Output())


def hdf5():
    import h5py
    import tables

    with tables.open_file("pytables-attribute.h5", "w") as file:
        file.root._v_attrs.note = {"a": {1, 2}}
    with h5py.File("soft-link.h5", "w") as file:
        group = file.create_group("model_weights")
        group["kernel"] = np.zeros(3, np.float32)
        group["alias"] = h5py.SoftLink("/elsewhere/secret")


for make in (boosters, tables, flax, lite, hdf5):
    make()
print(sys.version, pickle.format_version)

# With catboost and coremltools at hand (versions 1.2 and 8):
#   CatBoostClassifier(iterations=3).fit(x, y).save_model("plain-catboost.cbm")
#   NeuralNetworkBuilder with one inner product → plain-coreml.mlmodel; a MIL program with one linear layer → plain-coreml-program.mlmodel
#   and its weights/weight.bin → plain-coreml-weights.bin; Model.linkedModel with the search path ../../x → coreml-linked.mlmodel

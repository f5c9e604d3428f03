"""GGUF headers: what is read equals what the gguf package reads; what is broken is refused, never a crash."""

from __future__ import annotations

import struct
import tempfile
from pathlib import Path

import numpy as np
import pytest
from gguf import GGUFReader
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ModelRefused
from engine.models.facts import read_facts
from engine.models.header import read_header
from tests.models.files import TOKENS, write_gguf


@pytest.fixture(scope="module")
def whole() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return write_gguf(Path(folder) / "model.gguf").read_bytes()


def test_reads_what_the_gguf_package_reads(shared_data: Path) -> None:
    path = shared_data / "models" / "stories260k" / "derived" / "stories260K-f32-v3.gguf"
    ours, theirs = read_header(path), GGUFReader(path)
    for key, field in theirs.fields.items():
        if key.startswith("GGUF."):
            continue
        expected = field.contents()
        if isinstance(expected, list) and isinstance(expected[0], str):
            assert ours.strings(key) == expected
        else:
            assert np.array_equal(ours.values[key], expected), key
    assert [(t.name, t.shape, t.kind, t.start, t.size) for t in ours.tensors] == [
        (t.name, tuple(t.shape), t.tensor_type.name, t.data_offset, t.n_bytes) for t in theirs.tensors
    ]


def test_strings_are_read_only_when_asked_for(tmp_path: Path) -> None:
    header = read_header(write_gguf(tmp_path / "m.gguf"))
    assert header.values["tokenizer.ggml.tokens"].count == len(TOKENS)
    assert header.strings("tokenizer.ggml.tokens") == TOKENS


@given(cut=st.floats(0, 1, exclude_max=True))
def test_a_file_cut_anywhere_is_refused(whole: bytes, cut: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cut.gguf"
        path.write_bytes(whole[: int(cut * len(whole))])
        with pytest.raises(ModelRefused, match=r"cut off|empty"):
            read_facts(path)


@given(place=st.integers(0, 3000), value=st.binary(min_size=1, max_size=8))
def test_damage_is_refused_or_harmless(whole: bytes, place: int, value: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "damaged.gguf"
        path.write_bytes(whole[:place] + value + whole[place + len(value) :])
        try:
            read_facts(path)
        except ModelRefused as refusal:
            assert refusal.what


@pytest.mark.parametrize(
    "content, reason",
    [
        (b"", "empty"),
        (b"GG", "cut off"),
        (b"GGUF\x01\0\0\0", "version 1"),
        (b"GGUF\x09\0\0\0" + bytes(16), "version 9"),
        (b"GGUF" + struct.pack(">I", 3) + bytes(16), "big-endian"),
        (b"fmgg\x64\0\0\0", "RWKV"),
        (b"fmgg\x01\0\0\0", "GGMF"),
        (b"lmgg", "old GGML"),
        (b"tjgg\x03\0\0\0", "GGJT"),
        (b"algg\x01\0\0\0", "GGLA"),
        (b"PK\x03\x04rest", "zip"),
        (b"\x80\x02}q", "pickled"),
        (b"<!doctype html><html>", "web page"),
        (b"<HTML><body>", "web page"),
        (b"version https://git-lfs.github.com/spec/v1", "Git LFS"),
        (struct.pack("<Q", 64) + b'{"__metadata__":{}}', "safetensors"),
        (b"once upon a time", "something else"),
    ],
)
def test_what_it_seems_to_be_instead(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelRefused, match=reason) as caught:
        read_facts(path)
    assert caught.value.remedy


def test_real_files_in_other_formats(shared_data: Path) -> None:
    models = shared_data / "models"
    with pytest.raises(ModelRefused, match=r"GGUF version 1.*llama\.cpp"):
        read_facts(models / "stories260k" / "tinyllamas-stories-260k-f32.gguf")
    with pytest.raises(ModelRefused, match="RWKV"):
        read_facts(models / "wrong_format" / "tiny-rwkv-4v0-660K-FP16.bin")
    with pytest.raises(ModelRefused, match="safetensors"):
        read_facts(models / "tinystories656k" / "model.safetensors")
    for name in ("gpt-2", "llama-spm", "bert-bge"):
        with pytest.raises(ModelRefused, match="vocabulary only"):
            read_facts(shared_data / "vocabs" / f"ggml-vocab-{name}.gguf")

"""Every real document of the shared data is indexed, or listed with its reason; nothing crashes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from engine.ground.limits import Limits
from engine.task import Task
from engine.workspace import Workspace


@pytest.mark.slow
def test_all_documents_are_indexed_or_listed_with_a_reason(workspace: Workspace, shared_data: Path) -> None:
    folder = shared_data / "documents"
    documents = workspace.documents.add([folder], Task(), limits=Limits(characters=15_000))
    there = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")]
    assert len(documents) == len(there) == 143

    for one in documents:
        assert one.status in {"indexed", "partial", "empty", "refused"}, one
        assert (one.status == "indexed") == (one.reason == ""), one
        assert (one.status in {"indexed", "partial"}) == (one.chunks > 0 and one.characters > 0), one
        assert "crashed" not in one.reason and "more than" not in one.reason, one

    states = {str(Path(one.path).relative_to(folder)): one.reason.split(":")[0] or one.status for one in documents}
    for name in (name for name in states if name.startswith("pdf_encrypted/")):
        readable = name.split("/")[1] in {"copy-protected.pdf", "r6-owner-password.pdf", "unencrypted.pdf"}
        assert states[name] in ({"indexed"} if readable else {"encrypted", "scanned"}), name
    assert states["legacy/Password_Protected-hello.ppt"] == "encrypted"
    assert states["pptx/testPPT_protected_passtika.pptx"] == "encrypted"
    assert states["xlsx/testEXCEL_protected_passtika.xlsx"] == "encrypted"
    assert states["xlsx/testEXCEL.xlsb"] == "corrupt"
    assert states["pdf_scan/testOCR.pdf"] == "scanned"
    assert states["text/empty.txt"] == "empty"
    for kind in ("csv", "docling_docx", "docling_html", "docling_md", "docling_pptx", "epub", "html", "pdf_layout"):
        found = [state for name, state in states.items() if name.startswith(f"{kind}/")]
        assert found and all(state == "indexed" or state.startswith("the first 15,000") for state in found), kind
    assert Counter(states.values())["indexed"] >= 90


@pytest.mark.slow
def test_encodings_are_read(workspace: Workspace, shared_data: Path) -> None:
    workspace.documents.add([shared_data / "documents" / "text", shared_data / "documents" / "html"], Task())
    for question, name in [
        ("Однажды, в студеную зимнюю пору", "russian.cp866.txt"),
        ("Hamburgers are delicious", "fake-text-utf-32.txt"),
        ("Агент по аренде квартир", "big-preamble.html"),
        ("SNB22-3 mechanical properties of steel", "example-steelJIS-datasheet-utf-16.html"),
    ]:
        assert name in [p.document for p in workspace.documents.search(question, 3)], question

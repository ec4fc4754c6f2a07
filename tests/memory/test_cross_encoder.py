"""A reranking model: a real ONNX graph that counts the words a query and a passage share."""

from __future__ import annotations

from pathlib import Path

import pytest
from onnx import ModelProto, TensorProto, helper, save
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from surefoot.errors import ConfigurationError
from surefoot.memory import ChromaDocuments, CrossEncoder, Document, MiniLM

pytestmark = pytest.mark.anyio

WORDS = "gull heron nests on the cliff where does a sleep in tree".split()


@pytest.fixture(params=[1, 2])
def model(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Write a model that gives one number, or two, and its tokenizer."""
    folder = tmp_path / "model"
    folder.mkdir()
    save(shared_words(outputs=request.param), str(folder / "model.onnx"))
    tokens = {word: number for number, word in enumerate(["[UNK]", "[CLS]", "[SEP]", *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(tokens, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1))
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def shared_words(*, outputs: int) -> ModelProto:
    """Return a graph: pairs of equal tokens of query and passage, specials left out, less one."""
    named = ["input_ids", "attention_mask", "token_type_ids"]
    inputs = [helper.make_tensor_value_info(n, TensorProto.INT64, ["b", "t"]) for n in named]
    made = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["b", outputs])
    constants = [
        helper.make_tensor("last_special", TensorProto.INT64, [], [2]),
        helper.make_tensor("axis1", TensorProto.INT64, [1], [1]),
        helper.make_tensor("axis2", TensorProto.INT64, [1], [2]),
        helper.make_tensor("axes", TensorProto.INT64, [2], [1, 2]),
        helper.make_tensor("one", TensorProto.FLOAT, [], [1.0]),
    ]
    float_ = TensorProto.FLOAT
    nodes = [
        helper.make_node("Greater", ["input_ids", "last_special"], ["is_word"]),
        helper.make_node("Cast", ["is_word"], ["word"], to=float_),
        helper.make_node("Cast", ["attention_mask"], ["seen"], to=float_),
        helper.make_node("Cast", ["token_type_ids"], ["second"], to=float_),
        helper.make_node("Mul", ["word", "seen"], ["counts"]),
        helper.make_node("Mul", ["counts", "second"], ["in_passage"]),
        helper.make_node("Sub", ["counts", "in_passage"], ["in_query"]),
        helper.make_node("Unsqueeze", ["input_ids", "axis2"], ["down"]),
        helper.make_node("Unsqueeze", ["input_ids", "axis1"], ["across"]),
        helper.make_node("Equal", ["down", "across"], ["equal"]),
        helper.make_node("Cast", ["equal"], ["same"], to=float_),
        helper.make_node("Unsqueeze", ["in_query", "axis2"], ["rows"]),
        helper.make_node("Unsqueeze", ["in_passage", "axis1"], ["columns"]),
        helper.make_node("Mul", ["same", "rows"], ["half"]),
        helper.make_node("Mul", ["half", "columns"], ["pairs"]),
        helper.make_node("ReduceSum", ["pairs", "axes"], ["shared"], keepdims=0),
        helper.make_node("Sub", ["shared", "one"], ["fit"]),
        helper.make_node("Unsqueeze", ["fit", "axis1"], ["logits" if outputs == 1 else "for"]),
    ]
    if outputs == 2:
        nodes += [
            helper.make_node("Sub", ["for", "for"], ["against"]),
            helper.make_node("Concat", ["against", "for"], ["logits"], axis=1),
        ]
    graph = helper.make_graph(nodes, "shared_words", inputs, [made], initializer=constants)
    opset = helper.make_opsetid("", 17)
    return helper.make_model(graph, opset_imports=[opset], ir_version=8)


def test_each_pair_gets_a_score_whatever_its_length_and_its_batch(model: Path) -> None:
    passages = ["heron nests on the cliff", "gull", "heron", *["a tree in the cliff " * 9] * 9]
    encoder = CrossEncoder(model)
    scores = encoder.score("where does heron sleep", passages)

    alone = [encoder.score("where does heron sleep", [passage])[0] for passage in passages]
    assert scores == pytest.approx(alone)
    assert scores[0] == pytest.approx(0.5)  # one word shared
    assert scores[1] == pytest.approx(0.2689, abs=1e-4)  # none
    assert encoder.score("heron", []) == []
    assert encoder.score("\ud800", ["\ud800 " * 2_000])


async def test_a_reranker_has_the_last_word_on_what_was_found(tmp_path: Path, model: Path) -> None:
    texts = {"a": "heron heron heron gull", "b": "where does a gull sleep in the tree"}
    query = "where does the heron sleep in the tree"
    embedder = MiniLM()
    async with ChromaDocuments(tmp_path / "plain", embedder=embedder) as index:
        for path, text in texts.items():
            await index.add(Document(path=path, text=text))
        plain = await index.search(query)
    async with ChromaDocuments(
        tmp_path / "plain", embedder=embedder, reranker=CrossEncoder(model)
    ) as index:
        ranked = await index.search(query, limit=1)
        everything = await index.search(query)

    assert {each.content for each in plain} == {each.content for each in everything}
    assert [each.content for each in ranked] == [texts["b"]]
    assert [each.score for each in everything] == sorted(
        (each.score or 0 for each in everything), reverse=True
    )


def test_a_folder_without_a_model_says_what_should_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        CrossEncoder(tmp_path).score("heron", ["gull"])
    assert "model.onnx" in str(caught.value)

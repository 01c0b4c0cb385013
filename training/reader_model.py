"""The reader as a torch module, and its loss. Only training names torch; what ships is converted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from reader_pairs import Pair
from torch import Tensor, nn
from transformers import BertModel

SPAN_WEIGHT = 0.5
# Layers below read words in context; questions meet passages well enough above them, and training takes a fifth less.
N_FROZEN = 2


class Reader(nn.Module):
    """BERT over question and passage in one sequence; four logits a token, one for the passage."""

    def __init__(self, bert: BertModel) -> None:
        super().__init__()
        self.bert = bert
        self.token = nn.Linear(bert.config.hidden_size, 4)  # evidence, attention within the sentence, start, end
        self.passage = nn.Linear(bert.config.hidden_size, 1)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> tuple[Tensor, Tensor]:
        """Return token logits (n, length, 4) and passage logits (n, 1)."""
        hidden = self.bert(input_ids, attention_mask, token_type_ids).last_hidden_state
        return self.token(hidden), self.passage(hidden[:, 0])


def load(folder: str) -> Reader:
    """Start from the encoder's weights; the word vectors and the lowest layers stay as they are.

    No dropout: a pair is hardly seen twice, and without it attention takes torch's fast path.
    """
    bert = BertModel.from_pretrained(
        folder,
        add_pooling_layer=False,
        attn_implementation="sdpa",
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    for part in (bert.embeddings, *bert.encoder.layer[:N_FROZEN]):
        part.requires_grad_(False)
    return Reader(bert)


def padded(pairs: Sequence[Pair]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return ids, mask, kinds and places, each (n, longest)."""
    longest = max(len(p.ids) for p in pairs)

    def rows(values: Sequence[Sequence[int]], fill: int) -> Tensor:
        out = np.full((len(values), longest), fill, np.int64)
        for row, value in zip(out, values, strict=True):
            row[: len(value)] = value
        return torch.from_numpy(out)

    ids = rows([p.ids for p in pairs], 0)
    mask = rows([[1] * len(p.ids) for p in pairs], 0)
    return ids, mask, rows([p.kinds for p in pairs], 0), rows([p.place for p in pairs], -1)


def sentence_logits(tokens: Tensor, places: Tensor, n: int) -> Tensor:
    """Pool the evidence logits of each sentence's tokens by attention: (batch, n), -inf where there is no sentence."""
    inside = places[:, None, :] == torch.arange(n, device=places.device)[None, :, None]  # (batch, n, length)
    attention = tokens[:, None, :, 1].masked_fill(~inside, -1e4).softmax(-1)
    pooled = (attention * tokens[:, None, :, 0]).sum(-1)
    return pooled.masked_fill(~inside.any(-1), float("-inf"))


def loss_of(reader: Reader, pairs: Sequence[Pair]) -> Tensor:
    """Sentence choice with "none" as a choice, each sentence's own probability, the passage's, and the span."""
    device = reader.passage.weight.device
    ids, mask, kinds, places = (part.to(device) for part in padded(pairs))
    tokens, passage = reader(ids, mask, kinds)
    tokens, passage = tokens.float(), passage.float()[:, 0]
    n = max(len(p.gold) for p in pairs)
    logits = sentence_logits(tokens, places, n)
    gold = torch.tensor([p.gold + [False] * (n - len(p.gold)) for p in pairs], device=device)
    real = torch.isfinite(logits)
    gold = gold & real
    none = torch.zeros(len(pairs), 1, device=device)
    everything = torch.cat([none, logits], 1).logsumexp(1)
    right = torch.where(
        gold.any(1), logits.masked_fill(~gold, float("-inf")).logsumexp(1).nan_to_num(neginf=0), none[:, 0]
    )
    choice = (everything - right).mean()
    own = nn.functional.binary_cross_entropy_with_logits(logits[real], gold[real].float())
    label = nn.functional.binary_cross_entropy_with_logits(
        passage, torch.tensor([p.label for p in pairs], device=device)
    )
    return choice + own + label + SPAN_WEIGHT * span_loss(tokens, mask, pairs)


def span_loss(tokens: Tensor, mask: Tensor, pairs: Sequence[Pair]) -> Tensor:
    """Cross-entropy of the answer's first and last token, [CLS] standing for none; pairs without a span don't count."""
    known = [i for i, p in enumerate(pairs) if p.span is not None]
    if not known:
        return tokens.sum() * 0
    target = torch.tensor([pairs[i].span for i in known], device=tokens.device)
    scores = tokens[known][:, :, 2:].masked_fill(mask[known][:, :, None] == 0, -1e4)
    return nn.functional.cross_entropy(scores[..., 0], target[:, 0]) + nn.functional.cross_entropy(
        scores[..., 1], target[:, 1]
    )

"""Train the reader: `.venv/bin/python training/train_reader.py`, then `training/fit_reader.py`.

RAG_DATA names the data (default ../shared/data). Seeded; two cores are enough, a GPU is used where there is one. Goes
on from `.cache/reader/last.pt` where that is there and of the same run (remove it to begin anew). Each round draws its
pairs afresh. `--minutes` ends the schedule early on a slow machine.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import torch
from reader_model import Reader, load, loss_of, padded, sentence_logits
from reader_pairs import Pair, Pairs
from shipped_reader import shipped_weights
from sklearn.metrics import roc_auc_score

from rag.encoding.location import locate
from rag.encoding.tokens import Tokenizer
from rag.settings import DEFAULT_ENCODER, load_settings

SEED = 20261125
FOLDER = Path(".cache/reader")
ROUND, BATCH = 800, 16
LR, HEAD_LR, WARMUP = 1.5e-4, 1e-3, 0.05
EVERY = 3  # rounds between two measurements on held-out texts


def tell(line: str) -> None:
    """Print a line at once."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - a script that tells how far it is


def main() -> None:
    """Train."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=250)
    options.add_argument("--minutes", type=float, default=150.0)
    options.add_argument("--shipped", action="store_true", help="begin with the reader that ships, not the encoder")
    options.add_argument("--lr", type=float, default=LR, help="highest learning rate; the heads' is in proportion")
    options.add_argument("--bf16", action="store_true", help="where the processor computes in it: twice as fast")
    options.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    asked = options.parse_args()
    torch.set_num_threads(2)
    torch.manual_seed(SEED)
    settings = load_settings()
    folder = locate(DEFAULT_ENCODER, settings.cache).path
    pairs = Pairs(Tokenizer(folder / "tokenizer.json"))
    held = pairs.draw(320, np.random.default_rng(SEED), held=True)
    tell(f"held out for the way: {len(held)}")
    reader = load(str(folder))
    if asked.shipped:
        reader.load_state_dict(shipped_weights(), strict=False)
    reader.to(asked.device)
    heads = [*reader.token.parameters(), *reader.passage.parameters()]
    body = [p for p in reader.bert.parameters() if p.requires_grad]
    peaks = [asked.lr, HEAD_LR * asked.lr / LR]
    groups = [{"params": part, "lr": peak} for part, peak in zip((body, heads), peaks, strict=True)]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    FOLDER.mkdir(parents=True, exist_ok=True)
    run = {"rounds": asked.rounds, "lr": asked.lr, "shipped": asked.shipped, "pairs": pairs.digest()}
    done, spent = resumed(run, reader, optimiser)
    begun = time.monotonic() - spent
    for number in range(done, asked.rounds):
        rng = np.random.default_rng((SEED, number))
        drawn = pairs.draw(ROUND, rng)
        order = sorted(range(len(drawn)), key=lambda i: (len(drawn[i].ids), i))
        batches = [order[i : i + BATCH] for i in range(0, len(order), BATCH)]
        reader.train()
        losses = []
        for step, place in enumerate(rng.permutation(len(batches)).tolist()):
            gone = max((number + step / len(batches)) / asked.rounds, (time.monotonic() - begun) / 60 / asked.minutes)
            for group, peak in zip(optimiser.param_groups, peaks, strict=True):
                group["lr"] = peak * max(0.0, min(gone / WARMUP, (1 - gone) / (1 - WARMUP)))
            with torch.autocast(asked.device, torch.bfloat16, enabled=asked.bf16):
                loss = loss_of(reader, [drawn[i] for i in batches[place]])
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_([*body, *heads], 1.0)
            optimiser.step()
            losses.append(loss.item())
            if step % 25 == 24:
                minutes = (time.monotonic() - begun) / 60
                tell(
                    f"round {number} step {step + 1}/{len(batches)} loss {np.mean(losses[-25:]):.3f} {minutes:.1f} min"
                )
            if gone >= 1:
                break
        spent = time.monotonic() - begun
        saved = {"reader": reader.state_dict(), "optimiser": optimiser.state_dict(), "done": number + 1, "spent": spent}
        saved["run"] = run
        torch.save(saved, FOLDER / "new.pt")
        (FOLDER / "new.pt").replace(FOLDER / "last.pt")
        if number % EVERY == EVERY - 1 or number == asked.rounds - 1 or gone >= 1:
            tell(f"after round {number}, {spent / 60:.1f} min: {measure(reader, held, asked.bf16)}")
        if gone >= 1:
            break


def resumed(run: dict[str, object], reader: Reader, optimiser: torch.optim.Optimizer) -> tuple[int, float]:
    """Take up the state of an interrupted run; return its rounds and seconds, 0 where there is none."""
    if not (FOLDER / "last.pt").exists():
        return 0, 0.0
    saved = torch.load(FOLDER / "last.pt", weights_only=True, map_location=reader.passage.weight.device)
    if saved["run"] != run:
        sys.exit(f"{FOLDER / 'last.pt'} is of another run ({saved['run']}, this is {run}). Remove it to begin anew.")
    reader.load_state_dict(saved["reader"])
    optimiser.load_state_dict(saved["optimiser"])
    return saved["done"], saved["spent"]


def measure(reader: Reader, held: list[Pair], bf16: bool) -> str:
    """Best sentence of the answerable pairs; AUROC of the passage's logit, overall and against each way."""
    reader.eval()
    order = sorted(range(len(held)), key=lambda i: len(held[i].ids))
    scores, best, right = np.zeros(len(held)), np.zeros(len(held)), []
    device = reader.passage.weight.device
    with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, enabled=bf16):
        for start in range(0, len(order), BATCH):
            part = order[start : start + BATCH]
            ids, mask, kinds, places = padded([held[i] for i in part])
            tokens, passage = reader(ids.to(device), mask.to(device), kinds.to(device))
            logits = sentence_logits(tokens.float().cpu(), places, max(len(held[i].gold) for i in part))
            scores[part], best[part] = passage.float()[:, 0].cpu().numpy(), logits.max(1).values.numpy()
            right += [
                held[i].gold[int(row.argmax())]
                for i, row in zip(part, logits, strict=True)
                if any(held[i].gold) and len(held[i].gold) > 1
            ]
    ways = np.array([p.way for p in held])
    yes = ways == "asked"
    figures = [f"best sentence {np.mean(right):.3f} ({len(right)})"]
    for way in ("all", *sorted(set(ways) - {"asked"})):
        some = yes | ((ways == way) if way != "all" else ~yes)
        if (~yes & some).any():
            of_passage, of_best = roc_auc_score(yes[some], scores[some]), roc_auc_score(yes[some], best[some])
            figures.append(f"{way}: passage {of_passage:.3f} best {of_best:.3f}")
    return "; ".join(figures)


if __name__ == "__main__":
    main()

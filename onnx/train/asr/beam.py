"""Log-probabilities of frames + `lm.arpa` -> pieces: the reference of `src/asr/beam.rs`, line by line.

CTC prefix beam search (Hannun et al. 2014) with the language model's weight on every piece."""

from math import exp, inf, log, log1p

import numpy as np

BEAMS, CANDIDATES, FLOOR, SPREAD = 16, 16, -7.0, 9.0
WEIGHT, BONUS = 0.6, 1.5
# Frames after which beams that disagree with the best are dropped.
SETTLED = 25


class Ngram:
    def __init__(self, path):
        self.grams, self.backoff, self.order = {}, {}, 0
        for line in open(path, encoding="utf-8"):
            fields = line.rstrip("\n").split("\t")
            if len(fields) > 1:
                gram = tuple(fields[1].split(" "))
                self.order = max(self.order, len(gram))
                self.grams[gram] = float(fields[0]) * log(10)
                if len(fields) > 2:
                    self.backoff[gram] = float(fields[2]) * log(10)

    def next(self, context, piece):
        """-> log-probability, and the context for the piece after it."""
        score, gram = 0.0, context + (piece,)
        while len(gram) > 1 and gram not in self.grams:
            score += self.backoff.get(gram[:-1], 0.0)
            gram = gram[1:]
        score += self.grams.get(gram, -16.0)
        follow = (context + (piece,))[-(self.order - 1):]
        while follow and follow not in self.backoff:
            follow = follow[1:]
        return score, follow


def add(a, b):
    low, high = min(a, b), max(a, b)
    return high if low == -inf else high + log1p(exp(low - high))


class Beam:
    def __init__(self, lm, pieces):
        self.lm, self.pieces, self.frame = lm, pieces, 0
        # node: (parent, piece id, context, lm score, length, frame)
        self.nodes, self.children = [(None, 0, ("<s>",), 0.0, 0, 0)], {}
        self.beams = [(0, 0.0, -inf)]

    def child(self, node, piece):
        key = (node, piece)
        if key not in self.children:
            _, _, context, score, length, _ = self.nodes[node]
            gained, follow = self.lm.next(context, self.pieces[piece])
            self.children[key] = len(self.nodes)
            self.nodes.append((node, piece, follow, score + gained, length + 1, self.frame))
        return self.children[key]

    def worth(self, beam):
        node, blank, sound = beam
        return add(blank, sound) + WEIGHT * self.nodes[node][3] + BONUS * self.nodes[node][4]

    def push(self, log_probs):
        best = np.argsort(-log_probs, kind="stable")[:CANDIDATES]
        candidates = [int(i) for i in best if i != 0 and log_probs[i] > FLOOR]
        ahead = {}

        def give(node, blank, sound):
            b, s = ahead.get(node, (-inf, -inf))
            ahead[node] = (add(b, blank), add(s, sound))

        for node, blank, sound in self.beams:
            total, last = add(blank, sound), self.nodes[node][1]
            give(node, total + log_probs[0], sound + log_probs[last] if node else -inf)
            for piece in candidates:
                give(self.child(node, piece), -inf, (blank if piece == last else total) + log_probs[piece])
        beams = sorted(((n, b, s) for n, (b, s) in sorted(ahead.items())), key=self.worth, reverse=True)
        best = self.worth(beams[0])
        self.beams = [b for b in beams[:BEAMS] if self.worth(b) > best - SPREAD]
        self.frame += 1
        self.settle()

    def settle(self):
        node = self.beams[0][0]
        while node and self.nodes[node][5] + SETTLED > self.frame:
            node = self.nodes[node][0]
        self.beams = [b for b in self.beams if self.descends(b[0], node)]

    def descends(self, node, ancestor):
        while node is not None and node > ancestor:
            node = self.nodes[node][0]
        return node == ancestor

    def finish(self):
        """-> [(piece id, frame)]"""
        end = lambda b: self.worth(b) + WEIGHT * self.lm.next(self.nodes[b[0]][2], "</s>")[0]
        node, out = max(self.beams, key=end)[0], []
        while node:
            out.append((self.nodes[node][1], self.nodes[node][5]))
            node = self.nodes[node][0]
        return out[::-1]

"""Log-probabilities of frames + `lm.arpa.gz` -> pieces: the reference of `src/asr/beam.rs`, line by line.

CTC prefix beam search (Hannun et al. 2014) with the language model's weight on every piece."""

import gzip
from math import exp, inf, log, log1p

import numpy as np

BEAMS, CANDIDATES, FLOOR, SPREAD = 16, 16, -7.0, 9.0
WEIGHT, BONUS = 0.8, 2.0
# Frames after which beams that disagree with the best are dropped.
SETTLED = 12.5


class Ngram:
    def __init__(self, path):
        self.grams, self.backoff, self.order = {}, {}, 0
        for line in gzip.open(path, "rt", encoding="utf-8"):
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
        # Parent, piece id, context, what the language model makes of it, where it is heard best and how well.
        self.nodes, self.children = [[None, 0, ("<s>",), 0.0, 0, 0.0]], {}
        self.beams = [(0, 0.0, -inf)]

    def prior(self, key):
        node, piece = key
        _, _, context, prior, _, _ = self.nodes[node]
        if piece is None:
            return prior, context
        gained, follow = self.lm.next(context, self.pieces[piece])
        return prior + WEIGHT * gained + BONUS, follow

    def advance(self, log_probs, candidates):
        """-> {(known node, None) or (its parent, new piece): [blank, goes on, begins]}"""
        ahead = {}
        for node, blank, sound in self.beams:
            total, last = add(blank, sound), self.nodes[node][1]
            ways = ahead.setdefault((node, None), [-inf] * 3)
            ways[:2] = total + log_probs[0], sound + log_probs[last] if node else -inf
            for piece in candidates:
                key = (self.children[node, piece], None) if (node, piece) in self.children else (node, piece)
                ahead.setdefault(key, [-inf] * 3)[2] = (blank if piece == last else total) + log_probs[piece]
        return ahead

    def push(self, log_probs):
        best = np.argsort(-log_probs, kind="stable")[:CANDIDATES]
        ahead = self.advance(log_probs, [int(i) for i in best if i != 0 and log_probs[i] > FLOOR])
        weighed = []
        for key, (blank, goes_on, begins) in ahead.items():
            prior, context = self.prior(key)
            sound = add(goes_on, begins)
            weighed.append((add(blank, sound) + prior, key, blank, sound, begins > goes_on, prior, context))
        weighed.sort(key=lambda w: -w[0])
        self.beams = []
        for worth, (node, piece), blank, sound, begins, prior, context in weighed[:BEAMS]:
            if worth <= weighed[0][0] - SPREAD:
                break
            if piece is not None:
                self.nodes.append([node, piece, context, prior, self.frame, log_probs[piece]])
                self.children[node, piece] = node = len(self.nodes) - 1
            elif node and begins and log_probs[self.nodes[node][1]] > self.nodes[node][5]:
                self.nodes[node][4:] = self.frame, log_probs[self.nodes[node][1]]
            self.beams.append((node, blank, sound))
        self.frame += 1
        self.settle()

    def settle(self):
        node = self.beams[0][0]
        while node and self.nodes[node][4] + SETTLED > self.frame:
            node = self.nodes[node][0]
        self.beams = [b for b in self.beams if self.descends(b[0], node)]

    def descends(self, node, ancestor):
        while node is not None and node > ancestor:
            node = self.nodes[node][0]
        return node == ancestor

    def finish(self):
        """-> [(piece id, frame)]"""
        def worth(beam):
            node, blank, sound = beam
            _, _, context, prior, _, _ = self.nodes[node]
            return add(blank, sound) + prior + WEIGHT * self.lm.next(context, "</s>")[0]

        node, out = max(self.beams, key=worth)[0], []
        while node:
            out.append((self.nodes[node][1], self.nodes[node][4]))
            node = self.nodes[node][0]
        return out[::-1]

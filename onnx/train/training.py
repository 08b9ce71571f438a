"""A model and the losses of its batches -> a trained one: in one process or several, resumable, its learning rate set by the
clock, so that training ends when it should.

Gradients and clocks of the processes are averaged at each step. One thread a process: two threads in one gain nothing on two
cores (shared/reference/starter-models.md §3)."""

import os
import time

import numpy as np
import torch

import weights

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
SAVE_EVERY_S = 60


class Training:
    """`smoothing` is what the moving average keeps at each step; `peak` the learning rate, after `warm_up` steps, until 30 %
    of the time has gone; `begin` a file of weights.py to begin with, where there is no checkpoint."""

    def __init__(self, net, path, rank, processes, minutes, peak, warm_up, clip, smoothing, begin=None):
        self.net, self.path, self.rank, self.processes = net, path, rank, processes
        self.minutes, self.peak, self.warm_up, self.clip, self.smoothing = minutes, peak, warm_up, clip, smoothing
        self.optimizer = torch.optim.AdamW(net.parameters(), peak, betas=(0.9, 0.98), weight_decay=0.01)
        self.ema = {k: v.clone() for k, v in net.state_dict().items()}
        self.step, self.seen, spent, self.begun = 0, 0.0, 0.0, False
        if os.path.exists(path):
            saved = torch.load(path, weights_only=False, map_location=DEVICE)
            net.load_state_dict(saved["model"])
            self.optimizer.load_state_dict(saved["optimizer"])
            self.ema, self.step, self.seen, spent = saved["ema"], saved["step"], saved["seen"], saved["spent"]
            self.begun = saved["begun"]
        elif begin and os.path.exists(begin):
            missing = net.load_state_dict(weights.load(begin), strict=False).missing_keys
            self.ema, self.begun = {k: v.clone() for k, v in net.state_dict().items()}, True
            self.tell("begins with %s%s" % (os.path.basename(begin), ", but for %d tensors" % len(missing) if missing else ""))
        self.begin, self.saved_at, self.losses = time.time() - spent, time.time(), []
        self.progress = spent / (minutes * 60)
        self.tell("%.2f M parameters, step %d, %.1f min" % (
            sum(p.numel() for p in net.parameters()) / 1e6, self.step, spent / 60))

    def rate(self):
        if self.step < self.warm_up:
            return self.peak * (self.step + 1) / self.warm_up
        cosine = 0.5 * (1 + np.cos(np.pi * min(1, max(0, self.progress - 0.3) / 0.7)))
        return self.peak * cosine + 1e-6

    def learn(self, loss, seen, unit, every):
        """One step; `seen` is what the batch holds, in `unit`; tells how it goes each so many steps."""
        self.optimizer.zero_grad()
        loss.backward()
        self.agree((time.time() - self.begin) / (self.minutes * 60))
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), self.clip)
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate()
        self.optimizer.step()
        self.step += 1
        self.seen += seen * self.processes
        self.average()
        self.losses.append(loss.item())
        if self.step % every == 0:
            self.tell("step %d, %.1f min, %.1f %s, loss %.3f" % (
                self.step, (time.time() - self.begin) / 60, self.seen, unit, np.mean(self.losses)))
            self.losses = []
        if time.time() - self.saved_at > SAVE_EVERY_S or self.progress >= 1:
            self.saved_at = time.time()
            self.save()

    def agree(self, progress):
        """Averages the gradients and the clock over the processes."""
        for p in self.net.parameters():
            if p.grad is None:
                p.grad = torch.zeros_like(p)
        grads = [p.grad for p in self.net.parameters()]
        self.progress = progress
        if self.processes > 1:
            flat = torch.cat([g.flatten() for g in grads] + [torch.tensor([progress])]) / self.processes
            torch.distributed.all_reduce(flat)
            for grad, part in zip(grads, flat[:-1].split([g.numel() for g in grads])):
                grad.copy_(part.view_as(grad))
            self.progress = float(flat[-1])

    def average(self):
        keep = min(self.smoothing, self.step / (self.step + 10))
        with torch.no_grad():
            for k, v in self.net.state_dict().items():
                self.ema[k].lerp_(v, 1 - keep) if v.is_floating_point() else self.ema[k].copy_(v)

    def save(self):
        if self.rank == 0:
            state = dict(model=self.net.state_dict(), optimizer=self.optimizer.state_dict(), ema=self.ema, step=self.step,
                         seen=self.seen, begun=self.begun, spent=time.time() - self.begin)
            torch.save(state, self.path + ".new")
            os.replace(self.path + ".new", self.path)

    def tell(self, what):
        if self.rank == 0:
            print(what, flush=True)


def start(rank, processes, port, seed):
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    if processes > 1:
        torch.distributed.init_process_group("gloo", "tcp://127.0.0.1:%d" % port, rank=rank, world_size=processes)


def run(work, args, processes):
    """Calls `work(rank, processes, *args)` in each process."""
    if processes == 1:
        work(0, 1, *args)
    else:
        torch.multiprocessing.spawn(work, (processes, *args), nprocs=processes)

"""Several processes, each with a model and data of its own -> one training: gradients and clocks are averaged at each step.

One thread a process: two threads in one gain nothing on two cores (shared/reference/starter-models.md §3)."""

import torch


def start(rank, processes, port):
    torch.set_num_threads(1)
    if processes > 1:
        torch.distributed.init_process_group("gloo", "tcp://127.0.0.1:%d" % port, rank=rank, world_size=processes)


def agree(model, progress, processes):
    """Averages the gradients and the clock over the processes. -> progress"""
    for p in model.parameters():
        if p.grad is None:
            p.grad = torch.zeros_like(p)
    if processes == 1:
        return progress
    grads = [p.grad for p in model.parameters()]
    flat = torch.cat([g.flatten() for g in grads] + [torch.tensor([progress])]) / processes
    torch.distributed.all_reduce(flat)
    for grad, part in zip(grads, flat[:-1].split([g.numel() for g in grads])):
        grad.copy_(part.view_as(grad))
    return float(flat[-1])


def run(work, args, processes):
    """Calls `work(rank, processes, *args)` in each process."""
    if processes == 1:
        work(0, 1, *args)
    else:
        torch.multiprocessing.spawn(work, (processes, *args), nprocs=processes)

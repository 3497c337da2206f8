"""The PyTorch contender: builds the workload that it is sent and times its training step (see protocol.ts)."""
import json
import sys
import time

import torch
from torch import nn

GROUP_SECONDS = 0.005


def build(workload):
    shape = list(workload["inputShape"])
    layers = []
    if len(shape) == 3:
        shape = [shape[2], shape[0], shape[1]]
    for spec in workload["layers"]:
        kind = spec["kind"]
        if kind == "dense":
            layers.append(nn.Linear(shape[0], spec["units"]))
            shape = [spec["units"]]
        elif kind == "conv":
            layers.append(nn.Conv2d(shape[0], spec["filters"], spec["kernel"], padding=spec["kernel"] // 2))
            shape = [spec["filters"], *shape[1:]]
        elif kind == "batchNorm":
            layers.append((nn.BatchNorm2d if len(shape) == 3 else nn.BatchNorm1d)(shape[0]))
        elif kind == "relu":
            layers.append(nn.ReLU())
        elif kind == "tanh":
            layers.append(nn.Tanh())
        elif kind == "maxPool":
            layers.append(nn.MaxPool2d(spec["window"]))
            shape = [shape[0], shape[1] // spec["window"], shape[2] // spec["window"]]
        elif kind == "flatten":
            layers.append(nn.Flatten())
            shape = [shape[0] * shape[1] * shape[2]]
        elif kind == "dropout":
            layers.append(nn.Dropout(spec["rate"]))
        else:
            raise ValueError(f"no layer {kind}")
    return nn.Sequential(*layers)


class Stepper:
    def __init__(self, workload, threads):
        torch.set_num_threads(threads)
        torch.manual_seed(1)
        self.model = build(workload)
        self.model.train()
        shape = list(workload["inputShape"])
        if len(shape) == 3:
            shape = [shape[2], shape[0], shape[1]]
        self.inputs = torch.rand(workload["batch"], *shape) - 0.5
        self.labels = torch.arange(workload["batch"]) % workload["classes"]
        self.criterion = nn.CrossEntropyLoss()
        spec = workload["optimizer"]
        if spec["kind"] == "adam":
            self.optimizer = torch.optim.Adam(self.model.parameters(), lr=spec["learningRate"])
        else:
            self.optimizer = torch.optim.SGD(self.model.parameters(), lr=spec["learningRate"], momentum=spec["momentum"])
        self.last = None

    def step(self):
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.criterion(self.model(self.inputs), self.labels)
        loss.backward()
        self.optimizer.step()
        self.last = loss


def measure(stepper, seconds):
    stepper.step()
    per_group = 1
    times = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 3:
        start = time.perf_counter()
        for _ in range(per_group):
            stepper.step()
        elapsed = time.perf_counter() - start
        if elapsed < GROUP_SECONDS:
            per_group = int(per_group * GROUP_SECONDS * 1.2 / max(elapsed, 5e-5)) + 1
        else:
            times.append(1000 * elapsed / per_group)
    return {"milliseconds": times, "loss": float(stepper.last)}


def main():
    stepper = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["command"] == "prepare":
                stepper = Stepper(request["workload"], request["threads"])
                answer = {"ready": f"PyTorch {torch.__version__}, {request['threads']} thread(s)"}
            else:
                answer = measure(stepper, request["seconds"])
        except Exception as error:  # the bench reports it and goes on with the others
            answer = {"unsupported": str(error).split("\n")[0]}
        print(json.dumps(answer), flush=True)


main()

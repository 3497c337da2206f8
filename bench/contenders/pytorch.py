"""The PyTorch contender: builds the workload that it is sent and times its step (see protocol.ts)."""
import ctypes
import json
import math
import os
import sys
import time

import torch
from torch import nn

GROUP_SECONDS = 0.005


def blas():
    """For which processor the matrix products are made: on one that it does not know, OpenBLAS takes kernels of 2004."""
    if not os.path.exists("/proc/self/maps"):
        return ""
    with open("/proc/self/maps") as maps:
        libraries = sorted({line.split()[-1] for line in maps if "openblas" in line})
    if not libraries:
        return ""
    core = ctypes.CDLL(libraries[0]).openblas_get_corename
    core.restype = ctypes.c_char_p
    return f", OpenBLAS for {core().decode()}"


def noise(stream, count):
    """Uniform in [-0.5, 0.5), float64: the rule of drawn.ts."""
    mask = 0xFFFFFFFF
    bits = (torch.arange(count, dtype=torch.int64) * 0x9E3779B1 + stream * 0x7FEB352D) & mask
    bits = ((bits ^ (bits >> 16)) * 0x85EBCA6B) & mask
    bits = ((bits ^ (bits >> 13)) * 0xC2B2AE35) & mask
    return (bits ^ (bits >> 16)).to(torch.float64) / 2**32 - 0.5


class Residual(nn.Module):
    def __init__(self, main, shortcut):
        super().__init__()
        self.main = main
        self.shortcut = shortcut

    def forward(self, x):
        return self.main(x) + self.shortcut(x)


class SparseDense(nn.Module):
    """Rows of a table, added up, and a bias."""

    def __init__(self, features, units):
        super().__init__()
        self.table = nn.EmbeddingBag(features, units, mode="sum")
        self.bias = nn.Parameter(torch.zeros(units))

    def forward(self, listed):
        return self.table(listed) + self.bias


class GlobalAveragePool(nn.Module):
    def forward(self, x):
        return x.mean(dim=(2, 3))


class Builder:
    """Layers with the first weights that all contenders have; the shape of one example, channels first, as it goes."""

    def __init__(self, shape):
        self.shape = shape
        self.images = None  # the shape before flatten: others flatten images with the channels last
        self.streams = 0

    def drawn(self, shape, fan_in):
        self.streams += 1
        return (noise(self.streams, math.prod(shape)) * math.sqrt(24 / fan_in)).reshape(shape).to(torch.float32)

    def sequential(self, specs):
        return nn.Sequential(*[self.layer(spec) for spec in specs])

    def layer(self, spec):
        kind = spec["kind"]
        if kind == "dense":
            return self.dense(spec["units"], spec.get("bias", True))
        if kind == "conv":
            return self.conv(spec["filters"], spec["kernel"], spec.get("strides", 1), spec.get("bias", True))
        if kind == "batchNorm":
            return (nn.BatchNorm2d if len(self.shape) == 3 else nn.BatchNorm1d)(self.shape[0])
        if kind == "relu":
            return nn.ReLU()
        if kind == "tanh":
            return nn.Tanh()
        if kind == "maxPool":
            window = spec["window"]
            self.shape = [self.shape[0], self.shape[1] // window, self.shape[2] // window]
            return nn.MaxPool2d(window)
        if kind == "globalAveragePool":
            self.shape = self.shape[:1]
            return GlobalAveragePool()
        if kind == "flatten":
            self.images = self.shape
            self.shape = [math.prod(self.shape)]
            return nn.Flatten()
        if kind == "dropout":
            return nn.Dropout(spec["rate"])
        if kind == "residual":
            before = self.shape
            main = self.sequential(spec["main"])
            self.shape = before
            return Residual(main, self.sequential(spec["shortcut"]))
        if kind == "sparseDense":
            layer = SparseDense(spec["features"], spec["units"])
            layer.table.weight.data = self.drawn([spec["features"], spec["units"]], self.shape[0])
            self.shape = [spec["units"]]
            return layer
        raise ValueError(f"no layer {kind}")

    def dense(self, units, bias):
        inputs = self.shape[0]
        weight = self.drawn([inputs, units], inputs)
        if self.images is not None:
            channels, height, width = self.images
            weight = weight.reshape(height, width, channels, units).permute(2, 0, 1, 3).reshape(inputs, units)
            self.images = None
        layer = nn.Linear(inputs, units, bias=bias)
        layer.weight.data = weight.t().contiguous()
        if bias:
            layer.bias.data.zero_()
        self.shape = [units]
        return layer

    def conv(self, filters, kernel, strides, bias):
        channels, height, width = self.shape
        weight = self.drawn([kernel, kernel, channels, filters], kernel * kernel * channels)
        layer = nn.Conv2d(channels, filters, kernel, stride=strides, padding=kernel // 2, bias=bias)
        layer.weight.data = weight.permute(3, 2, 0, 1).contiguous()
        if bias:
            layer.bias.data.zero_()
        self.shape = [filters, -(-height // strides), -(-width // strides)]
        return layer


def batch_of(workload):
    batch, shape, first = workload["batch"], workload["inputShape"], workload["layers"][0]
    width = math.prod(shape)
    drawn = noise(0, batch * width).reshape(batch, width)
    if first["kind"] == "sparseDense":
        stripe = first["features"] / width
        return ((torch.arange(width) + drawn + 0.5) * stripe).floor().to(torch.int64)
    inputs = drawn.to(torch.float32).reshape(batch, *shape)
    return inputs.permute(0, 3, 1, 2).contiguous() if len(shape) == 3 else inputs


class Stepper:
    def __init__(self, workload, threads):
        torch.set_num_threads(threads)
        torch.manual_seed(1)
        shape = workload["inputShape"]
        self.model = Builder([shape[2], shape[0], shape[1]] if len(shape) == 3 else shape).sequential(workload["layers"])
        self.inputs = batch_of(workload)
        self.labels = torch.arange(workload["batch"]) % workload["classes"]
        self.criterion = nn.CrossEntropyLoss()
        self.last = None
        if workload.get("mode") == "inference":
            self.model.eval()
            self.step, self.loss = self.infer, lambda: float(self.criterion(self.last, self.labels))
            return
        self.model.train()
        self.step, self.loss = self.train, lambda: float(self.last)
        spec, parameters = workload["optimizer"], self.model.parameters()
        if spec["kind"] == "adam":
            self.optimizer = torch.optim.Adam(parameters, lr=spec["learningRate"])
        else:
            decay = spec.get("weightDecay", 0)
            self.optimizer = torch.optim.SGD(parameters, spec["learningRate"], spec["momentum"], weight_decay=decay)

    def train(self):
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.criterion(self.model(self.inputs), self.labels)
        loss.backward()
        self.optimizer.step()
        self.last = loss.detach()

    def infer(self):
        with torch.inference_mode():
            self.last = self.model(self.inputs)


def trace(stepper, steps):
    losses = []
    for _ in range(steps):
        stepper.step()
        losses.append(stepper.loss())
    return losses


def measure(stepper, seconds):
    """As `measure` in protocol.ts."""
    per_group, times, is_awake = 1, [], False
    end = time.perf_counter() + seconds
    while True:
        start = time.perf_counter()
        for _ in range(per_group):
            stepper.step()
        stepper.loss()
        now = time.perf_counter()
        if now - start < GROUP_SECONDS:
            per_group = math.ceil(per_group * GROUP_SECONDS * 1.2 / max(now - start, 5e-5))
        elif is_awake or now > end:
            times.append(1000 * (now - start) / per_group)
        is_awake = True
        if now >= end and times:
            return times


def main():
    stepper = None
    for line in sys.stdin:
        request = json.loads(line)
        command = request["command"]
        try:
            if command == "greet":
                answer = {"ready": {"about": ""}}
            elif command == "prepare":
                stepper = Stepper(request["workload"], request["threads"])
                answer = {"ready": {"about": f"PyTorch {torch.__version__}{blas()}"}}
            elif command == "trace":
                answer = {"losses": trace(stepper, request["steps"])}
            else:
                answer = {"milliseconds": measure(stepper, request["seconds"])}
        except Exception as error:  # the bench reports it and goes on with the others
            answer = {"unsupported": str(error).split("\n")[0]}
        print(json.dumps(answer), flush=True)


main()

/**
 * Classes as numbers: the targets of a classification, one-hot, as float32 `[classes]` that need not be 0 or 1. Mixup and
 * CutMix train on such targets, with a loss that takes a distribution (`klDivergence()` of thalweg/nn: its gradient is
 * that of cross entropy); validation and test data are given the same form here.
 */
import { ThalwegError } from '../../base/index.ts'
import type { Dataset, Target } from '../dataset.ts'
import { fingerprintOf } from '../fingerprint.ts'

/** `dataset` with one-hot targets. A dataset whose target is numbers is returned as it is. */
export function softLabels(dataset: Dataset): Dataset {
  const { target } = dataset
  if (target.kind === 'number') return dataset
  return {
    ...dataset,
    target: softTarget(target.classes),
    fill(rows, inputs, targets, epoch) {
      const labels = new Int32Array(rows.length)
      dataset.fill(rows, inputs, labels, epoch)
      writeOneHot(labels, target.classes.length, targets)
    },
    async fingerprint() {
      return fingerprintOf({ softLabels: await dataset.fingerprint() })
    },
  }
}

/** One number for each class, by its name. */
function softTarget(classes: readonly string[]): Target {
  return { kind: 'number', names: classes }
}

function writeOneHot(labels: Int32Array, classes: number, targets: Float32Array | Int32Array): void {
  if (targets.length !== labels.length * classes) {
    throw new ThalwegError('data/slot-size', {
      rule: 'softLabels: the targets slot must hold one number for each class of each example',
      received: `${targets.length} values for ${labels.length} examples of ${classes} classes`,
      try: `give targets a Float32Array of ${labels.length * classes} values`,
    })
  }
  targets.fill(0)
  for (let i = 0; i < labels.length; i++) targets[i * classes + labels[i]] = 1
}

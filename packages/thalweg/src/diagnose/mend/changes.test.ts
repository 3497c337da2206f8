import { expect, it } from 'vitest'
import { arrays } from '../../data/index.ts'
import { crossEntropy, dense, dropout, normal, sequential, softmax, tanh } from '../../nn/index.ts'
import { l2, maxNorm, sgd } from '../../optim/index.ts'
import { applyPatches, type Patch } from '../../train/index.ts'
import { completeOptions } from '../../train/options.ts'
import { adaptive, drawnByHe, lessMomentum, slower } from '../patches.ts'
import { changesOf } from './changes.ts'

const tiny = normal({ deviation: 0.01 })
const model = sequential(dense(8, { initializer: tiny }), tanh(), dropout({ rate: 0.9 }), dense(2), softmax())
const train = arrays({
  inputs: new Float32Array(300),
  inputShape: [3],
  labels: new Int32Array(100).map((_, i) => i % 2),
})
const settings = completeOptions({
  train,
  loss: crossEntropy(),
  optimizer: sgd({ learningRate: 10, momentum: 0.999 }),
  groups: [{ match: 'dense1', rate: 0 }],
  penalty: l2(0.1),
  constraint: maxNorm(0.01),
  epochs: 9,
  batchSize: 1,
})

function changes(...patches: Patch[]): string[] {
  return changesOf({ model, settings }, patches, undefined).map(({ text }) => text)
}

it.each<[Patch, string]>([
  [slower, 'learning rate 10 → 1'],
  [adaptive, 'optimizer sgd (learning rate 10, momentum 0.999) → adam (learning rate 0.001)'],
  [lessMomentum(settings)[0], 'momentum 0.999 → 0.9'],
  [drawnByHe, 'first weights normal(mean=0, deviation=0.01) and he → he'],
  [{ kind: 'clip-norm', norm: 1 }, 'gradient clipping none → norm 1'],
  [{ kind: 'batch-size', size: 32 }, 'batch size 1 → 32'],
  [{ kind: 'activation', from: 'tanh', to: 'relu' }, 'activation tanh → relu'],
  [{ kind: 'dropout-rate', rate: 0.5 }, 'dropout rate 0.9 → 0.5'],
  [{ kind: 'remove-layer', layer: 'softmax1' }, 'softmax1 softmax → left out'],
  [{ kind: 'widen-layer', layer: 'dense1', units: 32 }, 'units of dense1 8 → 32'],
  [{ kind: 'no-decay' }, 'weight decay l2 (strength 0.1) → none'],
  [{ kind: 'no-constraint' }, 'constraint maxNorm (limit 0.01, axis -1) → none'],
  [{ kind: 'unfreeze' }, "frozen 'dense1' → nothing"],
])('says what %o changes', (patch, text) => {
  expect(changes(patch)).toEqual([text])
})

it('a patch that is in place already changes nothing', () => {
  const patch: Patch = { kind: 'clip-norm', norm: 1 }
  const [{ before, after }] = changesOf(applyPatches({ model, settings }, [patch]), [patch], undefined)
  expect(before).toBe(after)
})

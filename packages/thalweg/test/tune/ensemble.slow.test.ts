/** Five networks on 10,000 images of Fashion-MNIST: what they gain together, and how well they know how sure they may be. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Dataset, fitInputs, idxImages, preprocessed, subset } from 'thalweg/data'
import { crossEntropy, dense, flatten, relu, sequential } from 'thalweg/nn'
import { adam } from 'thalweg/optim'
import { trainEnsemble } from 'thalweg/tune'
import { expect, it } from 'vitest'
import { isShared, sharedPath } from '../data/shared.ts'

const folder = process.env.THALWEG_DATA ?? sharedPath('fashion-mnist')

async function imagesOf(part: 'train' | 't10k'): Promise<Dataset> {
  const read = (file: string) => ({ file, bytes: readFileSync(join(folder, file)) })
  const [images, labels] = [read(`${part}-images-idx3-ubyte.gz`), read(`${part}-labels-idx1-ubyte.gz`)]
  return idxImages({ name: part, images, labels })
}

it.skipIf(!process.env.THALWEG_DATA && !isShared('fashion-mnist'))(
  'an ensemble of 5 beats its mean member on 10,000 images of Fashion-MNIST (needs ../shared/data/fashion-mnist)',
  async () => {
    const all = await imagesOf('train')
    const rows = (from: number, count: number) =>
      subset(
        all,
        Int32Array.from({ length: count }, (_, i) => from + i),
      )
    const scaling = fitInputs(rows(0, 10_000))
    const [train, valid, test] = [rows(0, 10_000), rows(10_000, 5000), await imagesOf('t10k')].map((part) =>
      preprocessed(part, scaling),
    )
    const { ensemble } = await trainEnsemble(() => sequential(flatten(), dense(128), relu(), dense(10)), {
      train,
      loss: crossEntropy(),
      optimizer: adam({ learningRate: 0.002 }),
      epochs: 6,
      batchSize: 64,
      seed: 1,
    })
    const { single, gain, gainError, calibration } = await ensemble!.report(test)
    const calibrated = await (await ensemble!.calibrated(valid)).report(test)
    expect(single.mean).toBeGreaterThan(0.8)
    expect(gain).toBeGreaterThan(0.003)
    expect(gain).toBeGreaterThan(2 * gainError)
    expect(calibration!.ensemble.loss).toBeLessThan(calibration!.single.loss)
    expect(calibrated.calibration!.ensemble.loss).toBeLessThanOrEqual(calibration!.ensemble.loss + 0.002)
  },
)

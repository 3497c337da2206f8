/**
 * Augmentations of pairs: mixup blends two examples, CutMix puts a piece of one into the other, and the targets are mixed
 * in the same proportion. The partner and the proportion are pure functions of (seed, epoch, row), like every other
 * augmentation, so neither depends on what else is in the batch (the papers draw pairs from the training set; many
 * programs pair within a batch, to save reading). Filled without an epoch, nothing is mixed.
 */
import { sizeOf } from '../../base/index.ts'
import { checkNames, checkSeed } from '../checks.ts'
import type { Dataset } from '../dataset.ts'
import { fingerprintOf } from '../fingerprint.ts'
import { checkOption } from './augmentation.ts'
import { type Draws, exampleDraws } from './draws.ts'
import { checkImages, type Image, imageOf } from './image.ts'
import { softLabels } from './soft-labels.ts'

export interface PairsOptions {
  /** The share of the example itself is drawn from Beta(alpha, alpha). Above 0. */
  readonly alpha?: number
  /** Default 0. */
  readonly seed?: number
}

/**
 * `x = l a + (1 - l) b`, `y` alike, with l from Beta(alpha, alpha) (Zhang et al., "mixup: Beyond empirical risk
 * minimization", ICLR 2018). Targets of classes become soft labels. For any inputs; default alpha 0.2.
 *
 * @throws ThalwegError `data/bad-augmentation`, `data/bad-seed`
 */
export function mixup(dataset: Dataset, options: PairsOptions = {}): Dataset {
  const { alpha = 0.2, seed = 0 } = options
  checkNames('mixup', options, { alpha, seed })
  return pairs('mixup', dataset, alpha, seed, (image, partner, share) => {
    const { pixels } = image
    for (let k = 0; k < pixels.length; k++) pixels[k] = share * pixels[k] + (1 - share) * partner[k]
    return share
  })
}

/**
 * A box with a share 1 - l of the area comes from the partner, at the same place; the targets are mixed by the area that it
 * really has (Yun et al., "CutMix", ICCV 2019). For images; default alpha 1.
 *
 * @throws ThalwegError `data/bad-augmentation`, `data/bad-seed`, `data/not-images`
 */
export function cutMix(dataset: Dataset, options: PairsOptions = {}): Dataset {
  const { alpha = 1, seed = 0 } = options
  checkNames('cutMix', options, { alpha, seed })
  checkImages('cutMix', dataset.name, dataset.inputShape)
  return pairs('cutMix', dataset, alpha, seed, (image, partner, share, draws) => {
    const { pixels, height, width, channels } = image
    const [top, bottom] = side(height, share, draws)
    const [left, right] = side(width, share, draws)
    for (let y = top; y < bottom; y++) {
      const [from, to] = [(y * width + left) * channels, (y * width + right) * channels]
      pixels.set(partner.subarray(from, to), from)
    }
    return 1 - ((bottom - top) * (right - left)) / (height * width)
  })
}

/** First and last + 1 of a stretch of sqrt(1 - share) of the axis, around any place of it, cut off at the ends. */
function side(size: number, share: number, draws: Draws): [number, number] {
  const length = Math.floor(size * Math.sqrt(1 - share))
  const first = draws.integer(0, size - 1) - (length >> 1)
  return [Math.max(0, first), Math.min(size, first + length)]
}

/** Mixes the partner into the image and says what share of the image is still its own. */
type Mix = (image: Image, partner: Float32Array, share: number, draws: Draws) => number

function pairs(operation: string, dataset: Dataset, alpha: number, seed: number, mix: Mix): Dataset {
  checkOption(operation, 'alpha', alpha, alpha > 0 && Number.isFinite(alpha), 'a finite number above 0')
  checkSeed(`${operation} ${dataset.name}`, seed)
  const soft = softLabels(dataset)
  const width = sizeOf(soft.inputShape)
  const targetWidth = soft.target.kind === 'class' ? 1 : soft.target.names.length
  const image = imageOf(soft.inputShape)
  const draws = exampleDraws(seed, `data/${operation}`)
  const partners = exampleDraws(seed, `data/${operation}/partner`)
  return {
    ...soft,
    fill(rows, inputs, targets, epoch) {
      soft.fill(rows, inputs, targets, epoch)
      if (epoch === undefined) return
      const others = rows.map((row) => {
        partners.at(epoch, row)
        return partners.integer(0, soft.size - 1)
      })
      const otherInputs = new Float32Array(inputs.length)
      const otherTargets = new Float32Array(targets.length)
      soft.fill(others, otherInputs, otherTargets, epoch)
      for (let i = 0; i < rows.length; i++) {
        draws.at(epoch, rows[i])
        image.pixels = inputs.subarray(i * width, (i + 1) * width)
        const partner = otherInputs.subarray(i * width, (i + 1) * width)
        const share = mix(image, partner, betaShare(draws, alpha), draws)
        for (let k = i * targetWidth; k < (i + 1) * targetWidth; k++) {
          targets[k] = share * targets[k] + (1 - share) * otherTargets[k]
        }
      }
    },
    async fingerprint() {
      return fingerprintOf({ [operation]: await soft.fingerprint(), alpha, seed })
    },
  }
}

/** Beta(alpha, alpha), as a share of two gammas; for a tiny alpha both may vanish, and then one of the two is all. */
function betaShare(draws: Draws, alpha: number): number {
  const [a, b] = [draws.gamma(alpha), draws.gamma(alpha)]
  return a + b > 0 ? a / (a + b) : draws.integer(0, 1)
}

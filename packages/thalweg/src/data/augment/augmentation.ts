/** An augmentation: a random change of one example that leaves what it shows. It is data (name, options) and one function. */
import { ThalwegError } from '../../base/index.ts'
import type { Draws } from './draws.ts'
import type { Fill, Image } from './image.ts'

export interface Augmentation {
  readonly name: string
  /** Everything that it depends on: part of the dataset's fingerprint. */
  readonly options: Readonly<Record<string, unknown>>
  /** Whether examples must have a height and a width. */
  readonly needsImages: boolean
  /** Changes `image.pixels` in place. All it may depend on is the image and the draws. */
  apply(image: Image, draws: Draws): void
}

/** @throws ThalwegError `data/bad-augmentation` */
export function checkOption(augmentation: string, option: string, value: unknown, isGood: boolean, rule: string): void {
  if (isGood) return
  throw new ThalwegError('data/bad-augmentation', {
    rule: `${augmentation}: ${option} must be ${rule}`,
    received: `${option} ${Array.isArray(value) ? `[${value}]` : String(value)}`,
    try: `give ${option} ${rule}`,
  })
}

export function checkProbability(augmentation: string, probability: number): void {
  const isGood = probability >= 0 && probability <= 1
  checkOption(augmentation, 'probability', probability, isGood, 'a number from 0 to 1')
}

export function checkFill(augmentation: string, fill: Fill): void {
  const isGood = fill === 'edge' || fill === 'reflect' || (typeof fill === 'number' && Number.isFinite(fill))
  checkOption(augmentation, 'fill', fill, isGood, "a finite number, 'edge' or 'reflect'")
}

/** A finite number of at least 0. */
export function checkAmount(augmentation: string, option: string, value: number): void {
  checkOption(augmentation, option, value, value >= 0 && Number.isFinite(value), 'a finite number of at least 0')
}

/** A low and a high end above 0. */
export function checkInterval(augmentation: string, option: string, [low, high]: readonly [number, number]): void {
  const isGood = low > 0 && low <= high && Number.isFinite(high)
  checkOption(augmentation, option, [low, high], isGood, 'two numbers above 0, the lower one first')
}

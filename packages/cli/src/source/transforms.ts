/**
 * What is done to examples, as it is typed: `--preprocess min-max:low=-1,pca:components=20`, fitted on the training part alone,
 * and `--augment flip,shift:pixels=2`, for images while they are trained on. One after another, in the order of the list.
 */
import { Option } from 'commander'
import { ThalwegError } from 'thalweg'
import { suggest } from 'thalweg/base'
import {
  type Augmentation,
  brightness,
  center,
  contrast,
  crop,
  cutout,
  type FitTransform,
  flip,
  minMax,
  noise,
  pca,
  pcaWhitening,
  resizedCrop,
  robust,
  rotate,
  shear,
  shift,
  standardize,
  zcaWhitening,
  zoom,
} from 'thalweg/data'
import { usage } from '../errors.ts'
import { type NamedOptions, namedList } from '../recipes/named.ts'

interface Entry<T> {
  readonly make: (options: never) => T
  /** Options that may be given. */
  readonly takes: readonly string[]
  /** Values of those that must be, where they are not. */
  readonly usual?: Readonly<Record<string, unknown>>
}

const preprocessing: Readonly<Record<string, Entry<FitTransform>>> = {
  standardize: { make: standardize, takes: ['per'] },
  'min-max': { make: minMax, takes: ['per', 'low', 'high'] },
  robust: { make: robust, takes: ['per', 'quantiles'] },
  center: { make: center, takes: ['per'] },
  pca: { make: pca, takes: ['components', 'variance'] },
  'pca-whitening': { make: pcaWhitening, takes: ['components', 'variance', 'epsilon'] },
  zca: { make: zcaWhitening, takes: ['epsilon'] },
}

const augmentations: Readonly<Record<string, Entry<Augmentation>>> = {
  flip: { make: flip, takes: ['direction', 'probability'] },
  shift: { make: shift, takes: ['pixels', 'fill'], usual: { pixels: 2 } },
  crop: { make: crop, takes: ['padding', 'fill'], usual: { padding: 2 } },
  rotate: { make: rotate, takes: ['degrees', 'fill'], usual: { degrees: 10 } },
  zoom: { make: zoom, takes: ['factors', 'fill'], usual: { factors: [0.9, 1.1] } },
  shear: { make: shear, takes: ['degrees', 'fill'], usual: { degrees: 10 } },
  'resized-crop': { make: resizedCrop, takes: ['area', 'ratio'] },
  cutout: { make: cutout, takes: ['size', 'fill', 'probability'], usual: { size: 8 } },
  noise: { make: noise, takes: ['deviation'], usual: { deviation: 0.05 } },
  brightness: { make: brightness, takes: ['amount', 'range'], usual: { amount: 0.1 } },
  contrast: { make: contrast, takes: ['amount', 'range'], usual: { amount: 0.1 } },
}

/** Options whose value is two numbers, typed as `0.9..1.1`, with an example of each. */
const PAIRS: Readonly<Record<string, string>> = {
  quantiles: '0.25..0.75',
  factors: '0.9..1.1',
  area: '0.08..1',
  ratio: '0.75..1.33',
  range: '0..1',
}

const PREPROCESS = {
  flag: '--preprocess',
  table: preprocessing,
  kind: 'transforms',
  example: 'min-max:low=-1,high=1',
}
const AUGMENT = { flag: '--augment', table: augmentations, kind: 'augmentations', example: 'flip,shift:pixels=2' }

export function preprocessOption(): Option {
  const names = Object.keys(preprocessing).join(', ')
  return checked('--preprocess <list>', `of the inputs, instead of standardize: ${names}`, fitsOf)
}

export function augmentOption(): Option {
  const names = Object.keys(augmentations).join(', ')
  return checked('--augment <list>', `images while they are trained on: ${names}`, augmentationsOf)
}

/** Nothing where nothing is said: the usual preprocessing. */
export function fitsOf(text: string | undefined): FitTransform[] | undefined {
  return text === undefined
    ? undefined
    : namedList(text, PREPROCESS.flag, PREPROCESS.example).map((one) => made(one, PREPROCESS))
}

export function augmentationsOf(text: string | undefined): Augmentation[] {
  return text === undefined ? [] : namedList(text, AUGMENT.flag, AUGMENT.example).map((one) => made(one, AUGMENT))
}

/** Whether examples are mixed with a matrix: then they are transformed once, and not in each epoch. */
export function isCostly(text: string | undefined): boolean {
  return text !== undefined && /pca|zca/.test(text)
}

/** The text, once all of it can be made. */
function checked(flags: string, description: string, make: (text: string) => unknown): Option {
  return new Option(flags, description).argParser((text: string): string => {
    make(text)
    return text
  })
}

interface Family<T> {
  readonly flag: string
  readonly table: Readonly<Record<string, Entry<T>>>
  readonly kind: string
  readonly example: string
}

/** @throws ThalwegError `usage/bad-value` with near names, and what the library refuses */
function made<T>({ name, options }: NamedOptions, { flag, table, kind }: Family<T>): T {
  if (!Object.hasOwn(table, name)) {
    throw usage('bad-value', {
      rule: `${flag} must name ${kind} that exist`,
      received: name === '' ? 'nothing' : name,
      try: suggest(name, Object.keys(table), kind),
    })
  }
  const { make, takes, usual } = table[name]
  const entries = Object.entries(options).map(([option, value]): [string, unknown] => {
    if (takes.includes(option)) return [option, readValue(option, value, flag)]
    throw usage('bad-value', {
      rule: `${flag} ${name}: there must be such an option`,
      received: option,
      try: suggest(option, takes, 'options'),
    })
  })
  try {
    // The function itself checks the values.
    return make({ ...usual, ...Object.fromEntries(entries) } as never)
  } catch (error) {
    if (!(error instanceof ThalwegError)) throw error
    throw usage('bad-value', { rule: `${flag}: ${error.rule}`, received: error.received, try: typed(error.try) })
  }
}

/** What the library says to try, with pairs as they are typed here. */
function typed(advice: string): string {
  return advice.replaceAll(/\[([\d.]+), ([\d.]+)\]/g, '$1..$2')
}

function readValue(option: string, value: string | number, flag: string): unknown {
  const wrong = (rule: string, advice: string): Error =>
    usage('bad-value', { rule: `${flag}: ${option} must be ${rule}`, received: String(value), try: advice })
  if (option === 'per' && value !== 'channel' && value !== 'pixel') throw wrong('channel or pixel', `${option}=pixel`)
  if (!Object.hasOwn(PAIRS, option)) return value
  const ends = String(value).split('..').map(Number)
  if (ends.length !== 2 || ends.some((end) => !Number.isFinite(end)))
    throw wrong('two numbers', `${option}=${PAIRS[option]}`)
  return ends
}

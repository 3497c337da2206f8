/** Initializers by name, for the command line and for whatever is read from a file. */
import { checkKnown, suggest, ThalwegError } from '../../base/index.ts'
import { type CaffeFiller, caffeFiller, caffeFillers } from './caffe.ts'
import { constant, ones, zeros } from './constant.ts'
import { identity } from './identity.ts'
import type { Initializer } from './initializer.ts'
import { normal, truncatedNormal } from './normal.ts'
import { orthogonal } from './orthogonal.ts'
import { he, lecun, xavier } from './scaled.ts'
import { smallRandom, unitRandom } from './small-random.ts'
import { uniform } from './uniform.ts'

type Options = Readonly<Record<string, unknown>>

interface Entry {
  readonly make: (options: Options) => Initializer
  /** The options that there are, and what each must be. */
  readonly options: Readonly<Record<string, 'number' | 'string'>>
}

/** The kinds of values were compared with `options` before; `make` checks the ranges. */
function entry<Given extends object>(
  make: (options: Given) => Initializer,
  options: {
    readonly [Option in keyof Required<Given>]: Given[Option] extends number | undefined ? 'number' : 'string'
  },
): Entry {
  return { make: (given) => make(given as Given), options }
}

const scaledOptions = { distribution: 'string', fan: 'string', gain: 'number' } as const

const entries: Readonly<Record<string, Entry>> = {
  smallRandom: entry(smallRandom, { scale: 'number' }),
  unitRandom: entry(unitRandom, {}),
  normal: entry(normal, { mean: 'number', deviation: 'number' }),
  truncatedNormal: entry(truncatedNormal, { mean: 'number', deviation: 'number', low: 'number', high: 'number' }),
  uniform: entry(uniform, { low: 'number', high: 'number' }),
  xavier: entry(xavier, scaledOptions),
  he: entry(he, scaledOptions),
  lecun: entry(lecun, scaledOptions),
  orthogonal: entry(orthogonal, { gain: 'number' }),
  identity: entry(identity, { gain: 'number', groups: 'number' }),
  constant: entry(({ value = 0 }: { readonly value?: number }) => constant(value), { value: 'number' }),
  zeros: entry(zeros, {}),
  ones: entry(ones, {}),
}

interface Alias {
  readonly name: string
  /** What the name says already. */
  readonly fixed?: Options
}

const UNIFORM = { distribution: 'uniform' }
const TRUNCATED = { distribution: 'truncated' }
const NORMAL = { distribution: 'normal' }

/**
 * What else they are called elsewhere, in lower case and without what stands between words. Keras cuts off what it calls
 * normal at two deviations; PyTorch, whose names are `xavier_` and `kaiming_`, does not.
 */
const ALIASES: Readonly<Record<string, Alias>> = {
  glorot: { name: 'xavier' },
  kaiming: { name: 'he' },
  msra: { name: 'he' },
  glorotuniform: { name: 'xavier', fixed: UNIFORM },
  glorotnormal: { name: 'xavier', fixed: TRUNCATED },
  heuniform: { name: 'he', fixed: UNIFORM },
  henormal: { name: 'he', fixed: TRUNCATED },
  lecununiform: { name: 'lecun', fixed: UNIFORM },
  lecunnormal: { name: 'lecun', fixed: TRUNCATED },
  xavieruniform: { name: 'xavier', fixed: UNIFORM },
  xaviernormal: { name: 'xavier', fixed: NORMAL },
  kaiminguniform: { name: 'he', fixed: UNIFORM },
  kaimingnormal: { name: 'he', fixed: NORMAL },
}

const CAFFE = 'caffe:'

/** Caffe's own are called `caffe:xavier` and so on, because their defaults differ from the papers'. */
export const initializerNames: readonly string[] = [
  ...Object.keys(entries),
  ...caffeFillers.map((type) => `${CAFFE}${type}`),
]

/**
 * The initializer called `name`, in any spelling (`truncatedNormal`, `truncated-normal`), with options that are only known
 * at run time. Keras's and PyTorch's names are understood: `glorot_uniform`, `he_normal`, `kaiming_uniform_`.
 *
 * @throws ThalwegError `nn/unknown-initializer` with near names, `nn/unknown-option`, `nn/bad-option`
 */
export function createInitializer(name: string, options: Options = {}): Initializer {
  if (name.startsWith(CAFFE))
    return caffeFiller({ ...(options as Partial<CaffeFiller>), type: name.slice(CAFFE.length) })
  const spelled = plain(name)
  const known = Object.keys(entries).find((one) => plain(one) === spelled)
  const { name: wanted, fixed = {} } = (Object.hasOwn(ALIASES, spelled) && ALIASES[spelled]) || { name: known }
  if (wanted === undefined) {
    throw new ThalwegError('nn/unknown-initializer', {
      rule: 'initializer: the name must be one of those that exist',
      received: `'${name}'`,
      try: suggest(name, [...initializerNames, 'glorot', 'kaiming', 'msra'], 'names'),
    })
  }
  checkOptions(wanted, options, Object.keys(fixed))
  return entries[wanted].make({ ...options, ...fixed })
}

/** The options that `createInitializer` takes for a name, but for those that the name says already, and what each must be. */
function checkOptions(name: string, options: Options, said: readonly string[]): void {
  const known = entries[name].options
  const names = Object.keys(known).filter((option) => !said.includes(option))
  checkKnown('nn/unknown-option', name, options, names)
  for (const [option, value] of Object.entries(options)) {
    if (value !== undefined && typeof value !== known[option]) {
      throw new ThalwegError('nn/bad-option', {
        rule: `${name}: ${option} must be a ${known[option]}`,
        received: `${option} ${JSON.stringify(value)}`,
        try: `give ${option} a ${known[option]}, or leave it out`,
      })
    }
  }
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[-_ ]/g, '')
}

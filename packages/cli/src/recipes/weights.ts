/** First weights: what `--init` and `--scale` say, else what an experiment file brings. */
import { ThalwegError } from 'thalweg'
import type { Dataset } from 'thalweg/data'
import { createInitializer, createStore, type Initializer, initializerNames, type Model, type Store } from 'thalweg/nn'
import { type Experiment, lsuv } from 'thalweg/train'
import { usage } from '../errors.ts'
import { type NamedOptions, namedOptions } from './named.ts'

export interface WeightsRequest {
  /** `xavier`, `he:distribution=uniform,fan=out`, `lsuv`. */
  readonly init?: string | undefined
  /** Of smallRandom. */
  readonly scale?: number | undefined
}

export interface WeightsContext {
  readonly model: Model
  readonly train: Dataset
  readonly seed: number
  /** Set where the model comes from a file; its first weights may, too. */
  readonly experiment?: Experiment | undefined
}

export interface FirstWeights {
  readonly store: Store
  /** As it was asked for: `smallRandom(scale=0.01)`. */
  readonly description: string
}

/** What measures the network instead of drawing each layer by itself. */
const LSUV = 'lsuv'

export const initNames: readonly string[] = [LSUV, ...initializerNames]

/** Nothing where the layers' own first weights are wanted. */
export async function firstWeights(
  { init, scale }: WeightsRequest,
  { model, train, seed, experiment }: WeightsContext,
): Promise<FirstWeights | undefined> {
  const { name, options } = parse(init ?? (scale === undefined ? undefined : 'smallRandom'))
  if (name === undefined) {
    const store = await experiment?.initialize?.({ model, train, seed })
    return store && { store, description: "the experiment's own" }
  }
  if (name.toLowerCase() === LSUV) {
    refuseOptions(options, scale)
    const { store } = await lsuv(model, train, { seed })
    return { store, description: 'LSUV' }
  }
  if (scale !== undefined) refuseIdleScale(name, options, scale)
  const initializer = named(name, scale === undefined ? options : { ...options, scale })
  return { store: createStore({ seed, initializer }), description: initializer.description ?? name }
}

/** @throws ThalwegError `usage/bad-initializer`, `usage/bad-value`, `usage/idle-option` for first weights that do not exist */
export function checkInit({ init, scale }: WeightsRequest): void {
  const { name, options } = parse(init)
  if (name === undefined) return
  if (name.toLowerCase() === LSUV) refuseOptions(options, scale)
  else named(name, options)
}

/** What is wrong with it was typed on the command line. */
function named(name: string, options: Readonly<Record<string, unknown>>): Initializer {
  try {
    return createInitializer(name, options)
  } catch (error) {
    if (!(error instanceof ThalwegError)) throw error
    throw usage('bad-initializer', { rule: `--init: ${error.rule}`, received: error.received, try: error.try })
  }
}

/** Beside a scale that is there already, or first weights that have none. */
function refuseIdleScale(name: string, options: NamedOptions['options'], scale: number): void {
  const isOwn = named(name, options).description?.startsWith('smallRandom') ?? false
  if (isOwn && !Object.hasOwn(options, 'scale')) return
  throw usage(isOwn ? 'contradiction' : 'idle-option', {
    rule: isOwn ? '--scale and the scale of --init must not stand together' : '--scale is for small-random',
    received: `--scale ${scale}, and --init ${name}${isOwn ? `:scale=${options.scale}` : ''}`,
    try: isOwn ? 'leave one of them out' : '--init small-random, or leave --scale out',
  })
}

function parse(text: string | undefined): { name: string | undefined; options: NamedOptions['options'] } {
  if (text === undefined) return { name: undefined, options: {} }
  return namedOptions(text, '--init', 'he:distribution=uniform,fan=out')
}

function refuseOptions(options: Readonly<Record<string, unknown>>, scale: number | undefined): void {
  const [idle] = Object.keys(scale === undefined ? options : { scale, ...options })
  if (idle === undefined) return
  throw usage('idle-option', {
    rule: '--init lsuv finds the scale of each layer by itself',
    received: idle,
    try: '--init lsuv alone',
  })
}

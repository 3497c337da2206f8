/** From what was typed after a command to its data: the options suit it, and the seed is settled. */
import { usage } from '../errors.ts'
import type { Voice } from '../voice.ts'
import type { ColumnTypes } from './columns.ts'
import { resolveSource } from './resolve.ts'
import type { Prepared, Source } from './source.ts'

export type DataCommand = 'train' | 'tune' | 'check' | 'inspect' | 'range' | 'profile'

/** What the command line says about data. */
export interface DataRequest {
  /** `--target NAME`. */
  readonly target?: string | undefined
  /** `--column NAME=TYPE`. */
  readonly column?: ColumnTypes | undefined
  /** `--data DIR`. */
  readonly data?: string | undefined
  /** `--preprocess LIST`. */
  readonly preprocess?: string | undefined
  /** `--augment LIST`. */
  readonly augment?: string | undefined
  readonly seed?: number | undefined
}

export interface OpenData {
  readonly source: Source
  readonly data: Prepared
  /** As asked for, else the experiment's own. */
  readonly seed: number
}

export const DEFAULT_SEED = 1

/** @throws ThalwegError `usage/no-target`, `usage/idle-option`, and what the source throws for data that it cannot use */
export async function openData(
  command: DataCommand,
  target: string | undefined,
  request: DataRequest,
  { voice, signal }: { readonly voice: Voice; readonly signal: AbortSignal },
): Promise<OpenData> {
  if (target === undefined) throw nothingGiven(command)
  const source = await resolveSource(target, command)
  refuseIdleOptions(command, source, request)
  const data = await source.load({
    seed: request.seed ?? DEFAULT_SEED,
    isSeedOpen: request.seed === undefined,
    folder: request.data,
    target: request.target,
    columns: request.column,
    preprocess: request.preprocess,
    augment: request.augment,
    voice,
    signal,
  })
  return { source, data, seed: request.seed ?? data.experiment?.definition.seed ?? DEFAULT_SEED }
}

/** An option that changes nothing is refused, lest someone rely on it. */
export function refuseIdleOptions(
  command: DataCommand | 'resume',
  { takes, name }: Pick<Source, 'takes' | 'name'>,
  { target, column, data, preprocess, augment }: DataRequest,
): void {
  const given = [
    ['--target', target, 'tables'],
    ['--column', column && Object.keys(column).join(', '), 'tables'],
    ['--data', data, 'datasets in files, and experiments'],
    ['--preprocess', preprocess, 'datasets by name and tables; a file has its own'],
    ['--augment', augment, 'images by name; a file has its own'],
  ] as const
  for (const [option, value, takers] of given) {
    if (value === undefined || takes.includes(option)) continue
    throw usage('idle-option', {
      rule: `${command} ${name}: ${option} must mean something to the data`,
      received: `${option} ${value}`,
      try: `leave ${option} out; it is for ${takers}`,
    })
  }
}

const DOES: Readonly<Record<DataCommand, string>> = {
  train: 'train on',
  tune: 'tune',
  check: 'check',
  inspect: 'inspect',
  range: 'test on',
  profile: 'profile a step on',
}

export function nothingGiven(command: DataCommand): Error {
  return usage('no-target', {
    rule: `${command}: there must be something to ${DOES[command]}`,
    received: 'no target',
    try: `thalweg ${command} digits, or thalweg ${command} --help`,
  })
}

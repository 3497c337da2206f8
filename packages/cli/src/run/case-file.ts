/**
 * What a babysitter saw and did, kept with the run: `case.jsonl`, one finding, mend or reading a line, in their order.
 * Readings are thinned: a report shows a course, not every step.
 */
import { appendFileSync } from 'node:fs'
import path from 'node:path'
import type { Reading } from 'thalweg/diagnose'
import type { Change, FindingEvent, MendEvent } from 'thalweg/train'
import { z } from 'zod'
import { exists, readFile } from '../read.ts'
import { type RunFolder, readManifest } from './folder.ts'

/** JSON has no NaN and no infinities. */
const figure: z.ZodType<number> = z
  .union([z.number(), z.literal(['NaN', 'Infinity', '-Infinity'])])
  .transform((value) => Number(value))

export interface KnownFinding extends Omit<FindingEvent, 'patches' | 'origin' | 'layer' | 'again'> {
  readonly layer?: string | undefined
  readonly again?: boolean | undefined
}

/** A change as it was written down; of a later version, one that is not known here. */
export interface KnownPatch {
  readonly kind: string
}

export interface KnownMend extends Omit<MendEvent, 'candidates' | 'kept'> {
  readonly candidates: readonly {
    readonly patches: readonly KnownPatch[]
    readonly changes: readonly Change[]
    readonly loss: number
  }[]
  readonly kept: readonly KnownPatch[]
}

export interface KnownReading {
  readonly type: 'reading'
  readonly step: number
  readonly layers: readonly {
    readonly path: string
    readonly deviation: number
    readonly gradient: number
    readonly zeros: number
  }[]
  /** How far an update moves the weights, relative to their size. */
  readonly parameters: readonly { readonly path: string; readonly ratio: number }[]
}

const findingSchema: z.ZodType<KnownFinding> = z.object({
  type: z.literal('finding'),
  code: z.string(),
  severity: z.enum(['info', 'warning', 'error']),
  step: z.number(),
  attempt: z.number().default(1),
  again: z.boolean().optional(),
  layer: z.string().optional(),
  message: z.string(),
  evidence: z.object({ measured: figure, rule: z.string(), threshold: figure }),
  cause: z.string(),
  try: z.string(),
  source: z.string(),
})

const patches: z.ZodType<KnownPatch[]> = z.array(z.looseObject({ kind: z.string() }))

const changes: z.ZodType<Change[]> = z
  .array(z.object({ what: z.string(), before: z.string(), after: z.string(), text: z.string() }))
  .default([])

const mendSchema: z.ZodType<KnownMend> = z.object({
  type: z.literal('mend'),
  attempt: z.number().default(1),
  next: z.number().default(1),
  codes: z.array(z.string()),
  step: z.number(),
  from: z.object({ epoch: z.number(), batch: z.number(), step: z.number() }),
  control: figure,
  candidates: z.array(z.object({ patches, changes, loss: figure })),
  kept: patches,
  changes,
  margin: z.number(),
  spent: z.number(),
  share: z.number(),
})

const readingSchema: z.ZodType<KnownReading> = z.object({
  type: z.literal('reading'),
  step: z.number(),
  layers: z.array(z.object({ path: z.string(), deviation: figure, gradient: figure, zeros: figure })),
  parameters: z.array(z.object({ path: z.string(), ratio: figure })),
})

const lineSchema: z.ZodType<KnownFinding | KnownMend | KnownReading> = z.union([
  findingSchema,
  mendSchema,
  readingSchema,
])

export interface CaseFile {
  readonly findings: readonly KnownFinding[]
  readonly mends: readonly KnownMend[]
  readonly readings: readonly KnownReading[]
}

export function appendCase(folder: RunFolder, event: FindingEvent | MendEvent): void {
  append(folder, event)
}

/** The few figures that a report draws. */
export function appendReading(folder: RunFolder, { step, layers, parameters }: Reading): void {
  append(folder, {
    type: 'reading',
    step,
    layers: layers.map(({ path, deviation, gradient, zeros }) => ({ path, deviation, gradient, zeros })),
    parameters: parameters
      .filter(({ isWeight }) => isWeight)
      .map(({ path, update, values }) => ({ path, ratio: update / values })),
  })
}

function append({ path: folder }: RunFolder, line: object): void {
  const text = JSON.stringify(line, (_, value) => {
    return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
  })
  appendFileSync(path.join(folder, FILE), `${text}\n`)
}

const FILE = 'case.jsonl'

/** Empty for a run that was not watched. A line that was torn when the run was stopped is left out. */
export async function readCaseFile(folder: RunFolder): Promise<CaseFile> {
  await readManifest(folder)
  const file = path.join(folder.path, FILE)
  if (!(await exists(file))) return { findings: [], mends: [], readings: [] }
  const lines = new TextDecoder().decode(await readFile(file)).split('\n')
  const known = lines.flatMap((line) => {
    const parsed = lineSchema.safeParse(jsonOf(line))
    return parsed.success ? [parsed.data] : []
  })
  return {
    findings: known.filter((line) => line.type === 'finding'),
    mends: known.filter((line) => line.type === 'mend'),
    readings: known.filter((line) => line.type === 'reading'),
  }
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** A change in a few words: `a tenth of the learning rate`. */
export function describePatch(patch: KnownPatch): string {
  const values = new Map(Object.entries(patch))
  const of = (name: string): string => String(values.get(name))
  switch (patch.kind) {
    case 'learning-rate':
      return `the learning rate times ${of('factor')}`
    case 'clip-norm':
      return `gradients clipped to a norm of ${of('norm')}`
    case 'optimizer':
      return `the optimizer ${of('name')}`
    case 'shuffle':
      return 'a new random order every epoch'
    case 'batch-size':
      return `batches of ${of('size')}`
    case 'no-decay':
      return 'no weight decay'
    case 'initializer':
      return `first weights by ${of('name')}`
    case 'scale-inputs':
      return 'inputs scaled in front of the model'
    case 'activation':
      return `${of('to')} in place of ${of('from')}`
    case 'remove-layer':
      return `${of('layer')} left out`
    case 'unfreeze':
      return 'nothing frozen'
    case 'scale-outputs':
      return 'outputs scaled to the targets behind the model'
    case 'insert-activations':
      return `${of('name')} between the layers with weights`
    case 'widen-layer':
      return `${of('layer')} with ${of('units')} units`
    case 'dropout-rate':
      return `dropout with a rate of ${of('rate')}`
    case 'norm-momentum':
      return `batch norm with a momentum of ${of('momentum')}`
    default:
      return patch.kind
  }
}

/**
 * What a babysitter saw and did, kept with the run: `case.jsonl`, one finding, mend or reading a line, in their order, and
 * for each sitting a line that says whether there was one. Readings are thinned: a report shows a course, not every step.
 */
import { appendFileSync } from 'node:fs'
import path from 'node:path'
import type { Reading } from 'thalweg/diagnose'
import { type Change, type FindingEvent, type MendEvent, type Snapshot, writeFileAtomic } from 'thalweg/train'
import { z } from 'zod'
import { asThalwegError } from '../errors.ts'
import { exists, readFile } from '../read.ts'
import { type Babysitting, babysittings } from './babysit.ts'
import { type RunFolder, readManifest } from './folder.ts'

/** JSON has no NaN and no infinities. */
const figure: z.ZodType<number> = z
  .union([z.number(), z.literal(['NaN', 'Infinity', '-Infinity'])])
  .transform((value) => Number(value))

export interface KnownFinding extends Omit<FindingEvent, 'patches' | 'origin' | 'layer' | 'again'> {
  readonly layer?: string | undefined
  readonly again?: boolean | undefined
  readonly patches: readonly KnownPatch[]
  /** Of an ensemble, which of its networks, from 1. */
  readonly member?: number | undefined
}

/** A sitting began, after so many steps. */
export interface KnownWatch {
  readonly type: 'watch'
  readonly how: Babysitting
  readonly step: number
}

/** A sitting ended by an error: the three lines that were said of it. The next sitting begins with a watch. */
export interface KnownFailure {
  readonly type: 'failure'
  /** Updates made, as far as epochs tell. */
  readonly step: number
  /** In which it ended, from 1; not known of an ensemble. */
  readonly epoch?: number | undefined
  readonly code: string
  readonly rule: string
  readonly received: string
  readonly try: string
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
    readonly thrown?: string | undefined
  }[]
  readonly kept: readonly KnownPatch[]
}

export interface KnownReading {
  readonly type: 'reading'
  readonly step: number
  /** Of the run, from 1: the one that the last mend before it led to. */
  readonly attempt: number
  readonly layers: readonly {
    readonly path: string
    readonly deviation: number
    readonly gradient: number
    readonly zeros: number
  }[]
  /** How far an update moves the weights, relative to their size. */
  readonly parameters: readonly { readonly path: string; readonly ratio: number }[]
}

const patches: z.ZodType<KnownPatch[]> = z.array(z.looseObject({ kind: z.string() }))

const findingSchema: z.ZodType<KnownFinding> = z.object({
  type: z.literal('finding'),
  code: z.string(),
  severity: z.enum(['info', 'warning', 'error']),
  step: z.number(),
  attempt: z.number().default(1),
  again: z.boolean().optional(),
  layer: z.string().optional(),
  member: z.number().int().optional(),
  message: z.string(),
  evidence: z.object({ measured: figure, rule: z.string(), threshold: figure }),
  cause: z.string(),
  try: z.string(),
  patches,
  source: z.string(),
})

const changes: z.ZodType<Change[]> = z
  .array(z.object({ what: z.string(), before: z.string(), after: z.string(), text: z.string() }))
  .default([])

const mendSchema: z.ZodType<KnownMend> = z.object({
  type: z.literal('mend'),
  attempt: z.number().default(1),
  next: z.number().default(1),
  reason: z.string().default(''),
  codes: z.array(z.string()),
  step: z.number(),
  from: z.object({ epoch: z.number(), batch: z.number(), step: z.number() }),
  control: figure,
  candidates: z.array(z.object({ patches, changes, loss: figure, thrown: z.string().optional() })),
  kept: patches,
  changes,
  margin: z.number(),
  spent: z.number(),
  share: z.number(),
})

const readingSchema: z.ZodType<KnownReading> = z.object({
  type: z.literal('reading'),
  step: z.number(),
  attempt: z.number().default(1),
  layers: z.array(z.object({ path: z.string(), deviation: figure, gradient: figure, zeros: figure })),
  parameters: z.array(z.object({ path: z.string(), ratio: figure })),
})

const watchSchema: z.ZodType<KnownWatch> = z.object({
  type: z.literal('watch'),
  how: z.enum(babysittings),
  step: z.number(),
})

const failureSchema: z.ZodType<KnownFailure> = z.object({
  type: z.literal('failure'),
  step: z.number(),
  epoch: z.number().int().optional(),
  code: z.string(),
  rule: z.string(),
  received: z.string(),
  try: z.string(),
})

type KnownLine = KnownFinding | KnownMend | KnownReading | KnownWatch | KnownFailure

const lineSchema: z.ZodType<KnownLine> = z.union([findingSchema, mendSchema, readingSchema, watchSchema, failureSchema])

export interface CaseFile {
  readonly watches: readonly KnownWatch[]
  readonly findings: readonly KnownFinding[]
  readonly mends: readonly KnownMend[]
  readonly readings: readonly KnownReading[]
  /** What the last sitting ended with, if that was an error. */
  readonly failure?: KnownFailure | undefined
}

/** @param member of an ensemble, from 1 */
export function appendCase(folder: RunFolder, event: FindingEvent | MendEvent, member?: number): void {
  append(folder, { ...event, ...(member !== undefined && { member }) })
}

/** A sitting begins, from `step` on: told apart from one in which nothing was found. */
export function appendWatch(folder: RunFolder, how: Babysitting, step: number): void {
  append(folder, { type: 'watch', how, step })
}

/** A sitting ends with an error. What cannot be written, as on a full disk, is left out: the error itself is told anyway. */
export function appendFailure(
  folder: RunFolder,
  error: unknown,
  when: Pick<KnownFailure, 'step' | 'epoch'> = { step: 0 },
): void {
  const { code, rule, received, try: advice } = asThalwegError(error)
  try {
    append(folder, { type: 'failure', ...when, code, rule, received, try: advice })
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause
  }
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

/** Empty where nobody ever wrote one. A line that was torn when the run was stopped is left out. */
export async function readCaseFile(folder: RunFolder): Promise<CaseFile> {
  await readManifest(folder)
  let attempt = 1
  const known = (await linesOf(folder)).flatMap(({ known }): KnownLine[] => {
    if (known?.type === 'mend') attempt = known.next
    if (known?.type === 'reading') return [{ ...known, attempt }]
    return known ? [known] : []
  })
  return {
    watches: known.filter((line) => line.type === 'watch'),
    findings: known.filter((line) => line.type === 'finding'),
    mends: known.filter((line) => line.type === 'mend'),
    readings: known.filter((line) => line.type === 'reading'),
    failure: known.reduce<KnownFailure | undefined>((last, line) => {
      return line.type === 'failure' ? line : line.type === 'watch' ? undefined : last
    }, undefined),
  }
}

/** Takes away what came after the checkpoint that a run goes on from, everything where there is none: it will come again. */
export async function cutCase(
  folder: RunFolder,
  snapshot: Pick<Snapshot, 'position' | 'mends'> | undefined,
): Promise<void> {
  const lines = await linesOf(folder)
  if (lines.length === 0) return
  const { step } = snapshot?.position ?? { step: Number.NEGATIVE_INFINITY }
  const kept = lines.filter(({ known, mends }) => {
    const ahead = mends - (snapshot?.mends?.length ?? 0)
    // What came before the last mend that the checkpoint knows has been, whatever its step; what came after a later one has not.
    if (ahead !== 0) return ahead < 0
    return known !== undefined && (known.type === 'mend' || known.step <= step)
  })
  await writeFileAtomic(path.join(folder.path, FILE), kept.map(({ text }) => `${text}\n`).join(''))
}

interface Line {
  readonly text: string
  /** Nothing where a later version wrote it, or a crash tore it. */
  readonly known: KnownLine | undefined
  /** How many mends there were by then, itself among them. */
  readonly mends: number
}

async function linesOf({ path: folder }: RunFolder): Promise<Line[]> {
  const file = path.join(folder, FILE)
  if (!(await exists(file))) return []
  const lines = new TextDecoder().decode(await readFile(file)).split('\n')
  let mends = 0
  return lines.filter(Boolean).map((text) => {
    const known = lineSchema.safeParse(jsonOf(text)).data
    if (known?.type === 'mend') mends++
    return { text, known, mends }
  })
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

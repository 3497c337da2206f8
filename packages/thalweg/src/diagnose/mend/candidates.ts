/** What is worth a try against findings: their own patches, those of all together, and the recipe that suits most. */

import { isModelPatch } from '../../train/apply-patch.ts'
import {
  applyPatches,
  type Change,
  type Configuration,
  type Finding,
  type Patch,
  resolvePatch,
} from '../../train/index.ts'
import { type Anatomy, anatomyOf } from '../anatomy.ts'
import { constraintsOf } from '../constraints.ts'
import { adaptive, drawnByHe, scaledInputs } from '../patches.ts'
import { changesOf } from './changes.ts'

/** Whether a patch changes the first weights, or what they are for: with it a run begins anew. Dropout has none. */
function beginsAnew(patch: Patch): boolean {
  return patch.kind === 'initializer' || (isModelPatch(patch) && patch.kind !== 'dropout-rate')
}

/** Patches of how far a step goes: an optimizer takes their place. */
const AT_A_PACE: ReadonlySet<Patch['kind']> = new Set(['optimizer', 'learning-rate', 'clip-norm'])

export interface Candidate {
  readonly patches: readonly Patch[]
  /** What they change of the run as it is. */
  readonly changes: readonly Change[]
  readonly configuration: Configuration
}

export interface CandidatesOptions {
  /** Whether the run may begin anew; otherwise only what a run can go on with. */
  readonly fromStart: boolean
  readonly most: number
  /** What the weights were drawn by, where the layers do not say it. */
  readonly firstWeights?: string | undefined
  /** Patches that the run goes on with already. */
  readonly kept?: readonly Patch[]
}

export function candidatesFor(
  findings: readonly Finding[],
  configuration: Configuration,
  { fromStart, most, firstWeights, kept = [] }: CandidatesOptions,
): Candidate[] {
  const lists = [
    // Several things wrong at once need several patches at once.
    ...(findings.length > 1 ? [together(findings)] : []),
    ...interleaved(findings.map(({ patches }) => patches.map((patch) => [patch]))),
    // What the findings ask for, at a rate that suits anything.
    [...together(findings).filter(({ kind }) => !AT_A_PACE.has(kind)), adaptive],
    [adaptive],
    [drawnByHe, adaptive],
    [scaledInputs, drawnByHe, adaptive],
  ]
  const { model, settings } = configuration
  const { layers } = anatomyOf(model, settings.train.inputShape, settings.batchSize)
  // A model with its inputs scaled would get them scaled again: the patch follows from the data, which stay as they are.
  const isIn = (patch: Patch): boolean =>
    isModelPatch(patch) && kept.some((one) => JSON.stringify(one) === JSON.stringify(patch))
  const seen = new Set<string>()
  const candidates: Candidate[] = []
  for (const list of lists) {
    const patches = list
      .map((patch) => resolvePatch(patch, settings))
      .filter((patch) => !isIn(patch) && acts(patch, settings, layers))
      .filter((patch) => isChange(changesOf(configuration, [patch], firstWeights)))
    if (patches.length === 0 || candidates.length === most) continue
    if (!fromStart && patches.some(beginsAnew)) continue
    const patched = applyPatches(configuration, patches)
    const changes = changesOf(configuration, patches, firstWeights)
    // A tenth of Adam's 0.01 and Adam at 0.001 are two patches and one change, unless groups have rates of their own.
    const key = JSON.stringify([changes, patched.settings.groups])
    if (seen.has(key) || !isSound(patched)) continue
    seen.add(key)
    candidates.push({ patches, changes, configuration: patched })
  }
  return candidates
}

/** The first patch of each finding, one for each thing that they change: another optimizer has a rate of its own. */
function together(findings: readonly Finding[]): Patch[] {
  const slots = new Map<string, Patch>()
  for (const { patches } of findings) {
    const patch = patches.find((one) => !slots.has(slotOf(one)))
    if (patch) slots.set(slotOf(patch), patch)
  }
  return [...slots.values()]
}

function slotOf({ kind }: Patch): string {
  return kind === 'optimizer' ? 'learning-rate' : kind
}

/** The first of each list, then the second of each. */
function interleaved<Item>(lists: readonly (readonly Item[])[]): Item[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length))
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list.slice(at, at + 1))).flat()
}

/** Surgery on a model that is not only layers may leave shapes that do not fit. */
function isSound({ model, settings: { train, batchSize } }: Configuration): boolean {
  try {
    anatomyOf(model, train.inputShape, batchSize)
    return true
  } catch {
    return false
  }
}

/** Inputs that are scaled already are not tried again: within a factor of 2 of a deviation of 1, and half of one around 0. */
function isSlight({ shift = [], scale = [] }: Extract<Patch, { kind: 'scale-inputs' }>): boolean {
  return scale.every((factor, at) => factor > 0.5 && factor < 2 && Math.abs((shift[at] ?? 0) * factor) < 0.5)
}

/** Of an optimizer that has these options already, or weights that are drawn so, nothing is another. */
function isChange(changes: readonly Change[]): boolean {
  return changes.some(({ before, after }) => before !== after)
}

/** Whether a patch is one that this run can take. */
function acts(patch: Patch, settings: Configuration['settings'], layers: Anatomy['layers']): boolean {
  const { train, batchSize, orders, penalty, optimizer } = settings
  switch (patch.kind) {
    case 'shuffle':
      return orders.name !== 'shuffled'
    case 'batch-size':
      return patch.size !== batchSize && batchSize < train.size
    case 'no-decay':
      return penalty !== undefined || Number(optimizer.options.weightDecay ?? 0) > 0
    case 'no-constraint':
      return constraintsOf(settings).length > 0
    case 'unfreeze':
      return settings.groups?.some(({ rate }) => rate === 0) ?? false
    case 'scale-inputs':
      return !isSlight(patch)
    case 'scale-outputs':
      return train.target.kind === 'number'
    case 'activation':
      return layers.some(({ kind }) => kind === patch.from)
    case 'remove-layer':
      return layers.some(({ path }) => path === patch.layer)
    case 'dropout-rate':
      return layers.some(({ kind }) => kind === 'dropout')
    case 'norm-momentum':
      return layers.some(({ kind, options }) => kind === 'batchNorm' && options.momentum !== patch.momentum)
    default:
      return true
  }
}

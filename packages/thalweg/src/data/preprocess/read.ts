/** Preprocessing that was saved with a run, read back and checked: the file may be damaged, or from another version. */
import { ThalwegError } from '../../base/index.ts'
import type { InputPreprocessing } from './inputs.ts'
import type { TablePreprocessing } from './table.ts'
import type { Transform } from './transform.ts'

export type Preprocessing = InputPreprocessing | TablePreprocessing

/**
 * The preprocessing in a parsed JSON value.
 *
 * @param file its file's name, for errors
 * @throws ThalwegError `data/bad-preprocessing`
 */
export function readPreprocessing(value: unknown, file = 'preprocessing'): Preprocessing {
  if (isTable(value) || isInputs(value)) return value
  const kept = isRecord(value) ? `version ${String(value.version)}, kind ${String(value.kind)}` : typeof value
  throw new ThalwegError('data/bad-preprocessing', {
    rule: `read ${file}: it must be the preprocessing that a run of this version saved`,
    received: kept,
    try: 'take the file from the run again, or train again with this version',
  })
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isFlag(value: unknown): value is boolean {
  return typeof value === 'boolean'
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

function isList<T>(value: unknown, item: (one: unknown) => one is T): value is readonly T[] {
  return Array.isArray(value) && value.every(item)
}

function isTable(value: unknown): value is TablePreprocessing {
  return (
    isRecord(value) &&
    value.version === 1 &&
    value.kind === 'table' &&
    Array.isArray(value.columns) &&
    value.columns.every(isColumn) &&
    isList(value.features, isText) &&
    areTransforms(value.transforms) &&
    isTargetEncoding(value.target)
  )
}

function isInputs(value: unknown): value is InputPreprocessing {
  return (
    isRecord(value) &&
    value.version === 1 &&
    value.kind === 'inputs' &&
    isList(value.inputShape, isNumber) &&
    areTransforms(value.transforms) &&
    isRecord(value.target) &&
    (value.target.kind === 'class' ? isList(value.target.classes, isText) : isList(value.target.names, isText))
  )
}

function isColumn(value: unknown): boolean {
  if (!isRecord(value) || !isText(value.name) || !isFlag(value.indicator)) return false
  if (value.kind === 'number') return isNumber(value.fill)
  if (value.kind === 'boolean') return isFlag(value.fill)
  return value.kind === 'one-hot' && isText(value.fill) && isList(value.categories, isText)
}

function areTransforms(value: unknown): boolean {
  return Array.isArray(value) && value.every(isTransform)
}

type Fields = Readonly<Record<string, unknown>>

/** What the data of each kind must be. */
const TRANSFORMS: Readonly<Record<Transform['kind'], (value: Fields) => boolean>> = {
  center: ({ mean }) => isList(mean, isNumber),
  standardize: ({ mean, scale }) => areFigures(mean, scale),
  'min-max': ({ minimum, maximum, low, high, leave }) =>
    areFigures(minimum, maximum) && isNumber(low) && isNumber(high) && (leave === undefined || isList(leave, isFlag)),
  robust: ({ median, spread }) => areFigures(median, spread),
  pca: isComponents,
  'pca-whitening': (value) => isComponents(value) && isNumber(value.epsilon),
  'zca-whitening': (value) => isComponents(value) && isNumber(value.epsilon),
}

function isTransform(value: unknown): boolean {
  if (!isRecord(value) || !isText(value.kind) || !Object.hasOwn(TRANSFORMS, value.kind)) return false
  return TRANSFORMS[value.kind as Transform['kind']](value)
}

function areFigures(one: unknown, other: unknown): boolean {
  return isList(one, isNumber) && isList(other, isNumber) && one.length === other.length
}

function isComponents({ mean, components, variance, totalVariance }: Fields): boolean {
  if (!isList(mean, isNumber) || !isList(components, isNumber) || !isList(variance, isNumber)) return false
  return isNumber(totalVariance) && components.length === mean.length * variance.length
}

function isTargetEncoding(value: unknown): boolean {
  if (!isRecord(value) || !isText(value.name)) return false
  if (value.kind === 'number') return isNumber(value.mean) && isNumber(value.scale)
  return value.kind === 'class' && isText(value.type) && isList(value.classes, isText)
}

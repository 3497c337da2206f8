/** Loop kernels: arranged, split if they fold much, and written as one of three shapes of loop. */
import type { LoopKernel, Value } from '../../program.ts'
import type { EmittedKernel, Pointer, Stage } from '../kernel.ts'
import { NEUTRAL } from './fold.ts'
import { columnsOf, emitColumns } from './loop-columns.ts'
import { emitLine, emitRows, rowAxes } from './loop-map.ts'
import { emitRowFolds, resultAxes } from './loop-rows.ts'
import { allViews, arrange, mapViews, type Nest, type RawNest, workOf } from './nest.ts'
import { splitFold } from './split.ts'
import { tile } from './tile.ts'
import { unitCount } from './units.ts'

const BYTES = 4

export function emitLoop(kernel: LoopKernel): EmittedKernel {
  const buffers = [...new Set(allViews(kernel).map(({ buffer }) => buffer))]
  const pointers: Pointer[] = buffers.map((buffer) => ({ kind: 'buffer', buffer }))
  const { shape, keptAxes, values, stores, reductions, epilogue, epilogueStores } = kernel
  const raw = mapViews({ shape, keptAxes, values, stores, reductions, epilogue, epilogueStores }, (view) => ({
    ...view,
    buffer: buffers.indexOf(view.buffer),
  }))
  const stages: Stage[] = []
  let scratchBytes = 0

  const add = (nest: RawNest, name: string): void => {
    const arranged = arrange(nest)
    const partials = splitFold(arranged, pointers.length)
    if (partials === undefined) {
      stages.push(stageOf(arranged.reductions.length === 0 ? tile(arranged) : arranged, pointers, name))
      return
    }
    pointers.push({ kind: 'scratch', offset: scratchBytes })
    scratchBytes += Math.ceil((partials.size * BYTES) / 64) * 64
    for (const part of partials.parts) add(part, `${name} part`)
    add(partials.rest, name)
  }

  if (!shape.slice(0, keptAxes).includes(0)) add(shape.includes(0) ? foldOfNothing(raw) : raw, kernel.label)
  return { stages, scratchBytes, privateBytes: 0 }
}

/** A fold of no elements: its start, handed to the epilogue. */
function foldOfNothing({ shape, keptAxes, reductions, epilogue, epilogueStores }: RawNest): RawNest {
  return {
    shape: shape.slice(0, keptAxes),
    keptAxes,
    values: epilogue.map((value) => {
      if (value.kind !== 'result') return value
      const { op, dtype } = reductions[value.reduction]
      return { kind: 'constant', value: NEUTRAL[op][dtype], dtype }
    }),
    stores: epilogueStores,
    reductions: [],
    epilogue: [],
    epilogueStores: [],
  }
}

function stageOf(nest: Nest, all: readonly Pointer[], name: string): Stage {
  const used = [...new Set(allViews(nest).map(({ buffer }) => buffer))]
  const own = mapViews(nest, (view) => ({ ...view, buffer: used.indexOf(view.buffer) }))
  return { name, pointers: used.map((buffer) => all[buffer]), work: workOf(nest), ...written(own) }
}

/** All that shapes the code. JSON alone would write -0 as 0, and Infinity, -Infinity and NaN as null. */
function keyOf(nest: Nest): string {
  const odd = [...nest.values, ...nest.epilogue].map((value) =>
    isOdd(value) ? `${1 / value.value} ${value.value}` : '',
  )
  return `${odd} ${JSON.stringify(nest)}`
}

function isOdd(value: Value): value is Extract<Value, { kind: 'constant' }> {
  return value.kind === 'constant' && (Object.is(value.value, -0) || !Number.isFinite(value.value))
}

function written(nest: Nest): Pick<Stage, 'units' | 'key' | 'emit'> {
  const { shape, walk, keptAxes, reductions } = nest
  if (reductions.length > 0 && walk < keptAxes)
    return {
      units: unitCount(columnsOf(nest).axes),
      key: `columns ${keyOf(nest)}`,
      emit: (code, parameters) => emitColumns(code, parameters, nest),
    }
  if (reductions.length > 0)
    return {
      units: unitCount(resultAxes(nest)),
      key: `folds ${keyOf(nest)}`,
      emit: (code, parameters) => emitRowFolds(code, parameters, nest),
    }
  if (shape.length > 1)
    return {
      units: unitCount(rowAxes(nest)),
      key: `rows ${keyOf(nest)}`,
      emit: (code, parameters) => emitRows(code, parameters, nest),
    }
  // The size of a single axis does not stand in the code, so it does not stand in the key.
  return {
    units: shape[0],
    key: `line ${keyOf({ ...nest, shape: [] })}`,
    emit: (code, parameters) => emitLine(code, parameters, nest),
  }
}

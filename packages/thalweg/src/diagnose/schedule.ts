/**
 * When readings are taken: before the first step, then after 1, 2, 4, 8 ... steps, since most ailments are there from the
 * beginning, and from then on every N; of a long run every 2 N, 4 N and in the end every 8 N: what comes late comes slowly. N
 * follows from the work in a step and not from the clock, so that the same run is read at the same steps. A reading is a step
 * that costs some more than others, all the more as its code is run too seldom to be optimized; where a step takes
 * microseconds, nobody minds to have them more often.
 */
import { sizeOf } from '../base/index.ts'
import { type StepGraph, stepNodes } from '../graph/index.ts'

/** For steps of many multiplications, and of few. */
const RARE = 128
const OFTEN = 16
/** Multiply-adds in a step from which on readings are rare, and up to which they are frequent. */
const HEAVY = 2e7
const LIGHT = 1e6

export interface ReadingSchedule {
  /** Whether the run is read before the step after `step` updates. */
  isDue(step: number): boolean
}

/** Steps after which readings become half as frequent each time. */
const LONG = [1024, 2048, 8192]

/** @param fixed an interval of one's choice instead, in updates, however long the run */
export function readingSchedule(graph: StepGraph, fixed?: number): ReadingSchedule {
  const every = fixed ?? intervalFor(workOf(graph))
  const intervalAt = (step: number): number => {
    const halvings = fixed === undefined ? LONG.filter((length) => step >= length).length : 0
    return every * 2 ** halvings
  }
  return { isDue: (step) => step % intervalAt(step) === 0 || (step < every && (step & (step - 1)) === 0) }
}

function intervalFor(work: number): number {
  const weight = Math.log(work / LIGHT) / Math.log(HEAVY / LIGHT)
  return Math.round(OFTEN * (RARE / OFTEN) ** Math.min(1, Math.max(0, weight)))
}

/** Multiply-adds of the contractions of a step. */
function workOf(graph: StepGraph): number {
  let work = 0
  for (const node of stepNodes(graph)) {
    const { shape } = node
    if (node.op === 'matmul') {
      const [a] = node.inputs
      work += sizeOf(shape) * (a.shape[a.shape.length - (node.attributes.transposeA ? 2 : 1)] ?? 1)
    }
    if (node.op === 'conv2d' || node.op === 'conv2dImageGrad') {
      const kernel = node.inputs[1].shape
      const outputs = node.op === 'conv2d' ? sizeOf(shape) : sizeOf(node.inputs[0].shape)
      work += (outputs * sizeOf(kernel)) / (kernel[3] ?? 1)
    }
    if (node.op === 'conv2dKernelGrad') work += (sizeOf(node.inputs[1].shape) * sizeOf(shape)) / (shape[3] ?? 1)
  }
  return work
}

/**
 * When readings are taken: before the first step, then after 1, 2, 4, 8 ... steps, since most ailments are there from the
 * beginning, and from then on every N. N follows from the work in a step and not from the clock, so that the same run is
 * read at the same steps: a reading costs about two steps, and every 128 of them are hardly felt; where a step takes
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

/** @param every a fixed interval instead, in updates */
export function readingSchedule(graph: StepGraph, every: number = intervalFor(workOf(graph))): ReadingSchedule {
  return { isDue: (step) => step % every === 0 || (step < every && (step & (step - 1)) === 0) }
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

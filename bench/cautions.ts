/** What a reader has to know before believing a figure, read off the figures themselves. */
import { figure, type Measurement, type Peak } from './report.ts'

/** Ninetieth over tenth percentile: beyond this the median says little about any one step. */
const WIDE_SPREAD = 2
/** Of the clock's wobble: a second thread that costs less than this costs nothing. */
const SLOWER = 1.05
/** Two cores are two: where two threads reach more than this, one was measured while others used the machine. */
const MOST_GAINED = 1.1

interface Timed extends Measurement {
  readonly median: number
}

/** A sentence for each kind of caution that the figures call for. */
export function cautions(measurements: readonly Measurement[], peaks: readonly Peak[]): string[] {
  const timed = measurements.filter((row): row is Timed => row.median !== undefined)
  return [
    ...widerVectors(timed),
    ...slowerWithThreads(timed),
    ...wideSpread(timed),
    ...unquietPeak(peaks),
    ...single(timed),
  ]
}

/** Where a peer has instructions that no browser and no Node gives to WebAssembly. */
function widerVectors(rows: readonly Timed[]): string[] {
  if (!rows.some(({ contender }) => contender === 'pytorch-avx2')) return []
  return [
    'This processor has vectors of 512 bits, WebAssembly 256 at most. **pytorch** computes with 512, **pytorch-avx2** makes its matrix products with 256 (its convolutions, of another library, stay at 512).',
  ]
}

/** Those of whom more threads took longer: ratios on these threads say more of their threads than of their kernels. */
function slowerWithThreads(rows: readonly Timed[]): string[] {
  const found = rows.flatMap((row) => {
    const { threads, workload, contender, median } = row
    const alone = rows.find((each) => each.workload === workload && each.contender === contender && each.threads === 1)
    if (alone === undefined || threads === 1 || median <= SLOWER * alone.median) return []
    return [{ row, words: `${workload} ${figure(alone.median)} ms on one thread, ${figure(median)} ms on ${threads}` }]
  })
  return perContender(
    found,
    (name, words) =>
      `More threads made **${name}** slower: ${words}. Ratios on as many threads are then of a time that nobody would choose; compare those of one thread, or everyone at their best.`,
  )
}

/** Those whose steps took anything from a time to several times as much. */
function wideSpread(rows: readonly Timed[]): string[] {
  const found = rows.flatMap((row) => {
    const { workload, threads, fastest = row.median, slowest = row.median } = row
    if (slowest <= WIDE_SPREAD * fastest) return []
    const range = `${figure(fastest)} to ${figure(slowest)} ms`
    return [{ row, words: `${workload} on ${threads === 1 ? 'one thread' : `${threads} threads`} ${range}` }]
  })
  return perContender(
    found,
    (name, words) =>
      `Steps of **${name}** took very different times (the tenth and the ninetieth percentile are more than ${WIDE_SPREAD} times apart): ${words}.`,
  )
}

function perContender(
  found: readonly { readonly row: Timed; readonly words: string }[],
  sentence: (name: string, words: string) => string,
): string[] {
  const names = [...new Set(found.map(({ row }) => row.contender))]
  return names.map((name) => {
    const own = found.filter(({ row }) => row.contender === name)
    return sentence(name, own.map(({ words }) => words).join('; '))
  })
}

function unquietPeak(peaks: readonly Peak[]): string[] {
  const one = peaks.find(({ threads }) => threads === 1)
  if (one === undefined) return []
  return peaks
    .filter((peak) => peak.operationsPerSecond > MOST_GAINED * peak.threads * one.operationsPerSecond)
    .map(
      ({ threads, operationsPerSecond }) =>
        `The peak of ${threads} threads is ${(operationsPerSecond / one.operationsPerSecond).toFixed(1)} times that of one: the machine was not quiet when one was measured, and shares of its peak are too high.`,
    )
}

/** Where one step took all the time there was, the spread is none because there is one figure. */
function single(rows: readonly Timed[]): string[] {
  const found = rows.filter(({ median, fastest, slowest }) => fastest === median && slowest === median)
  if (found.length === 0) return []
  const names = [...new Set(found.map(({ contender, workload }) => `${contender} on ${workload}`))]
  return [`One step took the whole time that there was, so there is one figure and no spread: ${names.join(', ')}.`]
}

import type { KernelProfile, Profile } from 'thalweg/compile'
import { describe, expect, it } from 'vitest'
import { styleFor } from '../terminal/style.ts'
import { profileSvg } from './picture.ts'
import { kernelLines, layerLines } from './words.ts'

const kernel = (layer: string, work: string, milliseconds: number, least: number): KernelProfile => ({
  label: layer === '' ? work : `${layer}: ${work}`,
  layer,
  kind: 'loop',
  shape: [64, 32],
  bytesRead: 2e6,
  bytesWritten: 1e6,
  operations: 4e6,
  milliseconds,
  leastMilliseconds: least,
})

const found: Profile = {
  kernels: [
    kernel('block1.conv1', 'conv2d', 6, 3),
    kernel('block1.norm', 'sum', 1, 0.05),
    kernel('', 'sum + exp', 0.5, 0.5),
    kernel('block1.conv1', 'conv2dImageGrad', 2.5, 1.5),
  ],
  stepMilliseconds: 9.5,
  kernelsMilliseconds: 9.5,
  rounds: 20,
  roofline: { operationsPerSecond: 1e9, bytesPerSecond: 2e9 },
}
const plain = styleFor({})

describe('the tables of a profile', () => {
  it('add up the kernels of each layer, and of what has none', () => {
    expect(layerLines(found, Infinity, plain)).toEqual([
      '  layer         kernels     ms  of step  of roof  GOP/s  GB/s  operations  bytes',
      '  block1.conv1        2  8.500    85.0%      53%    0.9   0.7       8.00M  6.00M',
      '  block1.norm         1  1.000    10.0%       5%    4.0   3.0       4.00M  3.00M',
      '  (the rest)          1  0.500     5.0%     100%    8.0   6.0       4.00M  3.00M',
    ])
  })

  it('list the slowest kernels by their numbers in the plan, with what bounds them', () => {
    const lines = kernelLines(found, 2, Infinity, plain)
    expect(lines.map((line) => line.trim().split(/ {2,}/).slice(0, 4))).toEqual([
      ['#', 'kernel', 'shape', 'ms'],
      ['1', 'block1.conv1: conv2d', '[64,32]', '6.000'],
      ['4', 'block1.conv1: conv2dImageGrad', '[64,32]', '2.500'],
    ])
    expect(lines[1]).toMatch(/ arithmetic$/)
  })

  it('leave columns out where the terminal is narrow, but never the times', () => {
    const [narrow] = kernelLines(found, 4, 70, plain)
    expect(narrow).toMatch(/# +kernel +shape +ms +of step +of roof$/)
    expect(kernelLines(found, 4, 10, plain)[0]).toMatch(/# +kernel +ms +of step +of roof$/)
  })
})

describe('the picture of a profile', () => {
  const svg = profileSvg(found, { network: 'a <network>', seen: 'some data' })
  const boxes = [...svg.matchAll(/<title>(.+?)\n.+?<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"/gs)].map(
    ([, name, x, y, width]) => ({ name, x: Number(x), y: Number(y), width: Number(width) }),
  )
  const box = (name: string) => boxes.find((one) => one.name.startsWith(name)) ?? expect.unreachable(name)

  it('has boxes within boxes, as wide as their time', () => {
    const [step, block, conv, first] = ['step', 'block1', 'conv1', 'block1.conv1: conv2d ['].map(box)
    expect(block.width / step.width).toBeCloseTo(0.95)
    expect(conv.width / step.width).toBeCloseTo(0.85)
    expect(first.width / step.width).toBeCloseTo(0.6)
    expect([step, block, conv, first].map(({ x }) => x)).toEqual([20, 20, 20, 20])
    expect(new Set([step, block, conv, first].map(({ y }) => y)).size).toBe(4)
    // What runs later in a layer lies beside what runs earlier; the rest comes last.
    expect(box('block1.conv1: conv2dImageGrad').x).toBeCloseTo(first.x + first.width)
    expect(box('(the rest)').x).toBeCloseTo(block.x + block.width)
  })

  it('escapes names', () => {
    expect(svg).toContain('a &lt;network&gt;')
  })
})
